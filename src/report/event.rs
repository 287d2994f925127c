//! What a record means for the report: a match, the good end of a run, or a warning that nobody explains.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::catalogue::{Category, Evidence};
use crate::engine::{Claim, Engine};
use crate::record::{Level, RawRecord, Record, Stamp};
use crate::redact::Redactor;

use super::When;
use super::calendar::date_of_log_file;

/// Texts of records are kept up to this many characters.
const MAX_TEXT: usize = 600;
/// Captured values are kept up to this many characters.
const MAX_CAPTURE: usize = 200;
/// Texts kept per rule and chunk: the report shows no more samples than this.
pub(super) const MAX_SAMPLES: usize = 3;

/// Where a record stands in its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Position {
    /// Index of the source.
    pub source: usize,
    /// The first physical line, from 1.
    pub line: u64,
    /// The first byte.
    pub offset: u64,
}

/// Ids by which records of one run know each other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunKeys {
    pub(super) run: Option<String>,
    pub(super) trace: Option<String>,
}

/// A record and the one rule that explains it best.
#[derive(Debug, Clone)]
pub struct Match {
    /// Where the record stands.
    pub position: Position,
    /// When it was written.
    pub when: When,
    /// Its level.
    pub level: Option<Level>,
    /// Its subsystem.
    pub subsystem: Option<String>,
    /// Index of the rule.
    pub rule: usize,
    /// How strong the evidence is.
    pub evidence: Evidence,
    /// Facts by name, redacted.
    pub captures: BTreeMap<String, String>,
    /// What OpenClaw itself says in the record, redacted.
    pub claims: Vec<Claim>,
    /// What the record says, redacted and printable, where it was kept.
    pub text: Option<String>,
    /// The report may show its text: it is one of the first of its rule.
    pub(super) is_sample: bool,
    /// Whatever it tells of happens beside runs, not in their course.
    pub(super) stands_alone: bool,
    pub(super) stamp: Option<Stamp>,
    pub(super) keys: RunKeys,
    /// The record reports that its run is over.
    pub(super) ends_run: bool,
}

/// What a record means for the report.
#[derive(Debug, Clone)]
pub enum Event {
    /// A failure.
    Match(Box<Match>),
    /// A run came to a good end.
    Succeeded {
        /// When, as the record says.
        stamp: Option<Stamp>,
        /// Which run.
        keys: RunKeys,
        /// With which provider, where the record says so.
        provider: Option<String>,
        /// A model other than the wanted one answered.
        fallback: bool,
    },
    /// The gateway says which provider it uses by default.
    DefaultProvider(String),
    /// The first time stamp of a chunk.
    First(Stamp),
    /// A time of day: the first of a chunk, or on one side of a midnight.
    Clock(Stamp),
    /// The log says of which day it is.
    LogDate(Date),
    /// OpenClaw says that it did not print everything.
    Truncated,
    /// A warning or error that no rule explains.
    Unclassified {
        /// Where it stands.
        position: Position,
        /// When it was written, as the record says.
        stamp: Option<Stamp>,
        /// Its level.
        level: Level,
        /// Its subsystem.
        subsystem: Option<String>,
        /// What it says, redacted and printable.
        text: String,
    },
}

/// Turns records into events.
pub struct Observer<'e> {
    engine: &'e Engine,
    redactor: Redactor,
    keep_all_texts: bool,
    texts_kept: Vec<usize>,
}

impl<'e> Observer<'e> {
    /// An observer for one chunk. `keep_all_texts` keeps the text of every match, else of the first few per rule.
    pub fn new(engine: &'e Engine, redactor: Redactor, keep_all_texts: bool) -> Self {
        Self { engine, redactor, keep_all_texts, texts_kept: vec![0; engine.catalogue().rules().len()] }
    }

