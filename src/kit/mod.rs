//! The rule author's tools.

mod bench;
mod draft;

pub use bench::{Bench, RuleCost, bench, slow_signatures};
pub use draft::{Draft, DraftError, draft};
