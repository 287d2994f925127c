//! Secrets known by where they stand: behind an `Authorization:`, a `key=`, a `"token":`, an option of a command, in a tag.
//!
//! A text is read word by word. Behind a word that names a secret, what ties a value to it is looked for, and then the value.
//! What was found is not looked at again, so that the time does not depend on how names and values are nested.

use std::ops::Range;

use super::names::{self, Kind, kind};
use super::scan::{Scan, Stop, WINDOW, work};
use super::tokens::{is_typed, named_length};
use super::values::{Tie, is_masked, is_no_value, is_secret};
use super::{lists, urls};

/// Bytes in which more is looked for behind a name than its value: blanks, quotes, brackets.
const MAX_TIE: usize = 12;
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
            end += char_length(text[end]);
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
        let secret = urls::user_info(scan, word.end + 3)?;
        let end = secret.end;
        found.push(secret);
        return Some(end);
    }
    let dashes = text[word.clone()].iter().take_while(|b| **b == b'-').count();
    let name = word.start + dashes..word.end;
    if dashes > 0 && dashes <= 2 {
        return option(scan, name, dashes, found);
    }
    if is_typed(&text[name.clone()]) {
        found.push(name);
        return None;
    }
    let kind = if may_name { kind(&text[name.clone()], &text[..name.start]) } else { None };
    match kind {
        Some(kind) => behind_name(scan, &Name { range: name.clone(), kind }, found)
            .or_else(|| behind_vendor(scan, name, found)),
        None => behind_vendor(scan, name, found),
    }
}

