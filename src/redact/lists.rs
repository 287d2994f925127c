//! Values behind a name that are more than one: lists, maps, and objects that hold the name in one field and the value in
//! another.

use std::ops::Range;

use super::contexts::{Name, blanks, is_quote, noted, opening, value_end};
use super::headers;
use super::names::{self, Kind};
use super::scan::{Scan, Stop, WINDOW, work};
use super::values::{Tie, is_masked, is_secret};

/// Bytes between a field that names a secret and the one that holds it.
const MAX_GAP: usize = 48;

const QUOTED: Tie = Tie { is_tight: true, is_quoted: true, has_scheme: false, is_loose: false };

/// The value behind a name in a list of both, or in an object that names it: `["x-api-key", "value"]`,
/// `{"name": "API_KEY", "value": "value"}`.
pub(super) fn listed(
    scan: &mut Scan<'_>,
    name: &Name,
    comma: usize,
    found: &mut Vec<Range<usize>>,
) -> Option<usize> {
    let text = scan.text;
    let start = comma + 1 + blanks(text, comma + 1);
    let before = text[..name.range.start]
        .iter()
        .rev()
        .take(MAX_GAP)
        .find(|b| !matches!(**b, b' ' | b'\\') && !is_quote(**b));
    match before {
        Some(b'[' | b',') => {
            let (start, quote) = opening(text, start);
            secret(scan, start, Some(quote?), name.kind, found)
        }
        Some(b':' | b'=') => next_field(scan, name.kind, start, found),
        _ => None,
    }
}

/// The value of the next field of an object, whose name stands in the one before.
pub(super) fn next_field(
    scan: &mut Scan<'_>,
    kind: Kind,
    start: usize,
    found: &mut Vec<Range<usize>>,
) -> Option<usize> {
    let (start, quote) = opening(scan.text, value_field(scan.text, start)?);
    secret(scan, start, quote, kind, found)
}

/// Returns the offset of the value of the next field of an object, if that field is named like one that holds a value.
fn value_field(text: &[u8], start: usize) -> Option<usize> {
    const FIELDS: &[&str] = &["value", "val", "secret", "content", "string", "data"];
    let mut at = start;
    while text.get(at).is_some_and(|b| is_quote(*b) || b" \\\n\t".contains(b)) && at < start + MAX_GAP {
        at += 1;
    }
    let length = text[at..].iter().take(16).take_while(|b| b.is_ascii_alphanumeric()).count();
    let field = &text[at..at + length];
    if !FIELDS.iter().any(|known| field.eq_ignore_ascii_case(known.as_bytes())) {
        return None;
    }
    at += length;
    at += text[at..].iter().take(8).take_while(|b| is_quote(**b) || b" \\".contains(b)).count();
    matches!(text.get(at), Some(b':' | b'=')).then(|| at + 1 + blanks(text, at + 1))
}

/// The value of a field `value` whose object names it behind it: `{"value": "value", "name": "API_KEY"}`.
pub(super) fn value_of_pair(
    scan: &mut Scan<'_>,
    start: usize,
    quote: Option<u8>,
    found: &mut Vec<Range<usize>>,
) -> Option<usize> {
    const FIELDS: &[&str] = &["name", "key", "id", "header", "variable", "env"];
    let text = scan.text;
    let quote = quote?;
    let end = value_end(scan, start, Some(quote), Kind::Password);
    let after = &text[end..text.len().min(end + 2 * MAX_GAP)];
    work::count(after.len());
    let mut words = after.split(|b| is_quote(*b) || b" \\:,=\n".contains(b)).filter(|word| !word.is_empty());
    let field = words.next()?;
    if !FIELDS.iter().any(|known| field.eq_ignore_ascii_case(known.as_bytes())) {
        return None;
    }
    let name = words.next()?;
    let kind = names::kind(name, b" ").filter(|kind| !matches!(kind, Kind::Value | Kind::Maybe))?;
    noted(is_secret(&text[start..end], kind, QUOTED), start..end, found)
}

/// The value of a property list: `<key>API_KEY</key><string>value</string>`.
pub(super) fn property(
    scan: &mut Scan<'_>,
    start: usize,
    kind: Kind,
    found: &mut Vec<Range<usize>>,
) -> Option<usize> {
    let text = scan.text;
    let spaces = text[start..].iter().take(MAX_GAP).take_while(|b| b.is_ascii_whitespace()).count();
    let tag = text.get(start + spaces).filter(|b| **b == b'<').map(|_| start + spaces)?;
    let close = text[tag..].iter().take(16).position(|b| *b == b'>')?;
    let start = tag + close + 1;
    let end = scan.value_end(Stop::Tag, start);
    noted(is_secret(&text[start..end], kind, QUOTED), start..end, found)
}

