//! Secrets known by where they stand: behind an `Authorization:`, a `key=`, a `"token":`, in the user part of a URL.

use std::ops::Range;

use super::decoding::Reading;

/// A longer name is none.
const MAX_NAME: usize = 64;
/// What a mask begins with.
const MASK: &[u8] = b"redacted:";
/// A longer value is data; its beginning is masked.
const MAX_VALUE: usize = 8192;

/// What stands behind a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// A header's scheme and what goes with it.
    Authorization,
    /// All of a header.
    Cookie,
    /// What a person may have thought of.
    Password,
    /// What a machine has made, as a rule.
    Token,
    /// The same, where the name may mean other things as well.
    Key,
    /// A name that mostly means other things.
    Maybe,
    /// A part of a URL's query.
    Query,
}

/// How a value is tied to its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Tie {
    /// By `=`, or with quotation marks: a machine wrote it.
    is_tight: bool,
    /// The value stands between quotation marks.
    is_quoted: bool,
}

/// Notes where secrets stand that their place gives away.
pub(super) fn find(reading: &Reading<'_>, found: &mut Vec<Range<usize>>) {
    let text = reading.text.as_bytes();
    for at in 0..text.len() {
        match text[at] {
            b':' if text[at..].starts_with(b"://") => found.extend(url_password(text, at + 3)),
            b':' | b'=' => found.extend(named(text, at)),
            b',' if at > 0 && is_quote(text[at - 1]) => found.extend(listed(text, at)),
            b'b' | b'B' => found.extend(bare_scheme(text, at)),
            b'-' if text[at..].starts_with(b"--") => found.extend(option(text, at)),
            _ => {}
        }
    }
}

/// The password of a URL: whatever stands between the colon and the last `@` before the path.
fn url_password(text: &[u8], start: usize) -> Option<Range<usize>> {
    let rest = &text[start..];
    let ends = |at: usize| match rest[at] {
        // A line break that is written as an escape.
        b'\\' => matches!(rest.get(at + 1), Some(b'n' | b'r' | b't')),
        b => b.is_ascii_whitespace() || b"/\"'<>`".contains(&b),
    };
    let end = (0..rest.len().min(MAX_VALUE)).find(|at| ends(*at));
    let authority = &rest[..end.unwrap_or(rest.len().min(MAX_VALUE))];
    let at = authority.iter().rposition(|&b| b == b'@')?;
    let colon = authority[..at].iter().position(|&b| b == b':')?;
    let is_masked = authority[colon + 1..at].starts_with(b"[redacted:");
    (colon + 1 < at && !is_masked).then_some(start + colon + 1..start + at)
}

/// The value behind a colon or an equals sign, where the name before it is a secret's.
fn named(text: &[u8], at: usize) -> Option<Range<usize>> {
    let (name, quoted_name) = name_before(text, at)?;
    let place = place_of(text, &name)?;
    let mut start = at + 1;
    if text.get(start) == Some(&b'>') {
        start += 1;
    }
    let spaces = blanks(text, start);
    let (start, quote) = opening(text, start + spaces);
    let is_tight = quoted_name || (text[at] == b'=' && spaces == 0) || quote.is_some();
    value(text, start, quote, place, Tie { is_tight, is_quoted: quote.is_some() })
}

/// The value behind a name in a list of both: `["x-api-key", "value"]`.
fn listed(text: &[u8], at: usize) -> Option<Range<usize>> {
    let (name, true) = name_before(text, at)? else { return None };
    // Behind a colon it is a value itself.
    let before = text[..name.start].iter().rev().find(|b| !matches!(**b, b' ' | b'\\') && !is_quote(**b));
    if !matches!(before, Some(b'[' | b',')) {
        return None;
    }
    let place = place_of(text, &name)?;
    let start = at + 1 + blanks(text, at + 1);
    let (start, Some(quote)) = opening(text, start) else { return None };
    value(text, start, Some(quote), place, Tie { is_tight: true, is_quoted: true })
}

/// The value of an option of a command: `--token value`.
fn option(text: &[u8], at: usize) -> Option<Range<usize>> {
    let length = text[at + 2..].iter().take(MAX_NAME).take_while(|b| is_of_name(**b)).count();
    let name = at + 2..at + 2 + length;
    let spaces = blanks(text, name.end);
    let place = place_of(text, &name).filter(|_| spaces > 0)?;
    let (start, quote) = opening(text, name.end + spaces);
    let end = value_end(text, start, quote, place);
    let secret = &text[start..end];
    let is_odd = secret.len() >= 12 || secret.iter().any(|b| !b.is_ascii_lowercase() && *b != b'-');
    (is_odd && secret.len() >= 4 && !is_no_value(secret) && !is_masked(secret) && !is_shortened(secret))
        .then_some(start..end)
}

