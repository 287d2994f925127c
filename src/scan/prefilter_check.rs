//! Self-check on a user's log: each record is classified twice, with and without shortcuts.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::classify::{Event, EventClassifier};
use crate::engine::Engine;
use crate::record::RawRecord;
use crate::redact::Redactor;

/// Maximum number of differences kept; each one is a bug in clawsift.
const MAX_DIFFERENCES: usize = 20;

/// Results of a self-check.
#[derive(Debug, Default)]
pub struct PrefilterCheck {
    records: AtomicU64,
    differences: Mutex<Vec<Difference>>,
}

/// A record that is classified differently with and without shortcuts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Offset of the record in its source, in bytes.
    pub offset: u64,
    /// Classification with shortcuts.
    pub short: String,
    /// Classification without shortcuts.
    pub long: String,
}

impl PrefilterCheck {
    /// Returns the number of records checked.
    pub fn records(&self) -> u64 {
        self.records.load(Ordering::Relaxed)
    }

    /// Returns the first differences.
    pub fn differences(&self) -> Vec<Difference> {
        self.differences.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Classifies records a second time.
pub(super) struct Verifier<'a> {
    slow: EventClassifier<'a>,
    found: &'a PrefilterCheck,
}

impl<'a> Verifier<'a> {
    pub fn new(engine: &'a Engine, redactor: Redactor, keep_texts: bool, found: &'a PrefilterCheck) -> Self {
        Self { slow: EventClassifier::new(engine, redactor, keep_texts), found }
    }

    /// Compares the classification of a record with the one without shortcuts. `start` is the offset of the chunk.
    pub fn check(&mut self, raw: &RawRecord<'_>, start: u64, event: Option<&Event>) {
        self.found.records.fetch_add(1, Ordering::Relaxed);
        let long = self.slow.observe_slowly(raw);
        let (short, long) = (format!("{event:?}"), format!("{:?}", long.as_ref()));
        if short == long {
            return;
        }
        let mut differences = self.found.differences.lock().unwrap_or_else(PoisonError::into_inner);
        if differences.len() < MAX_DIFFERENCES {
            differences.push(Difference { offset: start + raw.offset as u64, short, long });
        }
    }
}
