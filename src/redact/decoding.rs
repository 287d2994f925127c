//! Decoded readings of a text: JSON inside JSON, percent-encoding, colours, wrapped lines.
//!
//! Secrets are searched for in each reading, and masked at their position in the original text.

use std::borrow::Cow;
use std::ops::Range;

use super::controls::is_hostile;

/// Maximum number of nested escape layers that are decoded; deeper ones stay as they are.
const MAX_DEPTH: usize = 8;
/// Maximum length in bytes of a terminal code.
const MAX_CODE: usize = 256;

/// Spellings of the first byte of a terminal code.
const ESCAPES: [&str; 8] = ["\u{1b}", "1b", "1B", "1b}", "1B}", "\\e", "033", "#27;"];

/// A reading of a text that maps its bytes to the original.
pub(super) struct Reading<'t> {
    pub text: Cow<'t, str>,
    /// Range in the original of each byte; `None` for the original itself.
    origins: Option<Vec<(u32, u32)>>,
}

impl<'t> Reading<'t> {
    /// Returns all distinct readings of a text: the original, decoded, and decoded with wrapped lines joined.
    pub fn all(text: &'t str) -> Vec<Self> {
        let mut readings = vec![Self::of(text)];
        let is_written = |b: u8| matches!(b, b'\\' | b'%' | b'&') || !(0x20..0x7f).contains(&b);
        let has_lost_code =
            || memchr::memchr_iter(b'[', text.as_bytes()).any(|at| lost_code(&text[at..]).is_some());
        if !text.bytes().any(is_written) && !has_lost_code() {
            return readings;
        }
        let mut decoded: Option<Self> = None;
        for _ in 0..MAX_DEPTH {
            match decoded.as_ref().unwrap_or(&readings[0]).decoded() {
                Some(deeper) => decoded = Some(deeper),
                None => break,
            }
        }
        let joined = decoded.as_ref().unwrap_or(&readings[0]).joined();
        readings.extend(decoded);
        readings.extend(joined);
        readings
    }

    /// Creates the reading of the original text.
    pub fn of(text: &'t str) -> Self {
        Self { text: Cow::Borrowed(text), origins: None }
    }

    /// Returns the range in the original of a range in this reading.
    pub fn origin(&self, range: Range<usize>) -> Range<usize> {
        match &self.origins {
            None => range,
            Some(_) if range.is_empty() => 0..0,
            Some(_) => self.byte(range.start).0..self.byte(range.end - 1).1,
        }
    }

    /// Returns true if something was removed before this byte, so that a word may begin here.
    pub fn is_seam(&self, at: usize) -> bool {
        self.origins.is_some() && at > 0 && self.byte(at - 1).1 != self.byte(at).0
    }

    fn byte(&self, at: usize) -> (usize, usize) {
        match &self.origins {
            None => (at, at + 1),
            Some(origins) => {
                let (start, end) = origins.get(at).copied().unwrap_or_default();
                (start as usize, end as usize)
            }
        }
    }

    /// Returns the reading with one layer of escapes decoded; `None` if it has none.
    fn decoded(&self) -> Option<Reading<'t>> {
        self.rewritten(|rest, before| {
            // A terminal shows the first byte of a code as `^[`.
            let is_caret = before.ends_with('^') && rest.starts_with("[[") && lost_code(&rest[1..]).is_some();
            let (back, escape) = match is_caret {
                true => (1, lost_code(&rest[1..]).map(|length| (length + 1, None))),
                false => (0, escape(rest, before)),
            };
            escape.map(|(length, with)| Rewrite { back, length, with })
        })
    }

    /// Returns the reading with wrapped lines joined; `None` if no line looks wrapped.
    fn joined(&self) -> Option<Reading<'t>> {
        if !self.text.contains('\n') {
            return None;
        }
        self.rewritten(wrap)
    }

    /// Returns the reading with parts replaced; `None` if there are none. `replace` is called with the text after and before a
    /// position.
    fn rewritten(&self, replace: impl Fn(&str, &str) -> Option<Rewrite>) -> Option<Reading<'t>> {
        let (mut text, mut origins) = (String::new(), Vec::new());
        let (mut at, mut copied) = (0, 0);
        let copy = |range: Range<usize>, text: &mut String, origins: &mut Vec<(u32, u32)>| {
            text.push_str(&self.text[range.clone()]);
            origins.extend(range.map(|at| of_u32(self.byte(at))));
        };
        let bytes = self.text.as_bytes();
        while let Some(next) = bytes[at..].iter().position(|b| !is_plain(*b)) {
            at += next;
            let Some(Rewrite { back, length, with }) = replace(&self.text[at..], &self.text[..at]) else {
                at += self.text[at..].chars().next().map_or(1, char::len_utf8);
                continue;
            };
            copy(copied..copied.max(at - back), &mut text, &mut origins);
            if let Some(with) = with {
                let origin = of_u32((self.byte(at).0, self.byte(at + length - 1).1));
                text.push(with);
                origins.extend(std::iter::repeat_n(origin, with.len_utf8()));
            }
            at += length;
            copied = at;
        }
        if copied == 0 {
            return None;
        }
        copy(copied..self.text.len(), &mut text, &mut origins);
        Some(Reading { text: Cow::Owned(text), origins: Some(origins) })
    }
}

