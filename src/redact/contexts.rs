//! Secrets known by where they stand: behind an `Authorization:`, a `key=`, a `"token":`, an option of a command, in a tag.
//!
//! A text is read word by word. Behind a word that names a secret, what ties a value to it is looked for, and then the value.
//! What was found is not looked at again, so that the time does not depend on how names and values are nested.

use std::ops::Range;

use super::names::{self, Kind, kind};
use super::scan::{Scan, Stop, WINDOW, work};
use super::tokens::{is_typed, named_length};
use super::values::{Tie, is_masked, is_secret};
use super::words::VERBS;
use super::{arguments, headers, lists, nearby, urls};

/// Bytes in which more is looked for behind a name than its value: blanks, quotes, brackets.
const MAX_TIE: usize = 12;
/// Bytes that a value goes on for behind a character at which most end.
const MAX_EXTENSION: usize = 1024;
/// Words behind which a name and its value are arguments.
const SETTERS: &[&str] = &["set", "setx", "setenv", "put", "paste-token", "add-key"];

/// A name that tells what stands behind it.
pub(super) struct Name {
    pub range: Range<usize>,
    pub kind: Kind,
}

/// Notes where secrets stand that their place gives away.
pub(super) fn find(scan: &mut Scan<'_>, found: &mut Vec<Range<usize>>) {
    let text = scan.text;
    work::count(2 * text.len());
    let mut stems = names::stems(text).peekable();
    let mut at = 0;
    while at < text.len() {
        if !is_of_name(text, at) {
            at += 1;
            continue;
        }
        let mut end = at;
        while end < text.len() && is_of_name(text, end) {
            let is_east_asian = (0xe3..=0xed).contains(&text[end]);
            end += char_length(text[end]);
            // No blank stands between a name in Chinese and its value.
            if is_east_asian && text.get(end).is_some_and(u8::is_ascii_alphanumeric) {
                break;
            }
        }
        let end = end.min(text.len());
        while stems.next_if(|stem| *stem < at).is_some() {}
        let may_name = stems.peek().is_some_and(|stem| *stem < end);
        at = behind_word(scan, at..end, may_name, found).unwrap_or(end).max(end);
    }
}

/// Looks behind a word, and tells where to go on, where that is not its end.
fn behind_word(
    scan: &mut Scan<'_>,
    word: Range<usize>,
    may_name: bool,
    found: &mut Vec<Range<usize>>,
) -> Option<usize> {
    let text = scan.text;
    if text[word.end..].starts_with(b"://") {
        let secret = urls::user_info(scan, word.end + 3)?;
        let end = secret.end;
        found.push(secret);
        return Some(end);
    }
    let dashes = text[word.clone()].iter().take_while(|b| **b == b'-').count();
    let name = word.start + dashes..word.end;
    if dashes > 0 && dashes <= 2 {
        return arguments::option(scan, name, dashes, found);
    }
    if is_typed(&text[name.clone()]) {
        found.push(name);
        return None;
    }
    let kind = if may_name { kind(&text[name.clone()], &text[..name.start]) } else { None };
    match kind {
        Some(kind) => behind_name(scan, &Name { range: name.clone(), kind }, found)
            .or_else(|| behind_vendor(scan, name.clone(), found))
            .or_else(|| match kind {
                Kind::Token | Kind::Key | Kind::Password => nearby::find(scan, name.end, kind, found),
                _ => None,
            }),
        None => behind_vendor(scan, name, found),
    }
}

/// Notes a range if it is a secret. Returns its end, where reading goes on.
pub(super) fn noted(is_secret: bool, range: Range<usize>, found: &mut Vec<Range<usize>>) -> Option<usize> {
    let end = range.end;
    is_secret.then(|| {
        found.push(range);
        end
    })
}

