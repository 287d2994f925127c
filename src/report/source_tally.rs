//! What is collected of one source, chunk by chunk.

use std::collections::{BTreeSet, VecDeque};

use jiff::Timestamp;

use crate::classify::{Counts, Event, MarkKind, RunKeys};
use crate::record::{ByFormat, Format, MAX_ORIGINS, Origin, Stamp};
use crate::source::Kind;

use super::belonging::{REACH, WINDOW, within};
use super::incident::Incident;
use super::join::{End, LooseEnd, Standing};
use super::journal::Journal;
use super::mark::{MAX_MARKS, Mark};
use super::parts::{EMPTY, Oddities, Part};
use super::status::{Scope, Success, keep_latest};
use super::summary::SourceSummary;
use super::{FormatCount, SourceInfo, Survey};

/// Good ends near the beginning of a source that are kept.
const MAX_LOOSE_ENDS: usize = 64;
/// The same of a part of a source, where a run that has failed before goes on for certain: what a busy gateway writes in half
/// an hour.
const MAX_LOOSE_ENDS_OF_PART: usize = 4096;

/// What was read of one source.
#[derive(Debug, Clone)]
pub struct SourceTally {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) gateway: String,
    /// It is a part of its source, which begins there, where that is known.
    pub(super) part: Option<Option<u64>>,
    pub(super) formats: ByFormat,
    pub(super) bytes: u64,
    pub(super) lines: u64,
    pub(super) records: u64,
    pub(super) first_time: Option<Timestamp>,
    pub(super) first_order: Option<Timestamp>,
    pub(super) last_time: Option<Timestamp>,
    pub(super) last_order: Option<Timestamp>,
    /// A time stamp was seen.
    pub(super) begun: bool,
    pub(super) problems: Vec<String>,
    pub(super) notes: Vec<String>,
    pub(super) unread_older: Option<String>,
    pub(super) invalid_utf8: u64,
    pub(super) cut: u64,
    pub(super) truncated: bool,
    pub(super) dropped: u64,
    pub(super) survey: Survey,
    pub(super) origins: BTreeSet<Origin>,
    pub(super) loose_ends: Vec<LooseEnd>,
    pub(super) successes: Vec<Success>,
    pub(super) early_success: Option<Timestamp>,
    pub(super) default_provider: Option<String>,
    pub(super) marks: VecDeque<Mark>,
    pub(super) edges: Vec<Incident>,
    pub(super) journal: Journal,
    /// Time of the last event, which records without a time take for theirs.
    pub(super) last_event: Option<Timestamp>,
}

impl SourceTally {
    /// A source of which nothing was read yet. Sources with the same `gateway`, the folder, are of one gateway.
    pub fn new(name: String, kind: Kind, gateway: String) -> Self {
        Self {
            name,
            kind,
            gateway,
            part: None,
            formats: [0; Format::ALL.len()],
            bytes: 0,
            lines: 0,
            records: 0,
            first_time: None,
            first_order: None,
            last_time: None,
            last_order: None,
            begun: false,
            problems: Vec::new(),
            notes: Vec::new(),
            unread_older: None,
            invalid_utf8: 0,
            cut: 0,
            truncated: false,
            dropped: 0,
            survey: Survey::default(),
            origins: BTreeSet::new(),
            loose_ends: Vec::new(),
            successes: Vec::new(),
            early_success: None,
            default_provider: None,
            marks: VecDeque::new(),
            edges: Vec::new(),
            journal: Journal::default(),
            last_event: None,
        }
    }

    /// Makes it a part of its source, which begins at that byte, where that is known.
    pub fn part(self, start: Option<u64>) -> Self {
        Self { part: Some(start), ..self }
    }

    /// Where its bytes begin in the source.
    pub(super) fn start(&self) -> u64 {
        self.part.flatten().unwrap_or(0)
    }

    /// Whether it goes on where another part of its source has ended.
    pub(super) fn goes_on(&self) -> bool {
        self.part.is_some_and(|start| start != Some(0))
    }
}

/// What one chunk adds to its source.
#[derive(Debug, Default)]
pub struct ChunkTally {
    /// Its bytes, those left out of a long line included.
    pub bytes: u64,
    /// Its physical lines.
    pub lines: u64,
    /// Its records by format, in the order of [`Format::ALL`].
    pub formats: ByFormat,
    /// Stamp of the last record that has one, from the last on that says of which day the log is.
    pub last_stamp: Option<Stamp>,
    /// The last time of day without a date.
    pub last_clock: Option<Stamp>,
    /// Its last bytes.
    pub tail: Vec<u8>,
    /// Records of which only the beginning was looked at.
    pub cut: u64,
    /// What was seen in passing.
    pub counts: Counts,
    /// Who wrote its records.
    pub origins: BTreeSet<Origin>,
    /// A look at its records, where it is near the beginning of the source.
    pub survey: Survey,
    /// Why it could not be read, or not whole.
    pub problem: Option<String>,
    /// What its records mean, in their order; positions are counted from the chunk's start.
    pub events: Vec<Event>,
}

