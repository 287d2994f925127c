//! Classification of single records, for tables with one record per row.

use crate::classify::{Event, EventClassifier, Match};
use crate::engine::Engine;
use crate::record::Lines;
use crate::redact::Redactor;

/// Finds the rule that explains a single record.
///
/// The classifier caches texts that differ only in ids and durations, so one classifier for many records is much faster
/// than one per record.
pub struct Classifier<'e> {
    observer: EventClassifier<'e>,
}

impl<'e> Classifier<'e> {
    /// Creates a classifier that redacts captures with `redactor`.
    pub fn new(engine: &'e Engine, redactor: Redactor) -> Self {
        Self { observer: EventClassifier::new(engine, redactor, false) }
    }

    /// Returns the match that a scan finds in a log with only this text. If the text contains several records, the
    /// first one that a rule explains counts.
    pub fn classify(&mut self, text: &[u8]) -> Option<Match> {
        let mut lines = Lines::new(text, 0);
        while let Some((raw, glance)) = self.observer.next(&mut lines, None) {
            if let Some(Event::Match(found)) = self.observer.observe(&raw, &glance) {
                return Some(found);
            }
        }
        None
    }
}
