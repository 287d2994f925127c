//! The report: all results over all sources.

use jiff::Timestamp;
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalogue::Severity;
use crate::redact::{Cleaner, Redactor};
use crate::report::incidents::{LifecycleEvent, SourceInfo};
use crate::report::tally::{CatalogueInfo, Matches, Summary};

use super::finding::Finding;
use super::left_out::Budget;
use super::next_steps::NextStep;
use super::unclassified::Unclassified;

/// Name and version of the report's JSON format. Scripts can rely on it.
pub const SCHEMA: &str = "clawsift.report/v1";

/// A report: all results over all sources.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[cfg_attr(feature = "schema", schemars(title = "A report of clawsift"))]
#[non_exhaustive]
pub struct Report {
    /// Name and version of this format.
    #[cfg_attr(feature = "schema", schemars(extend("const" = SCHEMA)))]
    pub schema: String,
    /// The program that made the report.
    pub tool: Tool,
    /// The rules that were used.
    pub catalogue: CatalogueInfo,
    /// The sources that were read.
    pub sources: Vec<SourceInfo>,
    /// Counts over all sources.
    pub totals: Totals,
    /// Findings in order of rank.
    pub findings: Vec<Finding>,
    /// Patterns of warnings, errors and failures without a level that no rule explains, the most frequent first.
    pub unclassified: Vec<Unclassified>,
    /// Recommended steps, in order.
    pub next_steps: Vec<NextStep>,
    /// Notes on what the sources do not contain.
    pub notes: Vec<String>,
    /// Starts, reloads and updates of the gateways, in order of time.
    #[serde(default)]
    pub marks: Vec<LifecycleEvent>,
    /// Number of findings that `--top` or `--budget` removed; such a report cannot be merged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_out: Option<usize>,
    /// Size limit set with `--budget` and the parts removed to meet it; such a report cannot be merged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<Budget>,
    /// Number of incidents that the filters (period, minimum severity, categories) excluded.
    #[serde(default)]
    pub filtered_out: u64,
    /// Highest severity of all findings, including those that `--top` removed.
    #[serde(skip)]
    pub worst: Option<Severity>,
    /// The matches, if they were requested (`--format ndjson`).
    #[serde(skip)]
    pub matches: Matches,
    /// Data from which `clawsift merge` builds a merged report; absent if findings were removed. The content is
    /// internal and may change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<serde_json::Map<String, serde_json::Value>>"))]
    pub mergeable: Option<Box<Summary>>,
}

impl Report {
    /// Returns the earliest and the latest time at which a source begins or ends; `None` if no source has times.
    pub fn span(&self) -> Option<(Timestamp, Timestamp)> {
        self.first_time().zip(self.last_time())
    }

    /// Returns true if every source was skipped, so that nothing was read.
    pub fn is_skipped(&self) -> bool {
        !self.sources.is_empty() && self.sources.iter().all(|source| source.skipped.is_some())
    }

    /// Returns the earliest time at which a source begins or ends.
    pub fn first_time(&self) -> Option<Timestamp> {
        self.edges().min()
    }

    /// Returns the latest time at which a source begins or ends.
    pub fn last_time(&self) -> Option<Timestamp> {
        self.edges().max()
    }

    /// Returns the times at which the sources begin and end. A source may end before it begins if logs were
    /// concatenated out of order.
    pub(crate) fn edges(&self) -> impl Iterator<Item = Timestamp> {
        self.sources.iter().flat_map(|source| [source.first_time, source.last_time]).flatten()
    }
}

impl Report {
    /// Redacts a report that may have been made with `--no-redact` or edited. Text without secrets is unchanged, and
    /// rule texts are redacted only in the filled-in facts.
    pub fn redact(&mut self, redactor: Redactor) {
        let cleaner = Cleaner::new(redactor);
        self.sources.iter_mut().for_each(|source| source.redact(&cleaner));
        self.findings.iter_mut().for_each(|finding| finding.redact(&cleaner));
        self.unclassified.iter_mut().for_each(|unclassified| unclassified.redact(&cleaner));
        self.next_steps.iter_mut().for_each(|step| step.redact(&cleaner));
        cleaner.each(&mut self.notes);
        self.marks.iter_mut().for_each(|mark| mark.redact(&cleaner));
        self.matches.redact(redactor);
        if let Some(summary) = &mut self.mergeable {
            summary.redact(redactor);
        }
    }
}

/// The program that made a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Tool {
    /// Name of the program: `clawsift`.
    pub name: String,
    /// Version of the program.
    pub version: String,
}

/// Counts over all sources.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[non_exhaustive]
pub struct Totals {
    /// Bytes read.
    pub bytes: u64,
    /// Physical lines read.
    pub lines: u64,
    /// Records read.
    pub records: u64,
    /// Records that a rule explains as part of a failure.
    pub matched: u64,
    /// Warnings, errors, and records without a level that read like a failure, explained or not.
    #[serde(default)]
    pub warnings: u64,
    /// Records without a level that read like a failure; `warnings` includes them.
    #[serde(default)]
    pub without_level: u64,
    /// Records of `warnings` that no rule explains.
    pub unclassified: u64,
    /// Number of patterns among the unexplained records.
    #[serde(default)]
    pub shapes: u64,
    /// Number of incidents: the sum over the findings.
    pub incidents: u64,
}
