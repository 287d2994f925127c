//! The shapes in which records reach us.

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The shape in which a record reached us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// OpenClaw's JSON-lines file log.
    FileLog,
    /// `openclaw logs --json`.
    LogsJson,
    /// `openclaw logs` piped, or as a terminal shows it.
    Plain,
    /// The gateway's console, pretty or compact.
    Console,
    /// The gateway's console as JSON.
    ConsoleJson,
    /// Session transcripts and cron run logs of older versions.
    Transcript,
    /// Anything else, line by line.
    Text,
}

impl Format {
    /// All of them, each at the place that it has as a number.
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

/// How many records of each format there are, in the order of [`Format::ALL`].
pub type ByFormat = [u64; Format::ALL.len()];

/// How each line of the file log begins that is not one lone error.
pub(crate) const FILE_LOG: &[u8; 5] = b"{\"0\":";
