//! The author of a record's texts: OpenClaw and its transports, or people, models and tools whose words it relays.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::openclaw;

use super::error_fields::{ERROR_FIELDS, PAIR};
use super::json;

/// The author of a record's free texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Author {
    /// OpenClaw, its transports, or a provider that it called.
    Own,
    /// Anybody: the subsystem relays what people, models or tools wrote. Only the fields that a program fills are evidence.
    Relayed,
}

impl Author {
    /// Returns the author of the texts of a subsystem. An unknown subsystem may relay anything.
    pub fn of(subsystem: Option<&str>) -> Self {
        let Some(subsystem) = subsystem else { return Self::Own };
        if openclaw::relays(subsystem) { Self::Relayed } else { Self::Own }
    }

    /// Returns true if a field of that name describes an error.
    pub fn is_error(self, name: &str) -> bool {
        ERROR_FIELDS.contains(&name) && (self == Self::Own || is_of_machine(name))
    }

    /// Returns true if a message relays what somebody wrote: `message received`, `[default] Incoming text: ...`.
    pub fn relays_content(self, message: &str) -> bool {
        let start = if message.starts_with('[') { message.find("] ").map_or(0, |end| end + 2) } else { 0 };
        let opens = |opening: &str| {
            message.get(start..start + opening.len()).is_some_and(|word| word.eq_ignore_ascii_case(opening))
        };
        opens("inbound") || (self == Self::Relayed && OPENINGS.into_iter().any(opens))
    }

    /// Returns a message without the values that anybody may have written.
    pub fn evident(self, message: &str) -> Cow<'_, str> {
        if self == Self::Own {
            return Cow::Borrowed(message);
        }
        let message = match json::object_at_end(message) {
            Some((at, object)) if !is_answer(&message[..at], &object) => &message[..at],
            _ => message,
        };
        match &*PAIR {
            Some(pair) if message.contains('=') => pair.replace_all(message, |found| {
                let is_kept = is_of_machine(&found["key"]) || is_of_setting(&found["key"]);
                if is_kept { found.whole().to_owned() } else { String::new() }
            }),
            _ => Cow::Borrowed(message),
        }
    }
}

/// Openings of a channel's messages about incoming content.
const OPENINGS: [&str; 6] =
    ["incoming", "received", "message received", "message from", "new message", "got message"];

/// Returns true if the object at the end of a message is a server's answer: it has an error field or follows an HTTP status.
fn is_answer(before: &str, object: &Map<String, Value>) -> bool {
    let last_word = before.rsplit(' ').next().unwrap_or_default();
    let is_status = last_word.len() == 3 && last_word.bytes().all(|byte| byte.is_ascii_digit());
    is_status || object.keys().any(|name| is_of_machine(name))
}

/// Returns true if a program sets the value of that name: an error, a code, a status.
fn is_of_machine(name: &str) -> bool {
    const PARTS: [&str; 7] = ["error", "errno", "cause", "code", "status", "reason", "responsebody"];
    let name = name.to_ascii_lowercase();
    PARTS.iter().any(|part| name.contains(part)) || matches!(name.as_str(), "err" | "stack" | "outcome")
}

/// Returns true if a program takes the value of that name from its configuration, or counts it.
fn is_of_setting(name: &str) -> bool {
    const SETTINGS: [&str; 18] = [
        "account",
        "accountId",
        "address",
        "attempt",
        "attempts",
        "channel",
        "failed",
        "host",
        "hostname",
        "method",
        "model",
        "phase",
        "port",
        "provider",
        "retry_after",
        "retryAfter",
        "signal",
        "url",
    ];
    SETTINGS.contains(&name) || name.ends_with("Ms")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subsystems_that_pass_words_on_are_told_from_those_that_write_of_openclaw() {
        for (subsystem, author) in [
            (None, Author::Own),
            (Some("agent/embedded"), Author::Own),
            (Some("gateway"), Author::Own),
            (Some("gateway/ws"), Author::Own),
            (Some("gateway/channels/telegram"), Author::Relayed),
            (Some("gateway/hooks"), Author::Relayed),
            (Some("telegram/network"), Author::Relayed),
            (Some("agents/tools"), Author::Relayed),
            (Some("compaction-diag"), Author::Own),
            (Some("web-inbound"), Author::Relayed),
            (Some("acme"), Author::Relayed),
        ] {
            assert_eq!(Author::of(subsystem), author, "{subsystem:?}");
        }
    }

    #[test]
    fn values_that_anybody_may_have_written_are_no_evidence() {
        for (message, evident) in [
            (r#"dropped body="HTTP 401" error="HTTP 429""#, r#"dropped error="HTTP 429""#),
            (r#"dropped note="a \" status=401" code=EPIPE"#, "dropped code=EPIPE"),
            ("dropped note=ECONNREFUSED status=503", "dropped status=503"),
            (r#"dropped {"body":"HTTP 401"}"#, "dropped"),
            (
                r#"failed: 401 {"detail":{"message":"quota"}}"#,
                r#"failed: 401 {"detail":{"message":"quota"}}"#,
            ),
            (
                r#"failed: {"error_code":401,"description":"Unauthorized"}"#,
                r#"failed: {"error_code":401,"description":"Unauthorized"}"#,
            ),
        ] {
            assert_eq!(Author::Relayed.evident(message), evident);
            assert_eq!(Author::Own.evident(message), message);
        }
    }
}
