//! The format-independent parts of a record.

use std::borrow::Cow;

use super::codes::without_codes;
use super::fields::Fields;
use super::level::Level;
use super::time::Stamp;

/// The result of parsing a line in its format.
#[derive(Debug, Clone, Default)]
pub struct Parts<'a> {
    /// The time of the record.
    pub stamp: Option<Stamp>,
    /// The level that the writer of the record gave it.
    pub level: Option<Level>,
    /// The part of OpenClaw that wrote it, by its full name, such as `agent/embedded`.
    pub subsystem: Option<Cow<'a, str>>,
    /// The message in readable form.
    pub message: Cow<'a, str>,
    /// Named values, from the record's objects and from the `key=value` pairs in its message.
    pub fields: Fields,
    /// Texts of the record's error fields, each with the name of the field.
    pub errors: Vec<(String, String)>,
    /// True for the text of a user, the assistant or another program, which is never evidence.
    pub quoted: bool,
}

impl Parts<'_> {
    /// Removes terminal codes that were escaped inside JSON, which are visible only after parsing.
    pub(super) fn remove_codes(&mut self) {
        if self.message.contains('\u{1b}') {
            self.message = Cow::Owned(without_codes(Cow::Borrowed(&self.message)).into_owned());
        }
        for (_, text) in &mut self.errors {
            if text.contains('\u{1b}') {
                *text = without_codes(Cow::Borrowed(text)).into_owned();
            }
        }
    }

    pub(super) fn into_owned(self) -> Parts<'static> {
        Parts {
            stamp: self.stamp,
            level: self.level,
            subsystem: self.subsystem.map(|s| Cow::Owned(s.into_owned())),
            message: Cow::Owned(self.message.into_owned()),
            fields: self.fields,
            errors: self.errors,
            quoted: self.quoted,
        }
    }
}
