//! The parts of a record, whatever its format.

use std::borrow::Cow;

use super::codes::without_codes;
use super::fields::Fields;
use super::level::Level;
use super::time::Stamp;

/// What a format reads out of a line.
#[derive(Debug, Clone, Default)]
pub struct Parts<'a> {
    /// When it was written.
    pub stamp: Option<Stamp>,
    /// How grave its writer thought it.
    pub level: Option<Level>,
    /// Which part of OpenClaw wrote it: the full name, such as `agent/embedded`.
    pub subsystem: Option<Cow<'a, str>>,
    /// The message, as a person reads it.
    pub message: Cow<'a, str>,
    /// Named values: of the record's objects, and of `key=value` pairs in its message.
    pub fields: Fields,
    /// Texts of the record's error fields, with the field's name.
    pub errors: Vec<(String, String)>,
    /// Text of a user or of the assistant, or of another program: no evidence of anything.
    pub quoted: bool,
}

impl Parts<'_> {
    /// Terminal codes that were escaped inside JSON come to light only after parsing.
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
