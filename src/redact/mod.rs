//! Redaction: masks secrets, and escapes terminal control characters, in every text that leaves the program.
//!
//! Every text from a log passes through [`Redactor`] before it is shortened, so that no part of a key survives. Secrets are
//! detected by their format (`tokens`), by their context (`contexts`), or in encoded data (`encoded`), in the original text
//! and in its decoded readings (`decoding`): unescaped, without colours, with wrapped lines joined. The time is linear in the
//! length of the text, whatever it holds (`scan`). This module depends on no other module.

mod arguments;
mod bounds;
mod cleaner;
mod contexts;
mod controls;
mod decoding;
mod encoded;
mod forms;
mod headers;
mod kind;
mod lists;
mod masks;
mod named;
mod names;
mod nearby;
mod personal;
mod pieces;
mod scan;
mod statements;
mod tokens;
mod urls;
mod values;
mod words;
mod wrappers;

use std::borrow::Cow;
use std::ops::Range;

pub(crate) use cleaner::Cleaner;
pub(crate) use masks::holds_mask;
pub use masks::{ShortKey, TagKey};
pub(crate) use personal::Personal;
pub use pieces::Secrets;

use decoding::Reading;
use masks::{Found, What, joined};
use pieces::MIN_PIECE;
use scan::{Scan, work};

/// Maximum number of bytes of a text that are searched for secrets, for masking the captures taken from it.
const MAX_CONTEXT: usize = 64 << 10;
/// Maximum number of characters of a word that are left out where an open text is cut: more than a token usually has.
const MAX_WORD: usize = 256;
/// Maximum number of repeated passes over a text.
const MAX_PASSES: usize = 4;

/// Redacts texts before they leave the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Redactor {
    secrets: bool,
    personal: bool,
    key: Option<TagKey>,
}

impl Redactor {
    /// Masks secrets and escapes control characters; the default for every output.
    pub const MASKING: Self = Self { secrets: true, personal: false, key: None };
    /// Escapes control characters only (`--no-redact`).
    pub const OPEN: Self = Self { secrets: false, personal: false, key: None };
    /// Also masks telephone numbers and e-mail addresses (`--redact-personal`).
    pub const PERSONAL: Self = Self { secrets: true, personal: true, key: None };

    /// Returns this redactor with tags in its masks.
    pub const fn with_key(self, key: TagKey) -> Self {
        Self { key: Some(key), ..self }
    }

