//! What a record means for the report: a match, the good end of a run, or a warning that nobody explains.

use std::borrow::Cow;
use std::ops::Deref;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use litemap::LiteMap;
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalogue::{Category, Evidence, Severity};
use crate::engine::Claim;
use crate::record::{Level, Stamp};
use crate::redact::Cleaner;

use super::behind::Behind;
use super::calendar::When;

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

impl Position {
    /// A position that is counted from this one.
    pub(crate) fn behind(self, position: Self) -> Self {
        let (line, offset) = (self.line + position.line, self.offset + position.offset);
        Self { source: self.source, line, offset }
    }
}

/// Names by which the records of one run know each other.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunKeys {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) run: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) trace: Option<String>,
    /// The conversation, which has one run at a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) session: Option<String>,
}

impl RunKeys {
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub(crate) fn redact(&mut self, cleaner: &Cleaner) {
        cleaner.each([&mut self.run, &mut self.trace, &mut self.session].into_iter().flatten());
    }
}

/// What a failure belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Setting {
    /// A run of an agent.
    Run,
    /// Something beside the runs: a channel, a tool, a plugin, the gateway, its storage.
    Beside(String),
}

/// What tools are called as a setting.
const TOOL: &str = "tool";

impl Setting {
    pub(crate) fn channel(name: &str) -> Self {
        Self::Beside(format!("channel {name}"))
    }

    /// Clients of the gateway, whose records know each other by their connection.
    pub(crate) fn gateway() -> Self {
        Self::Beside("gateway".to_owned())
    }

    pub(crate) fn tool() -> Self {
        Self::Beside(TOOL.to_owned())
    }

    /// An id as it is known here: a tool or plugin that fails in a run is neither the run's cause nor its echo.
    pub(crate) fn id<'i>(&self, id: &'i str) -> Cow<'i, str> {
        match self {
            Self::Run => Cow::Borrowed(id),
            Self::Beside(name) => Cow::Owned(format!("{name} {id}")),
        }
    }

    /// The channel, where it is one.
    pub(crate) fn channel_name(&self) -> Option<&str> {
        match self {
            Self::Beside(name) => name.strip_prefix("channel "),
            Self::Run => None,
        }
    }

    pub(crate) fn is_channel(&self) -> bool {
        self.channel_name().is_some()
    }

    pub(crate) fn is_tool(&self) -> bool {
        matches!(self, Self::Beside(name) if name == TOOL)
    }
}

/// What a record ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Ends {
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
    /// What the record says, redacted and printable, where it was kept.
    pub text: Option<String>,
    /// Its text may be shown in the report.
    pub(crate) is_sample: bool,
    /// It may be somebody's words.
    pub(crate) is_quoted: bool,
    /// What stands right before it, as far as its own chunk tells.
    pub(crate) behind: Behind,
    pub(crate) stamp: Option<Stamp>,
    pub(crate) keys: RunKeys,
    /// What it has in common with all that say the same.
    pub(crate) facts: Arc<Facts>,
}

impl Match {
    /// When the record was written, as far as it says so itself; a time without an offset is one of `zone`.
    pub fn own_time(&self, zone: &TimeZone) -> Option<Timestamp> {
        self.stamp?.resolve(zone, None)
    }
}

impl Deref for Match {
    type Target = Facts;

    fn deref(&self) -> &Facts {
        &self.facts
    }
}

/// What matches that say the same have in common. What only samples show is not written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// The records' level.
    #[serde(skip)]
    pub level: Option<Level>,
    /// Their subsystem.
    #[serde(skip)]
    pub subsystem: Option<String>,
    /// Index of the rule.
    pub rule: usize,
    /// The rule's category.
    pub category: Category,
    /// The rule's severity.
    pub severity: Severity,
    /// How strong the evidence is.
    pub evidence: Evidence,
    /// They tell only what follows from an earlier failure of one of these categories.
    pub echo_of: Vec<Category>,
    /// Facts by name, redacted.
    pub captures: LiteMap<String, String>,
    /// What OpenClaw itself says in them, redacted.
    pub claims: Vec<Claim>,
    /// What the rule has found in them, redacted.
    #[serde(skip)]
    pub matched: Option<String>,
    pub(crate) setting: Setting,
    pub(crate) ends: Ends,
    /// OpenClaw decides here whether another model shall answer, and there is one or is none.
    pub(crate) has_next: Option<bool>,
    /// They tell of a request itself, and so cannot be an echo of a run that has ended.
    pub(crate) is_attempt: bool,
}

/// What happened to the gateway.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum MarkKind {
    /// It started.
    GatewayStart,
    /// It took up a changed configuration.
    ConfigReload,
    /// It said which version it is.
    Version(String),
}

/// What a record means for the report.
#[derive(Debug, Clone)]
pub enum Event {
    /// A failure.
    Match(Match),
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
    /// The last time stamp before a record that says of which day the log is.
    Last(Stamp),
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
