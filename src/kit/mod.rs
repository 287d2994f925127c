//! The rule author's tools.

mod bench;
mod draft;
mod list;
mod show;

pub use bench::{Bench, RuleCost, bench, slow_signatures};
pub use draft::{BadId, Draft, DraftError, draft, draft_line};
pub use list::{ListedRule, list};
pub use show::{NoSuchRule, ShownRule, ShownSignature, show};
