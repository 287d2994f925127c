//! Groups matches into incidents and incidents into ranked findings with next steps.

mod diff;
mod findings;
mod incidents;
mod merge;
mod tally;

pub use diff::{Change, Comparison, Outcome, Row, Seen, Side, SideInfo};
pub use findings::{
    Began, Budget, CodeMeaning, FilledFix, Finding, LeftOut, LookAlike, NextStep, Report, RulePage, SCHEMA,
    Status, Symptom, Tool, Totals, Unclassified, Unexplained, Value, filled, is_argument, placeholders,
    score, shell_quote,
};
#[cfg(feature = "schema")]
pub use findings::{match_schema, report_schema};
pub use incidents::{FormatCount, LifecycleEvent, Role, Sample, Skipped, SourceInfo};
pub use merge::{MergeError, Merger, merge};
#[cfg(feature = "rule-tools")]
pub(crate) use tally::template;
pub use tally::{
    BadMoment, CatalogueInfo, ChunkTally, Filter, Histogram, InputSample, MASK, MatchRow, Matches, Moment,
    Period, Sort, SourceTally, Summary, Tally, Times, View,
};
