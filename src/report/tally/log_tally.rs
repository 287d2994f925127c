//! The tally: collects events in the order of their sources and positions, and returns the summary.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::catalogue::{Catalogue, Severity};
use crate::classify::{
    Calendar, ChunkBytes, Event, LifecycleKind, Match, Position, Quotations, RunKeys, Standing, When,
};
use crate::record::Stamp;
use crate::redact::Redactor;
use crate::report::incidents::{
    Correlator, End, Incident, MAX_SAMPLES, REACH, Role, RunEvent, RunOutcome, Scope, Skipped, Success,
};

use super::chunk_tally::ChunkTally;
use super::match_row::MatchRow;
use super::matches::Matches;
use super::source_tally::SourceTally;
use super::summary::Summary;
use super::undecided::WaitingChunk;
use super::view::View;

/// Maximum number of incidents near the edges of a source that are kept as a whole, so that the next source can
/// continue them.
pub(super) const MAX_EDGES: usize = 2000;
/// Number of incidents, held until the end of the log is known, between removals of those that cannot be in the period.
const SIFT_EVERY: usize = 4096;

/// Collects the events of all sources.
#[derive(Clone)]
pub struct Tally<'c> {
    catalogue: &'c Catalogue,
    pub(super) view: View,
    keep_matches: bool,
    redactor: Redactor,
    zone: TimeZone,
    /// Assigns dates and order to the times of the current source.
    pub(super) calendar: Calendar,
    source: Option<SourceTally>,
    pub(super) joiner: Correlator,
    /// Number of matches per rule so far in the current source.
    pub(super) texts_seen: Vec<usize>,
    /// Closed incidents with their gateways, held while the end of the log, and with it the period, is unknown.
    held: Vec<(String, Incident)>,
    /// Closed incidents of quoted text, held for the same reason.
    pub(super) held_quoted: Vec<(String, Incident)>,
    pub(super) quotations: Quotations,
    newest: Option<Timestamp>,
    pub(super) summary: Summary,
    source_names: Vec<String>,
    matches: Matches,
}

impl<'c> Tally<'c> {
    /// Creates an empty tally. Times without an offset are in `zone`; `keep_matches` keeps every match for the report's
    /// `matches`.
    pub fn new(
        catalogue: &'c Catalogue,
        view: View,
        zone: TimeZone,
        redactor: Redactor,
        keep_matches: bool,
    ) -> Self {
        Self {
            redactor,
            catalogue,
            view,
            keep_matches,
            calendar: Calendar::new(zone.clone()),
            zone,
            source: None,
            joiner: Correlator::default(),
            texts_seen: vec![0; catalogue.rules().len()],
            held: Vec::new(),
            held_quoted: Vec::new(),
            quotations: Quotations::default(),
            newest: None,
            summary: Summary::new(catalogue),
            source_names: Vec::new(),
            matches: Matches::default(),
        }
    }

    /// Reserves memory for this number of sources.
    pub fn expect_sources(&mut self, count: usize) {
        self.summary.sources.reserve_exact(count);
        self.source_names.reserve_exact(count);
    }

    /// Ends the current source and starts the next one.
    pub fn begin_source(&mut self, mut source: SourceTally) {
        self.end_source();
        source.name = self.redactor.clean(&source.name).into_owned();
        source.gateway = self.redactor.clean(&source.gateway).into_owned();
        self.calendar = Calendar::new(self.zone.clone());
        self.texts_seen.fill(0);
        self.source_names.push(source.name.clone());
        self.source = Some(source);
    }

    /// Adds a reason why the current source could not be read, or only in part.
    pub fn problem(&mut self, problem: String) {
        if let Some(source) = &mut self.source {
            source.problems.push(problem);
        }
    }

    /// Adds a note about the current source that does not affect its completeness.
    pub fn note(&mut self, note: String) {
        if let Some(source) = &mut self.source {
            source.notes.push(note);
        }
    }

    /// Records that the current source was skipped.
    pub(crate) fn skip(&mut self, reason: Skipped) {
        if let Some(source) = &mut self.source {
            source.skipped = Some(reason);
        }
    }

    /// Records that the next older file of the current source's rotated set exists and was not read.
    pub fn unread_older(&mut self, name: String) {
        if let Some(source) = &mut self.source {
            source.unread_older = Some(name);
        }
    }

