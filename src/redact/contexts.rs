//! Detects secrets by their context: after `Authorization:`, `key=` or `"token":`, in an option of a command, in a tag.
//!
//! A text is scanned word by word. After a word that labels a secret, the detector looks for a separator and then for the value.
//! A range that was found is not scanned again, so the time does not depend on how names and values are nested.

use std::ops::Range;

use super::bounds::{Name, blanks, char_length, closing, is_of_name, opening};
use super::kind::Kind;
use super::named::behind_name;
use super::names::{self, kind};
use super::scan::{Scan, WINDOW, work};
use super::tokens::{is_typed, named_length};
use super::{arguments, lists, nearby, statements, urls};

/// Adds the ranges of secrets that their context identifies.
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
            // No blank separates a Chinese name from its value.
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

/// Examines the text after a word, and returns the offset where the scan continues; `None` for the end of the word.
fn behind_word(
    scan: &mut Scan<'_>,
    word: Range<usize>,
    may_name: bool,
    found: &mut Vec<Range<usize>>,
) -> Option<usize> {
    let text = scan.text;
    if text[word.end..].starts_with(b"://") {
        let secret = urls::user_info(scan, &text[word.clone()], word.end + 3)?;
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
    if let Some(end) = statements::find(scan, name.clone(), found) {
        return Some(end);
    }
    if let Some(end) = lists::member_of_key(scan, name.clone(), found) {
        return Some(end);
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

/// Detects the value after a name that contains a vendor's name.
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
