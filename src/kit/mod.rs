//! The rule author's tools.

mod draft;

pub use draft::{Draft, DraftError, draft};
