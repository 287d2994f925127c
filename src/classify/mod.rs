//! Classifies records: parses each kind of record once, and recognizes failures, the ends of runs, and lifecycle events of the
//! gateway.

mod cache;
mod calendar;
mod context;
mod correlation_key;
mod event;
mod event_classifier;
mod gateway;
mod quotation;

pub(crate) use calendar::Calendar;
pub use calendar::{When, goes_back};
pub(crate) use context::Context;
pub(crate) use correlation_key::CorrelationKey;
pub(crate) use event::{Component, Ends, ProcessEnd, RunKeys};
pub use event::{Event, Facts, LifecycleKind, Match, Position};
pub use event_classifier::{EventClassifier, text_of_first};
pub use quotation::{ChunkBytes, tail};
pub(crate) use quotation::{Paste, Quotations, Standing};
