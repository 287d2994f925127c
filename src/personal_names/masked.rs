//! The kinds of masked text.

use super::words::PRIVATE;

/// Returns true if a host name is known only within its own network.
pub fn is_private_name(host: &str) -> bool {
    !host.contains('.')
        || PRIVATE.iter().any(|end| host.strip_suffix(end).is_some_and(|rest| rest.ends_with('.')))
}

/// Kind of masked text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Masked {
    /// A home folder, shown as `~`.
    Home,
    /// The name of a user.
    User,
    /// The name of a machine.
    Host,
    /// An IP address other than a loopback address.
    Address,
    /// An account, room or message of a messenger, by its id or its name.
    Account,
    /// An e-mail address.
    Email,
    /// A telephone number, or an account of a messenger that consists of one.
    Phone,
    /// A long number, such as the ids of people and groups in messengers.
    Number,
}

impl Masked {
    /// Returns the noun for the kind, in singular and plural.
    pub fn noun(self) -> (&'static str, &'static str) {
        match self {
            Self::Home => ("home folder", "home folders"),
            Self::User => ("user name", "user names"),
            Self::Host => ("host name", "host names"),
            Self::Address => ("IP address", "IP addresses"),
            Self::Account => ("account or chat", "accounts and chats"),
            Self::Email => ("e-mail address", "e-mail addresses"),
            Self::Phone => ("phone number", "phone numbers"),
            Self::Number => ("long number", "long numbers"),
        }
    }

    pub(super) fn mask(self) -> &'static str {
        match self {
            Self::Home => "~",
            Self::User => "[user]",
            Self::Host => "[host]",
            Self::Address => "[ip]",
            Self::Account => "[id]",
            Self::Number => "[number]",
            // The redactor has already masked these.
            Self::Email | Self::Phone => "",
        }
    }
}
