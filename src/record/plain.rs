//! `openclaw logs` through a pipe or on a terminal: `TIME level [subsystem] message`, single spaces, continuation lines without a
//! time. On a terminal the time has no date.

use std::borrow::Cow;

use crate::openclaw::is_label;

use super::console::TOOLS;
use super::info_prefilter::Message;
use super::inline;
use super::level::Level;
use super::parts::Parts;
use super::time;

/// Returns true if a line has this format.
pub(super) fn is_plain(line: &[u8]) -> bool {
    let Some(end) = time::leading_length(line) else { return false };
    level_word(&line[end..]).is_some()
}

/// Returns true if the text after a time begins with a level.
pub(super) fn has_level(rest: &[u8]) -> bool {
    level_word(rest).is_some()
}

/// Returns the message in the text after the time; `None` if the level is above info, or the text begins in an unusual way.
pub(super) fn information(rest: &[u8]) -> Option<Message<'_>> {
    let (level, length) = level_word(rest)?;
    let text = rest[length..].strip_prefix(b" ").unwrap_or(&rest[length..]);
    message(level, text, memchr::memchr(b' ', text))
}

/// Returns the message in the text after the level, whose first space is at `space`. See [`information`].
#[inline]
pub(super) fn message(level: Level, text: &[u8], space: Option<usize>) -> Option<Message<'_>> {
    let label = space.map_or(text.len(), |space| space + 1);
    let has_bindings = text[label..].starts_with(b"{\"");
    (level <= Level::Info && !has_bindings).then_some(Message { text, is_escaped: false, label })
}

/// Parses the level after a time, and returns its length including the space before it.
fn level_word(rest: &[u8]) -> Option<(Level, usize)> {
    let (level, behind) = Level::split_lower(rest.strip_prefix(b" ")?)?;
    let ends = behind.first().is_none_or(u8::is_ascii_whitespace);
    ends.then_some((level, rest.len() - behind.len()))
}

/// Parses a record; `None` if it has another form.
pub(super) fn parse(record: &str) -> Option<Parts<'_>> {
    let (stamp, end) = time::leading(record.as_bytes())?;
    let (level, length) = level_word(&record.as_bytes()[end..])?;
    let rest = &record[end + length..];
    let (subsystem, message) = split_label(rest.strip_prefix(' ').unwrap_or(rest));
    let mut parts = Parts {
        stamp: Some(stamp),
        level: Some(level),
        subsystem: subsystem.map(Cow::Borrowed),
        message: Cow::Borrowed(message),
        ..Parts::default()
    };
    inline::read(&mut parts);
    // As in the file log, unlabelled information is what the CLI showed its user.
    parts.quoted = parts.subsystem.is_none() && level <= Level::Info;
    Some(parts)
}

/// Splits a text into label and message, if its first word is a label.
fn split_label(text: &str) -> (Option<&str>, &str) {
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    // Some versions put the label in brackets, as the gateway's console does.
    if let Some(label) = word.strip_prefix('[').and_then(|w| w.strip_suffix(']'))
        && label != TOOLS
    {
        return (Some(label), rest);
    }
    let is_name = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_lowercase())
            && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
    };
    let is_label = match word.split_once('/') {
        Some((first, others)) => is_name(first) && others.split('/').all(is_name),
        None => is_label(word),
    };
    if !is_label {
        return (None, text);
    }
    (Some(word), rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_label_is_told_from_the_first_word_of_a_message() {
        let cases = [
            ("warn agent/embedded embedded run agent end", Some("agent/embedded"), "embedded run agent end"),
            ("error diagnostic lane task error: x", Some("diagnostic"), "lane task error: x"),
            ("error LLM request timed out.", None, "LLM request timed out."),
            ("error OpenClaw does not know the command", None, "OpenClaw does not know the command"),
            ("info HTTP 429 means", None, "HTTP 429 means"),
            ("error database is locked", None, "database is locked"),
            ("info https://example.com/a b", None, "https://example.com/a b"),
            (
                "warn [agent/embedded] embedded run agent end",
                Some("agent/embedded"),
                "embedded run agent end",
            ),
            (
                r#"error gateway/channels/whatsapp {"subsystem":"gateway/channels/whatsapp"} [default] exited"#,
                Some("gateway/channels/whatsapp"),
                "[default] exited",
            ),
        ];
        for (rest, label, message) in cases {
            let line = format!("2026-11-22T09:47:00.546+00:00 {rest}");
            let parts = parse(&line).expect(rest);
            assert_eq!((parts.subsystem.as_deref(), &*parts.message), (label, message));
            assert_eq!(parts.quoted, rest.starts_with("info"));
        }
    }

    #[test]
    fn a_continued_message_keeps_its_lines() {
        let parts =
            parse("2026-11-22T09:47:00Z error gateway Invalid config:\n- proxy: wrong").expect("a record");
        assert_eq!(parts.message, "Invalid config:\n- proxy: wrong");
        let empty = parse("2026-11-22T09:47:00Z error").expect("a record");
        assert_eq!(empty.message, "");
    }

    #[test]
    fn other_forms_are_refused() {
        for line in ["2026-11-22T09:47:00Z [telegram] x", "2026-11-22T09:47:00Z WARNING x", "09:47 warn x"] {
            assert!(parse(line).is_none(), "{line}");
        }
    }
}
