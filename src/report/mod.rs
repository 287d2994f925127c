//! What happened: matches into incidents, incidents into ranked findings, and what to do first.

mod diff;
mod findings;
mod incidents;
mod merge;
mod tally;

pub use diff::{Change, Comparison, Outcome, Row, Seen, Side, SideInfo};
pub use findings::{
    Began, Budget, FilledFix, Finding, LeftOut, LookAlike, NextStep, Report, RulePage, SCHEMA, Status,
    Symptom, Tool, Totals, Unclassified, Unexplained, Value, filled, is_argument, match_schema, placeholders,
    report_schema, score, shell_quote,
};
pub use incidents::{FormatCount, Mark, Role, Sample, SourceInfo};
pub use merge::{MergeError, Merger, merge};
pub(crate) use tally::template;
pub use tally::{
    BadMoment, CatalogueInfo, ChunkTally, Filter, Histogram, MASK, MatchRow, Matches, Moment, Period, Sort,
    SourceTally, Summary, Survey, Tally, Times, View,
};
