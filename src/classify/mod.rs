//! Classifies records: parses each kind of record once, and recognizes failures, the ends of runs, and lifecycle events of the
//! gateway.

mod behind;
mod calendar;
mod event;
mod gateway;
mod glimpse;
mod memo;
mod observer;
mod quotation;

pub(crate) use behind::Behind;
pub(crate) use calendar::Calendar;
pub use calendar::{When, goes_back};
pub(crate) use event::{Ends, RunKeys, Setting};
pub use event::{Event, Facts, MarkKind, Match, Position};
pub(crate) use glimpse::Glimpse;
pub use observer::{Counts, Observer, text_of_first};
pub use quotation::{ChunkBytes, tail};
pub(crate) use quotation::{Paste, Quotations, Standing};
