//! What a log entry is: one file per format, detection, and the grouping of lines into records.
//!
//! To add a format: write a file that turns a line into [`Parts`], name it in [`Format`], and give [`detect`] and
//! [`starts_record`] the cheap test that tells it from the others.

mod detect;
mod fields;
mod file_log;
mod level;
mod lines;
mod logs_json;
mod plain;
mod text;
mod time;

use std::borrow::Cow;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use detect::{detect, starts_record};
pub use fields::Fields;
pub use level::Level;
pub use lines::{Lines, RawRecord};
pub use time::{earliest_time, last_time};

/// The shape in which a record reached us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// OpenClaw's JSON-lines file log.
    FileLog,
    /// `openclaw logs --json`.
    LogsJson,
    /// `openclaw logs` piped.
    Plain,
    /// Anything else, line by line.
    Text,
}

/// One log entry.
#[derive(Debug, Clone)]
pub struct Record<'a> {
    /// The shape it came in.
    pub format: Format,
    /// What it says.
    pub parts: Parts<'a>,
    /// Its bytes were not all UTF-8; what was not is shown as U+FFFD.
    pub invalid_utf8: bool,
    /// Its line was longer than the limit and is known only in part.
    pub cut: bool,
}

/// What a format reads out of a line.
#[derive(Debug, Clone, Default)]
pub struct Parts<'a> {
    /// When it was written.
    pub time: Option<Timestamp>,
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

/// A text in which rules look for signatures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EvidenceText<'r> {
    /// The text.
    pub text: &'r str,
    /// It is an error field's, which OpenClaw begins with the HTTP status where there was one.
    pub is_error: bool,
}

impl<'a> Record<'a> {
    /// Reads a record out of its bytes.
    pub fn parse(raw: &RawRecord<'a>) -> Self {
        let (bytes, cut) = raw.bounded();
        let text = String::from_utf8_lossy(bytes);
        let invalid_utf8 = matches!(text, Cow::Owned(_));
        let (format, mut parts) = match text {
            Cow::Borrowed(text) => parse_text(text),
            Cow::Owned(text) => {
                let (format, parts) = parse_text(&text);
                (format, parts.into_owned())
            }
        };
        parts.fields.read_message(&parts.message);
        Self { format, parts, invalid_utf8, cut: cut || raw.dropped > 0 }
    }

    /// The texts that count as evidence: the message without ids, durations and OpenClaw's own reason, and the error
    /// fields. None where the text is somebody's words.
    pub fn evidence<'r>(&'r self, message: &'r str) -> impl Iterator<Item = EvidenceText<'r>> {
        let message = EvidenceText { text: message, is_error: false };
        let errors = self.parts.errors.iter().map(|(_, text)| EvidenceText { text, is_error: true });
        std::iter::once(message).chain(errors).filter(|_| !self.parts.quoted)
    }

    /// The message as rules see it.
    pub fn evident_message(&self) -> Cow<'_, str> {
        fields::without_noise(&self.parts.message)
    }

    /// A named value. `provider`, `model`, `runId`, `traceId` and the like are found wherever the format puts them.
    pub fn field(&self, name: &str) -> Option<&str> {
        match name {
            "subsystem" => self.parts.subsystem.as_deref(),
            "level" => self.parts.level.map(Level::name),
            _ => self.parts.fields.get(name),
        }
    }

    /// What a person should see of the record: its message, and the error fields that add to it, the wire's own words
    /// before OpenClaw's.
    pub fn display_text(&self) -> String {
        let mut text = self.parts.message.trim_end().to_owned();
        let (own, wire): (Vec<_>, Vec<_>) = self.parts.errors.iter().partition(|(name, _)| name == "error");
        for (name, value) in wire.into_iter().chain(own) {
            if !value.is_empty() && !text.contains(value.as_str()) {
                text.push_str(&format!(" {name}={value}"));
            }
        }
        text
    }
}

impl Parts<'_> {
    fn into_owned(self) -> Parts<'static> {
        Parts {
            time: self.time,
            level: self.level,
            subsystem: self.subsystem.map(|s| Cow::Owned(s.into_owned())),
            message: Cow::Owned(self.message.into_owned()),
            fields: self.fields,
            errors: self.errors,
            quoted: self.quoted,
        }
    }
}

fn parse_text(text: &str) -> (Format, Parts<'_>) {
    let format = detect(text.as_bytes());
    let parsed = match format {
        Format::FileLog => file_log::parse(text),
        Format::LogsJson => logs_json::parse(text),
        Format::Plain => plain::parse(text),
        Format::Text => None,
    };
    // What looked like a format and is not after all is text: never dropped.
    parsed.map_or_else(|| (Format::Text, text::parse(text)), |parts| (format, parts))
}