    /// Returns the text with secrets masked and control characters escaped.
    pub fn clean<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match self.mask(text) {
            Cow::Borrowed(text) => match controls::escape(text) {
                Cow::Borrowed(text) => Cow::Borrowed(text),
                Cow::Owned(escaped) => Cow::Owned(self.mask_again(escaped)),
            },
            Cow::Owned(masked) => Cow::Owned(self.mask_again(controls::escape(&masked).into_owned())),
        }
    }

    /// Redacts a text as [`clean`](Self::clean) does, but keeps its line ends. A secret may extend over several lines.
    pub fn clean_lines(&self, text: &str) -> String {
        self.mask_again(controls::escape_lines(&self.mask(text)))
    }

    /// Redacts a text as [`clean`](Self::clean) does, and shortens it to `max_chars` characters, with an ellipsis if text was
    /// left out.
    pub fn excerpt(&self, text: &str, max_chars: usize) -> String {
        let bounded = prefix(text, max_chars.saturating_mul(8));
        let clean = self.clean(bounded);
        let shown = match clean.char_indices().nth(max_chars) {
            Some((end, _)) => &clean[..end],
            None if bounded.len() < text.len() => clean.trim_end(),
            None => return clean.into_owned(),
        };
        // What is shown open may be redacted later, when the rest of a secret that would identify its start is gone.
        format!("{}…", if self.secrets { shown } else { without_last_word(shown) })
    }

    /// Returns the secrets in a record's texts, so that they can be masked in pieces of these texts.
    pub fn secrets<'t>(&self, texts: impl IntoIterator<Item = &'t str>) -> Secrets {
        let mut secrets = Vec::new();
        for text in texts {
            let text = prefix(text, MAX_CONTEXT);
            self.find(text, &mut |found, content, mask| {
                let raw = &text[found.range.clone()];
                if raw != content && raw.len() >= MIN_PIECE {
                    secrets.push((raw.to_owned(), mask.to_owned()));
                }
                if content.len() >= MIN_PIECE {
                    secrets.push((content.to_owned(), mask.to_owned()));
                }
            });
        }
        Secrets::new(secrets)
    }

    /// Redacts a piece of a text as [`excerpt`](Self::excerpt) does, and also masks the parts of these secrets in it, which
    /// neither format nor context may identify any more.
    pub fn excerpt_of_piece(&self, piece: &str, max_chars: usize, secrets: &Secrets) -> String {
        match secrets.is_empty() {
            true => self.excerpt(piece, max_chars),
            false => self.excerpt(&secrets.mask(prefix(piece, max_chars.saturating_mul(8))), max_chars),
        }
    }

    /// Returns the text with secrets masked.
    fn mask<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let (mut out, mut copied) = (String::new(), 0);
        self.find(text, &mut |found, _, mask| {
            out.push_str(&text[copied..found.range.start]);
            out.push_str(mask);
            copied = found.range.end;
        });
        if copied == 0 {
            return Cow::Borrowed(text);
        }
        out.push_str(&text[copied..]);
        Cow::Owned(out)
    }

    /// Masks secrets that become visible only through masking or escaping, because a value now ends where it continued before.
    fn mask_again(&self, mut text: String) -> String {
        for _ in 0..MAX_PASSES {
            match self.mask(&text) {
                Cow::Owned(masked) if masked != text => text = masked,
                _ => break,
            }
        }
        text
    }

    /// Calls `each` for the ranges to mask, in order and without overlaps, with the decoded content and the mask.
    fn find(&self, text: &str, each: &mut dyn FnMut(&Found, &str, &str)) {
        if !self.secrets && !self.personal {
            return;
        }
        let readings = Reading::all(text);
        let mut all = Vec::new();
        for (index, reading) in readings.iter().enumerate() {
            work::count(reading.text.len());
            let mut note = |range: Range<usize>, what: What| {
                let content = characters(&reading.text, range);
                let range = characters(text, reading.origin(content.clone()));
                all.push(Found { range, what, content, reading: index });
            };
            if self.secrets {
                let mut found = Vec::new();
                let mut scan = Scan::new(reading);
                tokens::find(&mut scan, &mut found);
                found.drain(..).for_each(|range| note(range, What::Form));
                contexts::find(&mut scan, &mut found);
                found.drain(..).for_each(|range| note(range, What::Place));
                encoded::find(reading, &mut found, &holds_secret);
                found.into_iter().for_each(|range| note(range, What::Encoded));
            }
            if self.personal {
                let mut found = Vec::new();
                personal::find(reading, &mut found);
                found.into_iter().for_each(|(range, what)| note(range, What::Personal(what)));
            }
        }
        for found in joined(all) {
            let content =
                readings.get(found.reading).and_then(|reading| reading.text.get(found.content.clone()));
            let content = content.unwrap_or_default();
            work::count(content.len());
            each(&found, content, &found.what.mask(content, self.key));
        }
    }
}

/// Returns true if a decoded text holds a secret.
fn holds_secret(text: &str) -> bool {
    is_secret_within(text, &|text| is_secret_within(text, &|_| false))
}

/// Returns true if a text holds a secret, directly or in encoded data according to `decoded`.
fn is_secret_within(text: &str, decoded: &dyn Fn(&str) -> bool) -> bool {
    let reading = Reading::of(text);
    let (mut scan, mut found) = (Scan::new(&reading), Vec::new());
    tokens::find(&mut scan, &mut found);
    contexts::find(&mut scan, &mut found);
    if found.is_empty() {
        encoded::find(&reading, &mut found, decoded);
    }
    !found.is_empty()
}

/// Returns a prefix of at most `max_bytes` bytes that ends at a word boundary, so that no secret is cut before it can be
/// recognized.
fn prefix(text: &str, max_bytes: usize) -> &str {
    if text.len() <= max_bytes {
        return text;
    }
    let end = (0..=max_bytes).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    text[..end].trim_end_matches(is_of_word)
}

/// Returns a text without the word at its end, of which at most [`MAX_WORD`] characters are left out. A text of one word stays.
fn without_last_word(text: &str) -> &str {
    let word = text.char_indices().rev().take(MAX_WORD).take_while(|(_, c)| is_of_word(*c)).last();
    match word {
        Some((start @ 1.., _)) => &text[..start],
        _ => text,
    }
}

fn is_of_word(c: char) -> bool {
    !c.is_whitespace() && !matches!(c, ',' | ';' | '(' | ')' | '{' | '}' | '<' | '>')
}

/// Extends a range to character boundaries.
fn characters(text: &str, range: Range<usize>) -> Range<usize> {
    let start = (0..=range.start.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    let end = (range.end..text.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(text.len());
    start..end.max(start)
}

#[cfg(test)]
mod tests;
