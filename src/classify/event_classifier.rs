//! Turns records into events. Parses one record per cache key, and reuses its meaning for the others.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::catalogue::Category;
use crate::engine::{Claim, Engine, Verdict};
use crate::record::{
    ByFormat, CacheKey, Counts, EnvelopeReader, Format, Gravity, LineTemplates, Lines, Origin, RawRecord,
    Record, Stamp, Triage, VariableTokens,
};
use crate::redact::Redactor;

use super::cache::{CachedMeaning, ClassificationCache, Meaning};
use super::calendar::When;
use super::context::Context;
use super::event::{Component, Event, Facts, LifecycleKind, Match, Position, RunKeys};
use super::gateway;

/// Maximum length of a kept record text, in characters.
const MAX_TEXT: usize = 600;
/// Maximum length of a kept captured value, in characters.
const MAX_CAPTURE: usize = 200;

/// Turns the records of chunks into events.
pub struct EventClassifier<'e> {
    engine: &'e Engine,
    redactor: Redactor,
    keep_texts: bool,
    envelopes: EnvelopeReader,
    templates: LineTemplates,
    memo: ClassificationCache,
    counts: Counts,
}

/// Result of parsing and classifying a record.
struct Reading {
    event: Option<Event>,
    gravity: Gravity,
    /// True if the meaning depends on an id.
    is_particular: bool,
}

impl<'e> EventClassifier<'e> {
    /// Creates an observer for one worker. `keep_texts` keeps the text of every match.
    pub fn new(engine: &'e Engine, redactor: Redactor, keep_texts: bool) -> Self {
        Self {
            engine,
            redactor,
            keep_texts,
            envelopes: EnvelopeReader::default(),
            templates: LineTemplates::default(),
            memo: ClassificationCache::default(),
            counts: Counts::default(),
        }
    }

    /// Creates an observer for another worker that shares this one's classification cache.
    pub fn sibling(&self) -> Self {
        Self {
            envelopes: EnvelopeReader::default(),
            templates: LineTemplates::default(),
            memo: self.memo.sibling(),
            counts: Counts::default(),
            ..*self
        }
    }

    /// Clears the cache and detaches it from other workers, because the input may have changed while it was read.
    pub fn forget(&mut self) {
        self.envelopes = EnvelopeReader::default();
        self.templates = LineTemplates::default();
        self.memo = ClassificationCache::default();
    }

    /// Returns the counters since the last call.
    pub fn take_counts(&mut self) -> Counts {
        let mut counts = std::mem::take(&mut self.counts);
        counts.add_all(self.templates.take_counts());
        counts
    }

    /// Returns the origins of the records since the last call.
    pub fn take_origins(&mut self) -> BTreeSet<Origin> {
        self.envelopes.take_origins()
    }

