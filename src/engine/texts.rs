//! The evidence texts of a record, also in lower case, and the HTTP statuses in them.

use std::borrow::Cow;
use std::cell::{Cell, OnceCell};
use std::ops::Range;

use crate::record::{Record, SUBSTITUTE, extract_tokens};

use super::http_status;

/// Maximum depth of nested quotations that are unescaped; deeper ones stay escaped.
const MAX_QUOTED: usize = 4;

/// An evidence text.
pub(super) struct Text {
    /// The text with [`SUBSTITUTE`] for each id and duration.
    pub text: String,
    pub lower: String,
    is_error: bool,
    /// The tokens that the substitutes replace, in order.
    opaque: Vec<String>,
    /// True if [`Self::original`] returned a text with such a token.
    is_told: Cell<bool>,
}

impl Text {
    fn new(text: &str, is_error: bool) -> Self {
        let original = without_escapes(text);
        let (text, opaque) = extract_tokens(&original);
        let (text, opaque) = (text.into_owned(), opaque.into_iter().map(str::to_owned).collect());
        Self { lower: text.to_ascii_lowercase(), text, is_error, opaque, is_told: Cell::new(false) }
    }

    /// Returns the original text of a range, with its ids and durations.
    pub fn original(&self, range: Range<usize>) -> String {
        let part = &self.text[range.clone()];
        if !part.contains(SUBSTITUTE) {
            return part.to_owned();
        }
        self.is_told.set(true);
        let before = self.text[..range.start].matches(SUBSTITUTE).count();
        let mut opaque = self.opaque[before..].iter();
        let mut original = String::new();
        for (index, piece) in part.split(SUBSTITUTE).enumerate() {
            if index > 0 {
                original.extend(opaque.next().map(String::as_str));
            }
            original.push_str(piece);
        }
        original
    }
}

/// A record and its evidence texts.
pub(super) struct RecordTexts<'r> {
    pub record: &'r Record<'r>,
    pub texts: Vec<Text>,
    statuses: OnceCell<Vec<u16>>,
}

impl<'r> RecordTexts<'r> {
    pub fn new(record: &'r Record<'r>) -> Self {
        let message: Cow<'_, str> = record.evident_message();
        let texts =
            record.evidence(&message).map(|evidence| Text::new(evidence.text, evidence.is_error)).collect();
        Self { record, texts, statuses: OnceCell::new() }
    }

    /// Returns true if a fact that was extracted from the texts holds an id or a duration.
    pub fn shows_opaque(&self) -> bool {
        self.texts.iter().any(|text| text.is_told.get())
    }

    /// Returns true if a part of a text is in the text of an error field, or repeats what one says.
    pub fn is_of_error(&self, (text, part): &(usize, Range<usize>)) -> bool {
        let said = &self.texts[*text].text[part.clone()];
        self.texts.iter().any(|text| text.is_error && text.text.contains(said))
    }

    /// Returns the HTTP statuses of failed requests that the record holds.
    pub fn statuses(&self) -> &[u16] {
        self.statuses.get_or_init(|| {
            let mut statuses = Vec::new();
            for text in &self.texts {
                http_status::find(&text.text, &text.lower, text.is_error, &mut statuses);
            }
            if !self.record.parts.quoted {
                http_status::find_in_fields(self.record, &mut statuses);
            }
            statuses.sort_unstable();
            statuses.dedup();
            statuses
        })
    }
}

/// Returns the texts of a record that signatures are matched against: without the parts that are not evidence, and with
/// [`SUBSTITUTE`] for each id and duration. Empty if the whole record is quoted content.
pub fn evidence_texts(record: &Record<'_>) -> Vec<String> {
    RecordTexts::new(record).texts.into_iter().map(|text| text.text).collect()
}

/// Returns a text with unescaped quotation marks: an error inside `error="..."` has its own marks escaped once per level of
/// nesting. Replaces substitutes in the input, so that all in the result are ours.
fn without_escapes(text: &str) -> String {
    let mut text = text.replace(SUBSTITUTE, "\u{fffd}");
    for _ in 0..MAX_QUOTED {
        if !text.contains("\\\"") {
            break;
        }
        text = text.replace("\\\"", "\"");
    }
    text
}