/// Looks behind the name of a secret.
fn behind_name(scan: &mut Scan<'_>, name: &Name, found: &mut Vec<Range<usize>>) -> Option<usize> {
    let text = scan.text;
    if name.kind == Kind::Scheme {
        let start = name.range.end + blanks(text, name.range.end);
        return if start > name.range.end {
            scheme_value(scan, start, Kind::Scheme, Tie::default(), found)
        } else {
            None
        };
    }
    let (mut at, has_quote) = closing(text, name.range.end);
    let is_quoted_name = has_quote && name.range.start.checked_sub(1).is_some_and(|at| is_quote(text[at]));
    let spaces = blanks(text, at);
    match text.get(at + spaces) {
        Some(b'>') if name.range.start > 0 && matches!(text[name.range.start - 1], b'<' | b':') => {
            return tagged(scan, at + spaces + 1, name.kind, found);
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
        Some(_) if spaces > 0 || has_quote => return loose(scan, name, at + spaces, is_quoted_name, found),
        _ => return None,
    }
    let separator = text[at];
    at += 1;
    while text.get(at).is_some_and(|b| matches!(b, b'=' | b'>' | b':')) {
        at += 1;
    }
    if separator == b':' && text[at..].starts_with(b"//") {
        return None;
    }
    let spaces = blanks(text, at);
    let tie = Tie { is_tight: is_quoted_name || separator == b'=' && spaces == 0, ..Tie::default() };
    valued(scan, name, at + spaces, tie, found)
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
    let (start, quote) = opening(text, start);
    let tie = Tie { is_tight: tie.is_tight || quote.is_some(), is_quoted: quote.is_some(), ..tie };
    if name.kind == Kind::Value {
        return lists::value_of_pair(scan, start, quote, found);
    }
    if quote.is_none() {
        match text.get(start) {
            Some(b'[') if !is_masked(&text[start..]) => {
                return lists::list(scan, start + 1, name.kind, found);
            }
            Some(b'{') if text.get(start + 1) != Some(&b'{') => {
                return lists::map(scan, start + 1, name.kind, found);
            }
            Some(b'<') => return super::encoded::dump_behind_name(text, start, found),
            _ => {}
        }
    }
    if matches!(name.kind, Kind::Authorization) {
        return scheme_value(scan, start, name.kind, tie, found);
    }
    if name.kind == Kind::Phrase {
        return phrase(text, start, found);
    }
    let end = value_end(scan, start, quote, name.kind);
    let value = &text[start..end];
    if quote.is_none() && !tie.is_tight && name.kind != Kind::Cookie && is_pair(value) {
        return None;
    }
    if !is_secret(value, name.kind, tie) {
        return is_masked(value).then_some(end);
    }
    found.push(start..end);
    let is_plural = text[name.range.clone()].trim_ascii_end().to_ascii_lowercase().ends_with(b"s");
    Some(if quote.is_none() { lists::rest_of_list(scan, end, name.kind, is_plural, found) } else { end })
}

/// The value of a header behind its scheme.
fn scheme_value(
    scan: &mut Scan<'_>,
    start: usize,
    kind: Kind,
    tie: Tie,
    found: &mut Vec<Range<usize>>,
) -> Option<usize> {
    const SCHEMES: &[&str] = &[
        "bearer",
        "basic",
        "token",
        "digest",
        "key",
        "apikey",
        "api-key",
        "bot",
        "negotiate",
        "ntlm",
        "oauth",
        "hmac",
        "sso-key",
        "aws4-hmac-sha256",
        "sharedkey",
        "sharedaccesssignature",
        "github-bearer",
        "genie",
        "dpop",
        "hawk",
    ];
    let text = scan.text;
    let mut start = start;
    let mut tie = tie;
    if kind == Kind::Authorization {
        let word =
            text[start..].iter().take(24).take_while(|b| b.is_ascii_alphanumeric() || **b == b'-').count();
        let scheme = &text[start..start + word];
        let spaces = blanks(text, start + word);
        if spaces > 0 && SCHEMES.iter().any(|known| scheme.eq_ignore_ascii_case(known.as_bytes())) {
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
    (!is_other && is_secret(value, kind, tie)).then(|| {
        found.push(start..end);
        end
    })
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
        let quote = text.get(at).copied().filter(|b| *b == b'"');
        let escaped = text[at..].starts_with(b"\\\"");
        let skipped = if escaped { 2 } else { usize::from(quote.is_some()) };
        let ends = |b: &u8| match skipped {
            0 => b",\"'\\<>`".contains(b) || b.is_ascii_whitespace(),
            _ => matches!(b, b'"' | b'\\' | b'\n'),
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
    (count >= 2).then_some(end)
}

/// What stands in a tag of that name.
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
    if is_quoted_name
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
    let verb = [&b"is "[..], b"was ", b"= "].into_iter().find(|verb| text[start..].starts_with(verb));
    let start = start + verb.map_or(0, <[u8]>::len);
    if name.kind == Kind::Phrase {
        return phrase(text, start, found);
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
        value.len() >= 16 || name.kind == Kind::Password && verb.is_some()
    };
    let is_mixed = value.iter().take(WINDOW).any(|b| b.is_ascii_digit());
    let quoted = Tie { is_loose: false, is_quoted: false, is_tight: false, ..tie };
    let is_told = quote.is_some() && is_mixed && is_secret(value, name.kind, quoted);
    (is_long && (is_told || is_secret(value, name.kind, tie))).then(|| {
        found.push(start..end);
        end
    })
}

/// The argument of a command that takes a secret.
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
    (is_odd && !is_path && secret.len() >= 4 && !is_no_value(secret) && !is_masked(secret)).then(|| {
        found.push(start..end);
        end
    })
}

/// The value of an option of a command: `--token value`, `--token=value`, `-u joe:secret`.
fn option(
    scan: &mut Scan<'_>,
    name: Range<usize>,
    dashes: usize,
    found: &mut Vec<Range<usize>>,
) -> Option<usize> {
    let text = scan.text;
    let spaces = blanks(text, name.end);
    let own = &text[name.clone()];
    if spaces > 0 && (own == b"u" && dashes == 1 || matches!(own, b"user" | b"proxy-user")) {
        return login(scan, name.end + spaces, found);
    }
    if spaces > 0 && dashes == 1 && matches!(own, b"p" | b"a") {
        const COMMANDS: &[&[u8]] = &[b"login", b"sshpass", b"redis-cli", b"mongosh"];
        let before = &text[name.start.saturating_sub(2 * WINDOW)..name.start];
        work::count(before.len());
        let is_known = COMMANDS.iter().any(|command| memchr::memmem::find(before, command).is_some());
        return if is_known { argument(scan, name.end + spaces, Kind::Password, found) } else { None };
    }
    let kind = kind(own, b" ")?;
    match spaces {
        0 => behind_name(scan, &Name { range: name, kind }, found),
        _ if matches!(text.get(name.end + spaces), Some(b':' | b'=')) => {
            behind_name(scan, &Name { range: name, kind }, found)
        }
        _ if kind == Kind::Scheme => None,
        _ => argument(scan, name.end + spaces, kind, found),
    }
}

/// A user's name and password: `joe:secret`.
fn login(scan: &mut Scan<'_>, start: usize, found: &mut Vec<Range<usize>>) -> Option<usize> {
    let text = scan.text;
    let (start, quote) = opening(text, start);
    let end = value_end(scan, start, quote, Kind::Password);
    let colon = start + text[start..end].iter().position(|b| *b == b':')?;
    let tie = Tie { is_tight: true, ..Tie::default() };
    let is_example = matches!(&text[colon + 1..end], b"pass" | b"password" | b"PASSWORD" | b"pw");
    (!is_example
        && !text[colon..].starts_with(b"://")
        && is_secret(&text[colon + 1..end], Kind::Password, tie))
    .then(|| {
        found.push(colon + 1..end);
        end
    })
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
    (words >= 6).then(|| {
        found.push(start..end);
        end
    })
}

/// Where a value ends.
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
            && !value[blank..]
                .iter()
                .take(4 * WINDOW)
                .copied()
                .collect::<Vec<u8>>()
                .split(|b| *b == b' ')
                .any(is_word)
        {
            end = start + blank;
        }
    }
    while quote.is_none() && end > start && matches!(text[end - 1], b'.' | b':' | b'!' | b'?') {
        end -= 1;
    }
    end
}

