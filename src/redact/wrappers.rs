//! Recognizes text around or inside a value: types, braces, blanks between groups and words.

use std::ops::Range;

use super::bounds::{is_quote, noted, opening};
use super::scan::{WINDOW, work};

/// Maximum length in bytes of the name of a type around a value.
const MAX_TYPE: usize = 16;

/// First bytes of a set as Node.js prints it.
pub(super) const SET: &[u8] = b"Set(";

/// Returns the offset of the quotation mark in a secret that is printed with its type: `SecretStr('`, `Some("`, `string(14) "`.
pub(super) fn inner(text: &[u8], start: usize) -> Option<usize> {
    const TYPES: &[&[u8]] =
        &[b"Just", b"Ok", b"Protected", b"Sensitive", b"Some", b"String", b"bytes", b"str", b"string"];
    const PARTS: &[&[u8]] = &[b"Secret", b"Password", b"Token", b"ApiKey"];
    let rest = &text[start..text.len().min(start + WINDOW)];
    let length = rest.iter().take(MAX_TYPE).take_while(|b| b.is_ascii_alphanumeric()).count();
    let is_known =
        TYPES.contains(&&rest[..length]) || PARTS.iter().any(|part| rest[..length].starts_with(part));
    if !is_known || rest.get(length) != Some(&b'(') {
        return None;
    }
    let mut at = length + 1;
    if rest[at..].first().is_some_and(u8::is_ascii_digit) {
        at += rest[at..].iter().position(|b| *b == b')')? + 1;
        at += usize::from(rest.get(at) == Some(&b' '));
    }
    at += rest[at..].iter().take(2).take_while(|b| matches!(b, b'b' | b'\\')).count();
    rest.get(at).is_some_and(|b| is_quote(*b)).then_some(start + at)
}

/// Returns true if a text begins with Node.js's placeholder for a value that it does not print: `[Circular *1]`, `[Getter]`,
/// `[Object]`.
pub(super) fn is_dumped(text: &[u8]) -> bool {
    const WORDS: &[&[u8]] =
        &[b"[Circular", b"[Getter", b"[Setter", b"[Object", b"[Array", b"[Function", b"[class"];
    WORDS.iter().any(|word| text.starts_with(word))
}

/// Returns the offset of the bracket of a list or map that is printed with its type: `Uint8Array(32) [ 1, 2 ]`, `Set(2) { 'a' }`.
pub(super) fn container(text: &[u8], start: usize) -> Option<usize> {
    const TYPES: &[&[u8]] = &[b"Uint8Array(", b"Buffer(", b"Array(", SET, b"Map("];
    let rest = &text[start..text.len().min(start + 24)];
    TYPES.iter().find(|of| rest.starts_with(of))?;
    let open = rest.iter().position(|b| matches!(b, b'[' | b'{'))?;
    Some(start + open)
}

/// Returns a value in braces, the format of ODBC: `PWD={secret};`.
pub(super) fn in_braces(text: &[u8], start: usize) -> Option<Range<usize>> {
    let value = &text[start + 1..text.len().min(start + 1 + 2 * WINDOW)];
    work::count(value.len());
    let end = value.iter().position(|b| matches!(b, b'}' | b'{' | b'"' | b'\'' | b'\n' | b' '))?;
    (value[end] == b'}' && end >= 4).then_some(start + 1..start + 1 + end)
}

/// Detects a random secret in brackets, which mostly hold a placeholder or a remark.
pub(super) fn in_brackets(text: &[u8], start: usize, found: &mut Vec<Range<usize>>) -> Option<usize> {
    let value = &text[start + 1..text.len().min(start + 1 + 2 * WINDOW)];
    work::count(value.len());
    let end = value.iter().position(|b| matches!(b, b'>' | b')' | b' ' | b'<' | b'(' | b'"' | b'\n'))?;
    let has = |test: fn(&u8) -> bool| value[..end].iter().any(test);
    let is_random =
        end >= 10 && has(u8::is_ascii_digit) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase);
    noted(matches!(value[end], b'>' | b')') && is_random, start + 1..start + 1 + end, found)
}

/// Returns a secret in groups of equal length: `abcd efgh ijkl mnop`, `EHW3-RTGM-OO74-B6D7`.
///
/// Ordinary words can have equal lengths, too. So one group must mix letters with digits, or small letters with capitals, unless
/// all groups are numbers, or the name says that the value is an app password or a recovery key.
pub(super) fn groups(text: &[u8], start: usize, name: &[u8]) -> Option<Range<usize>> {
    const NAMES: [&[u8]; 4] = [b"app", b"recovery", b"backup", b"totp"];
    let rest = &text[start..text.len().min(start + 4 * WINDOW)];
    let of_group = |at: usize| rest[at..].iter().take(9).take_while(|b| b.is_ascii_alphanumeric()).count();
    let length = of_group(0);
    if !(4..=6).contains(&length) {
        return None;
    }
    let (mut end, mut count, mut is_mixed, mut is_number) = (0, 0, false, true);
    let mut at = 0;
    while of_group(at) == length {
        let has = |test: fn(&u8) -> bool| rest[at..at + length].iter().any(test);
        let (digit, upper, lower) =
            (has(u8::is_ascii_digit), has(u8::is_ascii_uppercase), has(u8::is_ascii_lowercase));
        let is_capital =
            rest[at].is_ascii_uppercase() && !rest[at + 1..at + length].iter().any(u8::is_ascii_uppercase);
        is_mixed |= digit && (upper || lower) || upper && lower && !is_capital;
        is_number &= digit && !upper && !lower;
        (end, count) = (at + length, count + 1);
        if !matches!(rest.get(end), Some(b' ' | b'-')) {
            break;
        }
        at = end + 1;
    }
    work::count(end);
    let before = &text[start.saturating_sub(WINDOW)..start];
    let is_named = || {
        let near = [before, name].map(|text| text.to_ascii_lowercase());
        NAMES.iter().any(|part| near.iter().any(|near| memchr::memmem::find(near, part).is_some()))
    };
    let is_secret = count >= 4 && (is_mixed || is_number) || count >= 3 && is_named();
    is_secret.then_some(start..start + end)
}

/// Detects the words of a recovery phrase.
pub(super) fn phrase(text: &[u8], start: usize, found: &mut Vec<Range<usize>>) -> Option<usize> {
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