/// What stands behind `Bearer` and `Basic` in a text that does not say `Authorization`.
fn bare_scheme(text: &[u8], at: usize) -> Option<Range<usize>> {
    let starts =
        |word: &[u8]| text[at..].get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    let begins = at == 0 || !text[at - 1].is_ascii_alphanumeric();
    let length = if starts(b"bearer") {
        6
    } else if starts(b"basic") {
        5
    } else {
        return None;
    };
    let spaces = blanks(text, at + length);
    if !begins || spaces == 0 {
        return None;
    }
    let start = at + length + spaces;
    let end = value_end(text, start, None, Place::Token);
    let secret = &text[start..end];
    let is_odd =
        secret.len() >= 16 || secret.iter().skip(1).any(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
    (is_odd && secret.len() >= 8 && !is_no_value(secret) && !is_masked(secret) && !is_shortened(secret))
        .then_some(start..end)
}

/// The name before a place, and whether it stands between quotation marks.
fn name_before(text: &[u8], at: usize) -> Option<(Range<usize>, bool)> {
    let is_between = |b: &&u8| matches!(**b, b' ' | b'\\') || is_quote(**b);
    let between = text[..at].iter().rev().take(12).take_while(is_between).count();
    let end = at - between;
    let length = text[..end].iter().rev().take(MAX_NAME).take_while(|b| is_of_name(**b)).count();
    let is_quoted = text[end..at].iter().any(|b| is_quote(*b));
    (length > 0).then_some((end - length..end, is_quoted))
}

/// Where a value begins, and the quotation mark before it.
fn opening(text: &[u8], start: usize) -> (usize, Option<u8>) {
    let (mut at, mut quote) = (start, None);
    while let Some(&byte) = text.get(at).filter(|_| at < start + 12) {
        match byte {
            b'[' | b'\\' => {}
            b' ' if quote.is_none() && at > start => {}
            b if is_quote(b) && quote.is_none() => quote = Some(b),
            _ => break,
        }
        at += 1;
    }
    (at, quote)
}

/// The secret that begins there, where the place holds one.
fn value(text: &[u8], start: usize, quote: Option<u8>, place: Place, tie: Tie) -> Option<Range<usize>> {
    let mut start = start;
    let mut has_scheme = false;
    if place == Place::Authorization {
        let word =
            text[start..].iter().take(20).take_while(|b| b.is_ascii_alphanumeric() || **b == b'-').count();
        let scheme = text[start..start + word].to_ascii_lowercase();
        const SCHEMES: [&[u8]; 10] = [
            b"bearer",
            b"basic",
            b"token",
            b"digest",
            b"key",
            b"apikey",
            b"bot",
            b"negotiate",
            b"ntlm",
            b"aws4-hmac-sha256",
        ];
        let spaces = blanks(text, start + word);
        if spaces > 0 && SCHEMES.contains(&scheme.as_slice()) {
            start += word + spaces;
            has_scheme = true;
        }
    }
    let end = value_end(text, start, quote, place);
    let secret = &text[start..end];
    // Of a whole line, a part that was shortened says nothing of the others.
    let is_masked = is_masked(secret) || (place != Place::Cookie && is_shortened(secret));
    let is_secret = !is_masked && !is_no_value(secret) && is_secret(secret, place, tie, has_scheme);
    is_secret.then_some(start..end)
}

/// Where a value ends.
fn value_end(text: &[u8], start: usize, quote: Option<u8>, place: Place) -> usize {
    let rest = &text[start..text.len().min(start + MAX_VALUE)];
    let is_line = matches!(place, Place::Cookie);
    let ends = |b: &u8| match (quote, place) {
        (Some(quote), Place::Password | Place::Cookie) => *b == quote || matches!(b, b'\\' | b'\n'),
        (Some(quote), _) => *b == quote || matches!(b, b'\\' | b'"' | b'\n' | b' '),
        (None, _) if is_line => matches!(b, b'"' | b'\'' | b'\\' | b'\n' | b'\r'),
        (None, Place::Password) => b.is_ascii_whitespace() || b"\"'\\,;<>`)}".contains(b),
        (None, _) => b.is_ascii_whitespace() || b"\"'\\,;&@<>(){}[]`|".contains(b),
    };
    let mut length = rest.iter().position(ends).unwrap_or(rest.len());
    while quote.is_none() && length > 0 && matches!(rest[length - 1], b'.' | b':' | b'!' | b'?') {
        length -= 1;
    }
    // A character of several bytes is one.
    while length < rest.len() && rest[length] & 0xc0 == 0x80 {
        length += 1;
    }
    start + length
}

/// Whether a value is a word that stands where there is none.
fn is_no_value(value: &[u8]) -> bool {
    const WORDS: [&str; 42] = [
        "absent",
        "auth",
        "authentication",
        "authorization",
        "configured",
        "default",
        "disabled",
        "empty",
        "enabled",
        "env",
        "environment",
        "error",
        "exists",
        "expected",
        "expired",
        "failed",
        "false",
        "found",
        "function",
        "incorrect",
        "invalid",
        "malformed",
        "mismatch",
        "missing",
        "no",
        "none",
        "null",
        "object",
        "present",
        "provided",
        "redacted",
        "rejected",
        "required",
        "revoked",
        "string",
        "token",
        "true",
        "undefined",
        "unknown",
        "unset",
        "unauthorized",
        "wrong",
    ];
    let word = value.to_ascii_lowercase();
    let word = String::from_utf8_lossy(&word);
    let is_blank = value.iter().all(|b| matches!(b, b'*' | b'.' | b'x' | b'X' | b'-' | b'_' | b'?'));
    let is_variable = value.len() >= 4
        && value.contains(&b'_')
        && value.iter().all(|b| b.is_ascii_uppercase() || *b == b'_')
        || matches!(value.first(), Some(b'$' | b'<' | b'{' | b'%'));
    value.is_empty() || is_blank || is_variable || WORDS.contains(&&*word)
}

/// Whether a value begins with what stands for a secret.
fn is_masked(value: &[u8]) -> bool {
    let value = value.strip_prefix(b"[").unwrap_or(value);
    value.get(..MASK.len()).is_some_and(|start| start.eq_ignore_ascii_case(MASK))
}

/// Whether somebody has left a part of a value out.
fn is_shortened(value: &[u8]) -> bool {
    let value = String::from_utf8_lossy(value);
    value.contains("***") || value.trim_end_matches('…').contains('…')
}

fn is_secret(value: &[u8], place: Place, tie: Tie, has_scheme: bool) -> bool {
    let has = |test: fn(&u8) -> bool| value.iter().any(test);
    let (digit, letter) = (has(u8::is_ascii_digit), has(u8::is_ascii_alphabetic));
    let (upper, lower) = (has(u8::is_ascii_uppercase), has(u8::is_ascii_lowercase));
    let is_made = (digit && letter) || (value.len() >= 16 && upper && lower);
    let is_path =
        matches!(value.first(), Some(b'/' | b'~')) && value.contains(&b'.') || value.starts_with(b"./");
    match place {
        Place::Authorization => match has_scheme {
            true => value.len() >= 4,
            false => value.len() >= 8 || (value.len() >= 6 && is_made),
        },
        Place::Cookie => value.len() >= 6,
        Place::Password => match tie.is_tight {
            true => value.len() >= 3,
            false => value.len() >= 8 || (value.len() >= 4 && (digit || upper)),
        },
        Place::Query => value.len() >= 6,
        Place::Token | Place::Key if is_path => false,
        Place::Token => {
            value.len() >= 6 && is_made
                || tie.is_tight && value.len() >= 8 && letter
                || tie.is_quoted && value.len() >= 6 && digit
        }
        Place::Key => value.len() >= 6 && is_made || tie.is_tight && value.len() >= 12 && letter,
        Place::Maybe => {
            let is_plain = value.iter().all(|b| b.is_ascii_alphanumeric() || b"_-+/=".contains(b));
            value.len() >= 16 && digit && letter && is_plain && !is_uuid(value) && !is_path
        }
    }
}

fn is_uuid(value: &[u8]) -> bool {
    value.len() == 36 && [8, 13, 18, 23].iter().all(|&at| value[at] == b'-')
}

/// What stands behind a name.
fn place_of(text: &[u8], name: &Range<usize>) -> Option<Place> {
    let own = &text[name.clone()];
    // Most names end otherwise.
    if !matches!(
        own.last()?.to_ascii_lowercase(),
        b'n' | b't' | b'd' | b'y' | b'e' | b's' | b'k' | b'g' | b'h'
    ) {
        return None;
    }
    let lower = own.to_ascii_lowercase();
    let lower = std::str::from_utf8(&lower).ok()?;
    let ends = |ends: &[&str]| ends.iter().any(|end| lower.ends_with(end));
    let is = |names: &[&str]| names.contains(&lower);

    if name.start > 0 && matches!(text[name.start - 1], b'?' | b'&') {
        const QUERY: [&str; 10] =
            ["key", "token", "secret", "password", "pwd", "pass", "sig", "signature", "auth", "passwd"];
        if ends(&QUERY) && !ends(&["sessionkey"]) {
            return Some(Place::Query);
        }
    }
    if ends(&["authorization"]) {
        return Some(Place::Authorization);
    }
    if is(&["cookie", "set-cookie", "cookies"]) || ends(&["-cookie"]) {
        return Some(Place::Cookie);
    }
    if ends(&["password", "passwd", "passphrase", "_pwd"]) || is(&["pwd", "pass", "db_pass"]) {
        return Some(Place::Password);
    }
    if ends(&["token", "secret", "credential", "token_id", "accesskeyid", "access_key_id"])
        || is(&["signature"])
    {
        return Some(Place::Token);
    }
    if lower == "provided" && text[..name.start].trim_ascii_end().to_ascii_lowercase().ends_with(b"key") {
        return Some(Place::Key);
    }
    if !ends(&["key", "key_id", "keyid"]) || ends(&["sessionkey", "session_key", "publickey", "public_key"]) {
        return None;
    }
    const KINDS: [&str; 22] = [
        "api",
        "secret",
        "access",
        "auth",
        "private",
        "subscription",
        "signing",
        "encryption",
        "master",
        "account",
        "shared",
        "license",
        "client",
        "app",
        "service",
        "webhook",
        "bot",
        "gateway",
        "admin",
        "signature",
        "jwt",
        "hmac",
    ];
    let stem = lower.trim_end_matches("_id").trim_end_matches("id").trim_end_matches("key");
    let stem = stem.trim_end_matches(['-', '_', '.']);
    let of_environment =
        own.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_') && own.contains(&b'_');
    let is_known = of_environment || KINDS.iter().any(|kind| stem.ends_with(kind));
    Some(if is_known { Place::Key } else { Place::Maybe })
}

fn blanks(text: &[u8], start: usize) -> usize {
    text.get(start..).unwrap_or_default().iter().take(4).take_while(|b| matches!(b, b' ' | b'\t')).count()
}

fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}

fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        find(&Reading::all(text)[0], &mut found);
        found.dedup();
        found.into_iter().map(|range| text[range].to_owned()).collect()
    }

    #[test]
    fn a_value_stands_behind_its_name() {
        for (text, secret) in [
            ("Authorization: Bearer abcdefgh", "abcdefgh"),
            ("authorization=Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"),
            ("sent Bearer abcdef0123456789, refused", "abcdef0123456789"),
            ("Cookie: a=1; session=abc\nnext", "a=1; session=abc"),
            (r#"{"password": "correct horse, battery"}"#, "correct horse, battery"),
            ("password=abc", "abc"),
            ("password: hunter2", "hunter2"),
            (r#"{"auth":{"mode":"token","token":"mygatewaytoken"}}"#, "mygatewaytoken"),
            ("OPENCLAW_GATEWAY_TOKEN=mygatewaytoken", "mygatewaytoken"),
            ("api-key: 0123456789abcdef0123456789abcdef", "0123456789abcdef0123456789abcdef"),
            (
                "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
                "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            ),
            (r#"["x-api-key","abcd1234efgh"]"#, "abcd1234efgh"),
            ("https://x.y/z?a=1&key=abcdefg&b=2", "abcdefg"),
            ("postgres://u:p%40w@db:5432/x", "p%40w"),
            ("AccountKey=abc/DEF+123==;EndpointSuffix=x", "abc/DEF+123=="),
            ("openclaw --token abcd1234", "abcd1234"),
            ("Incorrect API key provided: abcdEFGH1234.", "abcdEFGH1234"),
            ("{ apiKey: 'abcd1234efgh' }", "abcd1234efgh"),
            ("headers: { 'api-key' => \"abcd1234efgh\" }", "abcd1234efgh"),
        ] {
            assert_eq!(all(text), [secret], "{text}");
        }
    }

    #[test]
    fn words_numbers_and_names_stay() {
        for text in [
            "gateway.auth.token: missing env var",
            "reason=token_mismatch",
            "max_tokens_key=12345678",
            "sessionKey=agent:main:explicit:cab52cbb-7144-44d8-b45b-c113863dfdcb",
            "apiKey=OPENAI_API_KEY",
            "token=${OPENCLAW_GATEWAY_TOKEN}",
            "password: wrong",
            "Bearer authentication is required, basic functionality",
            "pass --token/--password to start",
            "key: agents.defaults.model1",
            "idempotencyKey=cab52cbb-7144-44d8-b45b-c113863dfdcb",
            "maxTokens=4096 tokens: 12345678",
            "Authorization: Bearer ***",
            "https://api.openai.com:443/v1/models",
            "unknown key: \"logging.redactSensitive\"",
            r#"{"mode":"token","host":"example-7.org"}"#,
            "tls key=/etc/ssl/private/server1.key.pem",
        ] {
            assert!(all(text).is_empty(), "{text}: {:?}", all(text));
        }
    }
}
