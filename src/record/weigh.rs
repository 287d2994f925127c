//! Tells whether a record counts as a failure: by its level, or without one by its text.

use super::gravity::Gravity;
use super::level::Level;
use super::parse::Record;

impl Gravity {
    /// Returns the counter to which a record is added that no rule explains.
    pub fn of_unexplained(record: &Record<'_>) -> Self {
        Self::of(record, || record.reads_like_failure())
    }

    /// Returns the counter to which a record is added; `is_failure` tells whether it is a failure by its text. Excludes the empty
    /// lines that the CLI prints between its error lines.
    pub fn of(record: &Record<'_>, is_failure: impl FnOnce() -> bool) -> Self {
        let is_empty = || record.parts.message.trim().is_empty() && record.parts.errors.is_empty();
        if record.is_foreign {
            return Self::Nothing;
        }
        match record.parts.level {
            Some(level) if level >= Level::Warn && !is_empty() => Self::Warning,
            None if is_failure() => Self::WithoutLevel,
            _ => Self::Nothing,
        }
    }
}