/// Masks the items of a list of secrets, and tells where it ends.
pub(super) fn list(
    scan: &mut Scan<'_>,
    start: usize,
    kind: Kind,
    found: &mut Vec<Range<usize>>,
) -> Option<usize> {
    let text = scan.text;
    if let Some(end) = super::encoded::bytes_behind_name(text, start, found) {
        return Some(end);
    }
    let mut at = start;
    loop {
        at += text[at..].iter().take_while(|b| b.is_ascii_whitespace() || matches!(b, b',' | b'\\')).count();
        let (item, quote) = opening(text, at);
        match text.get(item) {
            None | Some(b'[' | b'{' | b'<') => return Some(at),
            Some(b']') if quote.is_none() => return Some(item),
            Some(_) => {}
        }
        let end = value_end(scan, item, quote, kind);
        let tie = Tie { is_quoted: quote.is_some(), ..QUOTED };
        if is_secret(&text[item..end], kind, tie) {
            found.push(item..end);
        }
        work::count(end - at);
        at = end.max(item);
        at += text[at..].iter().take(2).take_while(|b| is_quote(**b) || **b == b'\\').count();
        if at == item || !matches!(text.get(at), Some(b',' | b']' | b' ' | b'\n' | b'\r' | b'\t')) {
            return Some(at);
        }
    }
}

/// Masks the values of a map of secrets, and tells where it ends: at its end, or where it holds more than texts.
pub(super) fn map(
    scan: &mut Scan<'_>,
    start: usize,
    kind: Kind,
    found: &mut Vec<Range<usize>>,
) -> Option<usize> {
    let text = scan.text;
    let mut at = start;
    loop {
        at += text[at..].iter().take_while(|b| b.is_ascii_whitespace() || b",\\\"'`".contains(b)).count();
        let name = text[at..]
            .iter()
            .take(WINDOW)
            .take_while(|b| b.is_ascii_alphanumeric() || b"_-.:/@".contains(b))
            .count();
        // A colon behind a bare name is no part of it.
        let name = if text[at..at + name].ends_with(b":") { name - 1 } else { name };
        let colon = at
            + name
            + text[at + name..].iter().take(4).take_while(|b| is_quote(**b) || b" \\".contains(b)).count();
        if name == 0 || !matches!(text.get(colon), Some(b':' | b'=')) {
            return Some(at);
        }
        let own = names::kind(&text[at..at + name], b" ");
        let value = colon + 1 + blanks(text, colon + 1);
        let (value, quote) = opening(text, value);
        if quote.is_none() && text.get(value) == Some(&b'[') {
            at = list(scan, value + 1, kind, found)?.max(value + 1);
            at += usize::from(text.get(at) == Some(&b']'));
            continue;
        }
        let Some(quote) = quote else { return Some(at) };
        let end = value_end(scan, value, Some(quote), kind);
        // The names of a map may be anything; what they hold must look like a secret.
        let content = &text[value..end];
        let is_made = content.len() >= 8 && content.iter().take(WINDOW).any(u8::is_ascii_digit);
        let of = own.filter(|own| !matches!(own, Kind::Value | Kind::Maybe)).unwrap_or(kind);
        let is_plain = !content.starts_with(b"#") && !content.contains(&b' ');
        if (own.is_some() || is_made && is_plain) && is_secret(content, of, QUOTED) {
            found.push(value..end);
        }
        work::count(end - at);
        at = end;
    }
}

/// Masks what follows a value in a list without brackets, `KEYS=a,b;c`, and tells where it ends.
pub(super) fn rest_of_list(
    scan: &mut Scan<'_>,
    start: usize,
    kind: Kind,
    is_plural: bool,
    found: &mut Vec<Range<usize>>,
) -> usize {
    let text = scan.text;
    let mut end = start;
    if !matches!(kind, Kind::Token | Kind::Key) {
        return end;
    }
    while let Some(b',' | b';' | b'|') = text.get(end) {
        let next = end + 1 + if is_plural { blanks(text, end + 1) } else { 0 };
        let stop = scan.value_end(Stop::Bare, next);
        let value = &text[next..stop];
        let least = if is_plural { 6 } else { 16 };
        let is_name = value.iter().take(WINDOW).any(|b| matches!(b, b'=' | b':'));
        let tie = Tie { is_tight: is_plural, ..Tie::default() };
        if value.len() < least || is_name || is_masked(value) || !is_secret(value, kind, tie) {
            break;
        }
        found.push(next..stop);
        end = stop;
    }
    end
}

/// The secret that stands there behind its name.
fn secret(
    scan: &mut Scan<'_>,
    start: usize,
    quote: Option<u8>,
    kind: Kind,
    found: &mut Vec<Range<usize>>,
) -> Option<usize> {
    let tie = Tie { is_quoted: quote.is_some(), ..QUOTED };
    if kind == Kind::Authorization {
        return headers::scheme_value(scan, start, kind, tie, found);
    }
    let end = value_end(scan, start, quote, kind);
    noted(is_secret(&scan.text[start..end], kind, tie), start..end, found)
}