    /// Adds the next chunk of the current source; `bytes` gives access to the text of the chunk.
    pub fn add_chunk(&mut self, chunk: ChunkTally, bytes: &impl ChunkBytes) {
        let Some(source) = &mut self.source else { return };
        source.survey.extend(&chunk.survey);
        match &mut source.undecided {
            None => self.tally(chunk, bytes),
            Some(waiting) if waiting.is_empty() && source.survey.is_own() => {
                source.undecided = None;
                self.tally(chunk, bytes);
            }
            Some(waiting) => {
                waiting.push(WaitingChunk::new(chunk, bytes));
                let read = waiting.iter().map(|chunk| chunk.tally.bytes).sum();
                if source.survey.is_own() || source.survey.is_complete(read) {
                    self.decide();
                }
            }
        }
    }

    /// Adds the chunks that have waited for the decision whether the source is a log of OpenClaw.
    fn decide(&mut self) {
        let waiting = self.source.as_mut().and_then(|source| source.undecided.take());
        for WaitingChunk { tally, bytes } in waiting.into_iter().flatten() {
            self.tally(tally, &bytes);
        }
    }

    fn tally(&mut self, chunk: ChunkTally, bytes: &impl ChunkBytes) {
        let Some(mut source) = self.source.take() else { return };
        let is_foreign = source.survey.is_foreign();
        let start = Position {
            source: self.source_names.len() - 1,
            line: source.lines,
            offset: source.start() + source.bytes,
        };
        source.bytes += chunk.bytes;
        source.lines += chunk.lines;
        for (sum, records) in source.formats.iter_mut().zip(chunk.formats) {
            *sum += records;
            source.records += records;
        }
        source.invalid_utf8 += chunk.counts.invalid_utf8;
        source.cut += chunk.cut;
        source.nuls += chunk.nuls;
        source.note_origins(chunk.origins);
        source.problems.extend(chunk.problem);
        if !is_foreign {
            self.summary.warnings += chunk.counts.warnings;
            self.summary.without_level += chunk.counts.without_level;
        }
        for mut event in chunk.events {
            match event {
                Event::Match(found) if is_foreign => {
                    self.add_foreign(found, start, bytes, &mut source);
                    continue;
                }
                Event::Unclassified { .. } if is_foreign => continue,
                _ => {}
            }
            if let Event::Match(found) = &mut event {
                if !source.own_gateway.judge(found, start, self.catalogue) {
                    continue;
                }
                let line = start.line + found.position.line;
                match self.quotations.judge(found, bytes, line) {
                    Standing::Record => self.end_quotation(&source),
                    Standing::Seam => self.release_quotation(&mut source),
                    Standing::Doubtful(said) => {
                        let offset = found.position.offset;
                        let is_sample = self.quotations.waiting() < MAX_SAMPLES;
                        let is_kept = is_sample || self.keep_matches;
                        let text = is_kept.then(|| bytes.text_at(self.redactor, offset)).flatten();
                        let position = start.behind(found.position);
                        // A time of day without a date takes the date from the preceding records.
                        let when = self.calendar.peek(found.stamp);
                        self.quotations
                            .wait(Match { position, when, text, is_sample, ..found.clone() }, said);
                        continue;
                    }
                }
                self.add_text(found, bytes);
            }
            self.add_event(event, start, &mut source);
        }
        self.quotations.pass(&chunk.tail);
        self.calendar.place(chunk.last_clock);
        chunk.last_stamp.into_iter().for_each(|stamp| self.end_at(stamp, &mut source));
        self.source = Some(source);
    }

    /// Updates the time of the last record.
    fn end_at(&self, stamp: Stamp, source: &mut SourceTally) {
        let last = self.calendar.peek(Some(stamp));
        source.last_time = last.time;
        source.last_order = last.order;
    }

