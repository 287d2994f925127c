//! Compares two reports: which failures stopped, which are new, and which are more or less frequent.

mod comparison;
mod rates;

pub use comparison::{Change, Comparison, Outcome, Row, Seen, Side, SideInfo};
