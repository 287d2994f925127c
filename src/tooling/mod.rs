//! Tools for rule authors.

mod automata;
mod bench;
mod check;
mod draft;
mod leave_one_out;
mod list;
mod mutate;
mod places;
mod readable;
mod show;
mod suggest_examples;
mod test;
mod verdicts;
mod yaml;

pub use bench::{Bench, RuleCost, bench, slow_signatures};
pub use check::check;
pub use draft::{BadId, Draft, DraftError, draft, draft_line};
pub use leave_one_out::{LeaveOneOut, WrongAnswer, leave_one_out, left_out_with};
pub use list::{ListedRule, list};
pub use mutate::{Mutation, RuleMutation, Survivor, mutate};
pub use show::{NoSuchRule, ShownCode, ShownRule, ShownSignature, show};
pub use suggest_examples::{Pins, RulePins, suggest_examples};
pub use test::{Failure, FailureKind, TestRun, test};
pub use verdicts::{Outcome, judge_counter_example, judge_example};
