//! Mergeable counts: incidents by rule, unexplained records by pattern, and the data kept per source.

mod bounded;
mod catalogue_info;
mod chunk_tally;
mod finding_tally;
mod input_sample;
mod log_tally;
mod log_template;
mod match_row;
mod matches;
mod own_gateway;
mod period;
mod quoted;
mod rule_text;
mod shorten;
mod source_tally;
mod summary;
mod timeline;
mod undecided;
mod view;

pub(crate) use bounded::ValueCounts;
pub use catalogue_info::CatalogueInfo;
pub use chunk_tally::ChunkTally;
pub(crate) use finding_tally::FindingTally;
pub(crate) use input_sample::DEFAULT_LIMIT;
pub use input_sample::InputSample;
pub use log_tally::Tally;
pub use log_template::MASK;
#[cfg(feature = "rule-tools")]
pub(crate) use log_template::template;
pub(crate) use log_template::{LogTemplates, TemplateCount, redact_template};
pub use match_row::MatchRow;
pub use matches::Matches;
pub use period::{BadMoment, Moment, Period};
pub(crate) use rule_text::RuleText;
pub use source_tally::SourceTally;
pub use summary::Summary;
pub(crate) use summary::settle;
pub use timeline::{Histogram, Times};
pub use view::{Filter, Sort, View};
