//! A record as signatures see it: its evidence texts, in lower case too, and the HTTP statuses they name.

use std::borrow::Cow;
use std::cell::OnceCell;

use crate::record::Record;

use super::http_status;

/// One evidence text.
pub(super) struct Text {
    pub text: String,
    pub lower: String,
    is_error: bool,
}

/// A record as signatures see it.
pub(super) struct View<'r> {
    pub record: &'r Record<'r>,
    pub texts: Vec<Text>,
    statuses: OnceCell<Vec<u16>>,
}

impl<'r> View<'r> {
    pub fn new(record: &'r Record<'r>) -> Self {
        let message: Cow<'_, str> = record.evident_message();
        let texts = record
            .evidence(&message)
            .map(|evidence| Text {
                text: evidence.text.to_owned(),
                lower: evidence.text.to_ascii_lowercase(),
                is_error: evidence.is_error,
            })
            .collect();
        Self { record, texts, statuses: OnceCell::new() }
    }

    /// The HTTP statuses of failed requests that the record names.
    pub fn statuses(&self) -> &[u16] {
        self.statuses.get_or_init(|| {
            let mut statuses = Vec::new();
            for text in &self.texts {
                http_status::find(&text.text, text.is_error, &mut statuses);
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