/// Looks behind the name of a secret.
pub(super) fn behind_name(scan: &mut Scan<'_>, name: &Name, found: &mut Vec<Range<usize>>) -> Option<usize> {
    let text = scan.text;
    if name.kind == Kind::Scheme {
        let start = name.range.end + blanks(text, name.range.end);
        return if start > name.range.end {
            headers::scheme_value(scan, start, Kind::Scheme, Tie::default(), found)
        } else {
            None
        };
    }
    let (mut at, has_quote) = closing(text, name.range.end);
    let is_quoted_name = has_quote && name.range.start.checked_sub(1).is_some_and(|at| is_quote(text[at]));
    let spaces = blanks(text, at);
    match text.get(at + spaces) {
        Some(b'>') if name.range.start > 0 && matches!(text[name.range.start - 1], b'<' | b':') => {
            return tagged(scan, at + spaces + 1, name.kind, found);
        }
        Some(b'<') if spaces == 0 && text[at..].starts_with(b"</key>") => {
            return lists::property(scan, at + 6, name.kind, found);
        }
        Some(b',') if is_quoted_name => return lists::listed(scan, name, at + spaces, found),
        // The name is a value itself, and the next field holds the secret.
        Some(_)
            if (is_quoted_name || text.get(at + spaces) == Some(&b'\n'))
                && is_value(text, name.range.start) =>
        {
            return lists::next_field(scan, name.kind, at, found);
        }
        Some(b':' | b'=') => at += spaces,
        Some(b'-') if text[at + spaces..].starts_with(b"->") => at += spaces + 1,
        Some(_) if spaces > 0 || has_quote || !text[at - 1].is_ascii() => {
            return loose(scan, name, at + spaces, is_quoted_name, found);
        }
        _ => return None,
    }
    let separator = text[at];
    at += 1;
    while text.get(at).is_some_and(|b| matches!(b, b'=' | b'>' | b':')) {
        at += 1;
    }
    if separator == b':' && text[at..].starts_with(b"//") {
        return None;
    }
    let spaces = blanks(text, at);
    let tie = Tie { is_tight: is_quoted_name || separator == b'=' && spaces == 0, ..Tie::default() };
    valued(scan, name, at + spaces, tie, found)
}

/// The value that stands there, or each value of a list or map.
pub(super) fn valued(
    scan: &mut Scan<'_>,
    name: &Name,
    start: usize,
    tie: Tie,
    found: &mut Vec<Range<usize>>,
) -> Option<usize> {
    let text = scan.text;
    let (start, quote) = opening(text, start);
    let tie = Tie { is_tight: tie.is_tight || quote.is_some(), is_quoted: quote.is_some(), ..tie };
    if name.kind == Kind::Value {
        return lists::value_of_pair(scan, start, quote, found);
    }
    if quote.is_none() {
        match text.get(start) {
            Some(b'[') if !is_masked(&text[start..]) => {
                return lists::list(scan, start + 1, name.kind, found);
            }
            Some(b'{') if text.get(start + 1) != Some(&b'{') => {
                return lists::map(scan, start + 1, name.kind, found);
            }
            Some(b'<') => return super::encoded::dump_behind_name(text, start, found),
            _ => {}
        }
        if let Some(open) = container(text, start) {
            return match text[open] {
                b'[' => lists::list(scan, open + 1, name.kind, found),
                _ => lists::map(scan, open + 1, name.kind, found),
            };
        }
    }
    if matches!(name.kind, Kind::Authorization) {
        return headers::scheme_value(scan, start, name.kind, tie, found);
    }
    if name.kind == Kind::Phrase {
        return phrase(text, start, found);
    }
    let end = value_end(scan, start, quote, name.kind);
    let value = &text[start..end];
    if quote.is_none() && !tie.is_tight && name.kind != Kind::Cookie && is_pair(value) {
        return None;
    }
    // `getpass("...")`, `os.environ.get("...")`
    let call = value.strip_suffix(b"(").or_else(|| (text.get(end) == Some(&b'(')).then_some(value));
    let is_call = quote.is_none()
        && call.is_some_and(|name| name.iter().all(|b| b.is_ascii_alphabetic() || b"._".contains(b)));
    if is_call || !is_secret(value, name.kind, tie) {
        return is_masked(value).then_some(end);
    }
    found.push(start..end);
    let is_plural = matches!(text[name.range.clone()].trim_ascii_end().last(), Some(b's' | b'S'));
    Some(if quote.is_none() { lists::rest_of_list(scan, end, name.kind, is_plural, found) } else { end })
}

