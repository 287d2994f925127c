//! Data that one chunk adds to its source.

use std::collections::BTreeSet;

use crate::classify::Event;
use crate::record::{ByFormat, Counts, Origin, Stamp};

use super::input_sample::InputSample;

/// Data that one chunk adds to its source.
#[derive(Debug, Clone, Default)]
pub struct ChunkTally {
    /// Number of bytes, including the skipped ones of a long line.
    pub bytes: u64,
    /// Number of physical lines.
    pub lines: u64,
    /// Number of records by format, in the order of [`Format::ALL`](crate::record::Format::ALL).
    pub formats: ByFormat,
    /// Last time stamp after the last record with a date.
    pub last_stamp: Option<Stamp>,
    /// Last time of day without a date.
    pub last_clock: Option<Stamp>,
    /// Last bytes of the chunk.
    pub tail: Vec<u8>,
    /// Records of which only the beginning was inspected.
    pub cut: u64,
    /// Number of NULs between records.
    pub nuls: u64,
    /// Counts of unusual records.
    pub counts: Counts,
    /// Programs and machines that wrote the records.
    pub origins: BTreeSet<Origin>,
    /// Sample of the records, if the chunk is near the beginning of the source.
    pub survey: InputSample,
    /// Reason why the chunk could not be read, or only in part.
    pub problem: Option<String>,
    /// Events of the records, in order; positions are relative to the start of the chunk.
    pub events: Vec<Event>,
}

impl ChunkTally {
    /// Returns the rule index of each match.
    pub fn rules(&self) -> impl Iterator<Item = usize> {
        self.events.iter().filter_map(|event| match event {
            Event::Match(found) => Some(found.rule),
            _ => None,
        })
    }
}
