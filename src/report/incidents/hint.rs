//! What a source seems to lack.

use serde::{Deserialize, Serialize};

/// What a source seems to lack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Hint {
    /// It is plain text.
    Plain,
    /// It holds the newest records only.
    Tail,
    /// Something has filtered it.
    Filtered,
}
