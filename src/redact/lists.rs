//! Detects several values after one name: lists, maps, and objects with the name in one field and the value in another.

use std::ops::Range;

use super::bounds::{Name, blanks, closing, is_quote, noted, opening, value_end};
use super::headers;
use super::kind::Kind;
use super::names;
use super::scan::{Scan, Stop, WINDOW, work};
use super::values::{Tie, is_masked, is_secret};

/// Maximum number of bytes between a field that names a secret and the field that holds it.
const MAX_GAP: usize = 48;
/// Maximum number of lines of a list or map in block style.
const MAX_BLOCK: usize = 256;

/// Detects the value after a name in a list of both, or in an object that names it: `["x-api-key", "value"]`, `{"name":
/// "API_KEY", "value": "value"}`.
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
        Some(b'[' | b',' | b'(') => {
            let (start, quote) = opening(text, start);
            // The next item may be a name, too.
            let length = text[start..]
                .iter()
                .take(WINDOW)
                .take_while(|b| b.is_ascii_lowercase() || **b == b'-')
                .count();
            let is_name = text.get(start + length).is_some_and(|b| is_quote(*b))
                && names::kind(&text[start..start + length], b" ").is_some();
            if is_name { None } else { secret(scan, start, Some(quote?), name.kind, found) }
        }
        Some(b':' | b'=') => next_field(scan, name.kind, start, found),
        _ => None,
    }
}

/// Detects the value in the next field of an object, whose name is in the field before.
pub(super) fn next_field(
    scan: &mut Scan<'_>,
    kind: Kind,
    start: usize,
    found: &mut Vec<Range<usize>>,
) -> Option<usize> {
    let (start, quote) = opening(scan.text, value_field(scan.text, start)?);
    secret(scan, start, quote, kind, found)
}

/// Returns the offset of the value of the next field, if the name of that field shows that it holds a value.
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

/// Detects the value of a field `value` whose name follows it in the object: `{"value": "value", "name": "API_KEY"}`.
pub(super) fn value_of_pair(
    scan: &mut Scan<'_>,
    start: usize,
    quote: Option<u8>,
    found: &mut Vec<Range<usize>>,
) -> Option<usize> {
    const FIELDS: &[&str] = &["name", "key", "id", "header", "variable", "env", "path"];
    let text = scan.text;
    let quote = quote?;
    let end = value_end(scan, start, Some(quote), Kind::Password);
    let after = &text[end..text.len().min(end + 2 * MAX_GAP)];
    work::count(after.len());
    let is_between = |b: &u8| is_quote(*b) || b" \\:,=\n[".contains(b);
    let mut words = after.split(is_between).filter(|word| !word.is_empty());
    let field = words.next()?;
    if !FIELDS.iter().any(|known| field.eq_ignore_ascii_case(known.as_bytes())) {
        return None;
    }
    // The last segment of a path is the name.
    let name = match field {
        b"path" => words.take_while(|word| !word.starts_with(b"]")).last()?,
        _ => words.next()?,
    };
    let kind = names::kind(name, b" ").filter(|kind| !matches!(kind, Kind::Value | Kind::Maybe))?;
    noted(is_secret(&text[start..end], kind, Tie::QUOTED), start..end, found)
}

/// Detects a value of a property list: `<key>API_KEY</key><string>value</string>`.
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
    noted(is_secret(&text[start..end], kind, Tie::QUOTED), start..end, found)
}

/// Masks the items of a list of secrets, and returns the end of the list.
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
            Some(b'{') if quote.is_none() => {
                let end = map(scan, item + 1, kind, found)?.max(item + 1);
                if text.get(end) != Some(&b'}') {
                    return Some(end);
                }
                at = end + 1;
                continue;
            }
            None | Some(b'[' | b'{' | b'<') => return Some(at),
            Some(b']' | b'}') if quote.is_none() => return Some(item),
            Some(_) => {}
        }
        let end = value_end(scan, item, quote, kind);
        let tie = Tie { is_quoted: quote.is_some(), ..Tie::QUOTED };
        if is_secret(&text[item..end], kind, tie) {
            found.push(item..end);
        }
        work::count(end - at);
        at = end.max(item);
        at += text[at..].iter().take(2).take_while(|b| is_quote(**b) || **b == b'\\').count();
        if at == item || !matches!(text.get(at), Some(b',' | b']' | b'}' | b' ' | b'\n' | b'\r' | b'\t')) {
            return Some(at);
        }
    }
}

