//! Correlation: joins the records of one failure into one incident, within a source and across sources.

mod captures;
mod causes;
mod correlate;
mod correlation_rules;
pub(super) mod ending;
mod fallback;
mod hint;
mod incident;
mod journal;
mod lifecycle;
mod part;
pub(super) mod parts;
mod primary_evidence;
mod quick_failures;
mod sample;
mod scope;
mod source_info;
mod source_merge;
mod source_summary;
mod time_limits;

pub(crate) use correlate::{Correlator, End, RunOutcome, Standing, UnmatchedEnd};
pub(crate) use hint::Hint;
pub use incident::Role;
pub(crate) use incident::{Cause, Incident};
pub(crate) use journal::{Journal, RunEvent};
pub use lifecycle::LifecycleEvent;
pub(crate) use lifecycle::MAX_MARKS;
pub(crate) use part::{EMPTY, Oddities, SourcePart};
pub(crate) use sample::MAX_SAMPLES;
pub use sample::Sample;
pub(crate) use scope::{LastSeen, Scope, Success, keep_latest};
pub use source_info::{FormatCount, Skipped, SourceInfo};
pub(crate) use source_merge::{Joined, merge_sources};
pub(crate) use source_summary::SourceSummary;
pub(crate) use time_limits::{REACH, WINDOW, earlier, within};