    /// Returns the next record and its triage result. With `passed`, insignificant records may be skipped and are counted there.
    #[inline]
    pub fn next<'a>(
        &mut self,
        lines: &mut Lines<'a>,
        passed: Option<&mut ByFormat>,
    ) -> Option<(RawRecord<'a>, Triage<'a>)> {
        Triage::next(lines, &mut self.envelopes, &mut self.templates, passed, self.engine.gates())
    }

    /// Classifies a record; `None` if it is insignificant.
    #[inline]
    pub fn observe(&mut self, raw: &RawRecord<'_>, glance: &Triage<'_>) -> Option<Event> {
        match glance {
            Triage::Nothing | Triage::Known => None,
            Triage::CacheKey(_) if raw.format == Format::Text && self.memo.is_idle(raw.bytes) => None,
            Triage::Unusual => with_copy(raw, |raw| self.read(raw, &Record::parse(raw)).event),
            Triage::CacheKey(outline) => self.observe_outline(raw, outline),
        }
    }

    /// Classifies a record by its cache key.
    fn observe_outline(&mut self, raw: &RawRecord<'_>, outline: &CacheKey<'_>) -> Option<Event> {
        if !self.memo.take(outline) {
            return with_copy(raw, |raw| self.read(raw, &Record::parse(raw)).event);
        }
        if self.memo.get().is_none() {
            self.memo.ask();
        }
        if let Some(known) = self.memo.get() {
            return match &known.meaning {
                Meaning::Particular => with_copy(raw, |raw| self.read(raw, &Record::parse(raw)).event),
                Meaning::Nothing
                    if raw.format == Format::Text
                        && known.gravity == Gravity::Nothing
                        && !known.invalid_utf8 =>
                {
                    self.memo.note_idle(raw.bytes);
                    None
                }
                meaning => {
                    if matches!(meaning, Meaning::Nothing) && self.templates.is_wanted() {
                        let templates = &mut self.templates;
                        with_copy(raw, |raw| templates.learn(raw, known.gravity, known.invalid_utf8));
                    }
                    self.counts.add(known.gravity, known.invalid_utf8);
                    self.recall(meaning, raw, outline)
                }
            };
        }
        with_copy(raw, |raw| {
            let record = Record::parse(raw);
            let reading = self.read(raw, &record);
            let meaning = match outline.is_loose() && !is_bare_text(&record) {
                // The time is part of its text.
                true => Meaning::Particular,
                false => self.meaning(&reading, outline),
            };
            let invalid_utf8 = record.invalid_utf8 && reading.counts();
            self.memo.keep(CachedMeaning { meaning, gravity: reading.gravity, invalid_utf8 });
            reading.event
        })
    }

    /// Classifies a record without the cache or the prefilter, as a reference for tests.
    pub fn observe_slowly(&mut self, raw: &RawRecord<'_>) -> Option<Event> {
        self.read_with(raw, &Record::parse(raw), Engine::classify_by_brute_force).event
    }

    /// Returns the meaning of all records with this cache key, given the result for one of them.
    fn meaning(&self, reading: &Reading, outline: &CacheKey<'_>) -> Meaning {
        if reading.is_particular {
            return Meaning::Particular;
        }
        let pattern = |keys: &RunKeys| self.memo.pattern(keys, outline);
        match &reading.event {
            None => Some(Meaning::Nothing),
            Some(Event::Unclassified { .. }) => Some(Meaning::Unexplained),
            Some(Event::Match(found)) => {
                pattern(&found.keys).map(|keys| Meaning::Match(Arc::clone(&found.facts), keys))
            }
            Some(event) => pattern(&event.keys()).map(|keys| {
                // Time and run are filled in for each record.
                let mut event = Box::new(event.clone());
                event.set(None, RunKeys::default());
                Meaning::Event(event, keys)
            }),
        }
        .unwrap_or(Meaning::Particular)
    }

    /// Creates the event of a record from the cached meaning of its cache key.
    fn recall(&self, meaning: &Meaning, raw: &RawRecord<'_>, outline: &CacheKey<'_>) -> Option<Event> {
        match meaning {
            Meaning::Nothing | Meaning::Particular => None,
            Meaning::Unexplained => {
                Some(with_copy(raw, |raw| self.unexplained(position(raw), &Record::parse(raw))))
            }
            Meaning::Match(facts, keys) => Some(Event::Match(Match {
                position: position(raw),
                when: When::default(),
                // The text differs from record to record, but not what it means.
                text: self
                    .keep_texts
                    .then(|| with_copy(raw, |raw| text_of(self.redactor, &Record::parse(raw)))),
                is_sample: false,
                is_quoted: false,
                behind: Context::default(),
                stamp: outline.stamp(),
                keys: self.memo.keys(keys, outline),
                facts: Arc::clone(facts),
            })),
            Meaning::Event(event, keys) => {
                let mut event = Event::clone(event);
                event.set(outline.stamp(), self.memo.keys(keys, outline));
                Some(event)
            }
        }
    }

    fn read(&mut self, raw: &RawRecord<'_>, record: &Record<'_>) -> Reading {
        if matches!(record.format, Format::FileLog | Format::LogsJson) {
            self.envelopes.note_origin(raw.bytes);
        }
        self.read_with(raw, record, Engine::classify)
    }

    /// Parses and classifies a record with the given function of the engine.
    fn read_with(
        &mut self,
        raw: &RawRecord<'_>,
        record: &Record<'_>,
        classify: fn(&Engine, &Record<'_>) -> Option<Verdict>,
    ) -> Reading {
        // Lifecycle events of the gateway need no rule.
        let reading = match gateway::event(record, position(raw)) {
            Some(event) => Reading {
                is_particular: event.is_particular(),
                event: Some(event),
                gravity: Gravity::Nothing,
            },
            None => {
                let verdict = classify(self.engine, record);
                self.judge(raw, record, verdict)
            }
        };
        self.counts.add(reading.gravity, record.invalid_utf8 && reading.counts());
        reading
    }

    fn judge(&self, raw: &RawRecord<'_>, record: &Record<'_>, verdict: Option<Verdict>) -> Reading {
        let Some(verdict) = verdict else {
            let gravity = Gravity::of_unexplained(record);
            let unexplained = || self.unexplained(position(raw), record);
            let event = gateway::version(record).or_else(|| (gravity != Gravity::Nothing).then(unexplained));
            return Reading { event, gravity, is_particular: false };
        };
        let rule = self.engine.rule(verdict.rule);
        let is_failure = rule.category != Category::None;
        let gravity = Gravity::of(record, || is_failure);
        if !is_failure {
            return Reading { event: gateway::version(record), gravity, is_particular: false };
        }
        let shows_opaque = verdict.shows_opaque;
        let (facts, keys) = self.facts(record, verdict);
        let is_particular = shows_opaque || facts.is_particular();
        let text = self.keep_texts.then(|| text_of(self.redactor, record));
        let event = Event::Match(Match {
            position: position(raw),
            when: When::default(),
            text,
            is_sample: false,
            is_quoted: false,
            behind: Context::default(),
            stamp: record.parts.stamp,
            keys,
            facts: Arc::new(facts),
        });
        Reading { event: Some(event), gravity, is_particular }
    }

    /// Returns the facts of a match, and the ids of its run.
    fn facts(&self, record: &Record<'_>, verdict: Verdict) -> (Facts, RunKeys) {
        let rule = self.engine.rule(verdict.rule);
        let mut keys = gateway::keys(record);
        let setting = gateway::setting(record, rule.category, &verdict.captures, &keys);
        if setting == Component::gateway() {
            keys.run = record.field("conn").map(str::to_owned);
        }
        let mut captures = verdict.captures;
        captures.retain(|name, value| name != "account" || gateway::is_account(value));
        if let Some(account) = setting.channel_name().and_then(|_| gateway::account(&record.parts.message)) {
            captures.entry("account".to_owned()).or_insert_with(|| account.to_owned());
        }
        let is_skipped = record.field("decision") == Some("skip_candidate");
        // The texts around a value decide whether it is a secret.
        let errors = record.parts.errors.iter().map(|(_, text)| text.as_str());
        let secrets = self.redactor.secrets(std::iter::once(&*record.parts.message).chain(errors));
        let excerpt = |text: &str| self.redactor.excerpt_of_piece(text, MAX_CAPTURE, &secrets);
        let facts = Facts {
            level: record.parts.level,
            subsystem: self.subsystem(record),
            rule: verdict.rule,
            category: rule.category,
            severity: rule.severity,
            evidence: verdict.evidence,
            echo_of: if is_skipped { gateway::RESTING.to_vec() } else { rule.echo_of.clone() },
            captures: captures.into_iter().map(|(name, value)| (name, excerpt(&value))).collect(),
            claims: verdict
                .claims
                .into_iter()
                .map(|claim| Claim { says: excerpt(&claim.says), ..claim })
                .collect(),
            matched: verdict.matched.map(|found| excerpt(&found)),
            ends: gateway::ends(record, &setting),
            setting,
            has_next: gateway::has_next_model(record),
            is_attempt: gateway::is_attempt(record),
            at_gateway: self.engine.at_gateway(verdict.rule),
            process: gateway::process_end(record),
            too_soon: self
                .engine
                .too_soon(verdict.rule)
                .filter(|_| verdict.evidence.is_secondary() && gateway::ends_attempt(record)),
        };
        (facts, keys)
    }

    fn unexplained(&self, position: Position, record: &Record<'_>) -> Event {
        Event::Unclassified {
            position,
            stamp: record.parts.stamp,
            level: record.parts.level,
            subsystem: self.subsystem(record),
            text: text_of(self.redactor, record),
        }
    }

    fn subsystem(&self, record: &Record<'_>) -> Option<String> {
        record.parts.subsystem.as_deref().map(|name| self.redactor.excerpt(name, MAX_CAPTURE))
    }
}

