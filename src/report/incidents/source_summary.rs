//! What is kept of one source, so that others can go on from it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::redact::{Cleaner, Redactor};

use super::hint::Hint;
use super::incident::Incident;
use super::join::{LooseEnd, Standing};
use super::journal::Journal;
use super::mark::Mark;
use super::part::Part;
use super::scope::Success;
use super::source_info::SourceInfo;

/// What is kept of one source.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SourceSummary {
    pub info: SourceInfo,
    /// The folder of the source: sources of one folder are one gateway's.
    pub gateway: String,
    /// Where it stands in its source, if it is a part of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<Part>,
    /// The older file of its rotated set, where that is there and not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread_older: Option<String>,
    /// The last time stamp, for comparing within the gateway.
    pub last_order: Option<Timestamp>,
    /// Incidents near the beginning and the end.
    pub edges: Vec<Incident>,
    /// What was told near the beginning.
    #[serde(default, skip_serializing_if = "Journal::is_empty")]
    pub journal: Journal,
    /// How things stand at the end, for the source that follows.
    #[serde(default)]
    pub standing: Standing,
    /// Good ends near the beginning, of runs that may have failed in the source before.
    pub loose_ends: Vec<LooseEnd>,
    pub successes: Vec<Success>,
    /// The last success before the log names the provider that it uses by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub early_success: Option<Timestamp>,
    /// The provider that was used by default at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_provider: Option<String>,
    pub marks: Vec<Mark>,
    pub hints: Vec<Hint>,
}

impl SourceSummary {
    /// The name without folders.
    pub fn file_name(&self) -> &str {
        self.info.name.rsplit(['/', '\\']).next().unwrap_or(&self.info.name)
    }

    /// Where it begins in its source, if it is a part of it.
    fn start(&self) -> Option<u64> {
        self.part.as_ref()?.start
    }

    /// Whether both are the same bytes: of that name and place, as many, and of the same times.
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

    /// The order in which sources are shown: by name. Parts of one source have the same.
    pub fn name_order(&self) -> (&str, &str, Option<u64>, Option<Timestamp>, u64) {
        (&self.gateway, &self.info.name, self.start(), self.info.first_time, self.info.bytes)
    }

    /// Cleans what was taken out of the records as it stands there: the names of runs, providers and machines.
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
