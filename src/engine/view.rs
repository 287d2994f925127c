//! A record as signatures see it: its evidence texts, in lower case too, and the HTTP statuses they name.

use std::borrow::Cow;
use std::cell::OnceCell;

use crate::record::Record;

use super::http_status;
use super::signature::CompiledGroup;

/// Texts are quoted in texts that are quoted; deeper ones are left as they are.
const MAX_QUOTED: usize = 4;

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
    groups: &'r [CompiledGroup],
    /// Which groups are in the record, as far as anybody asked: most rules of a category exclude the same ones.
    has_group: Vec<OnceCell<bool>>,
    statuses: OnceCell<Vec<u16>>,
}

impl<'r> View<'r> {
    pub fn new(record: &'r Record<'r>, groups: &'r [CompiledGroup]) -> Self {
        let message: Cow<'_, str> = record.evident_message();
        let texts = record
            .evidence(&message)
            .map(|evidence| {
                let text = without_escapes(evidence.text);
                Text { lower: text.to_ascii_lowercase(), text, is_error: evidence.is_error }
            })
            .collect();
        let has_group = vec![OnceCell::new(); groups.len()];
        Self { record, texts, groups, has_group, statuses: OnceCell::new() }
    }

    /// The shared group of that index.
    pub fn group(&self, index: usize) -> Option<&'r CompiledGroup> {
        self.groups.get(index)
    }

    /// Whether any signature of that group is in the record.
    pub fn has_group(&self, index: usize) -> bool {
        let is_in = || self.groups.get(index).is_some_and(|group| group.is_in(self));
        self.has_group.get(index).is_some_and(|cell| *cell.get_or_init(is_in))
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

/// A text in which quotation marks are not escaped: an error inside `error="..."` has its own marks escaped, once for each
/// text it was quoted in.
fn without_escapes(text: &str) -> String {
    let mut text = text.to_owned();
    for _ in 0..MAX_QUOTED {
        if !text.contains("\\\"") {
            break;
        }
        text = text.replace("\\\"", "\"");
    }
    text
}
