//! What happened: matches into incidents, incidents into ranked findings, and what to do first.

mod advice;
mod belonging;
mod bounded;
mod budget;
mod diff;
mod finding;
mod fingerprint;
mod incident;
mod join;
mod journal;
mod mark;
mod matches;
mod merge;
mod next_steps;
mod notes;
mod parts;
mod period;
mod rank;
mod redaction;
mod rule_page;
mod schema;
mod shape;
mod shorten;
mod source_tally;
mod status;
mod stitch;
mod summary;
mod tally;
mod timeline;
mod unclassified;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::record::Format;
use crate::source::Kind;

pub use advice::{filled, is_argument, placeholders, shell_quote};
pub use budget::{Budget, LeftOut};
pub use diff::{Change, Comparison, Outcome, Row, Seen, Side, SideInfo};
pub use finding::{FilledFix, Finding, Sample, Symptom, Value};
pub use incident::Role;
pub use mark::{Began, Mark};
pub use matches::Matches;
pub use merge::{MergeError, Merger, merge};
pub use next_steps::NextStep;
pub use notes::Survey;
pub use period::{BadMoment, Moment, Period};
pub use rank::{Sort, score};
pub use rule_page::{LookAlike, RulePage, Unexplained};
pub use schema::{match_schema, report_schema};
pub use shape::MASK;
pub(crate) use shape::template;
pub use source_tally::{ChunkTally, SourceTally};
pub use status::Status;
pub use summary::{Summary, View};
pub use tally::{Filter, Tally};
pub use timeline::{Histogram, Times};
pub use unclassified::Unclassified;

/// The name and version of the report's form, which scripts can rely on.
pub const SCHEMA: &str = "clawsift.report/v1";

/// What was found in all the sources.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "A report of clawsift")]
pub struct Report {
    /// The name and version of this form.
    #[schemars(extend("const" = SCHEMA))]
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
    pub worst: Option<crate::catalogue::Severity>,
    /// The matches, where they were asked for (`--format ndjson`).
    #[serde(skip)]
    pub matches: Matches,
    /// What `clawsift merge` makes one report out of many with; not there when findings were left out. What is in it is no
    /// business of scripts and may change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<serde_json::Map<String, serde_json::Value>>")]
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

/// Who made the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    /// `clawsift`.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// With which rules a report was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CatalogueInfo {
    /// How many rules were in force.
    pub rules: usize,
    /// Changes whenever a rule file does.
    pub fingerprint: String,
}

/// What was read of one source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FormatCount {
    /// The format.
    pub format: Format,
    /// Its records.
    pub records: u64,
}

/// Counts over all sources.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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

/// One match, as `--format ndjson` shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "A match of clawsift")]
pub struct MatchRow {
    /// The source's name.
    pub source: String,
    /// The record's first physical line, from 1.
    pub line: u64,
    /// The record's first byte.
    pub offset: u64,
    /// When it was written.
    pub time: Option<Timestamp>,
    /// Its level.
    pub level: Option<crate::record::Level>,
    /// Its subsystem.
    pub subsystem: Option<String>,
    /// The rule that explains it.
    pub rule: String,
    /// The rule's category.
    pub category: crate::catalogue::Category,
    /// The rule's severity.
    pub severity: crate::catalogue::Severity,
    /// Whether it is the cause of its incident, or an echo.
    pub role: Role,
    /// The incident that it belongs to.
    pub incident: String,
    /// Facts by name.
    pub captures: std::collections::BTreeMap<String, String>,
    /// It may be somebody's words that look like a record; its rule's severity does not count then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub quoted: bool,
    /// What the record says, redacted and printable.
    pub text: String,
}
