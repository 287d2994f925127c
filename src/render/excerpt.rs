//! Excerpt of a sample record around the part that a rule matched.

use std::ops::Range;

use anstyle::{AnsiColor, Style as Paint};

/// Style of the matched part.
const FOUND: Paint = AnsiColor::Yellow.on_default().bold();
/// Placeholder for an id or a duration in the matched part, and for text that was cut off.
const CUT: &str = "…";

/// Returns an excerpt of about `max` characters with the matched part highlighted.
pub(super) fn excerpt(text: &str, found: Option<&str>, max: usize) -> String {
    let found = found.and_then(|found| locate(text, found));
    // The matched part stays visible, with some of the text before it.
    let before = found.as_ref().map_or(0, |found| text[..found.start].chars().count());
    let length = found.as_ref().map_or(0, |found| text[found.clone()].chars().count());
    let start = if before + length <= max { 0 } else { before.saturating_sub(max / 3) };
    let byte = |chars: usize| text.char_indices().nth(chars).map_or(text.len(), |(at, _)| at);
    let (start, end) = (byte(start), byte(start + max));
    let mut out = String::new();
    if start > 0 {
        out.push_str(CUT);
    }
    match found.map(|found| found.start.max(start)..found.end.min(end)) {
        Some(found) if !found.is_empty() => {
            out.push_str(&text[start..found.start]);
            // Each word is highlighted separately, because lines are broken between words and the indentation must not
            // be highlighted.
            for (at, word) in text[found.clone()].split(' ').enumerate() {
                if at > 0 {
                    out.push(' ');
                }
                out.push_str(&format!("{FOUND}{word}{FOUND:#}"));
            }
            out.push_str(&text[found.end..end]);
        }
        _ => out.push_str(&text[start..end]),
    }
    if end < text.len() {
        out.push_str(CUT);
    }
    out
}

/// Returns the position of `found` in a text, where `…` in `found` stands for ids and durations. A match within a
/// longer word or number does not count.
fn locate(text: &str, found: &str) -> Option<Range<usize>> {
    let mut parts = found.split(CUT);
    let first = parts.next().filter(|first| !first.trim().is_empty())?;
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let is_whole = |at: &usize| {
        let (before, after) = (text[..*at].chars().next_back(), text[at + first.len()..].chars().next());
        let starts = !(first.starts_with(is_word) && before.is_some_and(is_word));
        starts && !(first.ends_with(is_word) && after.is_some_and(is_word))
    };
    let mut places = text.match_indices(first).map(|(at, _)| at);
    let start = places.clone().find(is_whole).or_else(|| places.next())?;
    let mut end = start + first.len();
    for part in parts {
        let at = text[end..].find(part)?;
        end += at + part.len();
    }
    Some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        text.replace(&FOUND.to_string(), "[").replace(&format!("{FOUND:#}"), "]")
    }

    #[test]
    fn what_was_found_is_marked_and_in_sight() {
        for (text, found, max, shown) in [
            ("connect ENOTFOUND api.x", Some("ENOTFOUND"), 80, "connect [ENOTFOUND] api.x"),
            ("code 4290, status=429", Some("429"), 80, "code 4290, status=[429]"),
            ("run 77ab failed: no key", Some("run … failed"), 80, "[run] [77ab] [failed]: no key"),
            ("0123456789 xyz 0123456789", Some("xyz"), 12, "…789 [xyz] 0123…"),
            ("0123456789 xyz", None, 4, "0123…"),
            ("nothing of it", Some("else"), 80, "nothing of it"),
            ("äöü äöü", Some("öü"), 3, "ä[öü]…"),
        ] {
            assert_eq!(plain(&excerpt(text, found, max)), shown);
        }
    }
}
