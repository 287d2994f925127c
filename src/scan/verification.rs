//! A check of the shortcuts on a user's own log: each record is judged twice, once with and once without them.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::classify::{Event, Observer};
use crate::engine::Engine;
use crate::record::RawRecord;
use crate::redact::Redactor;

/// Differences that are kept; one would be a fault of the program.
const MAX_DIFFERENCES: usize = 20;

/// What a scan that checks itself has found.
#[derive(Debug, Default)]
pub struct Verification {
    records: AtomicU64,
    differences: Mutex<Vec<Difference>>,
}

/// A record that means something else with shortcuts than without.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Where the record begins in its source, in bytes.
    pub offset: u64,
    /// What it means with shortcuts.
    pub short: String,
    /// What it means without.
    pub long: String,
}

impl Verification {
    /// Records judged twice.
    pub fn records(&self) -> u64 {
        self.records.load(Ordering::Relaxed)
    }

    /// The first differences found.
    pub fn differences(&self) -> Vec<Difference> {
        self.differences.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Judges records a second time.
pub(super) struct Verifier<'a> {
    slow: Observer<'a>,
    found: &'a Verification,
}

impl<'a> Verifier<'a> {
    pub fn new(engine: &'a Engine, redactor: Redactor, keep_texts: bool, found: &'a Verification) -> Self {
        Self { slow: Observer::new(engine, redactor, keep_texts), found }
    }

    /// Compares what a record means with what it means without shortcuts. `start` is where its chunk begins.
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
