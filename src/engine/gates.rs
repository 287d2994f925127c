//! Gates: what an information record must hold to mean anything.
//!
//! Rules look at no information but where OpenClaw reports a failure as such, and the report reads a few sentences of the
//! gateway's. All of these hold one of some thirty literals, which are sought in the raw bytes of the message.

use aho_corasick::packed::{Config, MatchKind, Searcher};
use memchr::memmem;

use crate::record::Message;

/// Parts of the messages that [`crate::record`] and [`crate::report`] read, as long as they need to be to be rare, beginning
/// with their rarest letters. Where a sentence may begin with them, without the first.
const LITERALS: [&str; 28] = [
    "[model-fetch] ",
    "res ✗",
    "webchat disconnected code=4",
    "handshake timeout ",
    "unauthorized conn=",
    "][diag] ",
    "og file: ",
    "[agent] run ",
    "model fallback decision",
    "res ✓ agent ",
    "nt model: ",
    "listening",
    "hot reload applied",
    "g reloaded",
    "queue overflow",
    "econnected",
    "ogged in ",
    "esumed",
    "ecovered",
    "estored",
    "tail truncated",
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
    searcher: Option<Searcher>,
}

impl Gates {
    pub(super) fn new() -> Self {
        let mut builder = Config::new().match_kind(MatchKind::LeftmostFirst).builder();
        builder.extend(LITERALS);
        Self { searcher: builder.build() }
    }

    /// Whether a message may mean anything though it is information.
    pub fn let_through(&self, message: Message<'_>) -> bool {
        let text = message.text;
        // Escapes may hide any letter.
        if message.is_escaped && memmem::find(text, b"\\u").is_some() {
            return true;
        }
        match &self.searcher {
            Some(searcher) if text.len() >= MIN_TEXT => searcher.find(text).is_some(),
            Some(searcher) => {
                let mut longer = [0; MIN_TEXT];
                longer[..text.len()].copy_from_slice(text);
                searcher.find(longer).is_some()
            }
            None => LITERALS.iter().any(|literal| memmem::find(text, literal.as_bytes()).is_some()),
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
        for literal in LITERALS.into_iter().chain(["\\u0041"]) {
            for text in [literal.to_owned(), format!("{}{literal}", "x".repeat(200))] {
                assert!(passes(&text), "{text}");
            }
        }
        for text in ["", "embedded run done", "log file", "a \\n b", &"x".repeat(500)] {
            assert!(!passes(text), "{text}");
        }
    }
}
