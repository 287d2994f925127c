//! Bounds of names and their values in a text.

use std::ops::Range;

use super::kind::Kind;
use super::scan::{Scan, Stop, WINDOW, work};

/// Maximum number of blanks, quotes and brackets between a name and its value, in bytes.
pub(super) const MAX_TIE: usize = 12;

/// Maximum number of bytes by which a value extends past a character at which most values end.
const MAX_EXTENSION: usize = 1024;

/// A name that may label a secret.
pub(super) struct Name {
    pub range: Range<usize>,
    pub kind: Kind,
}

/// Adds a range to the secrets if `is_secret`, and returns its end, where the scan continues.
pub(super) fn noted(is_secret: bool, range: Range<usize>, found: &mut Vec<Range<usize>>) -> Option<usize> {
    let end = range.end;
    is_secret.then(|| {
        found.push(range);
        end
    })
}

/// Returns the end of a value.
pub(super) fn value_end(scan: &mut Scan<'_>, start: usize, quote: Option<u8>, kind: Kind) -> usize {
    let text = scan.text;
    let stop = match (quote, kind) {
        (Some(b'"'), _) => Stop::DoubleQuote,
        (Some(b'\''), _) => Stop::SingleQuote,
        (Some(_), _) => Stop::BackQuote,
        (None, Kind::Cookie) => Stop::Line,
        (None, Kind::Password) => Stop::Password,
        (None, _) => Stop::Bare,
    };
    let mut end = scan.value_end(stop, start);
    // A token in quotes holds no blank, and no second quotation follows it.
    if quote.is_some() && !matches!(kind, Kind::Password | Kind::Cookie) {
        let value = &text[start..end];
        let blank = value.iter().take(4 * WINDOW).position(|b| matches!(b, b' ' | b'"'));
        work::count(blank.unwrap_or(value.len().min(4 * WINDOW)));
        let is_word = |part: &[u8]| part.len() >= 16 && part.iter().take(WINDOW).any(u8::is_ascii_digit);
        if let Some(blank) = blank
            && !value[blank..value.len().min(blank + 4 * WINDOW)].split(|b| *b == b' ').any(is_word)
        {
            end = start + blank;
        }
    }
    if quote.is_none() && kind != Kind::Cookie && end > start {
        end = extended(text, end);
    }
    while quote.is_none() && end > start && matches!(text[end - 1], b'.' | b':' | b'!' | b'?') {
        end -= 1;
    }
    end
}

/// Returns the end of a value that contains characters at which most values end. The value continues after such a character if
/// neither a word nor a name with its value follows.
fn extended(text: &[u8], mut end: usize) -> usize {
    let is_inside = |b: &u8| !b.is_ascii_whitespace() && !b"\"'\\`,;&@<>(){}[]|".contains(b);
    for _ in 0..8 {
        if text[end..].starts_with(b"[...]") {
            end += 5;
        }
        let Some(
            b',' | b';' | b'&' | b'@' | b'<' | b'>' | b'(' | b')' | b'{' | b'}' | b'[' | b']' | b'|' | b'`',
        ) = text.get(end)
        else {
            break;
        };
        let length = text[end + 1..].iter().take(MAX_EXTENSION).take_while(|b| is_inside(b)).count();
        let next = &text[end + 1..end + 1 + length];
        work::count(length);
        let has = |test: fn(&u8) -> bool| next.iter().any(test);
        let is_made = has(u8::is_ascii_alphabetic)
            && (has(u8::is_ascii_digit) || has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase));
        let is_capital =
            next.first().is_some_and(u8::is_ascii_uppercase) && next[1..].iter().all(u8::is_ascii_lowercase);
        if length < 5 || !is_made || is_capital || is_pair(next) || next.starts_with(b"http") {
            break;
        }
        end += 1 + length;
    }
    end
}

