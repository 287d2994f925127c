//! A source as a report shows it.

use jiff::Timestamp;
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::record::Format;
use crate::redact::Cleaner;
use crate::source::Kind;

/// What was read of one source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct SourceInfo {
    /// The path, or `-` for standard input.
    pub name: String,
    /// File or standard input.
    pub kind: Kind,
    /// The formats of its records, with their numbers, the most frequent first.
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
    /// What wrote it, such as `node 24.21.0`, where it says so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub runtimes: Vec<String>,
    /// The machines on which it was written, where it says so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<String>,
    /// Why it could not be read, or not whole.
    pub problems: Vec<String>,
    /// What was unusual in it, and how it was handled.
    pub notes: Vec<String>,
}

/// How many records had a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct FormatCount {
    /// The format.
    pub format: Format,
    /// Its records.
    pub records: u64,
}

impl SourceInfo {
    pub(crate) fn redact(&mut self, cleaner: &Cleaner) {
        cleaner.text(&mut self.name);
        cleaner.each(self.runtimes.iter_mut().chain(&mut self.hosts).chain(&mut self.problems));
        cleaner.each(&mut self.notes);
    }
}
