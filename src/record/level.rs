//! Log levels.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How grave a record is in its writer's eyes. The order is ascending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Steps inside a function.
    Trace,
    /// For a developer.
    Debug,
    /// The usual.
    Info,
    /// Something is off.
    Warn,
    /// Something failed.
    Error,
    /// The process ends.
    Fatal,
}

impl Level {
    /// The level of that name, in either case.
    pub fn from_name(name: &str) -> Option<Self> {
        const LEVELS: [Level; 6] =
            [Level::Trace, Level::Debug, Level::Info, Level::Warn, Level::Error, Level::Fatal];
        LEVELS.into_iter().find(|level| level.name().eq_ignore_ascii_case(name))
    }

    /// The level whose name in upper case a text begins with, and what follows it.
    pub(super) fn split(text: &[u8]) -> Option<(Self, &[u8])> {
        const NAMES: [(&[u8], Level); 6] = [
            (b"DEBUG", Level::Debug),
            (b"INFO", Level::Info),
            (b"WARN", Level::Warn),
            (b"ERROR", Level::Error),
            (b"TRACE", Level::Trace),
            (b"FATAL", Level::Fatal),
        ];
        NAMES.into_iter().find_map(|(name, level)| Some((level, text.strip_prefix(name)?)))
    }

    /// The name in lower case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Trace => "trace",
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
            Self::Fatal => "fatal",
        }
    }
}
