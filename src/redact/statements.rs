//! Detects secrets in statements that do not name them: protocol logins, SQL, commands that read a password, connection strings.

use std::ops::Range;

use super::bounds::{blanks, closing, is_quote, noted, opening, value_end};
use super::kind::Kind;
use super::names::kind;
use super::scan::{Scan, WINDOW, work};
use super::values::{Tie, is_made, is_masked, is_no_value, is_secret};

/// Maximum length in bytes of a word in a statement.
const MAX_WORD: usize = 48;
/// Maximum distance in bytes of the secret from the start of its statement.
const MAX_STATEMENT: usize = 2 * WINDOW;
/// SASL mechanisms, whose responses are Base64.
const MECHANISMS: &[&[u8]] = &[b"PLAIN", b"LOGIN", b"XOAUTH2", b"OAUTHBEARER", b"EXTERNAL", b"CRAM-MD5"];
/// Commands that read a password from a pipe.
const READERS: &[&[u8]] = &[
    b"sudo -S",
    b"chpasswd",
    b"passwd",
    b"smbpasswd",
    b"cryptsetup",
    b"docker login",
    b"gh auth",
    b"gpg ",
    b"vault login",
    b"openssl",
    b"wpa_passphrase",
];

/// Adds the secret of the statement that begins with this word.
pub(super) fn find(scan: &mut Scan<'_>, word: Range<usize>, found: &mut Vec<Range<usize>>) -> Option<usize> {
    if word.len() > MAX_WORD {
        return None;
    }
    let text = scan.text;
    let own = &text[word.clone()];
    let own = &own[own.iter().rposition(|b| *b == b'.').map_or(0, |at| at + 1)..];
    match own {
        b"AUTH" | b"AUTHENTICATE" => login(scan, word.end, found),
        b"LOGIN" => {
            let (user, password) = arguments(scan, word.end)?;
            if MECHANISMS.contains(&&text[user]) {
                return None;
            }
            made(text, password?, found)
        }
        b"PASS" | b"IDENTIFY" => {
            let (first, second) = arguments(scan, word.end)?;
            made(text, second.filter(|_| text[word].starts_with(b"I")).unwrap_or(first), found)
        }
        b"SETUSER" => user_of_redis(scan, word.end, found),
        b"IDENTIFIED" | b"identified" => quoted_behind(scan, word.end, b"BY AS USING", found).or_else(|| {
            let (first, second) = arguments(scan, word.end)?;
            made(text, second.filter(|_| text[first].eq_ignore_ascii_case(b"by"))?, found)
        }),
        b"PASSWORD" if text[word.end..].starts_with(b"('") => quoted_behind(scan, word.end + 1, b"", found),
        b"ConvertTo-SecureString" => quoted_behind(scan, word.end, b"-String", found),
        b"NetworkCredential" | b"PSCredential" => second_of_call(scan, word.end, found),
        b"value" | b"Value" => of_setting(scan, word.end, found),
        b"login" if text[..word.start].ends_with(b"vault ") => made(text, argument(scan, word.end)?, found),
        b"echo" | b"printf" => piped(scan, word.end, found),
        b"sqlplus" | b"thin" => of_oracle(scan, word.end, found),
        b"tcp" | b"unix" => of_go(scan, word, found),
        port if port.len() <= 5 && port.iter().all(u8::is_ascii_digit) => of_pgpass(scan, word, found),
        _ => None,
    }
}

fn made(text: &[u8], range: Range<usize>, found: &mut Vec<Range<usize>>) -> Option<usize> {
    noted(is_made(&text[range.clone()]), range, found)
}

/// Returns the first two arguments after a word, on its line.
fn arguments(scan: &mut Scan<'_>, start: usize) -> Option<(Range<usize>, Option<Range<usize>>)> {
    let first = argument(scan, start)?;
    let second = argument(scan, first.end);
    Some((first, second))
}

/// Returns the argument after `start`, without its quotation marks.
fn argument(scan: &mut Scan<'_>, start: usize) -> Option<Range<usize>> {
    let text = scan.text;
    let (at, _) = closing(text, start);
    let spaces = blanks(text, at);
    if spaces == 0 {
        return None;
    }
    let (start, quote) = opening(text, at + spaces);
    let mut end = value_end(scan, start, quote, Kind::Password);
    while quote.is_none() && end > start && matches!(text[end - 1], b']' | b')') {
        end -= 1;
    }
    (end > start).then_some(start..end)
}

