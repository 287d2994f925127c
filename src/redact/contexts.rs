//! Secrets known by where they stand: behind an `Authorization:`, a `key=`, a `"token":`, an option of a command, in a tag.
//!
//! A text is read word by word. Behind a word that names a secret, what ties a value to it is looked for, and then the value.
//! What was found is not looked at again, so that the time does not depend on how names and values are nested.

use std::ops::Range;

use super::names::{self, Kind, kind};
use super::scan::{Scan, Stop, WINDOW, work};
use super::tokens::{is_typed, named_length};
use super::values::{Tie, is_masked, is_secret};
use super::words::VERBS;
use super::{arguments, headers, lists, nearby, statements, urls};

/// Bytes in which more is looked for behind a name than its value: blanks, quotes, brackets.
const MAX_TIE: usize = 12;
/// Bytes that a value goes on for behind a character at which most end.
const MAX_EXTENSION: usize = 1024;
/// Bytes of the attributes of an XML tag.
const MAX_ATTRIBUTES: usize = 256;
/// Bytes of the name of a type around a value.
const MAX_TYPE: usize = 16;

/// How Node.js begins to print a set.
const SET: &[u8] = b"Set(";

const TIGHT: Tie = Tie { is_tight: true, is_quoted: false, has_scheme: false, is_loose: false };

/// Words behind which a name and its value are arguments.
const SETTERS: &[&str] = &["set", "setx", "setenv", "put", "paste-token", "add-key"];

/// A name that tells what stands behind it.
pub(super) struct Name {
    pub range: Range<usize>,
    pub kind: Kind,
}

/// Notes where secrets stand that their place gives away.
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
            // No blank stands between a name in Chinese and its value.
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

/// Looks behind a word, and tells where to go on, where that is not its end.
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

/// Notes a range if it is a secret. Returns its end, where reading goes on.
pub(super) fn noted(is_secret: bool, range: Range<usize>, found: &mut Vec<Range<usize>>) -> Option<usize> {
    let end = range.end;
    is_secret.then(|| {
        found.push(range);
        end
    })
}

