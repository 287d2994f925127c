//! Anything else: text, line by line.

use std::borrow::Cow;

use super::Parts;

/// Reads a line of text; every text is one.
pub(super) fn parse(text: &str) -> Parts<'_> {
    Parts { message: Cow::Borrowed(text), quoted: is_banner(text), ..Parts::default() }
}

/// Whether this is the line with which OpenClaw's commands greet: name, version, and a joke, which may be about anything.
fn is_banner(text: &str) -> bool {
    let greeting = text.trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
    greeting.strip_prefix("OpenClaw 20").is_some_and(|rest| rest.contains(") — "))
}
