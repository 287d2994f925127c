//! The rule author's tools.

mod bench;
mod check;
mod draft;
mod mutate;
mod test;
mod verdicts;

pub use bench::{Bench, RuleCost, bench, slow_signatures};
pub use check::check;
pub use draft::{Draft, DraftError, draft};
pub use mutate::{Mutation, RuleMutation, Survivor, mutate};
pub use test::{Failure, FailureKind, TestRun, test};
pub use verdicts::{Outcome, judge_counter_example, judge_example};
