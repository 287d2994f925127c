//! Detects secrets in headers: a scheme with its value or its parameters.

use std::ops::Range;

use super::bounds::{blanks, is_mixed, is_pair, noted, opening};
use super::kind::Kind;
use super::scan::{Scan, Stop, WINDOW, work};
use super::values::{Tie, is_secret};

/// Detects the value of a header after its scheme.
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
        // After an unknown scheme the value must not be a word.
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
    }
    match parameters(text, start, kind) {
        Some((end, true)) => return noted(true, start..end, found),
        Some((end, false)) => return Some(end),
        None => {}
    }
    let (start, _) = opening(text, start);
    let mut end = scan.value_end(Stop::Header, start);
    while end > start && matches!(text[end - 1], b'.' | b',' | b':' | b';' | b'!' | b'?') {
        end -= 1;
    }
    let value = &text[start..end];
    // `token_type=bearer expires_in=3600`
    let is_other = kind == Kind::Scheme && is_pair(value) && !value.contains(&b';');
    noted(!is_other && is_secret(value, kind, tie), start..end, found)
}

/// Detects the value of a header whose scheme ends one argument and whose value is the next: `"Authorization: Bearer", "value"`,
/// `"2": "Bearer", "3": "value"`.
pub(super) fn next_argument(
    scan: &mut Scan<'_>,
    start: usize,
    found: &mut Vec<Range<usize>>,
) -> Option<usize> {
    let text = scan.text;
    let mut at = start + blanks(text, start);
    let number = text[at..]
        .iter()
        .take(8)
        .take_while(|b| b.is_ascii_digit() || matches!(b, b'"' | b'\'' | b'\\'))
        .count();
    if text.get(at + number) == Some(&b':') {
        at += number + 1 + blanks(text, at + number + 1);
    }
    let (value, quote) = opening(text, at);
    quote?;
    let end = scan.value_end(Stop::Header, value);
    noted(
        is_secret(&text[value..end], Kind::Token, Tie::QUOTED) && is_mixed(&text[value..end]),
        value..end,
        found,
    )
}

/// Returns the end of the parameters of a scheme, `username="joe", response="..."`, and true if a client wrote them.
///
/// After a scheme without its header, only a server's parameters are parsed; a client's are treated as one value.
fn parameters(text: &[u8], start: usize, kind: Kind) -> Option<(usize, bool)> {
    // A server's challenge is not secret.
    const OF_SERVER: &[&[u8]] = &[
        b"realm",
        b"scope",
        b"error",
        b"error_description",
        b"error_uri",
        b"resource_metadata",
        b"authorization_uri",
        b"charset",
        b"stale",
        b"algorithm",
        b"qop",
    ];
    let (mut at, mut end, mut count, mut is_of_client) = (start, start, 0, false);
    loop {
        let name = text[at..]
            .iter()
            .take(WINDOW)
            .take_while(|b| b.is_ascii_alphanumeric() || b"-_".contains(b))
            .count();
        if name == 0 || text.get(at + name) != Some(&b'=') {
            break;
        }
        let is_of_server = OF_SERVER.contains(&&text[at..at + name]);
        if !is_of_server && kind == Kind::Scheme {
            break;
        }
        is_of_client |= !is_of_server;
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
        let comma = text[at..].iter().take(4).take_while(|b| matches!(b, b',' | b' ' | b'\t')).count();
        if comma == 0 {
            break;
        }
        at += comma;
    }
    let is_quoted = matches!(text[..end].last(), Some(b'"' | b'\''));
    (count >= 2 || count == 1 && is_quoted).then_some((end, is_of_client))
}