/// Looks behind the name of a secret.
pub(super) fn behind_name(scan: &mut Scan<'_>, name: &Name, found: &mut Vec<Range<usize>>) -> Option<usize> {
    let text = scan.text;
    if name.kind == Kind::Scheme {
        let (at, is_quoted) = closing(text, name.range.end);
        if is_quoted && text.get(at + blanks(text, at)) == Some(&b':') {
            return valued(
                scan,
                &Name { range: name.range.clone(), kind: Kind::Token },
                at + 1 + blanks(text, at + 1),
                TIGHT,
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
        // The name is a value itself, and the next field holds the secret.
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
    // `arn:aws:secretsmanager:us-east-1:123456789012:secret:name` names a secret, and does not hold it.
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

/// The value on the line below its name: the items of a list, the members of a map, or a dump.
fn below(scan: &mut Scan<'_>, name: &Name, line: usize, found: &mut Vec<Range<usize>>) -> Option<usize> {
    let text = scan.text;
    let start = line + text[line..].iter().take(WINDOW).take_while(|b| matches!(b, b' ' | b'\t')).count();
    match inner(text, start) {
        Some(start) => valued(scan, name, start, TIGHT, found),
        None => lists::block(scan, line, name.kind, found),
    }
}

/// Returns true if a name is that of an XML tag.
fn is_of_tag(text: &[u8], name: &Name) -> bool {
    text[..name.range.start].iter().rev().take(16).find(|b| !b.is_ascii_alphanumeric() && **b != b':')
        == Some(&b'<')
        && matches!(text[..name.range.start].last(), Some(b'<' | b':'))
}

/// Returns the offset of the quotation mark in what is printed around a secret with its type: `SecretStr('`, `Some("`, `string(14) "`.
fn inner(text: &[u8], start: usize) -> Option<usize> {
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

/// The value that stands there, or each value of a list or map.
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
            return match text[open] {
                b'{' if text[start..].starts_with(SET) => lists::list(scan, open + 1, name.kind, found),
                b'[' => lists::list(scan, open + 1, name.kind, found),
                _ => lists::map(scan, open + 1, name.kind, found),
            };
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
        return noted(statements::is_made(&text[start..end]), start..end, found);
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

/// Returns true if what Node.js prints for a value that it does not show begins there: `[Circular *1]`, `[Getter]`, `[Object]`.
fn is_dumped(text: &[u8]) -> bool {
    const WORDS: &[&[u8]] =
        &[b"[Circular", b"[Getter", b"[Setter", b"[Object", b"[Array", b"[Function", b"[class"];
    WORDS.iter().any(|word| text.starts_with(word))
}

/// A value in braces, as ODBC writes it: `PWD={secret};`.
fn in_braces(text: &[u8], start: usize) -> Option<Range<usize>> {
    let value = &text[start + 1..text.len().min(start + 1 + 2 * WINDOW)];
    work::count(value.len());
    let end = value.iter().position(|b| matches!(b, b'}' | b'{' | b'"' | b'\'' | b'\n' | b' '))?;
    (value[end] == b'}' && end >= 4).then_some(start + 1..start + 1 + end)
}

/// Returns the offset of the bracket of a list or map that is printed with its type: `Uint8Array(32) [ 1, 2 ]`, `Set(2) { 'a' }`.
fn container(text: &[u8], start: usize) -> Option<usize> {
    const TYPES: &[&[u8]] = &[b"Uint8Array(", b"Buffer(", b"Array(", SET, b"Map("];
    let rest = &text[start..text.len().min(start + 24)];
    TYPES.iter().find(|of| rest.starts_with(of))?;
    let open = rest.iter().position(|b| matches!(b, b'[' | b'{'))?;
    Some(start + open)
}

/// Notes the content of an XML tag that names a secret.
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
    let tie = Tie { is_tight: true, is_quoted: true, ..Tie::default() };
    (is_closed && !value.contains(&b'\n') && is_secret(value, kind, tie)).then(|| {
        found.push(start..start + value.len());
        end
    })
}

/// A value behind its name and a blank: an argument, or a word in a sentence.
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
        return arguments::argument(scan, start, name.kind, found);
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
    // A word in quotes may be anything, one without must not be a word.
    let is_long = if quote.is_some() {
        value.len() >= 8
    } else {
        value.len() >= 16
            || name.kind == Kind::Password && (verb.is_some() || value.len() >= 8 && is_mixed(value))
    };
    let quoted = Tie { is_loose: false, is_quoted: false, is_tight: false, ..tie };
    let is_told = quote.is_some() && is_mixed(value) && is_secret(value, name.kind, quoted);
    noted(is_long && (is_told || is_secret(value, name.kind, tie)), start..end, found)
}

/// A secret that is written in groups of as many characters each: `abcd efgh ijkl mnop`, `EHW3-RTGM-OO74-B6D7`.
///
/// Words of a language may be as long, too: some group must mix letters with digits, or small letters with capitals, unless all
/// are numbers, or the name says that an app's password or a recovery key stands there.
fn groups(text: &[u8], start: usize, name: &[u8]) -> Option<Range<usize>> {
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

/// A random secret between brackets, where mostly a placeholder or a remark stands.
fn in_brackets(text: &[u8], start: usize, found: &mut Vec<Range<usize>>) -> Option<usize> {
    let value = &text[start + 1..text.len().min(start + 1 + 2 * WINDOW)];
    work::count(value.len());
    let end = value.iter().position(|b| matches!(b, b'>' | b')' | b' ' | b'<' | b'(' | b'"' | b'\n'))?;
    let has = |test: fn(&u8) -> bool| value[..end].iter().any(test);
    let is_random =
        end >= 10 && has(u8::is_ascii_digit) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase);
    noted(matches!(value[end], b'>' | b')') && is_random, start + 1..start + 1 + end, found)
}

/// The value behind a name that a vendor's name is a part of.
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

/// The words of a recovery phrase.
fn phrase(text: &[u8], start: usize, found: &mut Vec<Range<usize>>) -> Option<usize> {
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

/// Returns the end of a value.
pub(super) fn value_end(scan: &mut Scan<'_>, start: usize, quote: Option<u8>, kind: Kind) -> usize {
    let text = scan.text;
    let stop = match (quote, kind) {
        (Some(b'"'), _) => Stop::DoubleQuote,
        (Some(b'\''), _) => Stop::SingleQuote,
        (Some(_), _) => Stop::BackQuote,
        (None, Kind::Cookie) => Stop::Line,
        (None, Kind::Password) => Stop::Password,
        (None, _) => Stop::Bare,
    };
    let mut end = scan.value_end(stop, start);
    // A token in quotes has no blank, and goes on with no other quotation.
    if quote.is_some() && !matches!(kind, Kind::Password | Kind::Cookie) {
        let value = &text[start..end];
        let blank = value.iter().take(4 * WINDOW).position(|b| matches!(b, b' ' | b'"'));
        work::count(blank.unwrap_or(value.len().min(4 * WINDOW)));
        let is_word = |part: &[u8]| part.len() >= 16 && part.iter().take(WINDOW).any(u8::is_ascii_digit);
        if let Some(blank) = blank
            && !value[blank..value.len().min(blank + 4 * WINDOW)].split(|b| *b == b' ').any(is_word)
        {
            end = start + blank;
        }
    }
    if quote.is_none() && kind != Kind::Cookie && end > start {
        end = extended(text, end);
    }
    while quote.is_none() && end > start && matches!(text[end - 1], b'.' | b':' | b'!' | b'?') {
        end -= 1;
    }
    end
}

/// Returns the end of a value that contains characters at which most values end. The value continues behind such a character if
/// neither a word nor a name with its value follows.
fn extended(text: &[u8], mut end: usize) -> usize {
    let is_inside = |b: &u8| !b.is_ascii_whitespace() && !b"\"'\\`,;&@<>(){}[]|".contains(b);
    for _ in 0..8 {
        if text[end..].starts_with(b"[...]") {
            end += 5;
        }
        let Some(
            b',' | b';' | b'&' | b'@' | b'<' | b'>' | b'(' | b')' | b'{' | b'}' | b'[' | b']' | b'|' | b'`',
        ) = text.get(end)
        else {
            break;
        };
        let length = text[end + 1..].iter().take(MAX_EXTENSION).take_while(|b| is_inside(b)).count();
        let next = &text[end + 1..end + 1 + length];
        work::count(length);
        let has = |test: fn(&u8) -> bool| next.iter().any(test);
        let is_made = has(u8::is_ascii_alphabetic)
            && (has(u8::is_ascii_digit) || has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase));
        let is_capital =
            next.first().is_some_and(u8::is_ascii_uppercase) && next[1..].iter().all(u8::is_ascii_lowercase);
        if length < 5 || !is_made || is_capital || is_pair(next) || next.starts_with(b"http") {
            break;
        }
        end += 1 + length;
    }
    end
}

/// Skips the characters that close a name: quotes and backslashes, a bracket, an index. Returns the offset behind them, and true if
/// a quotation mark is among them.
pub(super) fn closing(text: &[u8], start: usize) -> (usize, bool) {
    let index = |at: usize| {
        let rest = text.get(at..)?.strip_prefix(b"[")?;
        let digits = rest.iter().take(4).take_while(|b| b.is_ascii_digit()).count();
        (digits > 0 && rest.get(digits) == Some(&b']')).then_some(digits + 2)
    };
    let start = start + index(start).unwrap_or(0);
    let is_closing = |b: &&u8| is_quote(**b) || matches!(**b, b'\\' | b'*');
    let length = text[start..].iter().take(MAX_TIE).take_while(is_closing).count();
    let has_quote = text[start..start + length].iter().any(|b| is_quote(*b));
    let mut at = start + length;
    if let Some(length) = index(at) {
        at += length;
    } else if text.get(at) == Some(&b']') || text[at..].starts_with(b")]") {
        // `auth[password]=`, `[password] => `, `[Symbol(key)]: `
        let end = at + text[at..].iter().take(2).take_while(|b| matches!(b, b')' | b']')).count();
        let is_tied = || matches!(text.get(end + blanks(text, end)), Some(b':' | b'='));
        let quotes = text[end..].iter().take(2).take_while(is_closing).count();
        if has_quote || is_tied() || quotes > 0 {
            return (end + quotes, has_quote || quotes > 0);
        }
    }
    (at, has_quote)
}

/// Returns true if a value has letters and digits.
pub(super) fn is_mixed(value: &[u8]) -> bool {
    let start = &value[..value.len().min(WINDOW)];
    start.iter().any(u8::is_ascii_digit) && start.iter().any(u8::is_ascii_alphabetic)
}

/// Returns true if a value is a name and its value: `runId=1`.
pub(super) fn is_pair(value: &[u8]) -> bool {
    let start = &value[..value.len().min(WINDOW)];
    let name = start.iter().take_while(|b| b.is_ascii_alphanumeric() || b"_.-".contains(b)).count();
    name > 0 && matches!(start.get(name), Some(b'=' | b':')) && start[name..].iter().any(|b| *b != b'=')
}

/// Returns true if what begins there is the value of another name.
fn is_value(text: &[u8], start: usize) -> bool {
    let before =
        text[..start].iter().rev().take(MAX_TIE).find(|b| !matches!(**b, b' ' | b'\\') && !is_quote(**b));
    matches!(before, Some(b':' | b'='))
}

/// Returns the offset at which a value begins, and the quotation mark before it.
pub(super) fn opening(text: &[u8], start: usize) -> (usize, Option<u8>) {
    let (mut at, mut quote) = (start, None);
    if matches!(text.get(start), Some(b'b' | b'r' | b'f' | b'N'))
        && text.get(start + 1).is_some_and(|b| is_quote(*b))
    {
        at += 1;
    }
    while let Some(&byte) = text.get(at).filter(|_| at < start + MAX_TIE) {
        match byte {
            b'\\' => {}
            b' ' if quote.is_none() && at > start => {}
            b if is_quote(b) && quote.is_none() => quote = Some(b),
            // Quotation marks within quotation marks, as SQL and CSV write them.
            b if quote == Some(b)
                && at == start + 1
                && text.get(at + 1).is_some_and(u8::is_ascii_alphanumeric) => {}
            // Quotation marks around quotation marks.
            b if is_quote(b) && text[at - 1] == b'\\' => quote = Some(b),
            _ => break,
        }
        at += 1;
    }
    (at, quote)
}

pub(super) fn blanks(text: &[u8], start: usize) -> usize {
    text.get(start..).unwrap_or_default().iter().take(8).take_while(|b| matches!(b, b' ' | b'\t')).count()
}

pub(super) fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}

/// Returns true if a character is a part of a name: letters of any language, digits, `_`, `-` and `.`.
pub(super) fn is_of_name(text: &[u8], at: usize) -> bool {
    const ASCII: [bool; 128] = {
        let (mut table, mut byte) = ([false; 128], 0);
        while byte < 128 {
            let c = byte as u8;
            table[byte] = c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-' | b'.');
            byte += 1;
        }
        table
    };
    let byte = text[at];
    if let Some(is_of_name) = ASCII.get(usize::from(byte)) {
        return *is_of_name;
    }
    let length = char_length(byte);
    let c = text.get(at..at + length).and_then(|bytes| std::str::from_utf8(bytes).ok());
    c.and_then(|c| c.chars().next()).is_some_and(|c| {
        // Marks and vowels that belong to the letter before.
        c.is_alphabetic()
            || matches!(c, '\u{300}'..='\u{36f}' | '\u{900}'..='\u{dff}' | '\u{e00}'..='\u{e7f}')
    })
}

fn char_length(first: u8) -> usize {
    match first {
        0..=0xdf => 1 + usize::from(first >= 0xc0),
        0xe0..=0xef => 3,
        _ => 4,
    }
}
