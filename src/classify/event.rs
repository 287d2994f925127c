//! The meaning of a record for the report: a match, the success of a run, or an unexplained warning.

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

use super::calendar::When;
use super::context::Context;

/// Position of a record in its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Position {
    /// Index of the source.
    pub source: usize,
    /// First physical line, counted from 1.
    pub line: u64,
    /// Offset of the first byte.
    pub offset: u64,
}

impl Position {
    /// Converts a position relative to this one into an absolute position.
    pub(crate) fn behind(self, position: Self) -> Self {
        let (line, offset) = (self.line + position.line, self.offset + position.offset);
        Self { source: self.source, line, offset }
    }
}

/// Ids that the records of one run share.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunKeys {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) run: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) trace: Option<String>,
    /// The session, which has at most one run at a time.
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

/// The part of OpenClaw that a failure belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Component {
    /// A run of an agent.
    Run,
    /// A part outside the runs: a channel, a tool, a plugin, the gateway, its storage.
    Beside(String),
}

/// Name of the tools' setting.
const TOOL: &str = "tool";

impl Component {
    pub(crate) fn channel(name: &str) -> Self {
        Self::Beside(format!("channel {name}"))
    }

    /// Returns the setting of the gateway's clients, whose records share a connection id.
    pub(crate) fn gateway() -> Self {
        Self::Beside("gateway".to_owned())
    }

    pub(crate) fn tool() -> Self {
        Self::Beside(TOOL.to_owned())
    }

    /// Qualifies an id with this setting, so that a failure of a tool or plugin within a run is neither the cause nor a symptom
    /// of the run's failure.
    pub(crate) fn id<'i>(&self, id: &'i str) -> Cow<'i, str> {
        match self {
            Self::Run => Cow::Borrowed(id),
            Self::Beside(name) => Cow::Owned(format!("{name} {id}")),
        }
    }

    /// Returns the channel's name; `None` if this is not a channel.
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

/// The unit of work that a record ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Ends {
    /// Nothing.
    Nothing,
    /// The attempts with one model; a fallback may follow.
    Candidate,
    /// The run.
    Run,
    /// A run that has already ended: the client prints the error that it received.
    Told,
}

/// A record and the one rule that explains it best.
#[derive(Debug, Clone)]
pub struct Match {
    /// Position of the record.
    pub position: Position,
    /// Time of the record.
    pub when: When,
    /// Text of the record, redacted and printable; `None` if it was not kept.
    pub text: Option<String>,
    /// True if the text may be shown in the report.
    pub(crate) is_sample: bool,
    /// True if the record may be quoted content.
    pub(crate) is_quoted: bool,
    /// The text directly before the record, as far as its chunk contains it.
    pub(crate) behind: Context,
    pub(crate) stamp: Option<Stamp>,
    pub(crate) keys: RunKeys,
    /// The facts that this match shares with all matches of the same content.
    pub(crate) facts: Arc<Facts>,
}

impl Match {
    /// Returns the time that the record itself gives; `zone` applies to a time without an offset. `None` if it gives no date.
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

/// The facts shared by all matches of the same content. Fields that only samples show are not serialized.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Level of the records.
    #[serde(skip)]
    pub level: Option<Level>,
    /// Subsystem of the records.
    #[serde(skip)]
    pub subsystem: Option<String>,
    /// Index of the rule.
    pub rule: usize,
    /// The rule's category.
    pub category: Category,
    /// The rule's severity.
    pub severity: Severity,
    /// Strength of the evidence.
    pub evidence: Evidence,
    /// Categories of the earlier failures that these records may be a symptom of.
    pub echo_of: Vec<Category>,
    /// Facts by name, redacted.
    pub captures: LiteMap<String, String>,
    /// OpenClaw's own account of the failure, redacted.
    pub claims: Vec<Claim>,
    /// The text that the rule matched, redacted.
    #[serde(skip)]
    pub matched: Option<String>,
    pub(crate) setting: Component,
    pub(crate) ends: Ends,
    /// For a fallback decision of OpenClaw: true if another model is available, false if none is.
    pub(crate) has_next: Option<bool>,
    /// True if the record reports a request itself, so that it cannot be a symptom of a run that has ended.
    pub(crate) is_attempt: bool,
    #[serde(default, skip_serializing_if = "ProcessEnd::is_nothing")]
    pub(crate) process: ProcessEnd,
    /// For the end of an attempt: the rule that explains the failure if attempts follow each other sooner than any time limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) too_soon: Option<usize>,
    /// The rule that explains the failure if its address is the gateway's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) at_gateway: Option<usize>,
}

/// The part of a record in the end of the gateway's process.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ProcessEnd {
    /// Nothing.
    #[default]
    Nothing,
    /// The process reports the failure that ends it.
    LastWords,
    /// A service manager reports that the process ended.
    Exit,
}

impl ProcessEnd {
    pub(crate) fn is_nothing(&self) -> bool {
        *self == Self::Nothing
    }
}

/// A lifecycle event of the gateway.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LifecycleKind {
    /// The gateway started.
    GatewayStart,
    /// The gateway applied a changed configuration.
    ConfigReload,
    /// The gateway reported its version.
    Version(String),
}

/// The meaning of a record for the report.
#[derive(Debug, Clone)]
pub enum Event {
    /// A failure.
    Match(Match),
    /// A run succeeded.
    Succeeded {
        /// Time of the record.
        stamp: Option<Stamp>,
        /// Ids of the run.
        keys: RunKeys,
        /// The provider that answered, if the record names it.
        provider: Option<String>,
        /// The model that answered, if the record names it.
        model: Option<String>,
        /// True if a model other than the requested one answered.
        fallback: bool,
        /// The provider of the requested model, if the record names it.
        requested: Option<String>,
    },
    /// The gateway starts a run.
    Started {
        /// Time of the record.
        stamp: Option<Stamp>,
        /// Id of the run.
        run: String,
    },
    /// A channel works again.
    ChannelUp {
        /// Time of the record.
        stamp: Option<Stamp>,
        /// Name of the channel.
        channel: String,
    },
    /// The gateway reports its default provider.
    DefaultProvider(String),
    /// A lifecycle event of the gateway that may explain later failures.
    LifecycleEvent {
        /// Time of the record.
        stamp: Option<Stamp>,
        /// Kind of the event.
        what: LifecycleKind,
        /// The port that the gateway listens on, if the record names it.
        port: Option<u16>,
    },
    /// OpenClaw's CLI reports which port of the gateway it uses.
    GatewayPort(u16),
    /// OpenClaw's CLI reports that the gateway answers.
    GatewayAnswers(Position),
    /// The first time stamp of a chunk.
    First(Stamp),
    /// The last time stamp before a record that names the log's date.
    Last(Stamp),
    /// A time of day: the first of a chunk, or one directly before or after a midnight.
    Clock(Stamp),
    /// The log names its date.
    LogDate(Date),
    /// OpenClaw reports that it did not print all records.
    Truncated,
    /// OpenClaw reports that it lost this number of records before they reached the log.
    Dropped(u64),
    /// A warning or error, or a record without a level that reads like a failure, that no rule explains.
    Unclassified {
        /// Position of the record.
        position: Position,
        /// Time of the record.
        stamp: Option<Stamp>,
        /// Level of the record; `None` if it has none and reads like a failure.
        level: Option<Level>,
        /// Subsystem of the record.
        subsystem: Option<String>,
        /// Text of the record, redacted and printable.
        text: String,
    },
}
