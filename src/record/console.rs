//! The gateway's console format: `[subsystem] message key=value ...`, with or without a leading time.
//!
//! The console prints no level, shortens subsystems (`gateway/ws` to `ws`), and appends a record's fields to its message, whereas
//! the file log keeps them apart.

use std::borrow::Cow;
use std::sync::LazyLock;

use clawsift_catalogue::pattern::{Pattern, matches};

use crate::openclaw::{RUN_EVENTS, after, full_name};

use super::inline;
use super::level_prefix;
use super::parts::Parts;
use super::time;

/// Maximum length of a label, in bytes. The longest label that OpenClaw prints is less than half as long.
const MAX_LABEL: usize = 80;

/// Label of tool calls. OpenClaw logs them without a subsystem, so the label stays in the message.
pub(super) const TOOLS: &str = "tools";

/// Openings of messages that OpenClaw, Node and npm print without a label. Other unlabelled lines with a time are the output of
/// an agent, which can be any text.
static OWN_VOICE: LazyLock<Option<Pattern>> = LazyLock::new(|| {
    Pattern::new(
        r"(?x)^(?:
            \[ | \(node:\d | ⚠ | [A-Za-z]*(?:Error|Exception|Warning)\b | FATAL\b | npm\ | node:internal
          | (?:Gateway|Port\ \d|Embedded\ agent|LLM\ |All\ models\ failed|Unhandled|Uncaught|Invalid\ config|OpenClaw\b)
          | (?:Failed\ to|Cannot|Could\ not|connect\ E|read\ E|write\ E|getaddrinfo|spawn\ |listen\ E|Config\ )
          | (?:No\ API\ key|Missing|Unknown\ model|Inline\ API\ key|Authentication|Context\ overflow:|Rate\ limit|Model\ override|Profile\ )
          | [45]\d\d\ (?:\{|<|[A-Z]) | HTTP\ [45]\d\d: | FailoverError
          | gateway\ (?:connect|closed|request|already) | Context\ engine\ \x22 | terminate\ called | runtime:\ | fatal\ error
          | [^.\x22]{1,60}(?:\ failed|\b[A-Z][A-Za-z]+Error):\ 
        )",
    )
    .ok()
});

/// Returns true if a line begins with a label in brackets, such as `[agent/embedded] `.
pub(super) fn has_label(line: &[u8]) -> bool {
    label_length(line).is_some()
}

/// Returns the length of the label with its brackets and the space after it. Node's own brackets (`[cause]: `, `[Symbol(x)]`) are
/// not labels.
fn label_length(line: &[u8]) -> Option<usize> {
    let inner = line.strip_prefix(b"[")?;
    let end = inner.iter().take(MAX_LABEL).position(|&b| b == b']')?;
    let is_name = |b: &u8| b.is_ascii_alphanumeric() || b"-_./:@".contains(b);
    let label = &inner[..end];
    let named = label.first()?.is_ascii_lowercase() && label.iter().all(is_name);
    let after = inner.get(end + 1);
    (named && matches!(after, None | Some(b' ')) && label != b"cause" && label != b"errors")
        .then_some(end + 2)
}

/// Parses a record; `None` if it has neither time nor label.
pub(super) fn parse(record: &str) -> Option<Parts<'_>> {
    let (stamp, rest) = match time::leading(record.as_bytes()) {
        Some((stamp, end)) => (Some(stamp), record[end..].trim_start_matches(' ')),
        None => (None, record),
    };
    let length = label_length(rest.as_bytes());
    let label = length.map(|length| &rest[1..length - 1]);
    // The level of another program stands where OpenClaw has a label, also in brackets: `[error] x`.
    if label.is_none_or(level_prefix::is_level)
        && let Some((level, message)) = level_prefix::split(rest)
    {
        let message = Cow::Borrowed(message);
        return Some(Parts { stamp, level: Some(level), message, ..Parts::default() });
    }
    if label == Some(TOOLS) {
        return Some(Parts { stamp, message: Cow::Borrowed(rest), ..Parts::default() });
    }
    let Some((label, length)) = label.zip(length) else {
        let own_voice = after(rest, &RUN_EVENTS).is_some() || matches(&OWN_VOICE, rest);
        return stamp.is_some().then(|| Parts {
            stamp,
            message: Cow::Borrowed(rest),
            quoted: !own_voice,
            ..Parts::default()
        });
    };
    let mut parts = Parts {
        stamp,
        subsystem: Some(full_name(label)),
        message: Cow::Borrowed(rest[length..].trim_start_matches(' ')),
        ..Parts::default()
    };
    if matches!(parts.message.as_bytes().first(), Some(b'[' | b'A'..=b'Z'))
        && let Some((level, message)) = level_prefix::split(&parts.message)
        && message.len() < parts.message.len()
    {
        (parts.level, parts.message) = (Some(level), Cow::Owned(message.to_owned()));
    }
    inline::read(&mut parts);
    Some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_label_with_and_without_a_time() {
        for (line, label, message) in [
            ("2026-11-22T09:43:52.554+00:00 [telegram] x k=v", "channels/telegram", "x k=v"),
            ("08:42:54 [agent/embedded] embedded run", "agent/embedded", "embedded run"),
            ("[ws] ⇄ res ✗ agent", "gateway/ws", "⇄ res ✗ agent"),
            ("[diagnostic] memory pressure: level=warning", "diagnostic", "memory pressure: level=warning"),
            (
                "[provider-transport-fetch] [model-fetch] error",
                "provider-transport-fetch",
                "[model-fetch] error",
            ),
        ] {
            let parts = parse(line).expect(line);
            assert_eq!((parts.subsystem.as_deref(), &*parts.message), (Some(label), message));
            assert!(!parts.quoted);
        }
    }

    #[test]
    fn what_node_prints_in_brackets_is_no_label() {
        for line in [
            "[cause]: Error: x",
            "[error]: [ '[ws]' ]",
            "[Symbol(kState)]: 1",
            "[]",
            "[a b] x",
            "[x]y",
            "plain",
        ] {
            assert!(!has_label(line.as_bytes()), "{line}");
            assert!(parse(line).is_none(), "{line}");
        }
    }

    #[test]
    fn an_answer_is_quoted_and_the_programs_own_words_are_not() {
        for (text, quoted) in [
            ("HTTP 429 means Too Many Requests: the server rate limits you.", true),
            ("No. 404 means not found.", true),
            ("Gateway failed to start: Invalid config", false),
            ("(node:17) Warning: Setting the NODE_TLS_REJECT_UNAUTHORIZED", false),
            ("TypeError: fetch failed", false),
            ("⚠️ API rate limit reached.", false),
        ] {
            let line = format!("2026-11-22T09:43:52.554+00:00 {text}");
            assert_eq!(parse(&line).expect("a record").quoted, quoted, "{text}");
        }
    }
}
