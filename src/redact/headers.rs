//! Secrets in headers: a scheme and what goes with it, or its parameters.

use std::ops::Range;

use super::contexts::{blanks, is_mixed, is_pair, noted};
use super::names::Kind;
use super::scan::{Scan, Stop, WINDOW, work};
use super::values::{Tie, is_secret};

/// The value of a header behind its scheme.
pub(super) fn scheme_value(
    scan: &mut Scan<'_>,
    start: usize,
    kind: Kind,
    tie: Tie,
    found: &mut Vec<Range<usize>>,
) -> Option<usize> {
    const SCHEMES: &str = "bearer basic token digest key apikey api-key bot negotiate ntlm oauth hmac sso-key aws aws4-hmac-sha256 \
         sharedkey sharedaccesssignature github-bearer genie geniekey dpop hawk";
    let text = scan.text;
    let mut start = start;
    let mut tie = tie;
    if kind == Kind::Authorization {
        let word =
            text[start..].iter().take(24).take_while(|b| b.is_ascii_alphanumeric() || **b == b'-').count();
        let scheme = &text[start..start + word];
        let spaces = blanks(text, start + word);
        let is_known =
            SCHEMES.split_ascii_whitespace().any(|known| scheme.eq_ignore_ascii_case(known.as_bytes()));
        // Of another scheme the value must be no word.
        let next = &text[start + word + spaces..];
        let value = next.iter().take(WINDOW).take_while(|b| b.is_ascii_graphic() && **b != b'"').count();
        let is_scheme =
            is_known || !scheme.iter().any(u8::is_ascii_digit) && value >= 12 && is_mixed(&next[..value]);
        let colon = usize::from(text.get(start + word) == Some(&b':') && is_known);
        let spaces = if colon > 0 { 1 + blanks(text, start + word + 1) } else { spaces };
        if word > 0 && spaces > 0 && is_scheme {
            start += word + spaces;
            tie.has_scheme = true;
        }
        if let Some(end) = parameters(text, start) {
            found.push(start..end);
            return Some(end);
        }
    }
    let mut end = scan.value_end(Stop::Header, start);
    while end > start && matches!(text[end - 1], b'.' | b',' | b':' | b';' | b'!' | b'?') {
        end -= 1;
    }
    let value = &text[start..end];
    // `token_type=bearer expires_in=3600`
    let is_other = kind == Kind::Scheme && is_pair(value) && !value.contains(&b';');
    noted(!is_other && is_secret(value, kind, tie), start..end, found)
}

/// The end of the parameters of a scheme: `username="joe", response="..."`.
fn parameters(text: &[u8], start: usize) -> Option<usize> {
    let (mut at, mut end, mut count) = (start, start, 0);
    loop {
        let name = text[at..]
            .iter()
            .take(WINDOW)
            .take_while(|b| b.is_ascii_alphanumeric() || b"-_".contains(b))
            .count();
        if name == 0 || text.get(at + name) != Some(&b'=') {
            break;
        }
        at += name + 1;
        let quote = text.get(at).copied().filter(|b| matches!(b, b'"' | b'\''));
        let escaped = text[at..].starts_with(b"\\\"");
        let skipped = if escaped { 2 } else { usize::from(quote.is_some()) };
        let ends = |b: &u8| match skipped {
            0 => b",\"'\\<>`".contains(b) || b.is_ascii_whitespace(),
            _ => Some(*b) == quote || matches!(b, b'"' | b'\\' | b'\n'),
        };
        let length = text[at + skipped..].iter().position(ends).unwrap_or(text.len() - at - skipped);
        work::count(length);
        at = (at + skipped + length + skipped).min(text.len());
        (end, count) = (at, count + 1);
        let comma = text[at..].iter().take(4).take_while(|b| matches!(b, b',' | b' ')).count();
        if comma == 0 {
            break;
        }
        at += comma;
    }
    let is_quoted = matches!(text[..end].last(), Some(b'"' | b'\''));
    (count >= 2 || count == 1 && is_quoted).then_some(end)
}
