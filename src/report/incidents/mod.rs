//! Correlation: joins the records of one failure into one incident, within a source and across sources.

mod belonging;
pub(super) mod ending;
mod hint;
mod incident;
mod join;
mod journal;
mod mark;
mod nearness;
mod part;
pub(super) mod parts;
mod sample;
mod scope;
mod source_info;
mod source_summary;
mod stitch;

pub(crate) use hint::Hint;
pub use incident::Role;
pub(crate) use incident::{Cause, Incident};
pub(crate) use join::{End, GoodEnd, Joiner, LooseEnd, Standing};
pub(crate) use journal::{Journal, Turn};
pub(crate) use mark::MAX_MARKS;
pub use mark::Mark;
pub(crate) use nearness::{REACH, WINDOW, earlier, within};
pub(crate) use part::{EMPTY, Oddities, Part};
pub(crate) use sample::MAX_SAMPLES;
pub use sample::Sample;
pub(crate) use scope::{LastSeen, Scope, Success, keep_latest};
pub use source_info::{FormatCount, SourceInfo};
pub(crate) use source_summary::SourceSummary;
pub(crate) use stitch::{Joined, stitch};
