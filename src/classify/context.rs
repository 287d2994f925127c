//! Context of a match: the text directly before it, which is a record or quoted content.

use crate::record::Stamp;

/// The text directly before a match.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Context {
    /// A record, or quoted content that has ended.
    Records,
    /// Quoted content of this time. The match does not follow it in time or form, so it may be a pasted line.
    Words(Option<Stamp>),
    /// Not known yet, because the text is in another chunk.
    #[default]
    Unknown,
}
