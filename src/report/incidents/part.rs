//! What is kept of a source that was read in parts.

use serde::{Deserialize, Serialize};

/// What is kept of a part of a source besides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Part {
    /// Where its first record begins in the source, where that is known.
    pub start: Option<u64>,
    /// What its notes tell.
    pub oddities: Oddities,
}

/// What was unusual in a source, in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Oddities {
    /// Records looked at whose bytes are not all UTF-8.
    pub invalid_utf8: u64,
    /// Records of which only the beginning was looked at.
    pub cut: u64,
    /// Records that OpenClaw itself lost.
    pub dropped: u64,
}

impl Oddities {
    pub fn add(&mut self, other: Self) {
        self.invalid_utf8 += other.invalid_utf8;
        self.cut += other.cut;
        self.dropped += other.dropped;
    }

    /// What the report says of them.
    pub fn notes(self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.invalid_utf8 > 0 {
            notes.push(format!(
                "records looked at whose bytes are not all UTF-8 (the others are shown as \u{fffd}): {}",
                self.invalid_utf8
            ));
        }
        if self.cut > 0 {
            notes.push(format!(
                "records longer than 16 MiB, of which only the beginning was looked at: {}",
                self.cut
            ));
        }
        if self.dropped > 0 {
            notes.push(format!(
                "records that OpenClaw itself lost before they reached the log: {}",
                self.dropped
            ));
        }
        notes
    }
}

/// What a source without records is said to be.
pub(crate) const EMPTY: &str = "it holds no records";
