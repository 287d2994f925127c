//! The evidence texts of a record, in lower case too, and the HTTP statuses that they name.

use std::borrow::Cow;
use std::cell::{Cell, OnceCell};
use std::ops::Range;

use crate::record::{Record, SUBSTITUTE, take_out_opaque};

use super::http_status;

/// Texts are quoted in texts that are quoted; deeper ones are left as they are.
const MAX_QUOTED: usize = 4;

/// One evidence text.
pub(super) struct Text {
    /// With [`SUBSTITUTE`] for each id and duration.
    pub text: String,
    pub lower: String,
    is_error: bool,
    /// What the substitutes stand for, in order.
    opaque: Vec<String>,
    /// Somebody was told what a substitute stands for.
    is_told: Cell<bool>,
}

impl Text {
    fn new(text: &str, is_error: bool) -> Self {
        let original = without_escapes(text);
        let (text, opaque) = take_out_opaque(&original);
        let (text, opaque) = (text.into_owned(), opaque.into_iter().map(str::to_owned).collect());
        Self { lower: text.to_ascii_lowercase(), text, is_error, opaque, is_told: Cell::new(false) }
    }

    /// What stood in that range before ids were taken out.
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

    /// Whether a fact was taken out of the texts that holds an id or a duration.
    pub fn shows_opaque(&self) -> bool {
        self.texts.iter().any(|text| text.is_told.get())
    }

    /// The HTTP statuses of failed requests that the record names.
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

/// The texts of a record in which signatures are looked for, as they see them: without what is no evidence, and with
/// [`SUBSTITUTE`] for each id and duration. None where all of it is somebody's words.
pub fn evidence_texts(record: &Record<'_>) -> Vec<String> {
    RecordTexts::new(record).texts.into_iter().map(|text| text.text).collect()
}

/// A text in which quotation marks are not escaped: an error inside `error="..."` has its own marks escaped, once for each
/// text it was quoted in. Nobody but us writes substitutes.
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