/// What closes a name: quotes and backslashes, a bracket, an index; and whether a quotation mark is among them.
fn closing(text: &[u8], start: usize) -> (usize, bool) {
    let length = text[start..].iter().take(MAX_TIE).take_while(|b| is_quote(**b) || **b == b'\\').count();
    let has_quote = text[start..start + length].iter().any(|b| is_quote(*b));
    let mut at = start + length;
    if text.get(at) == Some(&b'[') {
        let digits = text[at + 1..].iter().take(4).take_while(|b| b.is_ascii_digit()).count();
        at += if digits > 0 && text.get(at + 1 + digits) == Some(&b']') { digits + 2 } else { 0 };
    } else if has_quote && text.get(at) == Some(&b']') {
        at += 1;
    }
    (at, has_quote)
}

/// Whether a value is a name and its value: `runId=1`.
fn is_pair(value: &[u8]) -> bool {
    let start = &value[..value.len().min(WINDOW)];
    let name = start.iter().take_while(|b| b.is_ascii_alphanumeric() || b"_.-".contains(b)).count();
    name > 0 && matches!(start.get(name), Some(b'=' | b':')) && start[name..].iter().any(|b| *b != b'=')
}

/// Whether what begins there is the value of another name.
fn is_value(text: &[u8], start: usize) -> bool {
    let before =
        text[..start].iter().rev().take(MAX_TIE).find(|b| !matches!(**b, b' ' | b'\\') && !is_quote(**b));
    matches!(before, Some(b':' | b'='))
}

/// Where a value begins, and the quotation mark before it.
pub(super) fn opening(text: &[u8], start: usize) -> (usize, Option<u8>) {
    let (mut at, mut quote) = (start, None);
    if matches!(text.get(start), Some(b'b' | b'r' | b'f'))
        && text.get(start + 1).is_some_and(|b| is_quote(*b))
    {
        at += 1;
    }
    while let Some(&byte) = text.get(at).filter(|_| at < start + MAX_TIE) {
        match byte {
            b'\\' => {}
            b' ' if quote.is_none() && at > start => {}
            b if is_quote(b) && quote.is_none() => quote = Some(b),
            // Quotation marks around quotation marks.
            b if is_quote(b) && text[at - 1] == b'\\' => quote = Some(b),
            _ => break,
        }
        at += 1;
    }
    (at, quote)
}

pub(super) fn blanks(text: &[u8], start: usize) -> usize {
    text.get(start..).unwrap_or_default().iter().take(4).take_while(|b| matches!(b, b' ' | b'\t')).count()
}

pub(super) fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}

/// Whether a character is a part of a name: letters of any language, digits, `_`, `-` and `.`.
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
    c.and_then(|c| c.chars().next()).is_some_and(char::is_alphabetic)
}

fn char_length(first: u8) -> usize {
    match first {
        0..=0xdf => 1 + usize::from(first >= 0xc0),
        0xe0..=0xef => 3,
        _ => 4,
    }
}
