//! Replies that consist of an error. OpenClaw up to 2026.2 logged a failed run only by the reply that its user got, as information
//! without a subsystem: `HTTP 401 authentication_error: invalid x-api-key`.
//!
//! An assistant's answer can speak of errors as well, so a reply counts only by its form: one line that begins with a status and
//! continues as an error message does, or that is one of OpenClaw's own sentences.

use std::sync::LazyLock;

use clawsift_catalogue::pattern::{Pattern, matches};

use crate::openclaw::{ERROR_REPLIES, after};

/// Maximum length of an error reply, in bytes. OpenClaw shortens errors to a few hundred characters.
const MAX_REPLY: usize = 1000;

/// A status at the start, and the form of an error message after it.
static OPENING: LazyLock<Option<Pattern>> = LazyLock::new(|| {
    Pattern::new(
        r"(?x)^(?:⚠️\ )?(?:HTTP\ )?[45]\d\d
            (?: :\ \S | \ [a-z]+(?:_[a-z]+)*_error\b | \ status\ code\b | \ [{<] )",
    )
    .ok()
});

/// A status followed by a sentence.
static SENTENCE: LazyLock<Option<Pattern>> =
    LazyLock::new(|| Pattern::new(r"^(?:⚠️ )?(?:HTTP )?[45]\d\d [A-Z]").ok());

/// Words by which the sentence after a status reports a failure.
static FAILURE: LazyLock<Option<Pattern>> = LazyLock::new(|| {
    Pattern::new(
        r"(?i)\b(?:not|no|cannot|invalid|incorrect|wrong|missing|required|unauthorized|forbidden|denied|disabled|blocked|rejected|refused|unsupported|unknown|expired|exceeded|insufficient|unavailable|overloaded|too (?:many|large|long)|limit|quota|failed|failure|errors?|timed? ?out|bad (?:request|gateway)|conflict)\b",
    )
    .ok()
});

/// Returns true if a reply to a user consists of an error.
pub(crate) fn is_error_reply(text: &str) -> bool {
    let text = text.trim_end();
    if text.len() > MAX_REPLY || text.contains('\n') {
        return false;
    }
    if after(text, &ERROR_REPLIES).is_some() {
        return true;
    }
    begins_with_status(text.as_bytes())
        && (matches(&OPENING, text) || (matches(&SENTENCE, text) && matches(&FAILURE, text)))
}

/// Returns true if a text begins with the status of an error.
#[inline]
pub(crate) fn begins_with_status(text: &[u8]) -> bool {
    let text = text.strip_prefix("⚠️ ".as_bytes()).unwrap_or(text);
    let text = text.strip_prefix(b"HTTP ").unwrap_or(text);
    matches!(text, [b'4' | b'5', b'0'..=b'9', b'0'..=b'9', b' ' | b':', ..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_that_is_an_error_is_known_by_its_form() {
        for text in [
            "HTTP 401 authentication_error: invalid x-api-key (request_id: req_011)",
            "401 Incorrect API key provided: sk-…",
            "403 Country, region, or territory not supported",
            "404 The model `gpt-5-ultra` does not exist or you do not have access to it.",
            "HTTP 429: Rate limit reached for gpt-5",
            "500 {\"error\":{\"message\":\"x\"}}",
            "422 status code (no body)",
            "Connection error.",
            "⚠️ Agent run failed (model: a/b).",
        ] {
            assert!(is_error_reply(text), "{text}");
        }
        for text in [
            "HTTP 429 means Too Many Requests: wait a little.",
            "404 means not found; check the address.",
            "401 items were processed, 0 errors.",
            "500 Miles is a song.",
            "Done: I processed 401 items, 0 errors.",
            "No. 404 means not found.",
            "Connection errors are usual here.",
            "HTTP 401: wrong key.\nTell me if you need more.",
            "I got HTTP 401: wrong key.",
        ] {
            assert!(!is_error_reply(text), "{text}");
        }
    }
}
