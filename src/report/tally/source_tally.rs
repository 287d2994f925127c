//! Data collected for one source, chunk by chunk.

use std::collections::{BTreeSet, VecDeque};

use jiff::Timestamp;

use crate::classify::{LifecycleKind, Match, Position, RunKeys};
use crate::record::{ByFormat, Format, Level, MAX_ORIGINS, Origin};
use crate::report::incidents::{
    EMPTY, End, FormatCount, Incident, Journal, LifecycleEvent, MAX_MARKS, Oddities, REACH, Sample, Scope,
    Skipped, SourceInfo, SourcePart, SourceSummary, Standing, Success, UnmatchedEnd, WINDOW, keep_latest,
    within,
};
use crate::source::Kind;

use super::input_sample::InputSample;
use super::own_gateway::OwnGateway;
use super::undecided::WaitingChunk;

/// Maximum number of successes kept near the beginning of a source.
const MAX_LOOSE_ENDS: usize = 64;
/// Maximum number of successes kept near the beginning of a part of a source: more than a busy gateway writes in half
/// an hour. More are needed because runs of the previous part certainly continue here.
const MAX_LOOSE_ENDS_OF_PART: usize = 4096;

/// Data collected for one source.
#[derive(Debug, Clone)]
pub struct SourceTally {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) gateway: String,
    /// Set for a part of a source: the part's start offset in bytes, if known.
    pub(crate) part: Option<Option<u64>>,
    pub(crate) formats: ByFormat,
    pub(crate) bytes: u64,
    pub(crate) lines: u64,
    pub(crate) records: u64,
    pub(crate) first_time: Option<Timestamp>,
    pub(crate) first_order: Option<Timestamp>,
    pub(crate) last_time: Option<Timestamp>,
    pub(crate) last_order: Option<Timestamp>,
    /// `true` after the first time stamp.
    pub(crate) begun: bool,
    pub(crate) problems: Vec<String>,
    pub(crate) notes: Vec<String>,
    pub(crate) unread_older: Option<String>,
    pub(crate) invalid_utf8: u64,
    pub(crate) cut: u64,
    pub(crate) nuls: u64,
    pub(crate) skipped: Option<Skipped>,
    pub(crate) truncated: bool,
    pub(crate) dropped: u64,
    pub(crate) survey: InputSample,
    /// Chunks that wait until it is known whether the source is a log of OpenClaw; `None` if it is known.
    pub(super) undecided: Option<Vec<WaitingChunk>>,
    pub(crate) origins: BTreeSet<Origin>,
    pub(crate) loose_ends: Vec<UnmatchedEnd>,
    pub(crate) successes: Vec<Success>,
    pub(crate) early_success: Option<Timestamp>,
    pub(crate) default_provider: Option<String>,
    pub(super) own_gateway: OwnGateway,
    pub(crate) marks: VecDeque<LifecycleEvent>,
    pub(crate) edges: Vec<Incident>,
    pub(crate) journal: Journal,
    /// Time of the last event; records without a time take it.
    pub(crate) last_event: Option<Timestamp>,
}

impl SourceTally {
    /// Creates an empty source. Sources with the same `gateway`, the folder, belong to one gateway.
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
            nuls: 0,
            skipped: None,
            truncated: false,
            dropped: 0,
            survey: InputSample::default(),
            undecided: Some(Vec::new()),
            origins: BTreeSet::new(),
            loose_ends: Vec::new(),
            successes: Vec::new(),
            early_success: None,
            default_provider: None,
            own_gateway: OwnGateway::default(),
            marks: VecDeque::new(),
            edges: Vec::new(),
            journal: Journal::default(),
            last_event: None,
        }
    }

    /// Returns the sample of a match.
    pub(super) fn sample_of(&self, found: &Match) -> Sample {
        let text = found.text.clone().unwrap_or_default();
        let sample = self.sample(found.position, found.when.time, found.level, found.subsystem.clone(), text);
        Sample { matched: found.matched.clone(), ..sample }
    }

    /// Returns the sample of a record of this source.
    pub(super) fn sample(
        &self,
        position: Position,
        time: Option<Timestamp>,
        level: Option<Level>,
        subsystem: Option<String>,
        text: String,
    ) -> Sample {
        let Position { line, offset, .. } = position;
        Sample { source: self.name.clone(), line, offset, time, level, subsystem, text, matched: None }
    }

    /// Marks the source as a part that starts at this offset in bytes, if known.
    pub fn part(self, start: Option<u64>) -> Self {
        // Only the beginning of a source is sampled.
        let undecided = self.undecided.filter(|_| start.is_none_or(|start| start == 0));
        Self { part: Some(start), undecided, ..self }
    }

    /// Returns the start offset in the whole source, in bytes.
    pub(crate) fn start(&self) -> u64 {
        self.part.flatten().unwrap_or(0)
    }

    /// Returns true if the source continues a previous part.
    pub(crate) fn goes_on(&self) -> bool {
        self.part.is_some_and(|start| start != Some(0))
    }
}

