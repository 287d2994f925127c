//! The text right before a match: records, or somebody's words.

use crate::record::Stamp;

/// The text right before a match.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Behind {
    /// Nobody's words, or words that are over.
    Records,
    /// Words that were written then, and the match does not go on where they left off.
    Words(Option<Stamp>),
    /// What is in another chunk.
    #[default]
    Unknown,
}
