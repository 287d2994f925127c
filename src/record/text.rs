//! Text in no known format, line by line.

use std::borrow::Cow;

use crate::openclaw::is_label;

use super::control_ui;
use super::foreign_time;
use super::inline;
use super::level_prefix;
use super::parts::Parts;

/// Parses a line of text; accepts every text.
pub(super) fn parse(text: &str) -> Parts<'_> {
    if let Some(parts) = control_ui::parse(text) {
        return parts;
    }
    let (stamp, rest) = match foreign_time::leading(text) {
        Some((stamp, rest)) => (Some(stamp), rest),
        None => (None, text),
    };
    let (level, message) =
        level_prefix::split(rest).map_or((None, rest), |(level, rest)| (Some(level), rest));
    let (subsystem, message) = match level.and_then(|_| dotted_label(message)) {
        Some((label, message)) => (Some(Cow::Owned(label)), message),
        None => (None, message),
    };
    let mut parts = Parts {
        stamp,
        level,
        subsystem,
        message: Cow::Borrowed(message),
        quoted: is_banner(text) || is_settings(text),
        ..Parts::default()
    };
    inline::read(&mut parts);
    parts
}

/// Splits a subsystem with full stops between its segments, as some versions print it after the level: `channels.telegram: x`.
fn dotted_label(text: &str) -> Option<(String, &str)> {
    let (label, message) = text.split_once(": ")?;
    let (first, rest) = label.split_once('.')?;
    let is_name = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_lowercase())
            && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
    };
    (is_label(first) && rest.split('.').all(is_name)).then(|| (label.replace('.', "/"), message))
}

/// Returns true for the greeting line of OpenClaw's commands: name, version, and a joke that can mention anything.
fn is_banner(text: &str) -> bool {
    let greeting = text.trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
    greeting.strip_prefix("OpenClaw 20").is_some_and(|rest| rest.contains(") — "))
}

/// Returns true for an object that is printed over several lines and reports no error, such as a configuration.
fn is_settings(text: &str) -> bool {
    const REPORTS: [&str; 4] = ["\"error\"", "\"errors\"", "\"message\"", "\"detail\""];
    text.trim_start().starts_with('{')
        && text.trim_end().contains('\n')
        && !REPORTS.iter().any(|key| text.contains(key))
}
