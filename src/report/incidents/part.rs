//! Data kept for a source that was read in parts.

use serde::{Deserialize, Serialize};

/// Additional data kept for one part of a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SourcePart {
    /// Offset of the part's first record in the source, in bytes, if known.
    pub start: Option<u64>,
    /// Counts of unusual records, for the notes.
    pub oddities: Oddities,
}

/// Counts of unusual records in a source.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Oddities {
    /// Inspected records that are not valid UTF-8.
    pub invalid_utf8: u64,
    /// Records of which only the beginning was inspected.
    pub cut: u64,
    /// Records that OpenClaw itself reported as lost.
    pub dropped: u64,
    /// NULs between records.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub nuls: u64,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Oddities {
    pub fn add(&mut self, other: Self) {
        self.invalid_utf8 += other.invalid_utf8;
        self.cut += other.cut;
        self.dropped += other.dropped;
        self.nuls += other.nuls;
    }

    /// Returns the notes for the report.
    pub fn notes(self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.invalid_utf8 > 0 {
            notes.push(format!("records with invalid UTF-8 (shown as \u{fffd}): {}", self.invalid_utf8));
        }
        if self.cut > 0 {
            notes.push(format!(
                "records longer than 16 MiB, of which only the beginning was read: {}",
                self.cut
            ));
        }
        if self.dropped > 0 {
            notes.push(format!(
                "records that OpenClaw dropped before writing them to the log: {}",
                self.dropped
            ));
        }
        if self.nuls > 0 {
            notes.push(format!(
                "NUL bytes skipped, as a crash or a truncation of the open log (copytruncate) leaves them: {}",
                self.nuls
            ));
        }
        notes
    }
}

/// Note for a source without records.
pub(crate) const EMPTY: &str = "contains no records";