impl SourceTally {
    pub(crate) fn succeed(
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

    /// Records a success without a known failure here, if it may belong to a run that failed in the previous source.
    pub(crate) fn note_loose_end(&mut self, time: Option<Timestamp>, keys: RunKeys, fallback: bool) {
        let is_near = within(self.first_order, time, if self.goes_on() { REACH } else { WINDOW });
        if let Some(order) = time.filter(|_| is_near) {
            self.push_loose_end(UnmatchedEnd { order, keys, fallback, what: End::Success });
        }
    }

    /// Records an event that may end failures of the previous part.
    pub(crate) fn note_end(&mut self, time: Option<Timestamp>, what: End) {
        if let Some(order) = time
            && self.goes_on()
            && within(self.first_order, time, REACH)
        {
            self.push_loose_end(UnmatchedEnd { order, keys: RunKeys::default(), fallback: false, what });
        }
    }

    fn push_loose_end(&mut self, end: UnmatchedEnd) {
        let most = if self.goes_on() { MAX_LOOSE_ENDS_OF_PART } else { MAX_LOOSE_ENDS };
        if self.loose_ends.len() < most {
            self.loose_ends.push(end);
        }
    }

    pub(crate) fn note_success(&mut self, success: Success) {
        keep_latest(&mut self.successes, success, |a, b| {
            (&a.scope, a.is_fallback) == (&b.scope, b.is_fallback)
        });
    }

    pub(crate) fn note_origins(&mut self, origins: BTreeSet<Origin>) {
        self.origins.extend(origins);
        while self.origins.len() > MAX_ORIGINS {
            self.origins.pop_last();
        }
    }

    pub(crate) fn mark(&mut self, time: Timestamp, what: LifecycleKind) {
        // A version is recorded only if it differs from the previous one.
        let is_version = |mark: &&LifecycleEvent| matches!(mark.what, LifecycleKind::Version(_));
        if matches!(what, LifecycleKind::Version(_))
            && self.marks.iter().rfind(is_version).is_some_and(|mark| mark.what == what)
        {
            return;
        }
        self.marks.push_back(LifecycleEvent { time, what, gateway: self.gateway.clone() });
        if self.marks.len() > MAX_MARKS {
            self.marks.pop_front();
        }
    }

    pub(crate) fn finish(mut self, mut standing: Standing) -> SourceSummary {
        standing.last_event = self.last_event;
        self.journal.settle(&self.edges);
        // Saves memory: there may be a hundred thousand sources, each with few of these.
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
        let oddities = Oddities {
            invalid_utf8: self.invalid_utf8,
            cut: self.cut,
            dropped: self.dropped,
            nuls: self.nuls,
        };
        let mut notes = self.notes.clone();
        notes.extend(oddities.notes());
        match self.skipped {
            Some(skipped) => notes.push(format!("skipped: {}", skipped.reason())),
            None if self.records == 0 && self.problems.is_empty() => notes.push(EMPTY.to_owned()),
            None => {}
        }
        SourceSummary {
            // A part from the middle of a source gives no sign of what the source lacks.
            hints: match self.goes_on() {
                true => Vec::new(),
                false => self.survey.hints(self.records, self.truncated),
            },
            part: self.part.map(|start| SourcePart { start, oddities }),
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
                skipped: self.skipped,
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

/// Returns the distinct names given by `name`.
fn names(origins: &BTreeSet<Origin>, name: impl Fn(&Origin) -> &String) -> Vec<String> {
    let names: BTreeSet<&String> = origins.iter().map(name).collect();
    names.into_iter().cloned().collect()
}