/// Skips the characters that close a name: quotes and backslashes, a bracket, an index. Returns the offset after them, and true
/// if they include a quotation mark.
pub(super) fn closing(text: &[u8], start: usize) -> (usize, bool) {
    let index = |at: usize| {
        let rest = text.get(at..)?.strip_prefix(b"[")?;
        let digits = rest.iter().take(4).take_while(|b| b.is_ascii_digit()).count();
        (digits > 0 && rest.get(digits) == Some(&b']')).then_some(digits + 2)
    };
    let start = start + index(start).unwrap_or(0);
    let is_closing = |b: &&u8| is_quote(**b) || matches!(**b, b'\\' | b'*');
    let length = text[start..].iter().take(MAX_TIE).take_while(is_closing).count();
    let has_quote = text[start..start + length].iter().any(|b| is_quote(*b));
    let mut at = start + length;
    if let Some(length) = index(at) {
        at += length;
    } else if text.get(at) == Some(&b']') || text[at..].starts_with(b")]") {
        // `auth[password]=`, `[password] => `, `[Symbol(key)]: `
        let end = at + text[at..].iter().take(2).take_while(|b| matches!(b, b')' | b']')).count();
        let is_tied = || matches!(text.get(end + blanks(text, end)), Some(b':' | b'='));
        let quotes = text[end..].iter().take(2).take_while(is_closing).count();
        if has_quote || is_tied() || quotes > 0 {
            return (end + quotes, has_quote || quotes > 0);
        }
    }
    (at, has_quote)
}

/// Returns true if a value has letters and digits.
pub(super) fn is_mixed(value: &[u8]) -> bool {
    let start = &value[..value.len().min(WINDOW)];
    start.iter().any(u8::is_ascii_digit) && start.iter().any(u8::is_ascii_alphabetic)
}

/// Returns true if a value is a name and its value: `runId=1`.
pub(super) fn is_pair(value: &[u8]) -> bool {
    let start = &value[..value.len().min(WINDOW)];
    let name = start.iter().take_while(|b| b.is_ascii_alphanumeric() || b"_.-".contains(b)).count();
    name > 0 && matches!(start.get(name), Some(b'=' | b':')) && start[name..].iter().any(|b| *b != b'=')
}

/// Returns the offset at which a value begins, and the quotation mark before it.
pub(super) fn opening(text: &[u8], start: usize) -> (usize, Option<u8>) {
    let (mut at, mut quote) = (start, None);
    if matches!(text.get(start), Some(b'b' | b'r' | b'f' | b'N'))
        && text.get(start + 1).is_some_and(|b| is_quote(*b))
    {
        at += 1;
    }
    while let Some(&byte) = text.get(at).filter(|_| at < start + MAX_TIE) {
        match byte {
            b'\\' => {}
            b' ' if quote.is_none() && at > start => {}
            b if is_quote(b) && quote.is_none() => quote = Some(b),
            // Doubled quotation marks, as in SQL and CSV.
            b if quote == Some(b)
                && at == start + 1
                && text.get(at + 1).is_some_and(u8::is_ascii_alphanumeric) => {}
            // Escaped quotation marks inside quotation marks.
            b if is_quote(b) && text[at - 1] == b'\\' => quote = Some(b),
            _ => break,
        }
        at += 1;
    }
    (at, quote)
}

pub(super) fn blanks(text: &[u8], start: usize) -> usize {
    text.get(start..).unwrap_or_default().iter().take(8).take_while(|b| matches!(b, b' ' | b'\t')).count()
}

pub(super) fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}

/// Returns true if a character is a part of a name: letters of any language, digits, `_`, `-` and `.`.
pub(super) fn is_of_name(text: &[u8], at: usize) -> bool {
    const ASCII: [bool; 128] = {
        let (mut table, mut byte) = ([false; 128], 0);
        while byte < 128 {
            let c = byte as u8;
            table[byte] = c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-' | b'.');
            byte += 1;
        }
        table
    };
    let byte = text[at];
    if let Some(is_of_name) = ASCII.get(usize::from(byte)) {
        return *is_of_name;
    }
    let length = char_length(byte);
    let c = text.get(at..at + length).and_then(|bytes| std::str::from_utf8(bytes).ok());
    c.and_then(|c| c.chars().next()).is_some_and(|c| {
        // Marks and vowel signs that belong to the letter before.
        c.is_alphabetic()
            || matches!(c, '\u{300}'..='\u{36f}' | '\u{900}'..='\u{dff}' | '\u{e00}'..='\u{e7f}')
    })
}

pub(super) fn char_length(first: u8) -> usize {
    match first {
        0..=0xdf => 1 + usize::from(first >= 0xc0),
        0xe0..=0xef => 3,
        _ => 4,
    }
}
