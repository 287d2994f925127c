//! Text in no known format, line by line.

use std::borrow::Cow;

use super::inline;
use super::level_prefix;
use super::parts::Parts;

/// Parses a line of text; accepts every text.
pub(super) fn parse(text: &str) -> Parts<'_> {
    let (level, message) =
        level_prefix::split(text).map_or((None, text), |(level, rest)| (Some(level), rest));
    let mut parts = Parts {
        level,
        message: Cow::Borrowed(message),
        quoted: is_banner(text) || is_settings(text),
        ..Parts::default()
    };
    inline::read(&mut parts);
    parts
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