impl Reading {
    /// Returns true if the record is reported.
    fn counts(&self) -> bool {
        self.gravity != Gravity::Nothing || self.event.is_some()
    }
}

/// Returns true if a text holds an id, so that it differs each time.
fn is_particular(text: &str) -> bool {
    VariableTokens::new(text.as_bytes()).next().is_some()
}

impl Facts {
    fn is_particular(&self) -> bool {
        let beside = match &self.setting {
            Component::Beside(name) => Some(name),
            Component::Run => None,
        };
        let claims = self.claims.iter().map(|claim| &claim.says);
        let mut texts = self.captures.values().chain(&self.subsystem).chain(beside).chain(claims);
        texts.any(|text| is_particular(text))
    }
}

impl Event {
    /// Returns true if the event holds an id other than those of its run.
    fn is_particular(&self) -> bool {
        let any = |texts: &[&Option<String>]| texts.iter().copied().flatten().any(|text| is_particular(text));
        match self {
            Self::Succeeded { provider, model, requested, .. } => any(&[provider, model, requested]),
            Self::ChannelUp { channel: text, .. } | Self::DefaultProvider(text) => is_particular(text),
            Self::LifecycleEvent { what: LifecycleKind::Version(version), .. } => is_particular(version),
            Self::LifecycleEvent { port: Some(_), .. } | Self::GatewayPort(_) | Self::GatewayAnswers(_) => {
                true
            }
            Self::LifecycleEvent { .. }
            | Self::Match(_)
            | Self::Started { .. }
            | Self::First(_)
            | Self::Last(_)
            | Self::Clock(_)
            | Self::LogDate(_)
            | Self::Truncated
            | Self::Dropped(_)
            | Self::Unclassified { .. } => false,
        }
    }