    fn add_event(&mut self, event: Event, start: Position, source: &mut SourceTally) {
        let place = |position: Position| start.behind(position);
        match event {
            Event::Match(mut found) => {
                found.position = place(found.position);
                found.when = self.place(found.stamp, source);
                self.add_match(found, source);
            }
            Event::Succeeded { stamp, keys, provider, model, fallback, requested } => {
                let time = self.place(stamp, source).order;
                let turn = RunEvent::Success { fallback, requested: requested.clone() };
                source.journal.turn(time, source.first_order, keys.clone(), turn);
                let end = self.joiner.succeed(&keys, time, fallback, requested.as_deref());
                match (end, provider) {
                    (_, Some(provider)) | (RunOutcome::Recovered(provider), None) => {
                        source.succeed(time, Some(provider), model, fallback);
                    }
                    (RunOutcome::WithoutFailure, None) => {
                        source.succeed(time, None, model, fallback);
                        source.note_loose_end(time, keys, fallback);
                    }
                    // The failed model is named in another record, if at all.
                    (RunOutcome::ByFallback, None) => {}
                }
            }
            Event::Started { stamp, run } => {
                let time = self.place(stamp, source).order;
                let keys = RunKeys { run: Some(run.clone()), ..RunKeys::default() };
                source.journal.turn(time, source.first_order, keys, RunEvent::Start);
                self.joiner.start(run, time);
            }
            Event::ChannelUp { stamp, channel } => {
                let order = self.place(stamp, source).order;
                let turn = RunEvent::ChannelUp(channel.clone());
                source.journal.turn(order, source.first_order, RunKeys::default(), turn);
                self.joiner.channel_up(&channel, order);
                source.note_end(order, End::ChannelUp(channel.clone()));
                if let Some(order) = order {
                    let scope =
                        Scope { gateway: source.gateway.clone(), channel: Some(channel), ..Scope::default() };
                    source.note_success(Success { order, scope, is_fallback: false });
                }
            }
            Event::DefaultProvider(provider) => source.default_provider = Some(provider),
            Event::GatewayPort(port) => source.own_gateway.port = Some(port),
            Event::GatewayAnswers(position) => source.own_gateway.answered = Some(place(position).line),
            Event::LifecycleEvent { stamp, what, port } => {
                source.own_gateway.port = port.or(source.own_gateway.port);
                let when = self.place(stamp, source);
                if what == LifecycleKind::GatewayStart {
                    source.journal.turn(
                        when.order,
                        source.first_order,
                        RunKeys::default(),
                        RunEvent::Restart,
                    );
                    self.joiner.restart(when.order);
                    source.note_end(when.order, End::Restart);
                }
                if let Some(time) = when.time {
                    source.mark(time, what);
                }
            }
            Event::First(stamp) => {
                if !source.begun {
                    source.begun = true;
                    let first = self.calendar.peek(Some(stamp));
                    source.first_time = first.time;
                    source.first_order = first.order;
                }
            }
            Event::Last(stamp) => self.end_at(stamp, source),
            Event::Clock(stamp) => {
                self.calendar.place(Some(stamp));
            }
            Event::LogDate(date) => self.calendar.set_date(date),
            Event::Truncated => source.truncated = true,
            Event::Dropped(records) => source.dropped += records,
            Event::Unclassified { position, stamp, level, subsystem, text } => {
                let time = self.place(stamp, source).time;
                let sample = source.sample(place(position), time, level, subsystem, text);
                self.summary.shapes.add(level, sample);
            }
        }
    }

    /// Returns the time of a record and its position in time order. A record without a time is known only to follow the
    /// one before.
    pub(super) fn place(&mut self, stamp: Option<Stamp>, source: &mut SourceTally) -> When {
        let when = self.calendar.place(stamp);
        self.put_in_order(when, source)
    }

    pub(super) fn put_in_order(&mut self, mut when: When, source: &mut SourceTally) -> When {
        when.order = when.order.or(source.last_event);
        source.last_event = when.order;
        self.newest = self.newest.max(when.time);
        when
    }

    /// Reads the text of the first few matches of a rule, which become the report's samples.
    pub(super) fn add_text(&mut self, found: &mut Match, bytes: &impl ChunkBytes) {
        let seen = &mut self.texts_seen[found.rule];
        *seen += 1;
        found.is_sample = *seen <= MAX_SAMPLES;
        if found.is_sample && found.text.is_none() {
            found.text = bytes.text_at(self.redactor, found.position.offset);
        }
    }

    pub(super) fn add_match(&mut self, found: Match, source: &mut SourceTally) {
        self.summary.matched += 1;
        let sample = (found.is_sample && found.text.is_some()).then(|| source.sample_of(&found));
        let number = self.joiner.add(&found, sample.clone());
        let first = source.first_order;
        let is_noted = source.journal.add(&found, first, number, sample.clone());
        if let Some(incident) = self.joiner.incident_mut(number) {
            match is_noted {
                true => incident.is_in_journal = true,
                false => incident.add_to_rest(&found, sample),
            }
        }
        self.keep(found, number);
        for incident in self.joiner.close() {
            self.close_incident(incident, source, false);
        }
    }