/// A replacement for a part of a text.
struct Rewrite {
    /// Number of bytes before the position that are removed as well.
    back: usize,
    length: usize,
    with: Option<char>,
}

/// Returns true if no escape begins with this byte.
fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'$' | b'\''..=b'Z' | b']'..=b'~')
}

fn of_u32((start, end): (usize, usize)) -> (u32, u32) {
    (u32::try_from(start).unwrap_or(u32::MAX), u32::try_from(end).unwrap_or(u32::MAX))
}

/// Parses the escape at the start of a text, and returns its length and its character. Terminal codes and invisible characters
/// have no character.
fn escape(text: &str, before: &str) -> Option<(usize, Option<char>)> {
    let first = text.chars().next()?;
    match first {
        '\\' => backslash(text),
        '%' => {
            let (length, c) = percent(text)?;
            Some((length, Some(c)))
        }
        '&' => entity(text),
        '\u{1b}' | '\u{9b}' | '\u{9d}' | '\u{90}' => Some((code_length(text), None)),
        // After a spelled-out first byte, `[` belongs to a code that the next round decodes.
        '[' if ESCAPES.iter().any(|escape| before.ends_with(escape)) => None,
        '[' => lost_code(text).map(|length| (length, None)),
        '\n' | '\t' => None,
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => {
            Some((first.len_utf8(), Some(' ')))
        }
        // Variation selectors, which choose between text and emoji style, are invisible, too.
        '\u{fe00}'..='\u{fe0f}' => Some((first.len_utf8(), None)),
        '「' | '」' | '『' | '』' | '“' | '”' | '„' | '«' | '»' | '＂' => {
            Some((first.len_utf8(), Some('"')))
        }
        '‘' | '’' | '‚' | '＇' => Some((first.len_utf8(), Some('\''))),
        // Full-width forms of ASCII.
        '！'..='～' => char::from_u32(u32::from(first) - 0xfee0).map(|c| (first.len_utf8(), Some(c))),
        '\r' => text[1..].starts_with('\n').then_some((1, None)),
        c => is_hostile(c).then_some((c.len_utf8(), None)),
    }
}

/// Parses an escape of JSON, JavaScript or a shell.
fn backslash(text: &str) -> Option<(usize, Option<char>)> {
    let hex = |range: Range<usize>| char::from_u32(u32::from_str_radix(text.get(range)?, 16).ok()?);
    let second = text[1..].chars().next()?;
    let of = match second {
        '"' | '\'' | '\\' | '/' | '`' | ':' | '=' => second,
        '\n' => return Some((2, None)),
        'n' | 'r' => '\n',
        't' | 'b' | 'f' => ' ',
        'e' => '\u{1b}',
        'x' => return hex(2..4).map(|c| (4, Some(c))),
        'u' if text[2..].starts_with('{') => {
            let end = text.bytes().take(10).position(|b| b == b'}')?;
            return hex(3..end).map(|c| (end + 1, Some(c)));
        }
        'u' => return hex(2..6).map(|c| (6, Some(c))),
        '0' if text[2..].starts_with("33") => return Some((4, Some('\u{1b}'))),
        _ => return None,
    };
    Some((2, Some(of)))
}

/// Parses a percent-encoded UTF-8 character, and returns its length in bytes.
fn percent(text: &str) -> Option<(usize, char)> {
    let byte = |at: usize| {
        let code = text.get(3 * at..)?.strip_prefix('%')?.get(..2)?;
        u8::from_str_radix(code, 16).ok()
    };
    let first = byte(0)?;
    let count = match first {
        0..=0x7f => return Some((3, char::from(first))),
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return None,
    };
    let bytes: Vec<u8> = (0..count).map_while(byte).collect();
    let c = std::str::from_utf8(&bytes).ok()?.chars().next()?;
    Some((3 * count, c))
}

/// Parses an HTML entity.
fn entity(text: &str) -> Option<(usize, Option<char>)> {
    let end = text.bytes().take(10).position(|b| b == b';')?;
    let of = match &text[1..end] {
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        "lt" => '<',
        "gt" => '>',
        "colon" => ':',
        "equals" => '=',
        name => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    };
    Some((end + 1, Some(of)))
}