impl ChunkTally {
    /// The rule of each match in it, by index.
    pub fn rules(&self) -> impl Iterator<Item = usize> {
        self.events.iter().filter_map(|event| match event {
            Event::Match(found) => Some(found.rule),
            _ => None,
        })
    }
}

impl SourceTally {
    pub(super) fn succeed(
        &mut self,
        time: Option<Timestamp>,
        provider: Option<String>,
        model: Option<String>,
        is_fallback: bool,
    ) {
        let Some(order) = time else { return };
        let Some(provider) = provider.or_else(|| self.default_provider.clone()) else {
            self.early_success = self.early_success.max(Some(order));
            return;
        };
        let gateway = self.gateway.clone();
        self.note_success(Success {
            order,
            scope: Scope { gateway, provider: Some(provider), model, channel: None },
            is_fallback,
        });
    }

    /// Notes a good end of which nothing failed here, where a run of the source before may have come to it.
    pub(super) fn note_loose_end(&mut self, time: Option<Timestamp>, keys: RunKeys, fallback: bool) {
        let is_near = within(self.first_order, time, if self.goes_on() { REACH } else { WINDOW });
        if let Some(order) = time.filter(|_| is_near) {
            self.push_loose_end(LooseEnd { order, keys, fallback, what: End::Success });
        }
    }

    /// Notes what ends failures that may have begun in the part before.
    pub(super) fn note_end(&mut self, time: Option<Timestamp>, what: End) {
        if let Some(order) = time
            && self.goes_on()
            && within(self.first_order, time, REACH)
        {
            self.push_loose_end(LooseEnd { order, keys: RunKeys::default(), fallback: false, what });
        }
    }

    fn push_loose_end(&mut self, end: LooseEnd) {
        let most = if self.goes_on() { MAX_LOOSE_ENDS_OF_PART } else { MAX_LOOSE_ENDS };
        if self.loose_ends.len() < most {
            self.loose_ends.push(end);
        }
    }

    pub(super) fn note_success(&mut self, success: Success) {
        keep_latest(&mut self.successes, success, |a, b| {
            (&a.scope, a.is_fallback) == (&b.scope, b.is_fallback)
        });
    }

    pub(super) fn note_origins(&mut self, origins: BTreeSet<Origin>) {
        self.origins.extend(origins);
        while self.origins.len() > MAX_ORIGINS {
            self.origins.pop_last();
        }
    }

    pub(super) fn mark(&mut self, time: Timestamp, what: MarkKind) {
        // A version is news only when it is another one.
        let is_version = |mark: &&Mark| matches!(mark.what, MarkKind::Version(_));
        if matches!(what, MarkKind::Version(_))
            && self.marks.iter().rfind(is_version).is_some_and(|mark| mark.what == what)
        {
            return;
        }
        self.marks.push_back(Mark { time, what, gateway: self.gateway.clone() });
        if self.marks.len() > MAX_MARKS {
            self.marks.pop_front();
        }
    }

    pub(super) fn finish(mut self, mut standing: Standing) -> SourceSummary {
        standing.last_event = self.last_event;
        self.journal.settle(&self.edges);
        // Of a hundred thousand sources, each has few of these.
        self.edges.iter_mut().for_each(Incident::shrink);
        self.edges.shrink_to_fit();
        self.loose_ends.shrink_to_fit();
        self.successes.shrink_to_fit();
        let mut formats: Vec<FormatCount> = Format::ALL
            .into_iter()
            .zip(self.formats)
            .map(|(format, records)| FormatCount { format, records })
            .filter(|count| count.records > 0)
            .collect();
        formats.sort_by_key(|count| std::cmp::Reverse(count.records));
        formats.shrink_to_fit();
        let oddities = Oddities { invalid_utf8: self.invalid_utf8, cut: self.cut, dropped: self.dropped };
        let mut notes = self.notes.clone();
        notes.extend(oddities.notes());
        if self.records == 0 && self.problems.is_empty() {
            notes.push(EMPTY.to_owned());
        }
        SourceSummary {
            // What stands in the middle of a source tells nothing of what it lacks.
            hints: match self.goes_on() {
                true => Vec::new(),
                false => self.survey.hints(self.records, self.truncated),
            },
            part: self.part.map(|start| Part { start, oddities }),
            info: SourceInfo {
                name: self.name,
                kind: self.kind,
                formats,
                bytes: self.bytes,
                lines: self.lines,
                records: self.records,
                first_time: self.first_time,
                last_time: self.last_time,
                runtimes: names(&self.origins, |origin| &origin.runtime),
                hosts: names(&self.origins, |origin| &origin.host),
                problems: self.problems,
                notes,
            },
            unread_older: self.unread_older,
            gateway: self.gateway,
            last_order: self.last_order,
            edges: self.edges,
            journal: self.journal,
            standing,
            loose_ends: self.loose_ends,
            successes: self.successes,
            early_success: self.early_success,
            default_provider: self.default_provider,
            marks: self.marks.into(),
        }
    }
}

/// Names told by origins, each once.
fn names(origins: &BTreeSet<Origin>, name: impl Fn(&Origin) -> &String) -> Vec<String> {
    let names: BTreeSet<&String> = origins.iter().map(name).collect();
    names.into_iter().cloned().collect()
}