/// Returns the offset of the bracket of a list or map that is printed with its type: `Uint8Array(32) [ 1, 2 ]`, `Set(2) { 'a' }`.
fn container(text: &[u8], start: usize) -> Option<usize> {
    const TYPES: &[&[u8]] = &[b"Uint8Array(", b"Buffer(", b"Array(", b"Set(", b"Map("];
    let rest = &text[start..text.len().min(start + 24)];
    TYPES.iter().find(|of| rest.starts_with(of))?;
    let open = rest.iter().position(|b| matches!(b, b'[' | b'{'))?;
    Some(start + open)
}

/// Notes the content of an XML tag that names a secret.
fn tagged(scan: &mut Scan<'_>, start: usize, kind: Kind, found: &mut Vec<Range<usize>>) -> Option<usize> {
    const DATA: &[u8] = b"<![CDATA[";
    let text = scan.text;
    let start = if text[start..].starts_with(DATA) { start + DATA.len() } else { start };
    let end = scan.value_end(Stop::Tag, start);
    let value = text[start..end].trim_ascii();
    let is_closed = text[end..].starts_with(b"</")
        || end == text.len() && !value.contains(&b' ')
        || text[start..end].ends_with(b"]");
    let start = start + (text[start..end].len() - text[start..end].trim_ascii_start().len());
    let tie = Tie { is_tight: true, is_quoted: true, ..Tie::default() };
    (is_closed && !value.contains(&b'\n') && is_secret(value, kind, tie)).then(|| {
        found.push(start..start + value.len());
        end
    })
}

/// A value behind its name and a blank: an argument, or a word in a sentence.
fn loose(
    scan: &mut Scan<'_>,
    name: &Name,
    start: usize,
    is_quoted_name: bool,
    found: &mut Vec<Range<usize>>,
) -> Option<usize> {
    let text = scan.text;
    let ends_sentence = text[..name.range.end].ends_with(b".");
    let is_value = text[..name.range.start].ends_with(b"=");
    if is_quoted_name
        || is_value
        || ends_sentence
        || !matches!(name.kind, Kind::Token | Kind::Key | Kind::Password | Kind::Phrase)
    {
        return None;
    }
    let before = text[..name.range.start].trim_ascii_end();
    let word = before.iter().rev().take(16).take_while(|b| b.is_ascii_alphanumeric() || **b == b'-').count();
    let word = &before[before.len() - word..];
    if SETTERS.iter().any(|setter| word.eq_ignore_ascii_case(setter.as_bytes())) {
        return arguments::argument(scan, start, name.kind, found);
    }
    // `password is hunter2`
    let verb = VERBS.iter().find(|verb| text[start..].starts_with(verb.as_bytes()));
    let start = start + verb.map_or(0, |verb| verb.len());
    if name.kind == Kind::Phrase {
        return phrase(text, start, found);
    }
    let (start, quote) = opening(text, start);
    let tie = Tie { is_loose: true, is_quoted: quote.is_some(), ..Tie::default() };
    let end = value_end(scan, start, quote, name.kind);
    let value = &text[start..end];
    if quote.is_none() && is_pair(value) {
        return None;
    }
    // A word in quotes may be anything, one without must not be a word.
    let is_long = if quote.is_some() {
        value.len() >= 8
    } else {
        value.len() >= 16
            || name.kind == Kind::Password && (verb.is_some() || value.len() >= 8 && is_mixed(value))
    };
    let quoted = Tie { is_loose: false, is_quoted: false, is_tight: false, ..tie };
    let is_told = quote.is_some() && is_mixed(value) && is_secret(value, name.kind, quoted);
    noted(is_long && (is_told || is_secret(value, name.kind, tie)), start..end, found)
}