/// Returns the length of a terminal colour code that lost its first byte: `[31m`.
fn lost_code(text: &str) -> Option<usize> {
    let digits = text[1..].bytes().take(12).take_while(|b| b.is_ascii_digit() || *b == b';').count();
    (digits > 0 && text.as_bytes().get(1 + digits) == Some(&b'm')).then_some(digits + 2)
}

/// Returns the length of the terminal code at the start of a text.
fn code_length(text: &str) -> usize {
    let mut chars = text.char_indices();
    let kind = match chars.next() {
        Some((_, '\u{1b}')) => match chars.next() {
            Some((_, '[')) => 'C',
            Some((_, ']' | 'P' | '^' | '_' | 'X')) => 'O',
            Some((at, ' '..='/')) => {
                return at + 1 + usize::from(text.as_bytes().get(at + 1).is_some_and(u8::is_ascii));
            }
            Some((at, c)) if c.is_ascii() => return at + 1,
            _ => return 1,
        },
        Some((_, '\u{9b}')) => 'C',
        _ => 'O',
    };
    for (at, c) in chars.take(MAX_CODE) {
        match (kind, c) {
            ('C', '@'..='~') | ('O', '\u{7}' | '\u{9c}') => return at + c.len_utf8(),
            ('C', ' '..='?') => {}
            // A byte that cannot belong to the code is text.
            ('C', _) => return at,
            ('O', '\\') if text[..at].ends_with('\u{1b}') => return at + 1,
            ('O', '\n') => break,
            _ => {}
        }
    }
    text.chars().next().map_or(1, char::len_utf8)
}

/// Returns the replacement for a line end inside a wrapped word. It includes the border of a box, the indentation, and the prefix
/// of the next line. The next line must continue with text that is not an ordinary word.
fn wrap(text: &str, before: &str) -> Option<Rewrite> {
    const BORDERS: [char; 3] = ['│', '┃', '|'];
    let (back, border) = match text.strip_prefix(BORDERS) {
        Some(rest) if rest.starts_with('\n') => {
            let bare = before.trim_end_matches(' ');
            (before.len() - bare.len(), text.len() - rest.len())
        }
        _ => (0, 0),
    };
    let before = &before[..before.len() - back];
    let rest = text[border..].strip_prefix('\n')?;
    let bare = rest.trim_start_matches([' ', '\t']);
    // `"abc" +` continues with `"def"`.
    let unquoted = before.trim_end_matches([' ', '+', '.', '\\']);
    let quotes = ['"', '\''].into_iter().find(|quote| unquoted.ends_with(*quote) && bare.starts_with(*quote));
    if quotes.is_some() && goes_on(&bare[1..], &unquoted[..unquoted.len() - 1]) {
        return Some(Rewrite {
            back: before.len() - unquoted.len() + 1,
            length: text.len() - bare.len() + 1,
            with: None,
        });
    }
    let border = behind_border(bare).filter(|_| !(bare.starts_with('|') && is_of_key_with_bar(bare, before)));
    let rests = || [border, Some(bare)].into_iter().flatten();
    let Some(rest) = rests().find(|rest| goes_on(rest, before)) else {
        // The value of a name at the end of a line is on the next line.
        let rest = rests().find(|rest| is_random(rest))?;
        return Some(Rewrite { back, length: text.len() - rest.len(), with: Some(' ') });
    };
    let blanks = before.len() - before.trim_end_matches([' ', '\t']).len();
    Some(Rewrite { back: back + blanks, length: text.len() - rest.len(), with: None })
}

/// Returns true if the bar at the start of a line is a character of a wrapped key: text follows it directly, and the line before has
/// no bar at its start.
fn is_of_key_with_bar(line: &str, before: &str) -> bool {
    const MAX_LINE: usize = 4096;
    let window = &before.as_bytes()[before.len().saturating_sub(MAX_LINE)..];
    let start = memchr::memrchr(b'\n', window).map_or(0, |at| at + 1);
    let has_bar = window[start..].iter().find(|b| !b.is_ascii_whitespace()) == Some(&b'|');
    !has_bar && line.as_bytes().get(1).is_some_and(u8::is_ascii_alphanumeric)
}

/// Returns true if a text begins with a long random word.
fn is_random(text: &str) -> bool {
    const MIN_RANDOM: usize = 16;
    let is_of_word = |b: &u8| b.is_ascii_alphanumeric() || b"_-+/=.".contains(b);
    let word = &text.as_bytes()[..text.bytes().take_while(is_of_word).count()];
    let has = |test: fn(&u8) -> bool| word.iter().any(test);
    word.len() >= MIN_RANDOM
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && !word.starts_with(b"20")
}

