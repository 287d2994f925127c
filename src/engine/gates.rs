//! Gates: what an information record must hold to mean anything.
//!
//! Rules look at no information but where OpenClaw reports a failure as such, and the report reads a few sentences of the
//! gateway's. All of these hold one of some thirty literals, which are sought in the raw bytes of the message.

use aho_corasick::packed::{Config, MatchKind, Searcher};
use memchr::memmem;

use crate::record::Message;

/// How the messages begin that [`crate::record`] and [`crate::report`] read.
const BEGINNINGS: [&str; 17] = [
    "[model-fetch] ",
    "⇄ res ✗",
    "webchat disconnected code=4",
    "handshake timeout ",
    "unauthorized conn=",
    "Log file: ",
    "log file: ",
    "[agent] run ",
    "model fallback decision",
    "⇄ res ✓ agent ",
    "agent model: ",
    "http server listening",
    "listening on ws",
    "config hot reload applied",
    "config reloaded",
    "[openclaw] file log queue overflow",
    "Log tail truncated",
];

/// What stands anywhere in such messages; where a sentence may begin with it, without the first letter.
const PARTS: [&str; 13] = [
    "][diag] ",
    "econnected",
    "ogged in ",
    "esumed",
    "ecovered",
    "estored",
    "(skipped ",
    "penclaw 20",
    "penClaw 20",
    "penclaw v",
    "penClaw v",
    "law@",
    "pdated ",
];

/// The searcher is faster on texts of at least this length.
const MIN_TEXT: usize = 48;

/// Finds the information worth reading.
pub struct Gates {
    /// Whether a beginning begins with that byte.
    first_bytes: [bool; 256],
    parts: Option<Searcher>,
}

impl Gates {
    pub(super) fn new() -> Self {
        let mut first_bytes = [false; 256];
        BEGINNINGS.iter().for_each(|text| first_bytes[usize::from(text.as_bytes()[0])] = true);
        let mut builder = Config::new().match_kind(MatchKind::LeftmostFirst).builder();
        builder.extend(PARTS);
        Self { first_bytes, parts: builder.build() }
    }

    /// Whether a message may mean anything though it is information.
    pub fn let_through(&self, message: Message<'_>) -> bool {
        let text = message.text;
        // Escapes may hide any letter.
        if message.is_escaped && memmem::find(text, b"\\u").is_some() {
            return true;
        }
        if text.first().is_some_and(|first| self.first_bytes[usize::from(*first)])
            && BEGINNINGS.iter().any(|beginning| text.starts_with(beginning.as_bytes()))
        {
            return true;
        }
        match &self.parts {
            Some(searcher) if text.len() >= MIN_TEXT => searcher.find(text).is_some(),
            Some(searcher) => {
                let mut longer = [0; MIN_TEXT];
                longer[..text.len()].copy_from_slice(text);
                searcher.find(longer).is_some()
            }
            None => PARTS.iter().any(|part| memmem::find(text, part.as_bytes()).is_some()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_is_let_through() {
        let gates = Gates::new();
        let passes = |text: &str| {
            gates.let_through(Message { text: text.as_bytes(), is_escaped: text.contains('\\') })
        };
        for part in PARTS.into_iter().chain(["\\u0041"]) {
            for text in [part.to_owned(), format!("{}{part}", "x".repeat(200))] {
                assert!(passes(&text), "{text}");
            }
        }
        for beginning in BEGINNINGS {
            assert!(passes(&format!("{beginning}{}", "x".repeat(200))), "{beginning}");
        }
        for text in ["", "embedded run done", "log file", "a \\n b", &"x".repeat(500)] {
            assert!(!passes(text), "{text}");
        }
    }
}
