//! Log levels.

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The level that the writer of a record gave it, in ascending order of severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Details within a function.
    Trace,
    /// Details for a developer.
    Debug,
    /// Normal operation.
    Info,
    /// A possible problem.
    Warn,
    /// A failure.
    Error,
    /// A failure that ends the process.
    Fatal,
}

impl Level {
    /// Returns the level with the given name, in upper or lower case.
    pub fn from_name(name: &str) -> Option<Self> {
        const LEVELS: [Level; 6] =
            [Level::Trace, Level::Debug, Level::Info, Level::Warn, Level::Error, Level::Fatal];
        LEVELS.into_iter().find(|level| level.name().eq_ignore_ascii_case(name))
    }

    /// Parses the upper-case level name at the start of a text, and returns the level and the remaining text.
    #[inline(always)]
    pub(super) fn split(text: &[u8]) -> Option<(Self, &[u8])> {
        let (level, length) = match text.first_chunk::<5>()? {
            b"DEBUG" => (Self::Debug, 5),
            b"ERROR" => (Self::Error, 5),
            b"TRACE" => (Self::Trace, 5),
            b"FATAL" => (Self::Fatal, 5),
            [b'I', b'N', b'F', b'O', _] => (Self::Info, 4),
            [b'W', b'A', b'R', b'N', _] => (Self::Warn, 4),
            _ => return None,
        };
        Some((level, &text[length..]))
    }

    /// Parses the lower-case level name at the start of a text, and returns the level and the remaining text.
    #[inline(always)]
    pub(super) fn split_lower(text: &[u8]) -> Option<(Self, &[u8])> {
        Some(match text {
            [b'i', b'n', b'f', b'o', rest @ ..] => (Self::Info, rest),
            [b'd', b'e', b'b', b'u', b'g', rest @ ..] => (Self::Debug, rest),
            [b'w', b'a', b'r', b'n', rest @ ..] => (Self::Warn, rest),
            [b'e', b'r', b'r', b'o', b'r', rest @ ..] => (Self::Error, rest),
            [b't', b'r', b'a', b'c', b'e', rest @ ..] => (Self::Trace, rest),
            [b'f', b'a', b't', b'a', b'l', rest @ ..] => (Self::Fatal, rest),
            _ => return None,
        })
    }

    /// Returns the name in lower case.
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