/// Returns true if a text continues the word at the end of `before`.
fn goes_on(rest: &str, before: &str) -> bool {
    let is_of_key = |c: char| c.is_ascii_alphanumeric() || "_-+/=.~$:|!#^*?%".contains(c);
    let word = &rest[..rest.find(|c| !is_of_key(c)).unwrap_or(rest.len())];
    let is_odd = |word: &str| {
        word.contains(|c: char| c.is_ascii_digit() || "!#^*%".contains(c))
            || word.chars().skip(1).any(|c| c.is_ascii_uppercase())
    };
    // A blank before the line end completes the word, unless both parts look random.
    let bare = before.trim_end_matches([' ', '\t']);
    let start = bare
        .rfind(|c: char| !is_of_key(c))
        .map_or(0, |at| at + bare[at..].chars().next().map_or(1, char::len_utf8));
    let is_whole = bare.len() < before.len()
        && !(before.len() - bare.len() <= 2 && word.len() >= 5 && is_odd(&bare[start..]));
    let is_date = word.starts_with("20") && word.get(4..5) == Some("-");
    let ends = rest[word.len()..]
        .chars()
        .next()
        .is_none_or(|c| c.is_whitespace() || "\"'`,;:$)]}\\&<@│┃|".contains(c));
    bare.ends_with(is_of_key) && !is_whole && !word.is_empty() && is_odd(word) && !is_date && ends
}

/// Returns the text after a line prefix: the border of a box, a quotation mark, or Docker's name and bar or time.
fn behind_border(text: &str) -> Option<&str> {
    const MAX_BORDER: usize = 64;
    let rest = text.trim_start_matches(['│', '┃', '|', '>', '▏', '#']);
    if rest.len() < text.len() {
        return Some(rest.trim_start_matches(' '));
    }
    let word = text
        .bytes()
        .take(MAX_BORDER)
        .take_while(|b| b.is_ascii_alphanumeric() || b"_-.:+".contains(b))
        .count();
    let rest = text[word..].trim_start_matches(' ');
    let has_blank = rest.len() < text.len() - word;
    let is_time = word >= 20 && text.starts_with("20") && text.as_bytes().get(10) == Some(&b'T');
    match rest.strip_prefix('|') {
        Some(rest) if word > 0 && has_blank => Some(rest.trim_start_matches(' ')),
        _ if is_time => Some(rest),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the text of the last reading.
    fn read(text: &str) -> String {
        Reading::all(text).pop().expect("a reading").text.into_owned()
    }

    #[test]
    fn each_way_to_write_a_text_is_undone() {
        for (text, plain) in [
            ("a b", "a b"),
            (r#"{\\\"token\\\":\\\"x\\\"}"#, r#"{"token":"x"}"#),
            (r"\u0073k-\u{61}\x62", "sk-ab"),
            (r"\\u0073k", "sk"),
            ("?key%3Dab%252Fc", "?key=ab/c"),
            ("&quot;key&quot;&#58;&#x20;x", "\"key\": x"),
            ("s\u{1b}[31mk\u{1b}[0m-\u{200b}a\u{1b}]8;;http://x\u{1b}\\b\u{9b}1mc", "sk-abc"),
            (r"s\u001b[31mk-\u001b[0ma", "sk-a"),
            ("sk-ab\n    c9D", "sk-abc9D"),
            ("dev:ab\n    |c9D", "dev:ab|c9D"),
            ("| dev:aB1\n| c9Dxy", "| dev:aB1c9Dxy"),
            ("sk-ab\nand so on", "sk-ab\nand so on"),
            ("sk-ab\n2026-11-22T10:00", "sk-ab\n2026-11-22T10:00"),
            (r"C:\Users\x 100% & more", r"C:\Users\x 100% & more"),
        ] {
            assert_eq!(read(text), plain, "{text:?}");
        }
    }

    #[test]
    fn what_is_found_stands_where_it_came_from() {
        let text = "ä \\\"s\u{1b}[31mk%2Dx\\\" é";
        let readings = Reading::all(text);
        let last = readings.last().expect("a reading");
        let at = last.text.find("sk-x").expect("the word");
        assert_eq!(&text[last.origin(at..at + 4)], "s\u{1b}[31mk%2Dx");
        assert!(last.is_seam(at + 1) && !last.is_seam(at + 2));
    }

    proptest::proptest! {
        #[test]
        fn any_text_can_be_read(text in "([\\\\u%&;#x0-9a-f{}\"n\u{1b}\\[\\]\u{9b}\u{7}ü\u{200b}\n m-]){0,60}") {
            for reading in Reading::all(&text) {
                for (at, c) in reading.text.char_indices() {
                    let origin = reading.origin(at..at + c.len_utf8());
                    proptest::prop_assert!(text.get(origin).is_some(), "{text:?}");
                }
            }
        }
    }
}