    /// Keeps a match for the report, if matches were requested.
    pub(super) fn keep(&mut self, found: Match, number: u64) {
        let source = found.position.source;
        let rule = &self.catalogue.rules()[found.rule];
        let Some(name) = self.source_names.get(source).filter(|_| self.keep_matches) else { return };
        let row = MatchRow {
            source: name.clone(),
            line: found.position.line,
            offset: found.position.offset,
            time: found.when.time,
            level: found.level,
            subsystem: found.subsystem.clone(),
            rule: rule.id.clone(),
            category: rule.category,
            severity: if found.is_quoted { Severity::Info } else { rule.severity },
            confidence: rule.confidence(),
            role: Role::Symptom,
            incident: String::new(),
            captures: found.captures.clone().into_iter().collect(),
            quoted: found.is_quoted,
            text: found.text.unwrap_or_default(),
        };
        self.matches.push(row, source, number);
    }

    /// Records which match is the cause of an incident.
    pub(super) fn keep_cause(&mut self, incident: &Incident) {
        if let Some(lead) = incident.lead().filter(|_| self.keep_matches) {
            self.matches.set_cause(incident.number, lead.position);
        }
    }

    /// Settles an incident, or keeps it as an edge if it may continue from the previous source or in the next one.
    fn close_incident(&mut self, incident: Incident, source: &mut SourceTally, is_last: bool) {
        self.keep_cause(&incident);
        let is_within = |edge: Option<Timestamp>, time: Option<Timestamp>| {
            edge.zip(time).is_none_or(|(edge, time)| edge.duration_since(time).abs() <= REACH)
        };
        let is_edge = is_within(source.first_order, incident.first_order)
            || (is_last && is_within(source.last_order, incident.last_order));
        // A consequence of a failure in the previous part may follow hours later.
        let is_edge = is_edge || (source.goes_on() && incident.wants_root());
        // Half of the room is reserved for the end of the source.
        let room = if is_last { MAX_EDGES } else { MAX_EDGES / 2 };
        if is_edge && source.edges.len() < room {
            source.edges.push(incident);
        } else if self.view.filter.period.needs_end() {
            self.held.push((source.gateway.clone(), incident));
            if self.held.len().is_multiple_of(SIFT_EVERY) {
                self.prune();
            }
        } else {
            self.settle(&incident, &source.gateway);
        }
    }

    fn settle(&mut self, incident: &Incident, gateway: &str) {
        if self.view.filter.period.covers(incident.first_seen, incident.last_seen) {
            self.summary.settle(incident, gateway);
        } else {
            self.summary.outside += 1;
        }
    }

    /// Removes held incidents that are before the period for any possible end of the log.
    fn prune(&mut self) {
        let mut earliest = self.view.filter.period;
        if let Some(newest) = self.newest {
            earliest.settle(newest);
            let before = self.held.len();
            self.held.retain(|(_, incident)| !earliest.is_before(incident.last_seen));
            self.summary.outside += (before - self.held.len()) as u64;
        }
    }

    fn end_source(&mut self) {
        self.decide();
        let Some(mut source) = self.source.take() else { return };
        self.end_quotation(&source);
        self.quotations = Quotations::default();
        let next = Correlator::new(self.joiner.count());
        let (incidents, standing) = std::mem::replace(&mut self.joiner, next).finish();
        // The closer to the end, the more likely an incident continues.
        for incident in incidents.into_iter().rev() {
            self.close_incident(incident, &mut source, true);
        }
        source.edges.sort_by_key(|incident| incident.number);
        let mut source = source.finish(standing);
        source.redact_names(self.redactor);
        self.summary.sources.push(source);
    }

    /// Closes all incidents and returns the data for the report.
    pub(crate) fn close(mut self) -> (Summary, View, Matches) {
        self.end_source();
        let ends = self.summary.sources.iter().filter_map(|source| source.info.last_time);
        if let Some(end) = ends.max() {
            self.view.filter.period.settle(end);
        }
        for (gateway, incident) in std::mem::take(&mut self.held) {
            self.settle(&incident, &gateway);
        }
        for (gateway, incident) in std::mem::take(&mut self.held_quoted) {
            self.settle_quoted(&incident, &gateway);
        }
        self.summary.take_texts(self.catalogue);
        (self.summary, self.view, self.matches)
    }
}
