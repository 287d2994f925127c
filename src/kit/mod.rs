//! The rule author's tools.

mod bench;
mod check;
mod draft;
mod verdicts;

pub use bench::{Bench, RuleCost, bench, slow_signatures};
pub use check::check;
pub use draft::{Draft, DraftError, draft};
pub use verdicts::{Outcome, judge_counter_example, judge_example};
