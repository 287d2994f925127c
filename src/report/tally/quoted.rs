//! Matches that are not OpenClaw's own records: quoted text, and logs of other programs. Each is settled apart from the others.

use crate::classify::{ChunkBytes, Match, Paste, Position};
use crate::record::Stamp;
use crate::report::incidents::{Incident, MAX_SAMPLES};

use super::log_tally::{MAX_EDGES, Tally};
use super::source_tally::SourceTally;

impl Tally<'_> {
    /// Adds a match of a source that is not a log of OpenClaw: an incident of its own, like quoted text.
    pub(super) fn add_foreign(
        &mut self,
        mut found: Match,
        start: Position,
        bytes: &impl ChunkBytes,
        source: &mut SourceTally,
    ) {
        self.add_text(&mut found, bytes);
        found.position = start.behind(found.position);
        found.when = self.place(found.stamp, source);
        self.settle_apart(vec![found], source);
    }

    /// Closes quoted text after the log has continued. Its times do not count as times of the log.
    pub(super) fn end_quotation(&mut self, source: &SourceTally) {
        if let Some(Paste { matches, .. }) = self.quotations.open.take() {
            self.settle_apart(matches, source);
        }
    }

    /// Settles matches as one incident, which is not joined with others.
    fn settle_apart(&mut self, matches: Vec<Match>, source: &SourceTally) {
        let Some(first) = matches.first() else { return };
        let mut incident = Incident::new(self.joiner.next_number(), first);
        for mut found in matches {
            found.is_quoted = true;
            incident.add(&found, found.is_sample.then(|| source.sample_of(&found)));
            self.keep(found, incident.number);
        }
        self.keep_cause(&incident);
        if self.view.filter.period.needs_end() && self.held_quoted.len() < MAX_EDGES {
            self.held_quoted.push((source.gateway.clone(), incident));
        } else {
            self.settle_quoted(&incident, &source.gateway);
        }
    }

    /// Treats matches held as quoted text as real records.
    pub(super) fn release_quotation(&mut self, source: &mut SourceTally) {
        let Some(Paste { matches, .. }) = self.quotations.open.take() else { return };
        for mut found in matches {
            let seen = &mut self.texts_seen[found.rule];
            *seen += 1;
            found.is_sample &= *seen <= MAX_SAMPLES;
            if found.stamp.is_some_and(|stamp| !matches!(stamp, Stamp::Clock(..))) {
                self.calendar.place(found.stamp);
            }
            found.when = self.put_in_order(found.when, source);
            self.add_match(found, source);
        }
    }

    pub(super) fn settle_quoted(&mut self, incident: &Incident, gateway: &str) {
        if self.view.filter.period.covers(incident.first_seen, incident.last_seen) {
            self.summary.settle_quoted(incident, gateway);
        } else {
            self.summary.outside += 1;
        }
    }
}