    /// Returns the ids of the run.
    fn keys(&self) -> RunKeys {
        match self {
            Self::Succeeded { keys, .. } => keys.clone(),
            Self::Started { run, .. } => RunKeys { run: Some(run.clone()), ..RunKeys::default() },
            _ => RunKeys::default(),
        }
    }

    /// Sets time and run ids to those of another record with the same content.
    fn set(&mut self, new_stamp: Option<Stamp>, new_keys: RunKeys) {
        match self {
            Self::Succeeded { stamp, keys, .. } => (*stamp, *keys) = (new_stamp, new_keys),
            Self::Started { stamp, run } => (*stamp, *run) = (new_stamp, new_keys.run.unwrap_or_default()),
            Self::ChannelUp { stamp, .. } | Self::LifecycleEvent { stamp, .. } => *stamp = new_stamp,
            Self::Match(_)
            | Self::DefaultProvider(_)
            | Self::GatewayPort(_)
            | Self::GatewayAnswers(_)
            | Self::First(_)
            | Self::Last(_)
            | Self::Clock(_)
            | Self::LogDate(_)
            | Self::Truncated
            | Self::Dropped(_)
            | Self::Unclassified { .. } => {}
        }
    }
}

/// Calls `read` with a copy of a record. Memory that is used as text must not change, but a mapped file can.
fn with_copy<T>(raw: &RawRecord<'_>, read: impl FnOnce(&RawRecord<'_>) -> T) -> T {
    let copy = raw.bytes.to_vec();
    read(&raw.with_bytes(&copy))
}

fn position(raw: &RawRecord<'_>) -> Position {
    Position { source: 0, line: raw.line + 1, offset: raw.offset as u64 }
}

/// Returns true if a record is text in no known format, without a time.
fn is_bare_text(record: &Record<'_>) -> bool {
    record.format == Format::Text && record.wrapper.is_none() && record.parts.stamp.is_none()
}

/// Returns the text of a record, redacted and printable.
fn text_of(redactor: Redactor, record: &Record<'_>) -> String {
    redactor.excerpt(&record.display_text(), MAX_TEXT)
}

/// Returns the text of the first record in `bytes`, redacted and printable. The last line lacks `dropped` bytes.
pub fn text_of_first(redactor: Redactor, bytes: &[u8], dropped: u64) -> Option<String> {
    Lines::new(bytes, dropped).next().map(|raw| text_of(redactor, &Record::parse(&raw)))
}
