//! OpenClaw's own account of a failure. Its sentences and reasons come from a few patterns and are often wrong: every network
//! fault is a `timeout`, every 403 a failed authentication. Claims are kept apart from the evidence, so that the report can show
//! where the two disagree.

use serde::{Deserialize, Serialize};

use crate::catalogue::Category;
use crate::openclaw;
use crate::record::Record;

/// Minimum number of words of a claim. Shorter sentences ("fetch failed", "Connection error.") come from the libraries that
/// OpenClaw uses.
const MIN_WORDS: usize = 3;
/// OpenClaw's sentence that is true of every failure of a request.
const GENERAL: &str = "LLM request failed";
/// Maximum length of a sentence, in characters.
const MAX_SENTENCE: usize = 120;

/// OpenClaw's own account of a failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The sentence, or the word of the reason.
    pub says: String,
    /// The categories for which the claim would be true.
    pub means: Vec<Category>,
}

impl Claim {
    /// Returns the claim of a sentence that a rule of `category` matched; `None` if it is too short to be OpenClaw's.
    pub(super) fn sentence(says: &str, category: Category) -> Option<Self> {
        let says = without_prefixes(says);
        if says.split_whitespace().count() < MIN_WORDS || says == GENERAL {
            return None;
        }
        let kin: &[Category] = match category {
            Category::ServerError | Category::Overloaded => &[Category::ServerError, Category::Overloaded],
            // Whatever stands between OpenClaw and a server is a fault of the connection.
            Category::Connection => &[
                Category::LocalModel,
                Category::Gateway,
                Category::Dns,
                Category::Tls,
                Category::Proxy,
                Category::ConnectTimeout,
                Category::Config,
            ],
            _ => &[],
        };
        let mut means = vec![category];
        means.extend(kin.iter().filter(|other| **other != category));
        Some(Self { says: says.to_owned(), means })
    }

    /// Returns the claim of the record's reason; `None` unless OpenClaw's failure classifier gives that reason (as of version
    /// 2026.9.6).
    pub(super) fn reason(record: &Record<'_>) -> Option<Self> {
        let reason = record.field("failoverReason").or_else(|| record.field("reason"))?;
        let means: &[Category] = match reason {
            "auth" | "auth_permanent" => &[Category::Auth],
            "billing" => &[Category::Billing],
            "rate_limit" => &[Category::RateLimit],
            "overloaded" | "server_error" => &[Category::Overloaded, Category::ServerError],
            "timeout" => &[Category::ConnectTimeout, Category::RequestTimeout],
            "tls_certificate" => &[Category::Tls],
            "context_overflow" => &[Category::ContextOverflow],
            "format" => &[Category::BadRequest],
            "model_not_found" => &[Category::ModelNotFound],
            _ => return None,
        };
        Some(Self { says: reason.to_owned(), means: means.to_vec() })
    }
}

/// Returns a sentence without the names of errors and requests before it, with which it is the same sentence.
fn without_prefixes(mut says: &str) -> &str {
    const PREFIXES: [&str; 6] = [
        "FailoverError: ",
        "GatewayClientRequestError: ",
        "Error: ",
        "chat completion failed: ",
        "openai-compat ",
        "} ",
    ];
    while let Some(rest) = PREFIXES.iter().find_map(|prefix| says.strip_prefix(prefix)) {
        says = rest;
    }
    says
}

/// Returns true if a record holds OpenClaw's account of a run: its sentences elsewhere are those of libraries, providers and
/// diagnostics.
pub(super) fn may_hold_claim(record: &Record<'_>) -> bool {
    let message = record.parts.message.as_ref();
    openclaw::tells_of_run(message) || record.field("failoverReason").is_some()
}

/// Returns the sentence of `text` that contains the byte offset `at`, without its full stop, cut at [`MAX_SENTENCE`].
pub(super) fn sentence_around(text: &str, at: usize) -> &str {
    const STARTS: [&str; 5] = [". ", "| ", "⚠️ ", "=", "\""];
    let (before, after) = text.split_at_checked(at).unwrap_or((text, ""));
    let line = before.rfind('\n').map_or(0, |end| end + 1);
    let start = STARTS.iter().filter_map(|mark| Some(before.rfind(mark)? + mark.len())).max();
    let start = start.map_or(line, |start| start.max(line));
    let end = ["\n", ". ", "\"", " | ", " rawError="].iter().filter_map(|mark| after.find(mark)).min();
    let sentence = text.get(start..end.map_or(text.len(), |end| at + end)).unwrap_or(text);
    let sentence = sentence.trim().trim_end_matches('.');
    sentence.char_indices().nth(MAX_SENTENCE).map_or(sentence, |(cut, _)| &sentence[..cut])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_taken_out_of_what_stands_around_it() {
        for (text, word, sentence) in [
            (
                "isError=true error=LLM request failed: network connection error. rawError=x",
                "network",
                "LLM request failed: network connection error",
            ),
            ("lane task error: error=\"LLM request timed out.\"", "timed", "LLM request timed out"),
            (
                "All models failed (1): a/b: One thing. Authentication failed. Another.",
                "failed. An",
                "Authentication failed",
            ),
            ("first line\nRe-authenticate now", "now", "Re-authenticate now"),
            ("Überall timed out", "timed", "Überall timed out"),
        ] {
            let at = text.find(word).expect("the word");
            assert_eq!(sentence_around(text, at), sentence, "{text}");
        }
        assert_eq!(sentence_around(&"ü".repeat(300), 0).chars().count(), MAX_SENTENCE);
        assert_eq!(sentence_around("short", 99), "short");
    }

    #[test]
    fn a_sentence_is_true_of_its_kin() {
        let means = |category| Claim::sentence("it went wrong", category).expect("a claim").means;
        assert!(means(Category::Connection).contains(&Category::LocalModel));
        assert!(!means(Category::Connection).contains(&Category::Auth));
        assert_eq!(means(Category::Auth), [Category::Auth]);
        assert_eq!(Claim::sentence("fetch failed", Category::Connection), None);
        assert_eq!(Claim::sentence("Error: LLM request failed", Category::Connection), None);
        let claim = Claim::sentence("FailoverError: LLM request timed out", Category::RequestTimeout);
        assert_eq!(claim.map(|claim| claim.says).as_deref(), Some("LLM request timed out"));
    }
}
