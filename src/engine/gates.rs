//! Gates: what an information record must hold to mean anything.
//!
//! Rules look at no information but where OpenClaw reports a failure as such, and the report reads a few sentences of the
//! gateway's. All of these hold one of some thirty literals, which are sought in the raw bytes of the message.

use aho_corasick::packed::{Config, MatchKind, Searcher};

/// In lower case: how those messages begin or what they hold that [`crate::record`] and [`crate::report`] read, and what may
/// hide them: escapes, and the letters outside ASCII that expressions take for `k` and `s`.
const LITERALS: [&str; 30] = [
    "[model-fetch] ",
    "res ✗",
    "webchat disconnected code=4",
    "handshake timeout ",
    "unauthorized conn=",
    "][diag] ",
    "log file: ",
    "[agent] run ",
    "model fallback decision",
    "res ✓ agent ",
    "agent model: ",
    "http server listening",
    "listening on ws",
    "config hot reload applied",
    "config reloaded",
    "file log queue overflow",
    "reconnected",
    "logged in ",
    "resumed",
    "recovered",
    "restored",
    "log tail truncated",
    "(skipped ",
    "openclaw 20",
    "openclaw v",
    "openclaw@",
    "openclaw version",
    "updated ",
    "\\u",
    "\u{212a}",
];
/// The other such letter.
const LONG_S: &str = "\u{17f}";

/// The searcher is faster on texts of at least this length.
const MIN_TEXT: usize = 64;

/// Finds the information worth reading.
pub struct Gates {
    searcher: Option<Searcher>,
}

impl Gates {
    pub(super) fn new() -> Self {
        let mut builder = Config::new().match_kind(MatchKind::LeftmostFirst).builder();
        builder.extend(LITERALS);
        builder.add(LONG_S);
        Self { searcher: builder.build() }
    }

    /// Whether a message, as JSON escapes it, may mean anything though it is information. `scratch` is overwritten.
    pub fn lets_through(&self, message: &[u8], scratch: &mut Vec<u8>) -> bool {
        scratch.clear();
        scratch.extend_from_slice(message);
        scratch.make_ascii_lowercase();
        scratch.resize(scratch.len().max(MIN_TEXT), 0);
        match &self.searcher {
            Some(searcher) => searcher.find(scratch.as_slice()).is_some(),
            None => LITERALS
                .iter()
                .chain([&LONG_S])
                .any(|l| memchr::memmem::find(scratch, l.as_bytes()).is_some()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_is_let_through() {
        let gates = Gates::new();
        let mut scratch = Vec::new();
        for literal in LITERALS.into_iter().chain([LONG_S]) {
            for text in
                [literal.to_owned(), literal.to_ascii_uppercase(), format!("{}{literal}", "x".repeat(200))]
            {
                assert!(gates.lets_through(text.as_bytes(), &mut scratch), "{text}");
            }
        }
        for text in ["", "embedded run done", "log file", &"x".repeat(500)] {
            assert!(!gates.lets_through(text.as_bytes(), &mut scratch), "{text}");
        }
    }
}
