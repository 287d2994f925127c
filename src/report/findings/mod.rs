//! The rows of the report: rank, status, advice, notes and next steps, computed from the tally.

mod advice;
mod began;
mod budget;
mod build;
mod code_meaning;
mod finding;
mod fingerprint;
mod fix;
mod left_out;
mod next_steps;
mod notes;
mod rank;
mod report;
mod rule_page;
#[cfg(feature = "schema")]
mod schema;
mod status;
mod unclassified;
mod value;

pub use advice::{filled, is_argument, placeholders, shell_quote};
pub use began::Began;
pub(crate) use build::report_of;
pub use code_meaning::CodeMeaning;
pub use finding::{Finding, Symptom};
pub(crate) use fingerprint::IDENTITY;
pub use fix::FilledFix;
pub use left_out::{Budget, LeftOut};
pub use next_steps::NextStep;
pub use rank::score;
pub use report::{Report, SCHEMA, Tool, Totals};
pub use rule_page::{LookAlike, RulePage, Unexplained};
#[cfg(feature = "schema")]
pub use schema::{match_schema, report_schema};
pub use status::Status;
pub use unclassified::Unclassified;
pub use value::Value;
