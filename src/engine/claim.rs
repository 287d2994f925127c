//! What OpenClaw itself says of a failure. Its sentences and reasons are made from a few patterns and are often wrong: every
//! fault of the network is a `timeout`, every 403 a failed authentication. Kept apart from the evidence, they can be named
//! where the evidence contradicts them.

use serde::{Deserialize, Serialize};

use crate::catalogue::Category;
use crate::record::Record;

/// Shorter ones ("fetch failed", "Connection error.") are words of the libraries below OpenClaw.
const MIN_WORDS: usize = 3;
/// Characters of a sentence that are kept.
const MAX_SENTENCE: usize = 120;

/// What OpenClaw says a failure is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// Its sentence, or the word of its reason.
    pub says: String,
    /// The categories of which that would be true.
    pub means: Vec<Category>,
}

impl Claim {
    /// The claim that a sentence of a rule's category makes, where it is long enough to be OpenClaw's.
    pub(super) fn sentence(says: &str, category: Category) -> Option<Self> {
        if says.split_whitespace().count() < MIN_WORDS {
            return None;
        }
        let kin: &[Category] = match category {
            Category::ServerError | Category::Overloaded => &[Category::ServerError, Category::Overloaded],
            // Refused is refused, whoever does not listen.
            Category::Connection => &[Category::Connection, Category::LocalModel, Category::Gateway],
            _ => &[],
        };
        let mut means = vec![category];
        means.extend(kin.iter().filter(|other| **other != category));
        Some(Self { says: says.to_owned(), means })
    }

    /// The claim that the record's reason makes, where it has one of those that OpenClaw's classifier gives (the list of
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

/// The sentence of a text in which something was found, without its full stop.
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
        assert!(!means(Category::Connection).contains(&Category::Tls));
        assert_eq!(means(Category::Auth), [Category::Auth]);
        assert_eq!(Claim::sentence("fetch failed", Category::Connection), None);
    }
}
