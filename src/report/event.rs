//! What a record means for the report: a match, the good end of a run, or a warning that nobody explains.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::catalogue::{Category, Evidence, Severity};
use crate::engine::{Claim, Engine};
use crate::record::{Level, RawRecord, Record, Stamp};
use crate::redact::Redactor;

use super::{MarkKind, When, gateway};

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

/// Names by which the records of one run know each other.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunKeys {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) run: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) trace: Option<String>,
    /// The conversation, which has one run at a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) session: Option<String>,
}

/// What a failure belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Setting {
    /// A run of an agent.
    Run,
    /// Something beside the runs: a channel, a tool, a plugin, the gateway, its storage.
    Beside(String),
}

impl Setting {
    pub(super) fn channel(name: &str) -> Self {
        Self::Beside(format!("channel {name}"))
    }

    /// Clients of the gateway, whose records know each other by their connection.
    pub(super) fn gateway() -> Self {
        Self::Beside("gateway".to_owned())
    }

    pub(super) fn tool() -> Self {
        Self::Beside("tool".to_owned())
    }

    /// An id as it is known here: a tool or plugin that fails in a run is neither the run's cause nor its echo.
    pub(super) fn id(&self, id: &str) -> String {
        match self {
            Self::Run => id.to_owned(),
            Self::Beside(name) => format!("{name} {id}"),
        }
    }

    /// The channel, where it is one.
    pub(super) fn channel_name(&self) -> Option<&str> {
        match self {
            Self::Beside(name) => name.strip_prefix("channel "),
            Self::Run => None,
        }
    }

    pub(super) fn is_channel(&self) -> bool {
        self.channel_name().is_some()
    }

    pub(super) fn is_tool(&self) -> bool {
        *self == Self::tool()
    }
}

/// What a record ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Ends {
    /// Nothing.
    Nothing,
    /// The attempts with one model; a fallback may follow.
    Candidate,
    /// The run.
    Run,
    /// The run has ended: the client prints what it was told.
    Told,
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
    /// The rule's category.
    pub category: Category,
    /// The rule's severity.
    pub severity: Severity,
    /// How strong the evidence is.
    pub evidence: Evidence,
    /// It tells only what follows from an earlier failure of one of these categories.
    pub echo_of: Vec<Category>,
    /// Facts by name, redacted.
    pub captures: BTreeMap<String, String>,
    /// What OpenClaw itself says in the record, redacted.
    pub claims: Vec<Claim>,
    /// What the record says, redacted and printable, where it was kept.
    pub text: Option<String>,
    pub(super) setting: Setting,
    pub(super) stamp: Option<Stamp>,
    pub(super) keys: RunKeys,
    pub(super) ends: Ends,
    /// OpenClaw decides here whether another model shall answer, and there is one or is none.
    pub(super) has_next: Option<bool>,
    /// It tells of a request itself, and so cannot be an echo of a run that has ended.
    pub(super) is_attempt: bool,
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
        /// With which model, where the record says so.
        model: Option<String>,
        /// A model other than the wanted one answered.
        fallback: bool,
        /// The provider of the wanted one, where the record says so.
        requested: Option<String>,
    },
    /// The gateway takes up a run.
    Started {
        /// When, as the record says.
        stamp: Option<Stamp>,
        /// Its id.
        run: String,
    },
    /// A channel works again.
    ChannelUp {
        /// When, as the record says.
        stamp: Option<Stamp>,
        /// Its name.
        channel: String,
    },
    /// The gateway says which provider it uses by default.
    DefaultProvider(String),
    /// Something happened to the gateway that may explain what came after it.
    Mark {
        /// When, as the record says.
        stamp: Option<Stamp>,
        /// What happened.
        what: MarkKind,
    },
    /// The first time stamp of a chunk.
    First(Stamp),
    /// A time of day: the first of a chunk, or on one side of a midnight.
    Clock(Stamp),
    /// The log says of which day it is.
    LogDate(Date),
    /// OpenClaw says that it did not print everything.
    Truncated,
    /// OpenClaw says that it lost so many records before they reached the log.
    Dropped(u64),
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
    /// Warnings and errors seen, whether a rule explains them or not.
    pub warnings: u64,
}

impl<'e> Observer<'e> {
    /// An observer for one chunk. `keep_all_texts` keeps the text of every match, else of the first few per rule.
    pub fn new(engine: &'e Engine, redactor: Redactor, keep_all_texts: bool) -> Self {
        let texts_kept = vec![0; engine.catalogue().rules().len()];
        Self { engine, redactor, keep_all_texts, texts_kept, warnings: 0 }
    }

    /// What the record means, or `None` where it means nothing. `candidates` are the rules that the prefilter found.
    pub fn observe(
        &mut self,
        raw: &RawRecord<'_>,
        record: &Record<'_>,
        candidates: &[usize],
    ) -> Option<Event> {
        let position = Position { source: 0, line: raw.line + 1, offset: raw.offset as u64 };
        if let Some(event) = gateway::event(record) {
            return Some(event);
        }
        self.warnings += u64::from(is_warning(record));
        let Some(verdict) = self.engine.classify(record, candidates) else {
            return gateway::version(record).or_else(|| self.unexplained(position, record));
        };
        let rule = self.engine.rule(verdict.rule);
        if rule.category == Category::None {
            return gateway::version(record);
        }
        let mut keys = gateway::keys(record);
        let setting = gateway::setting(record, rule.category, &verdict.captures, &keys);
        if setting == Setting::gateway() {
            keys.run = record.field("conn").map(str::to_owned);
        }
        let mut captures = verdict.captures;
        if let Some(account) = setting.channel_name().and_then(|_| gateway::account(&record.parts.message)) {
            captures.entry("account".to_owned()).or_insert_with(|| account.to_owned());
        }
        let is_skipped = record.field("decision") == Some("skip_candidate");
        let echo_of = if is_skipped { gateway::RESTING.to_vec() } else { rule.echo_of.clone() };
        Some(Event::Match(Box::new(Match {
            position,
            when: When::default(),
            stamp: record.parts.stamp,
            level: record.parts.level,
            subsystem: self.subsystem(record),
            category: rule.category,
            severity: rule.severity,
            evidence: verdict.evidence,
            echo_of,
            captures: captures
                .into_iter()
                .map(|(name, value)| (name, self.redactor.excerpt(&value, MAX_CAPTURE)))
                .collect(),
            claims: verdict
                .claims
                .into_iter()
                .map(|claim| Claim { says: self.redactor.excerpt(&claim.says, MAX_CAPTURE), ..claim })
                .collect(),
            text: self.text(verdict.rule, record),
            keys,
            ends: gateway::ends(record, &setting),
            setting,
            has_next: gateway::has_next_model(record),
            is_attempt: gateway::is_attempt(record),
            rule: verdict.rule,
        })))
    }

    fn unexplained(&self, position: Position, record: &Record<'_>) -> Option<Event> {
        let level = record.parts.level.filter(|_| is_warning(record))?;
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

/// Whether a record is a warning or error that wants explaining. The CLI prints its errors line by line, empty lines too.
fn is_warning(record: &Record<'_>) -> bool {
    record.parts.level.is_some_and(|level| level >= Level::Warn)
        && !(record.parts.message.trim().is_empty() && record.parts.errors.is_empty())
}
