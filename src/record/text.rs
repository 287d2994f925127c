//! Anything else: text, line by line.

use std::borrow::Cow;

use super::parts::Parts;

/// Reads a line of text; every text is one.
pub(super) fn parse(text: &str) -> Parts<'_> {
    Parts { message: Cow::Borrowed(text), quoted: is_banner(text) || is_settings(text), ..Parts::default() }
}

/// Whether this is the line with which OpenClaw's commands greet: name, version, and a joke, which may be about anything.
fn is_banner(text: &str) -> bool {
    let greeting = text.trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
    greeting.strip_prefix("OpenClaw 20").is_some_and(|rest| rest.contains(") — "))
}

/// Whether this is an object that was printed over several lines and reports no error: a configuration, somebody's
/// settings.
fn is_settings(text: &str) -> bool {
    const REPORTS: [&str; 4] = ["\"error\"", "\"errors\"", "\"message\"", "\"detail\""];
    text.trim_start().starts_with('{')
        && text.trim_end().contains('\n')
        && !REPORTS.iter().any(|key| text.contains(key))
}
