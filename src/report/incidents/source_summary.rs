//! Data kept per source, from which the correlation continues with other sources.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::redact::{Cleaner, Redactor};

use super::correlate::{Standing, UnmatchedEnd};
use super::hint::Hint;
use super::incident::Incident;
use super::journal::Journal;
use super::lifecycle::LifecycleEvent;
use super::part::SourcePart;
use super::scope::Success;
use super::source_info::SourceInfo;

/// Data kept per source.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SourceSummary {
    pub info: SourceInfo,
    /// Folder of the source. Sources in one folder belong to one gateway.
    pub gateway: String,
    /// Position in the whole source, if this is a part of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<SourcePart>,
    /// Name of the next older file of the rotated set, if it exists and was not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread_older: Option<String>,
    /// Last time stamp, for ordering within the gateway.
    pub last_order: Option<Timestamp>,
    /// Incidents near the beginning and the end of the source.
    pub edges: Vec<Incident>,
    /// Events near the beginning of the source.
    #[serde(default, skip_serializing_if = "Journal::is_empty")]
    pub journal: Journal,
    /// State of the correlation at the end, for the next source.
    #[serde(default)]
    pub standing: Standing,
    /// Successes near the beginning, of runs that may have failed in the previous source.
    pub loose_ends: Vec<UnmatchedEnd>,
    pub successes: Vec<Success>,
    /// Time of the last success before the log names the default provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub early_success: Option<Timestamp>,
    /// The default provider at the end of the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_provider: Option<String>,
    pub marks: Vec<LifecycleEvent>,
    pub hints: Vec<Hint>,
}

impl SourceSummary {
    /// Returns the file name without folders.
    pub fn file_name(&self) -> &str {
        self.info.name.rsplit(['/', '\\']).next().unwrap_or(&self.info.name)
    }

    /// Returns the start offset in the whole source, if this is a part of one.
    fn start(&self) -> Option<u64> {
        self.part.as_ref()?.start
    }

    /// Returns true if both are the same bytes, judged by name, position, counts and times.
    pub fn is_same(&self, other: &Self) -> bool {
        let identity = |source: &'_ Self| {
            let info = &source.info;
            (info.bytes, info.lines, info.records, info.first_time, info.last_time)
        };
        self.info.bytes > 0
            && (&self.gateway, &self.info.name) == (&other.gateway, &other.info.name)
            && self.start() == other.start()
            && identity(self) == identity(other)
    }

    /// Returns the sort key for display: by name. Parts of one source share the name.
    pub fn name_order(&self) -> (&str, &str, Option<u64>, Option<Timestamp>, u64) {
        (&self.gateway, &self.info.name, self.start(), self.info.first_time, self.info.bytes)
    }

    /// Redacts the names that were taken from records without redaction: runs, providers and machines.
    pub(crate) fn redact_names(&mut self, redactor: Redactor) {
        let cleaner = Cleaner::new(redactor);
        self.info.redact(&cleaner);
        cleaner.text(&mut self.gateway);
        cleaner.each(self.unread_older.iter_mut().chain(&mut self.default_provider));
        self.edges.iter_mut().for_each(|incident| incident.redact_ids(&cleaner));
        self.standing.redact(&cleaner);
        self.journal.redact_names(&cleaner);
        self.loose_ends.iter_mut().for_each(|end| end.keys.redact(&cleaner));
        self.successes.iter_mut().for_each(|success| success.scope.redact(&cleaner));
        self.marks.iter_mut().for_each(|mark| mark.redact(&cleaner));
    }
}
