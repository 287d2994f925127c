//! Signs that a source is incomplete.

use serde::{Deserialize, Serialize};

/// Sign that a source is incomplete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Hint {
    /// Plain text, which lacks the structured fields.
    Plain,
    /// Only the newest records of the log.
    Tail,
    /// Filtered before clawsift read it.
    Filtered,
    /// A log of another program.
    Foreign,
}
