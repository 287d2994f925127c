//! Detects passwords and tokens in the user part of a URL.

use std::ops::Range;

use super::scan::{Scan, Stop, WINDOW, work};
use super::tokens::ellipsis;
use super::values::{is_masked, is_no_value};

/// Number of bytes after the apparent authority that are searched for the end of a password.
const MAX_TAIL: usize = 4 * WINDOW;

/// Returns the secret in the user part of a URL whose authority begins at `start`.
///
/// A password may contain `/`, `?` and `#`, although it should not. The text between the first colon and one of these characters
/// is a port if it is a number, and otherwise the start of a password.
pub(super) fn user_info(scan: &mut Scan<'_>, scheme: &[u8], start: usize) -> Option<Range<usize>> {
    const PROXIES: &[&[u8]] =
        &[b"trojan", b"hysteria", b"hysteria2", b"hy2", b"vless", b"ss", b"tuic", b"anytls"];
    let text = scan.text;
    let end = scan.value_end(Stop::Url, start);
    let rest = &text[start..end];
    work::count(rest.len().min(WINDOW));
    let authority = rest.iter().position(|b| matches!(b, b'/' | b'?' | b'#')).unwrap_or(rest.len());
    let (secret, is_sure) = match rest[..authority].iter().rposition(|b| *b == b'@') {
        Some(at) => match rest[..at].iter().position(|b| *b == b':') {
            // The user is the token, and the password is a dummy.
            Some(colon) if is_token(&rest[..colon]) => (0..at, true),
            Some(colon) => (colon + 1..at, true),
            None => (0..at, false),
        },
        None => (unfinished(text, rest, authority, end)?, true),
    };
    work::count(authority);
    let value = &rest[secret.clone()];
    let is_secret = match is_sure {
        true => !value.is_empty() && !is_masked(value) && !is_placeholder(value),
        // A user without a password may be a token.
        false => is_token(value) || PROXIES.contains(&scheme) && value.len() >= 4 && !is_masked(value),
    };
    is_secret.then_some(start + secret.start..start + secret.end)
}

/// Returns a password that contains the apparent end of the authority, or that was cut before its `@`.
fn unfinished(text: &[u8], rest: &[u8], authority: usize, end: usize) -> Option<Range<usize>> {
    let colon = rest[..authority].iter().position(|b| *b == b':')?;
    if rest.starts_with(b"[") {
        return None;
    }
    let port = &rest[colon + 1..authority];
    let digits = port.iter().take_while(|b| b.is_ascii_digit()).count();
    let is_port = port.get(digits).is_none_or(|b| !b.is_ascii_alphanumeric());
    if is_port || is_placeholder(port) {
        return None;
    }
    let tail = &rest[authority..rest.len().min(authority + MAX_TAIL)];
    work::count(tail.len());
    if let Some(at) = tail.iter().rposition(|b| *b == b'@') {
        return Some(colon + 1..authority + at);
    }
    let is_cut = end == text.len()
        || ellipsis(&text[end..]).is_some()
        || port.ends_with("…".as_bytes())
        || port.ends_with(b"...");
    let is_odd = port.len() >= 4 && port.iter().any(|b| !b.is_ascii_lowercase());
    (is_cut && authority == rest.len() && is_odd).then_some(colon + 1..authority)
}

/// Returns true if a value is a placeholder for a password or a port, as in an example.
fn is_placeholder(value: &[u8]) -> bool {
    const WORDS: &[&str] = &["port", "pass", "password", "pwd", "xxx"];
    WORDS.iter().any(|word| value.eq_ignore_ascii_case(word.as_bytes()))
        || matches!(value, [b'$', b'{', ..] | [b'<', ..] | [b'{', ..])
        || value.iter().all(|b| *b == b'*')
        || is_no_value(value) && value.contains(&b'_')
}

/// Returns true if the user of a URL is a token.
fn is_token(user: &[u8]) -> bool {
    user.len() >= 16 && user.iter().any(u8::is_ascii_digit) && user.iter().any(u8::is_ascii_alphabetic)
}
