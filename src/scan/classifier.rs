//! Single records, each judged on its own: for tables that hold one record a row.

use crate::classify::{Event, Match, Observer};
use crate::engine::Engine;
use crate::record::Lines;
use crate::redact::Redactor;

/// Tells which rule explains a record that stands alone.
///
/// What it has read it need not read again where only ids and durations differ, so one classifier for many records is
/// much faster than one for each.
pub struct Classifier<'e> {
    observer: Observer<'e>,
}

impl<'e> Classifier<'e> {
    /// A classifier whose captures the redactor cleans.
    pub fn new(engine: &'e Engine, redactor: Redactor) -> Self {
        Self { observer: Observer::new(engine, redactor, false) }
    }

    /// What a scan says of a log that holds this text alone. Where the text is more than one record, the first that a rule
    /// explains counts.
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