/// The value behind a name that a vendor's name is a part of.
fn behind_vendor(scan: &mut Scan<'_>, name: Range<usize>, found: &mut Vec<Range<usize>>) -> Option<usize> {
    let text = scan.text;
    if name.len() > WINDOW {
        return None;
    }
    let (at, _) = closing(text, name.end);
    let at = at + blanks(text, at);
    let (b':' | b'=') = *text.get(at)? else { return None };
    let (start, _) = opening(text, at + 1 + blanks(text, at + 1));
    // Most values are shorter than any secret.
    let is_short = text[start..].iter().take(12).any(|b| matches!(b, b' ' | b'"' | b'\n'));
    if is_short {
        return None;
    }
    let lower = text[name].iter().filter(|b| b.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect();
    let lower: String = String::from_utf8(lower).ok()?;
    work::count(lower.len());
    let end = start + named_length(&lower, &text[start..])?;
    found.push(start..end);
    Some(end)
}

/// The words of a recovery phrase.
fn phrase(text: &[u8], start: usize, found: &mut Vec<Range<usize>>) -> Option<usize> {
    let (start, _) = opening(text, start);
    let (mut at, mut end, mut words) = (start, start, 0);
    while words < 24 {
        let length = text[at..].iter().take(10).take_while(|b| b.is_ascii_lowercase()).count();
        if !(3..=8).contains(&length) {
            break;
        }
        (end, words) = (at + length, words + 1);
        at = end + text[end..].iter().take(3).take_while(|b| matches!(b, b' ' | b',' | b'\n')).count();
        if at == end {
            break;
        }
    }
    noted(words >= 6, start..end, found)
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
    // A token in quotes has no blank, and goes on with no other quotation.
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

/// Returns the end of a value that contains characters at which most values end. The value continues behind such a character if
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

/// Skips the characters that close a name: quotes and backslashes, a bracket, an index. Returns the offset behind them, and true if
/// a quotation mark is among them.
pub(super) fn closing(text: &[u8], start: usize) -> (usize, bool) {
    let length = text[start..].iter().take(MAX_TIE).take_while(|b| is_quote(**b) || **b == b'\\').count();
    let has_quote = text[start..start + length].iter().any(|b| is_quote(*b));
    let mut at = start + length;
    if text.get(at) == Some(&b'[') {
        let digits = text[at + 1..].iter().take(4).take_while(|b| b.is_ascii_digit()).count();
        at += if digits > 0 && text.get(at + 1 + digits) == Some(&b']') { digits + 2 } else { 0 };
    } else if has_quote && text.get(at) == Some(&b']') {
        at += 1;
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

/// Returns true if what begins there is the value of another name.
fn is_value(text: &[u8], start: usize) -> bool {
    let before =
        text[..start].iter().rev().take(MAX_TIE).find(|b| !matches!(**b, b' ' | b'\\') && !is_quote(**b));
    matches!(before, Some(b':' | b'='))
}

/// Returns the offset at which a value begins, and the quotation mark before it.
pub(super) fn opening(text: &[u8], start: usize) -> (usize, Option<u8>) {
    let (mut at, mut quote) = (start, None);
    if matches!(text.get(start), Some(b'b' | b'r' | b'f'))
        && text.get(start + 1).is_some_and(|b| is_quote(*b))
    {
        at += 1;
    }
    while let Some(&byte) = text.get(at).filter(|_| at < start + MAX_TIE) {
        match byte {
            b'\\' => {}
            b' ' if quote.is_none() && at > start => {}
            b if is_quote(b) && quote.is_none() => quote = Some(b),
            // Quotation marks within quotation marks, as SQL and CSV write them.
            b if quote == Some(b)
                && at == start + 1
                && text.get(at + 1).is_some_and(u8::is_ascii_alphanumeric) => {}
            // Quotation marks around quotation marks.
            b if is_quote(b) && text[at - 1] == b'\\' => quote = Some(b),
            _ => break,
        }
        at += 1;
    }
    (at, quote)
}

pub(super) fn blanks(text: &[u8], start: usize) -> usize {
    text.get(start..).unwrap_or_default().iter().take(4).take_while(|b| matches!(b, b' ' | b'\t')).count()
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
        // Marks and vowels that belong to the letter before.
        c.is_alphabetic()
            || matches!(c, '\u{300}'..='\u{36f}' | '\u{900}'..='\u{dff}' | '\u{e00}'..='\u{e7f}')
    })
}

fn char_length(first: u8) -> usize {
    match first {
        0..=0xdf => 1 + usize::from(first >= 0xc0),
        0xe0..=0xef => 3,
        _ => 4,
    }
}
