//! The report: everything that was found in all the sources.

use jiff::Timestamp;
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalogue::Severity;
use crate::redact::{Cleaner, Redactor};
use crate::report::incidents::{Mark, SourceInfo};
use crate::report::tally::{CatalogueInfo, Matches, Summary};

use super::finding::Finding;
use super::left_out::Budget;
use super::next_steps::NextStep;
use super::unclassified::Unclassified;

/// The name and version of the report's form, which scripts can rely on.
pub const SCHEMA: &str = "clawsift.report/v1";

/// What was found in all the sources.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[cfg_attr(feature = "schema", schemars(title = "A report of clawsift"))]
pub struct Report {
    /// The name and version of this form.
    #[cfg_attr(feature = "schema", schemars(extend("const" = SCHEMA)))]
    pub schema: String,
    /// Who made the report.
    pub tool: Tool,
    /// With which rules.
    pub catalogue: CatalogueInfo,
    /// What was read.
    pub sources: Vec<SourceInfo>,
    /// Counts over all sources.
    pub totals: Totals,
    /// What is wrong, in the order of rank.
    pub findings: Vec<Finding>,
    /// Warnings and errors that no rule explains, the most frequent first.
    pub unclassified: Vec<Unclassified>,
    /// What to do, in order.
    pub next_steps: Vec<NextStep>,
    /// What the reader should know about what was not seen.
    pub notes: Vec<String>,
    /// Starts, reloads and updates of the gateways, in the order of time.
    #[serde(default)]
    pub marks: Vec<Mark>,
    /// Findings that `--top` or `--budget` left out; such a report cannot be merged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_out: Option<usize>,
    /// To which size `--budget` has cut the report, and what was left out for that; such a report cannot be merged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<Budget>,
    /// Incidents that the filters left out: the period, the least severity, the categories.
    #[serde(default)]
    pub filtered_out: u64,
    /// The worst severity of all findings, those that `--top` left out included.
    #[serde(skip)]
    pub worst: Option<Severity>,
    /// The matches, where they were asked for (`--format ndjson`).
    #[serde(skip)]
    pub matches: Matches,
    /// What `clawsift merge` makes one report out of many with; not there when findings were left out. What is in it is no
    /// business of scripts and may change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<serde_json::Map<String, serde_json::Value>>"))]
    pub mergeable: Option<Box<Summary>>,
}

impl Report {
    /// The earliest and the latest time with which any of its sources begins or ends.
    pub fn span(&self) -> Option<(Timestamp, Timestamp)> {
        self.first_time().zip(self.last_time())
    }

    /// The earliest time with which any of its sources begins or ends.
    pub fn first_time(&self) -> Option<Timestamp> {
        self.edges().min()
    }

    /// The latest time with which any of its sources begins or ends.
    pub fn last_time(&self) -> Option<Timestamp> {
        self.edges().max()
    }

    /// The times with which its sources begin and end. One may end before it begins, where logs were put behind each other in
    /// another order than that of time.
    pub(crate) fn edges(&self) -> impl Iterator<Item = Timestamp> {
        self.sources.iter().flat_map(|source| [source.first_time, source.last_time]).flatten()
    }
}

impl Report {
    /// Redacts a report that was made elsewhere, perhaps with `--no-redact`, or was edited. What is clean stays as it is; the
    /// texts of the rules are not touched but where facts were filled in.
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

/// Who made the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Tool {
    /// `clawsift`.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// Counts over all sources.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Totals {
    /// Bytes read.
    pub bytes: u64,
    /// Physical lines read.
    pub lines: u64,
    /// Records read.
    pub records: u64,
    /// Records that a rule explains as part of a failure.
    pub matched: u64,
    /// Warnings and errors, explained or not.
    #[serde(default)]
    pub warnings: u64,
    /// Warnings and errors that no rule explains.
    pub unclassified: u64,
    /// In how many shapes the unexplained ones come.
    #[serde(default)]
    pub shapes: u64,
    /// Failures as a person would count them: the sum over the findings.
    pub incidents: u64,
}