    /// What the record means, or `None` where it means nothing. `candidates` are the rules that the prefilter found.
    pub fn observe(
        &mut self,
        raw: &RawRecord<'_>,
        record: &Record<'_>,
        candidates: &[usize],
    ) -> Option<Event> {
        let position = Position { source: 0, line: raw.line + 1, offset: raw.offset as u64 };
        if let Some(event) = self.of_gateway(record) {
            return Some(event);
        }
        match self.engine.classify(record, candidates) {
            Some(verdict) if self.engine.rule(verdict.rule).category == Category::None => None,
            Some(verdict) => Some(Event::Match(Box::new(Match {
                position,
                when: When::default(),
                is_sample: false,
                stands_alone: matches!(
                    self.engine.rule(verdict.rule).category,
                    Category::Tool | Category::Plugin | Category::Channel
                ),
                stamp: record.parts.stamp,
                level: record.parts.level,
                subsystem: self.subsystem(record),
                evidence: verdict.evidence,
                captures: verdict
                    .captures
                    .into_iter()
                    .map(|(name, value)| (name, self.redactor.excerpt(&value, MAX_CAPTURE)))
                    .collect(),
                claims: verdict
                    .claims
                    .into_iter()
                    .map(|claim| Claim { says: self.redactor.excerpt(&claim.says, MAX_CAPTURE), ..claim })
                    .collect(),
                text: self.text(verdict.rule, record),
                keys: keys(record),
                ends_run: ends_run(&record.parts.message),
                rule: verdict.rule,
            }))),
            None => self.unexplained(position, record),
        }
    }

    /// What the gateway says of itself and of its runs.
    fn of_gateway(&self, record: &Record<'_>) -> Option<Event> {
        let message = record.parts.message.as_ref();
        if message.starts_with("Log file: ") || message.starts_with("log file: ") {
            return date_of_log_file(message).map(Event::LogDate);
        }
        // What an answer says of runs proves nothing.
        if record.parts.subsystem.is_none() && record.parts.level.is_some() {
            return None;
        }
        if (message.starts_with("[agent] run ") && message.ends_with("ended with stopReason=stop"))
            || record.field("decision") == Some("candidate_succeeded")
        {
            return Some(Event::Succeeded {
                stamp: record.parts.stamp,
                keys: keys(record),
                provider: record.field("provider").map(str::to_owned),
                fallback: record.field("isPrimary") == Some("false"),
            });
        }
        if let Some(model) = message.strip_prefix("agent model: ") {
            return model.split_once('/').map(|(provider, _)| Event::DefaultProvider(provider.to_owned()));
        }
        (record.parts.subsystem.as_deref() == Some("logs") && message.starts_with("Log tail truncated"))
            .then_some(Event::Truncated)
    }

    fn unexplained(&self, position: Position, record: &Record<'_>) -> Option<Event> {
        let level = record.parts.level.filter(|level| *level >= Level::Warn)?;
        // The CLI prints its errors line by line, empty lines too.
        if record.parts.message.trim().is_empty() && record.parts.errors.is_empty() {
            return None;
        }
        Some(Event::Unclassified {
            position,
            stamp: record.parts.stamp,
            level,
            subsystem: self.subsystem(record),
            text: self.redactor.excerpt(&record.display_text(), MAX_TEXT),
        })
    }

    fn subsystem(&self, record: &Record<'_>) -> Option<String> {
        record.parts.subsystem.as_deref().map(|name| self.redactor.excerpt(name, MAX_CAPTURE))
    }

    fn text(&mut self, rule: usize, record: &Record<'_>) -> Option<String> {
        let kept = &mut self.texts_kept[rule];
        if !self.keep_all_texts && *kept >= MAX_SAMPLES {
            return None;
        }
        *kept += 1;
        Some(self.redactor.excerpt(&record.display_text(), MAX_TEXT))
    }
}

fn keys(record: &Record<'_>) -> RunKeys {
    let field = |name: &str| record.field(name).filter(|v| !v.is_empty()).map(str::to_owned);
    RunKeys { run: field("runId"), trace: field("traceId") }
}

/// Whether a message reports that its run is over: the lane gives up, the client gets its answer, or nothing could be
/// shortened any more.
fn ends_run(message: &str) -> bool {
    message.starts_with("lane task error")
        || message.contains("res ✗ agent")
        || message.starts_with("All models failed")
        || message.starts_with("[context-overflow-recovery] exhausted")
}
