//! Detects random words near the name of a secret, whatever separates them: `Gateway token generated: 4f…`, `apikey | Xy…`,
//! `Some("Xy…")`, on the line below.

use std::ops::Range;

use super::bounds::{is_of_name, noted};
use super::kind::Kind;
use super::names;
use super::scan::{Scan, Stop, WINDOW, work};
use super::tokens::is_id;
use super::values::{is_made, is_masked, is_uuid};

/// Maximum distance in bytes between a name and the start of its secret.
const MAX_GAP: usize = 56;
/// Maximum number of ordinary words between a name and its secret.
const MAX_WORDS: usize = 5;

/// Detects the random word near the name that ends at `end`.
pub(super) fn find(
    scan: &mut Scan<'_>,
    end: usize,
    kind: Kind,
    found: &mut Vec<Range<usize>>,
) -> Option<usize> {
    let text = scan.text;
    let limit = text.len().min(end + MAX_GAP);
    work::count(limit - end);
    let (mut at, mut words, mut lines) = (end, 0, 0);
    while at < limit {
        match text[at] {
            b'\n' if lines > 0 => return None,
            b'\n' => lines += 1,
            b'=' | b'&' | b'/' | b'\\' | b'{' | b'}' if words > 0 => return None,
            b'[' if is_masked(&text[at..]) => return None,
            _ if is_start(text, at) => {
                let stop = word_end(scan, at);
                let word = &text[at..stop];
                let is_password = kind == Kind::Password && is_told(text, at) && {
                    let stop = password_end(scan, at);
                    is_made(&text[at..stop]) && !text[at..stop].contains(&b'=')
                };
                if (is_random(word, kind) || is_password) && !is_name(text, stop) {
                    let stop = if kind == Kind::Password { password_end(scan, at).max(stop) } else { stop };
                    found.push(at..stop);
                    return Some(other(scan, stop, kind, found).unwrap_or(stop));
                }
                // Only ordinary words and numbers may be in between.
                let has = |test: fn(&u8) -> bool| word.iter().any(test);
                let is_ordinary = word.len() <= 16
                    && (word.len() <= 4 && word.iter().all(u8::is_ascii_digit)
                        || !(has(u8::is_ascii_digit)
                            || has(u8::is_ascii_lowercase) && word[1..].iter().any(u8::is_ascii_uppercase)));
                words += 1;
                // Another name has its own value.
                let is_another = text.get(stop) == Some(&b':') && names::kind(word, b" ").is_some();
                if is_another || !is_ordinary || words > MAX_WORDS || matches!(text.get(stop), Some(b'=')) {
                    return None;
                }
                at = stop;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    None
}

/// Adds the random word that another one is compared with or replaced by: `got X, expected Y`, `from X to Y`.
fn other(scan: &mut Scan<'_>, end: usize, kind: Kind, found: &mut Vec<Range<usize>>) -> Option<usize> {
    const BETWEEN: &[&[u8]] = &[b", expected ", b", got ", b" to ", b" -> ", b" != ", b" vs ", b" and "];
    let text = scan.text;
    let rest = &text[end..];
    let rest = rest.strip_prefix(b"\"").or(rest.strip_prefix(b"'")).unwrap_or(rest);
    let between = BETWEEN.iter().find(|words| rest.starts_with(words))?;
    let start = text.len() - rest.len() + between.len();
    let start = start + usize::from(matches!(text.get(start), Some(b'"' | b'\'')));
    let (stop, is_secret) = match kind {
        Kind::Password => {
            let stop = password_end(scan, start);
            (stop, is_made(&text[start..stop]))
        }
        kind => {
            let stop = word_end(scan, start);
            (stop, is_random(&text[start..stop], kind))
        }
    };
    noted(is_secret, start..stop, found)
}

/// Returns the end of a password, without the punctuation of a sentence.
fn password_end(scan: &mut Scan<'_>, start: usize) -> usize {
    let mut end = scan.value_end(Stop::Password, start);
    while end > start && matches!(scan.text[end - 1], b'.' | b':' | b'!' | b'?' | b']') {
        end -= 1;
    }
    end
}

/// Returns true if the text before a word shows that the word is the value: `password for bob is X`, `password (root): X`.
fn is_told(text: &[u8], at: usize) -> bool {
    const TIES: &[&[u8]] = &[
        b":",
        b" is",
        b" to",
        b" from",
        b" -",
        b" =",
        b" ist",
        b" lautet",
        b" est",
        b" es",
        b" \xe2\x80\x94",
        b" \xe2\x80\x93",
    ];
    let Some(before) = text[..at].strip_suffix(b" ") else { return false };
    TIES.iter().any(|tie| before.ends_with(tie))
}

fn is_start(text: &[u8], at: usize) -> bool {
    text[at].is_ascii_alphanumeric()
        || text[at] >= 128 && is_of_name(text, at)
        || matches!(text[at], b'_' | b'+')
}

fn word_end(scan: &mut Scan<'_>, start: usize) -> usize {
    let text = scan.text;
    let length = (scan.value_end(Stop::Word, start) - start).min(16 * WINDOW);
    let padding = text[start + length..].iter().take(2).take_while(|b| **b == b'=').count();
    // An equals sign before further text is a separator and not padding.
    let goes_on = text.get(start + length + padding).is_some_and(u8::is_ascii_alphanumeric);
    let padding = if goes_on { 0 } else { padding };
    let mut end = start + length + padding;
    while end > start && matches!(text[end - 1], b'.' | b'-') {
        end -= 1;
    }
    end
}

/// Returns true if the word that ends at `end` is the name of something else.
fn is_name(text: &[u8], end: usize) -> bool {
    matches!(text.get(end), Some(b'=' | b':' | b'(')) && !matches!(text.get(end + 1), Some(b' ') | None)
}

/// Returns true if a word looks like a generated secret.
fn is_random(word: &[u8], kind: Kind) -> bool {
    let start = &word[..word.len().min(WINDOW)];
    let has = |test: fn(&u8) -> bool| start.iter().any(test);
    let (digit, upper, lower) =
        (has(u8::is_ascii_digit), has(u8::is_ascii_uppercase), has(u8::is_ascii_lowercase));
    let is_date = word.starts_with(b"20") && word.len() > 8 && (word[4] == b'-' || word[8] == b'T');
    let is_path = word.starts_with(b"/") || start.iter().filter(|b| matches!(b, b'/' | b'.')).count() > 1;
    let parts = start.split(|b| !b.is_ascii_alphanumeric());
    // Parts that are words or numbers form a name or a version.
    let is_mixed = parts.clone().any(|part| {
        let has = |test: fn(&u8) -> bool| part.iter().any(test);
        part.len() >= 6 && has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic)
    });
    if is_date || is_path || is_id(word) || is_uuid(word) || !start.is_ascii() {
        return false;
    }
    match kind {
        Kind::Password => word.len() >= 10 && is_mixed && upper && lower,
        _ if start.iter().all(u8::is_ascii_hexdigit) => word.len() >= 32 && digit,
        _ => word.len() >= 16 && digit && is_mixed && (upper && lower || word.len() >= 24),
    }
}
