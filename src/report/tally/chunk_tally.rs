//! What one chunk adds to its source.

use std::collections::BTreeSet;

use crate::classify::{Counts, Event};
use crate::record::{ByFormat, Origin, Stamp};

use super::survey::Survey;

/// What one chunk adds to its source.
#[derive(Debug, Default)]
pub struct ChunkTally {
    /// Its bytes, those left out of a long line included.
    pub bytes: u64,
    /// Its physical lines.
    pub lines: u64,
    /// Its records by format, in the order of [`Format::ALL`](crate::record::Format::ALL).
    pub formats: ByFormat,
    /// Stamp of the last record that has one, from the last on that says of which day the log is.
    pub last_stamp: Option<Stamp>,
    /// The last time of day without a date.
    pub last_clock: Option<Stamp>,
    /// Its last bytes.
    pub tail: Vec<u8>,
    /// Records of which only the beginning was looked at.
    pub cut: u64,
    /// What was seen in passing.
    pub counts: Counts,
    /// Who wrote its records.
    pub origins: BTreeSet<Origin>,
    /// A look at its records, where it is near the beginning of the source.
    pub survey: Survey,
    /// Why it could not be read, or not whole.
    pub problem: Option<String>,
    /// What its records mean, in their order; positions are counted from the chunk's start.
    pub events: Vec<Event>,
}

impl ChunkTally {
    /// The rule of each match in it, by index.
    pub fn rules(&self) -> impl Iterator<Item = usize> {
        self.events.iter().filter_map(|event| match event {
            Event::Match(found) => Some(found.rule),
            _ => None,
        })
    }
}
