//! Gates: what an information record must hold to mean anything.
//!
//! Rules look at no information but where OpenClaw reports a failure as such, and the report reads a few sentences of the
//! gateway's. All of these hold one of some thirty literals, which are sought in the raw bytes of the message.

use aho_corasick::packed::{Config, MatchKind, Searcher};
use memchr::memchr;
use memchr::memmem::{self, Finder};

/// In lower case: parts of the messages that [`crate::record`] and [`crate::report`] read, as long as they need to be to be
/// rare, beginning with their rarest letters.
const LITERALS: [&str; 26] = [
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
    "nt model: ",
    "listening",
    "hot reload applied",
    "g reloaded",
    "queue overflow",
    "reconnected",
    "logged in ",
    "resumed",
    "covered",
    "stored",
    "tail truncated",
    "(skipped ",
    "openclaw 20",
    "openclaw v",
    "openclaw@",
    "updated ",
];

/// Letters outside ASCII that expressions take for `k` and `s`.
const FOREIGN: [&str; 2] = ["\u{212a}", "\u{17f}"];

/// The searcher is faster on texts of at least this length.
const MIN_TEXT: usize = 64;

/// Finds the information worth reading.
pub struct Gates {
    searcher: Option<Searcher>,
    foreign: [Finder<'static>; 2],
}

impl Gates {
    pub(super) fn new() -> Self {
        let mut builder = Config::new().match_kind(MatchKind::LeftmostFirst).builder();
        builder.extend(LITERALS);
        Self { searcher: builder.build(), foreign: FOREIGN.map(|letter| Finder::new(letter.as_bytes())) }
    }

    /// Whether a message, as JSON escapes it, may mean anything though it is information. `scratch` is overwritten.
    pub fn lets_through(&self, message: &[u8], scratch: &mut Vec<u8>) -> bool {
        // Escapes may hide any letter.
        let escape = memchr(b'\\', message).and_then(|at| memmem::find(&message[at..], b"\\u"));
        let is_foreign = || self.foreign.iter().any(|finder| finder.find(message).is_some());
        if escape.is_some() || (!message.is_ascii() && is_foreign()) {
            return true;
        }
        scratch.clear();
        scratch.extend_from_slice(message);
        scratch.make_ascii_lowercase();
        scratch.resize(scratch.len().max(MIN_TEXT), 0);
        match &self.searcher {
            Some(searcher) => searcher.find(scratch.as_slice()).is_some(),
            None => LITERALS.iter().any(|literal| memmem::find(scratch, literal.as_bytes()).is_some()),
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
        for literal in LITERALS.into_iter().chain(FOREIGN).chain(["\\u0041"]) {
            for text in [
                literal.to_owned(),
                literal.to_ascii_uppercase().replace("\\U", "\\u"),
                format!("{}{literal}", "x".repeat(200)),
            ] {
                assert!(gates.lets_through(text.as_bytes(), &mut scratch), "{text}");
            }
        }
        for text in ["", "embedded run done", "log file", &"x".repeat(500)] {
            assert!(!gates.lets_through(text.as_bytes(), &mut scratch), "{text}");
        }
    }
}
