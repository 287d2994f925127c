//! A record that is shown as evidence.

use jiff::Timestamp;
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::record::Level;
use crate::redact::Cleaner;

/// Texts shown of one rule.
pub(crate) const MAX_SAMPLES: usize = 3;

/// A record as evidence.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Sample {
    /// The source's name.
    pub source: String,
    /// The record's first physical line, from 1.
    pub line: u64,
    /// The record's first byte.
    pub offset: u64,
    /// When it was written.
    pub time: Option<Timestamp>,
    /// Its level.
    pub level: Option<Level>,
    /// Its subsystem.
    pub subsystem: Option<String>,
    /// What it says, redacted and printable.
    pub text: String,
    /// What the rule has found in it, with `…` for ids and durations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matched: Option<String>,
}

impl Sample {
    /// Where it stands among all samples: by time, then by place.
    pub(crate) fn place(&self) -> (bool, Option<Timestamp>, &str, u64) {
        (self.time.is_none(), self.time, &self.source, self.offset)
    }

    pub(crate) fn redact(&mut self, cleaner: &Cleaner) {
        cleaner.each([&mut self.source, &mut self.text]);
        cleaner.each(self.subsystem.iter_mut().chain(&mut self.matched));
    }
}
