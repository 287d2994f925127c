//! A record shown as evidence.

use jiff::Timestamp;
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::record::Level;
use crate::redact::Cleaner;

/// Maximum number of samples per rule.
pub(crate) const MAX_SAMPLES: usize = 3;

/// A record shown as evidence.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[non_exhaustive]
pub struct Sample {
    /// The source's name.
    pub source: String,
    /// The record's first physical line, from 1.
    pub line: u64,
    /// Offset of the record's first byte in the decompressed source.
    pub offset: u64,
    /// Time of the record.
    pub time: Option<Timestamp>,
    /// Level of the record.
    pub level: Option<Level>,
    /// Subsystem of the record.
    pub subsystem: Option<String>,
    /// Text of the record, redacted and without control characters.
    pub text: String,
    /// The part of the text that the rule matched, with `…` for ids and durations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matched: Option<String>,
}

impl Sample {
    /// Returns the sort key of samples: by time, then by position.
    pub(crate) fn place(&self) -> (bool, Option<Timestamp>, &str, u64) {
        (self.time.is_none(), self.time, &self.source, self.offset)
    }

    pub(crate) fn redact(&mut self, cleaner: &Cleaner) {
        cleaner.each([&mut self.source, &mut self.text]);
        cleaner.each(self.subsystem.iter_mut().chain(&mut self.matched));
    }
}
