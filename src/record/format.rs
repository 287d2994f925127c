//! The formats of records.

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The format of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// OpenClaw's JSON-lines file log.
    FileLog,
    /// `openclaw logs --json`.
    LogsJson,
    /// `openclaw logs` through a pipe or on a terminal.
    Plain,
    /// The gateway's console, pretty or compact.
    Console,
    /// The gateway's console as JSON.
    ConsoleJson,
    /// Session transcripts and cron run logs of older OpenClaw versions.
    Transcript,
    /// Any other text, line by line.
    Text,
}

impl Format {
    /// All formats; the index of each equals its discriminant.
    pub const ALL: [Self; 7] = [
        Self::FileLog,
        Self::LogsJson,
        Self::Plain,
        Self::Console,
        Self::ConsoleJson,
        Self::Transcript,
        Self::Text,
    ];
}

/// Number of records per format, in the order of [`Format::ALL`].
pub type ByFormat = [u64; Format::ALL.len()];

/// The first bytes of each line of the file log, except for a line that logs a single error object.
pub(crate) const FILE_LOG: &[u8; 5] = b"{\"0\":";