/// Detects `AUTH [USER] PASSWORD` of Redis, and `AUTH PLAIN RESPONSE` of mail servers.
fn login(scan: &mut Scan<'_>, start: usize, found: &mut Vec<Range<usize>>) -> Option<usize> {
    let text = scan.text;
    let (first, second) = arguments(scan, start)?;
    let is_mechanism =
        MECHANISMS.contains(&&text[first.clone()]) || text[first.clone()].starts_with(b"SCRAM-");
    let Some(second) = second else { return made(text, first, found) };
    let answer = &text[second.clone()];
    let is_answer = answer.len() >= 8
        && answer.iter().take(WINDOW).any(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        && answer.iter().take(WINDOW).all(|b| b.is_ascii_alphanumeric() || b"+/=_-".contains(b))
        && !MECHANISMS.contains(&answer)
        && !is_no_value(answer);
    match is_mechanism {
        true => noted(is_answer, second, found),
        false if is_made(answer) => noted(true, second, found),
        false => made(text, first, found),
    }
}

/// Detects `invalid value "SECRET" for channels.telegram.botToken`.
fn of_setting(scan: &mut Scan<'_>, start: usize, found: &mut Vec<Range<usize>>) -> Option<usize> {
    const BETWEEN: &[&[u8]] = &[b" for ", b" of ", b" in ", b" at "];
    let text = scan.text;
    let (value, quote) = opening(text, start + blanks(text, start));
    quote?;
    let end = value_end(scan, value, quote, Kind::Password);
    let rest = text[end..].get(1..)?;
    let name = BETWEEN.iter().find_map(|words| rest.strip_prefix(*words))?;
    let name = name[usize::from(name.first().is_some_and(|b| is_quote(*b)))..].iter();
    let name: Vec<u8> =
        name.take(WINDOW).take_while(|b| b.is_ascii_alphanumeric() || b"_.-".contains(b)).copied().collect();
    let kind = kind(name.trim_ascii_end(), b" ")?;
    noted(is_secret(&text[value..end], kind, Tie::QUOTED), value..end, found)
}

/// Detects `ACL SETUSER bob on >PASSWORD`.
fn user_of_redis(scan: &mut Scan<'_>, start: usize, found: &mut Vec<Range<usize>>) -> Option<usize> {
    let text = scan.text;
    let near = &text[start..text.len().min(start + MAX_STATEMENT)];
    work::count(near.len());
    let at = start + memchr::memmem::find(near, b" >")? + 2;
    let end = value_end(scan, at, None, Kind::Password);
    noted(end >= at + 4, at..end, found)
}

/// Detects a quoted value after one of these words: `IDENTIFIED WITH plugin BY 'PASSWORD'`.
fn quoted_behind(
    scan: &mut Scan<'_>,
    start: usize,
    words: &[u8],
    found: &mut Vec<Range<usize>>,
) -> Option<usize> {
    let text = scan.text;
    let mut at = start;
    for _ in 0..4 {
        at += blanks(text, at);
        let (value, quote) = opening(text, at);
        if quote.is_some() {
            let end = value_end(scan, value, quote, Kind::Password);
            let is_secret =
                end >= value + 3 && !is_masked(&text[value..end]) && !text[value..end].contains(&b' ');
            return noted(is_secret, value..end, found);
        }
        let length = text[at..]
            .iter()
            .take(MAX_WORD)
            .take_while(|b| b.is_ascii_alphanumeric() || b"_-".contains(b))
            .count();
        let word = &text[at..at + length];
        let is_known = words.split(|b| *b == b' ').any(|known| word.eq_ignore_ascii_case(known));
        // The name of a plugin may precede the words.
        if length == 0 || !(is_known || words.starts_with(b"BY")) {
            return None;
        }
        at += length;
    }
    None
}

/// Detects the second argument of a call, if it is a string: `NetworkCredential("user", "PASSWORD")`.
fn second_of_call(scan: &mut Scan<'_>, start: usize, found: &mut Vec<Range<usize>>) -> Option<usize> {
    let text = scan.text;
    if text.get(start) != Some(&b'(') {
        return None;
    }
    let (first, quote) = opening(text, start + 1);
    quote?;
    let (at, _) = closing(text, value_end(scan, first, quote, Kind::Password));
    let comma = text.get(at).filter(|b| **b == b',').map(|_| at + 1)?;
    let (value, quote) = opening(text, comma + blanks(text, comma));
    quote?;
    let end = value_end(scan, value, quote, Kind::Password);
    noted(end > value && !is_masked(&text[value..end]), value..end, found)
}

/// Detects `echo PASSWORD | sudo -S command`, `echo "user:PASSWORD" | chpasswd`.
fn piped(scan: &mut Scan<'_>, start: usize, found: &mut Vec<Range<usize>>) -> Option<usize> {
    let text = scan.text;
    let mut value = argument(scan, start)?;
    if text[value.clone()].starts_with(b"-") {
        value = argument(scan, value.end)?;
    }
    let (at, _) = closing(text, value.end);
    let rest = text.get(at + blanks(text, at)..)?.strip_prefix(b"|")?;
    let rest = rest.trim_ascii_start();
    let reader = READERS.iter().find(|reader| rest.starts_with(reader))?;
    if *reader == b"chpasswd" {
        value.start += 1 + text[value.clone()].iter().position(|b| *b == b':')?;
    }
    let is_secret =
        value.len() >= 3 && !is_masked(&text[value.clone()]) && !text[value.start..].starts_with(b"$");
    noted(is_secret, value, found)
}

/// Detects `sqlplus user/PASSWORD@host`, `jdbc:oracle:thin:user/PASSWORD@host`.
fn of_oracle(scan: &mut Scan<'_>, start: usize, found: &mut Vec<Range<usize>>) -> Option<usize> {
    let text = scan.text;
    let start = start + if text.get(start) == Some(&b':') { 1 } else { blanks(text, start) };
    let name = text[start..]
        .iter()
        .take(WINDOW)
        .take_while(|b| b.is_ascii_alphanumeric() || b"_$#".contains(b))
        .count();
    let value = text.get(start + name).filter(|b| name > 0 && **b == b'/').map(|_| start + name + 1)?;
    let length = text[value..]
        .iter()
        .take(MAX_STATEMENT)
        .take_while(|b| !b.is_ascii_whitespace() && **b != b'@')
        .count();
    work::count(length);
    let end = value + length;
    noted(length >= 3 && text.get(end) == Some(&b'@') && !is_masked(&text[value..end]), value..end, found)
}

/// Detects `user:PASSWORD@tcp(host:3306)/database`, the format of Go's drivers.
fn of_go(scan: &Scan<'_>, word: Range<usize>, found: &mut Vec<Range<usize>>) -> Option<usize> {
    let text = scan.text;
    let before = text[..word.start].strip_suffix(b"@").filter(|_| text.get(word.end) == Some(&b'('))?;
    let near = &before[before.len().saturating_sub(MAX_STATEMENT)..];
    work::count(near.len());
    let length = near.iter().rev().take_while(|b| !b.is_ascii_whitespace() && !is_quote(**b)).count();
    let own = &near[near.len() - length..];
    let colon = own.iter().position(|b| *b == b':')?;
    let value = before.len() - length + colon + 1..before.len();
    (!value.is_empty() && !is_masked(&text[value.clone()])).then(|| found.push(value));
    None
}

/// Detects `host:5432:database:user:PASSWORD`, a line of PostgreSQL's `.pgpass`; `word` is the port.
fn of_pgpass(scan: &mut Scan<'_>, word: Range<usize>, found: &mut Vec<Range<usize>>) -> Option<usize> {
    let text = scan.text;
    if word.start == 0 || text[word.start - 1] != b':' {
        return None;
    }
    let mut at = word.end;
    for _ in 0..2 {
        let field = text[at..].strip_prefix(b":")?;
        let is_of_name = |b: &&u8| b.is_ascii_alphanumeric() || b"_-.*".contains(b);
        let length = field.iter().take(WINDOW).take_while(is_of_name).count();
        if length == 0 || field[..length].iter().all(u8::is_ascii_digit) {
            return None;
        }
        at += 1 + length;
    }
    let value = text.get(at).filter(|b| **b == b':').map(|_| at + 1)?;
    let end = value_end(scan, value, None, Kind::Password);
    made(text, value..end, found)
}
