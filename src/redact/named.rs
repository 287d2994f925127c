//! Detects the value after the name of a secret.

use std::ops::Range;

use super::bounds::{MAX_TIE, Name, blanks, closing, is_mixed, is_pair, is_quote, noted, opening, value_end};
use super::kind::Kind;
use super::scan::{Scan, Stop, WINDOW, work};
use super::values::{Tie, is_made, is_masked, is_no_value, is_secret};
use super::words::VERBS;
use super::wrappers::{SET, container, groups, in_braces, in_brackets, inner, is_dumped, phrase};
use super::{headers, lists};

/// Words after which a name and its value are arguments.
const SETTERS: &[&str] = &["set", "setx", "setenv", "put", "paste-token", "add-key"];

/// Maximum length in bytes of the attributes of an XML tag.
const MAX_ATTRIBUTES: usize = 256;

/// Examines the text after the name of a secret.
pub(super) fn behind_name(scan: &mut Scan<'_>, name: &Name, found: &mut Vec<Range<usize>>) -> Option<usize> {
    let text = scan.text;
    if name.kind == Kind::Scheme {
        let (at, is_quoted) = closing(text, name.range.end);
        if is_quoted && text.get(at + blanks(text, at)) == Some(&b':') {
            return valued(
                scan,
                &Name { range: name.range.clone(), kind: Kind::Token },
                at + 1 + blanks(text, at + 1),
                Tie::TIGHT,
                found,
            );
        }
        if is_quoted && text.get(at) == Some(&b',') {
            return headers::next_argument(scan, at + 1, found);
        }
        // `Sec-WebSocket-Protocol: bearer, TOKEN`
        let end = name.range.end + usize::from(text.get(name.range.end) == Some(&b','));
        let start = end + blanks(text, end);
        return if start > end {
            headers::scheme_value(scan, start, Kind::Scheme, Tie::default(), found)
        } else {
            None
        };
    }
    let (mut at, has_quote) = closing(text, name.range.end);
    let is_quoted_name = has_quote && name.range.start.checked_sub(1).is_some_and(|at| is_quote(text[at]));
    let spaces = blanks(text, at);
    match text.get(at + spaces) {
        Some(b'>') if is_of_tag(text, name) => return tagged(scan, at + spaces + 1, name.kind, found),
        Some(_) if spaces > 0 && is_of_tag(text, name) => {
            let attributes = &text[at..text.len().min(at + MAX_ATTRIBUTES)];
            work::count(attributes.len());
            let end = attributes.iter().position(|b| matches!(b, b'>' | b'\n'))?;
            return tagged(scan, at + end + 1, name.kind, found);
        }
        // `variable "db_password" { default = "secret" }`
        Some(b'{') if is_quoted_name && spaces > 0 => {
            return lists::map(scan, at + spaces + 1, name.kind, found);
        }
        Some(b'<') if spaces == 0 && text[at..].starts_with(b"</key>") => {
            return lists::property(scan, at + 6, name.kind, found);
        }
        Some(b',') if is_quoted_name => return lists::listed(scan, name, at + spaces, found),
        // The name is itself a value, and the next field holds the secret.
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
    // `arn:aws:secretsmanager:us-east-1:123456789012:secret:name` identifies a secret without holding it.
    let is_resource = || matches!(text[..name.range.start], [.., b'0'..=b'9', b':']);
    if separator == b':' && (text[at..].starts_with(b"//") || is_resource()) {
        return None;
    }
    // `**Authorization:** value`
    at += if text[at..].starts_with(b"** ") { 2 } else { 0 };
    let spaces = blanks(text, at);
    let tie = Tie { is_tight: is_quoted_name || separator == b'=' && spaces == 0, ..Tie::default() };
    match text.get(at + spaces) {
        Some(b'\n') => below(scan, name, at + spaces + 1, found),
        _ => valued(scan, name, at + spaces, tie, found),
    }
}

/// Detects the value on the line below its name: the items of a list, the members of a map, or a dump.
fn below(scan: &mut Scan<'_>, name: &Name, line: usize, found: &mut Vec<Range<usize>>) -> Option<usize> {
    let text = scan.text;
    let start = line + text[line..].iter().take(WINDOW).take_while(|b| matches!(b, b' ' | b'\t')).count();
    match inner(text, start) {
        Some(start) => valued(scan, name, start, Tie::TIGHT, found),
        None => lists::block(scan, line, name.kind, found),
    }
}

/// Returns true if a name is that of an XML tag.
fn is_of_tag(text: &[u8], name: &Name) -> bool {
    text[..name.range.start].iter().rev().take(16).find(|b| !b.is_ascii_alphanumeric() && **b != b':')
        == Some(&b'<')
        && matches!(text[..name.range.start].last(), Some(b'<' | b':'))
}

/// Detects the value at `start`, or each value of a list or map.
pub(super) fn valued(
    scan: &mut Scan<'_>,
    name: &Name,
    start: usize,
    tie: Tie,
    found: &mut Vec<Range<usize>>,
) -> Option<usize> {
    let text = scan.text;
    let (start, quote) = opening(text, inner(text, start).unwrap_or(start));
    let tie = Tie { is_tight: tie.is_tight || quote.is_some(), is_quoted: quote.is_some(), ..tie };
    if name.kind == Kind::Value {
        return lists::value_of_pair(scan, start, quote, found);
    }
    if quote.is_none() {
        match text.get(start) {
            Some(b'[') if is_dumped(&text[start..]) => return None,
            Some(b'{') if name.kind == Kind::Password && tie.is_tight => {
                if let Some(secret) = in_braces(text, start) {
                    return noted(!is_masked(&text[secret.clone()]), secret, found);
                }
                return lists::map(scan, start + 1, name.kind, found);
            }
            Some(b'[') if !is_masked(&text[start..]) => {
                return lists::list(scan, start + 1, name.kind, found);
            }
            Some(b'{') if text.get(start + 1) != Some(&b'{') => {
                return lists::map(scan, start + 1, name.kind, found);
            }
            Some(b'<') => {
                return super::encoded::dump_behind_name(text, start, found)
                    .or_else(|| in_brackets(text, start, found));
            }
            Some(b'(') => return in_brackets(text, start, found),
            _ => {}
        }
        if let Some(open) = container(text, start) {
            let is_list = text[open] == b'[' || text[start..].starts_with(SET);
            let members = if is_list { lists::list } else { lists::map };
            return members(scan, open + 1, name.kind, found);
        }
    }
    if let Some(secret) = groups(text, start, &text[name.range.clone()]) {
        return noted(true, secret, found);
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
    // `credentials: bob / secret`
    if let Some(rest) = text[end..].strip_prefix(b" / ")
        && name.kind == Kind::Password
    {
        let start = text.len() - rest.len();
        let end = value_end(scan, start, None, Kind::Password);
        return noted(is_made(&text[start..end]), start..end, found);
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

/// Adds the content of an XML tag that names a secret.
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
    (is_closed && !value.contains(&b'\n') && is_secret(value, kind, Tie::QUOTED)).then(|| {
        found.push(start..start + value.len());
        end
    })
}

/// Detects a value after its name and a blank: an argument, or a word in a sentence.
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
        return argument(scan, start, name.kind, found);
    }
    // `password is hunter2`
    let verb = VERBS.iter().find(|verb| text[start..].starts_with(verb.as_bytes()));
    let start = start + verb.map_or(0, |verb| verb.len());
    if name.kind == Kind::Phrase {
        return phrase(text, start, found);
    }
    if let Some(secret) = groups(text, start, &text[name.range.clone()]) {
        return noted(true, secret, found);
    }
    let (start, quote) = opening(text, start);
    let tie = Tie { is_loose: true, is_quoted: quote.is_some(), ..Tie::default() };
    let end = value_end(scan, start, quote, name.kind);
    let value = &text[start..end];
    if quote.is_none() && is_pair(value) {
        return None;
    }
    // A quoted word can be anything; a value without quotes must not be a word.
    let is_long = if quote.is_some() {
        value.len() >= 8
    } else {
        value.len() >= 16
            || name.kind == Kind::Password && (verb.is_some() || value.len() >= 8 && is_mixed(value))
    };
    let is_told = quote.is_some() && is_mixed(value) && is_secret(value, name.kind, Tie::default());
    noted(is_long && (is_told || is_secret(value, name.kind, tie)), start..end, found)
}

/// Returns true if the text at `start` is the value of another name.
fn is_value(text: &[u8], start: usize) -> bool {
    let before =
        text[..start].iter().rev().take(MAX_TIE).find(|b| !matches!(**b, b' ' | b'\\') && !is_quote(**b));
    matches!(before, Some(b':' | b'='))
}

/// Detects the argument of a command that takes a secret.
pub(super) fn argument(
    scan: &mut Scan<'_>,
    start: usize,
    kind: Kind,
    found: &mut Vec<Range<usize>>,
) -> Option<usize> {
    let text = scan.text;
    let (start, quote) = opening(text, start);
    let end = value_end(scan, start, quote, kind);
    let secret = &text[start..end];
    const WORDS: &[&[u8]] = &[
        b"after",
        b"again",
        b"argument",
        b"before",
        b"does",
        b"first",
        b"flag",
        b"from",
        b"instead",
        b"into",
        b"must",
        b"option",
        b"options",
        b"requires",
        b"using",
        b"when",
        b"with",
        b"without",
    ];
    let is_odd = secret.len() >= 12
        || secret.iter().take(WINDOW).any(|b| !b.is_ascii_lowercase() && *b != b'-')
        || kind == Kind::Password && secret.len() >= 5 && !WORDS.contains(&secret);
    let is_path = matches!(secret.first(), Some(b'/' | b'~' | b'-' | b'.'));
    let is_secret = is_odd && !is_path && secret.len() >= 4 && !is_no_value(secret) && !is_masked(secret);
    noted(is_secret, start..end, found)
}