/// Masks the values of a map of secrets, and returns the end of the map, or the position of the first member that is not a text.
pub(super) fn map(
    scan: &mut Scan<'_>,
    start: usize,
    kind: Kind,
    found: &mut Vec<Range<usize>>,
) -> Option<usize> {
    let text = scan.text;
    let (mut at, mut depth) = (start, 0);
    loop {
        at += text[at..].iter().take_while(|b| b.is_ascii_whitespace() || b",\\\"'`".contains(b)).count();
        if depth > 0 && text.get(at) == Some(&b'}') {
            (at, depth) = (at + 1, depth - 1);
            continue;
        }
        let name = text[at..]
            .iter()
            .take(WINDOW)
            .take_while(|b| b.is_ascii_alphanumeric() || b"_-.:/@".contains(b))
            .count();
        // A colon after a bare name is not part of it.
        let name = if text[at..at + name].ends_with(b":") { name - 1 } else { name };
        let colon = at
            + name
            + text[at + name..].iter().take(4).take_while(|b| is_quote(**b) || b" \\".contains(b)).count();
        if name == 0 || !matches!(text.get(colon), Some(b':' | b'=')) {
            return Some(at);
        }
        let own = names::kind(&text[at..at + name], b" ");
        let arrow = usize::from(text[colon..].starts_with(b"=>"));
        let value = colon + 1 + arrow + blanks(text, colon + 1 + arrow);
        let (value, quote) = opening(text, value);
        if quote.is_none() && text.get(value) == Some(&b'{') {
            (at, depth) = (value + 1, depth + 1);
            continue;
        }
        if quote.is_none() && text.get(value) == Some(&b'[') {
            at = list(scan, value + 1, kind, found)?.max(value + 1);
            at += usize::from(text.get(at) == Some(&b']'));
            continue;
        }
        let Some(quote) = quote else {
            // A number or keyword, before the next member.
            let length = text[value..]
                .iter()
                .take(WINDOW)
                .take_while(|b| b.is_ascii_alphanumeric() || **b == b'.')
                .count();
            if length == 0 || text.get(value + length) != Some(&b',') {
                return Some(at);
            }
            at = value + length;
            continue;
        };
        let end = value_end(scan, value, Some(quote), kind);
        // The names in such a map are arbitrary, so the values must look like secrets.
        let content = &text[value..end];
        let of = own.filter(|own| !matches!(own, Kind::Value | Kind::Maybe)).unwrap_or(kind);
        if (own.is_some() || may_be_made(content) && !content.contains(&b' '))
            && is_secret(content, of, Tie::QUOTED)
        {
            found.push(value..end);
        }
        work::count(end - at);
        at = end;
    }
}

/// Returns true if the value of a member with an arbitrary name can be a secret: it is long, has a digit, and is not a colour.
fn may_be_made(content: &[u8]) -> bool {
    content.len() >= 8 && content.iter().take(WINDOW).any(u8::is_ascii_digit) && !content.starts_with(b"#")
}

/// Detects the private member of a JWK key: `"d":"..."`, quoted and at least 40 characters of Base64.
pub(super) fn member_of_key(
    scan: &mut Scan<'_>,
    name: Range<usize>,
    found: &mut Vec<Range<usize>>,
) -> Option<usize> {
    const MEMBERS: &[&[u8]] = &[b"d", b"k", b"p", b"q", b"dp", b"dq", b"qi"];
    const MIN_KEY: usize = 40;
    let text = scan.text;
    if name.len() > 2 || !MEMBERS.contains(&&text[name.clone()]) {
        return None;
    }
    let (at, _) = closing(text, name.end);
    let at = at + blanks(text, at);
    let start = text.get(at).filter(|b| **b == b':').map(|_| at + 1)?;
    let (start, quote) = opening(text, start + blanks(text, start));
    let end = value_end(scan, start, Some(quote?), Kind::Token);
    let value = &text[start..end];
    let window = &value[..value.len().min(4 * WINDOW)];
    work::count(window.len());
    let has = |test: fn(&u8) -> bool| window.iter().any(test);
    let is_key = value.len() >= MIN_KEY
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && window.iter().all(|b| b.is_ascii_alphanumeric() || b"-_=".contains(b));
    noted(is_key, start..end, found)
}

/// Masks the items or members on the lines from `line` on, in YAML's block style, and returns their end.
pub(super) fn block(
    scan: &mut Scan<'_>,
    line: usize,
    kind: Kind,
    found: &mut Vec<Range<usize>>,
) -> Option<usize> {
    let text = scan.text;
    let mut at = line;
    let mut indent = None;
    for _ in 0..MAX_BLOCK {
        let spaces = text[at..].iter().take(WINDOW).take_while(|b| matches!(b, b' ' | b'\t')).count();
        let item = at + spaces;
        let is_item = text[item..].starts_with(b"- ") || text[item..].starts_with(b"-\t");
        if !is_item && spaces == 0 || *indent.get_or_insert(spaces) != spaces {
            break;
        }
        let start = item + if is_item { 2 } else { 0 };
        let name = text[start..]
            .iter()
            .take(WINDOW)
            .take_while(|b| b.is_ascii_alphanumeric() || b"_-./@".contains(b))
            .count();
        let is_member = name > 0 && text[start + name..].starts_with(b": ");
        if !is_item && !is_member {
            break;
        }
        let value = if is_member { start + name + 1 + blanks(text, start + name + 1) } else { start };
        let (value, quote) = opening(text, value);
        let end = value_end(scan, value, quote, kind);
        let content = &text[value..end];
        if (!is_member || may_be_made(content)) && is_secret(content, kind, Tie::QUOTED) {
            found.push(value..end);
        }
        at = end + scan.text[end..].iter().take(2).take_while(|b| is_quote(**b)).count();
        let Some(b'\n') = text.get(at) else { break };
        at += 1;
        work::count(at - item);
    }
    (at > line).then_some(at - 1)
}

/// Masks the further values of a list without brackets, `KEYS=a,b;c`, and returns its end.
pub(super) fn rest_of_list(
    scan: &mut Scan<'_>,
    start: usize,
    kind: Kind,
    is_plural: bool,
    found: &mut Vec<Range<usize>>,
) -> usize {
    let text = scan.text;
    let mut end = start;
    if !(matches!(kind, Kind::Token | Kind::Key) || kind == Kind::Password && is_plural) {
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

/// Detects the secret at `start`, after its name.
fn secret(
    scan: &mut Scan<'_>,
    start: usize,
    quote: Option<u8>,
    kind: Kind,
    found: &mut Vec<Range<usize>>,
) -> Option<usize> {
    let tie = Tie { is_quoted: quote.is_some(), ..Tie::QUOTED };
    if kind == Kind::Authorization {
        return headers::scheme_value(scan, start, kind, tie, found);
    }
    let end = value_end(scan, start, quote, kind);
    noted(is_secret(&scan.text[start..end], kind, tie), start..end, found)
}
