//! Two reports compared: what stopped, what is new, what happens more often or less.

mod comparison;
mod rates;

pub use comparison::{Change, Comparison, Outcome, Row, Seen, Side, SideInfo};
