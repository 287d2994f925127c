//! Kinds of values, as the names before them tell.

/// Kind of value behind a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A header's scheme and what goes with it.
    Authorization,
    /// A scheme without its header.
    Scheme,
    /// All of a header.
    Cookie,
    /// A password, which a person may have chosen.
    Password,
    /// Words of a wallet's recovery phrase.
    Phrase,
    /// A token, usually made by a machine.
    Token,
    /// The same, where the name may mean other things as well.
    Key,
    /// A name that mostly means other things.
    Maybe,
    /// A token of OAuth, behind a name that mostly means other things.
    OAuth,
    /// The code of OAuth that is changed for a token.
    Code,
    /// The answer to a digest challenge.
    Digest,
    /// A user's name and password in Base64.
    Login,
    /// A part of a URL's query.
    Query,
    /// The value of a name that stands elsewhere in the same object.
    Value,
    /// A name with a part that names a secret.
    Part,
}
