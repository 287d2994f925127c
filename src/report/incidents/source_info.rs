//! A source as a report shows it.

use jiff::Timestamp;
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::record::Format;
use crate::redact::Cleaner;
use crate::source::Kind;

/// A source and what was read of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[non_exhaustive]
pub struct SourceInfo {
    /// The path, or `-` for standard input.
    pub name: String,
    /// Kind of source: file or standard input.
    pub kind: Kind,
    /// Formats of the records with their counts, the most frequent first.
    pub formats: Vec<FormatCount>,
    /// Bytes read.
    pub bytes: u64,
    /// Physical lines read.
    pub lines: u64,
    /// Records read.
    pub records: u64,
    /// Time of the first record that has one.
    pub first_time: Option<Timestamp>,
    /// Time of the last record that has one.
    pub last_time: Option<Timestamp>,
    /// Runtimes that wrote the log, such as `node 24.21.0`, if the log names them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub runtimes: Vec<String>,
    /// Host names of the machines that wrote the log, if the log names them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<String>,
    /// Reasons why the source could not be read, or only in part.
    pub problems: Vec<String>,
    /// Unusual properties of the source, and how they were handled.
    pub notes: Vec<String>,
    /// Reason why the source was skipped; absent if it was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped: Option<Skipped>,
}

/// The reason why a source was skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Skipped {
    /// A binary file.
    Binary,
}

impl Skipped {
    /// Returns the reason in words.
    pub(crate) fn reason(self) -> &'static str {
        match self {
            Self::Binary => "a binary file, not a log",
        }
    }
}

/// Number of records in a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct FormatCount {
    /// The format.
    pub format: Format,
    /// Number of records.
    pub records: u64,
}

impl SourceInfo {
    pub(crate) fn redact(&mut self, cleaner: &Cleaner) {
        cleaner.text(&mut self.name);
        cleaner.each(self.runtimes.iter_mut().chain(&mut self.hosts).chain(&mut self.problems));
        cleaner.each(&mut self.notes);
    }
}
