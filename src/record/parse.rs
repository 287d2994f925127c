//! Parses a record: removes wrappers, and parses the content by its format.

use std::borrow::Cow;
use std::cell::OnceCell;

use memchr::memmem;

use crate::openclaw::{FAILING_INFO, after};

use super::author::Author;
use super::codes::without_codes;
use super::error_fields::ERROR_FIELDS;
use super::error_reply::is_error_reply;
use super::format::Format;
use super::level::Level;
use super::lines::RawRecord;
use super::parts::Parts;
use super::services::concerns_openclaw;
use super::wrap::{self, Wrapper};
use super::{bare, console, fields, file_log, logs_json, plain, spaced, text, transcript};

/// One log entry.
#[derive(Debug, Clone)]
pub struct Record<'a> {
    /// The format of the record.
    pub format: Format,
    /// The wrapper of the outermost program, if any.
    pub wrapper: Option<Wrapper>,
    /// The parsed content.
    pub parts: Parts<'a>,
    /// True for a record that another service wrote to the system's journal. It is no evidence.
    pub is_foreign: bool,
    /// True if the bytes were not valid UTF-8; invalid sequences are shown as U+FFFD.
    pub invalid_utf8: bool,
    /// Cached result of [`Self::reads_like_failure`].
    pub(super) reads_like_failure: OnceCell<bool>,
}

/// A text that rules match signatures against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EvidenceText<'r> {
    /// The text.
    pub text: &'r str,
    /// True for the text of an error field. OpenClaw begins it with the HTTP status if there was one.
    pub is_error: bool,
}

impl<'a> Record<'a> {
    /// Parses a record from its bytes.
    pub fn parse(raw: &RawRecord<'a>) -> Self {
        let bytes = raw.bounded();
        let bytes = wrap::unquoted(bytes);
        let lossy = readable(bytes);
        let invalid_utf8 = matches!(lossy, Cow::Owned(_));
        let (mut text, mut wrapper, mut stamp) = (spaced::compact_text(without_codes(lossy)), None, None);
        let mut process = None;
        let text_is_json = text.starts_with('{');
        // Docker can wrap the output of Compose, and a journal that of Docker.
        while let Some(unwrapped) = wrap::unwrap(&text) {
            stamp = stamp.or(unwrapped.stamp);
            text = Cow::Owned(unwrapped.text);
            if wrapper.replace(unwrapped.wrapper).is_some() {
                break;
            }
            process = unwrapped.process;
        }
        let (format, mut parts) = match text {
            Cow::Borrowed(text) => parse_text(text),
            Cow::Owned(text) => {
                let (format, parts) = parse_text(&text);
                (format, parts.into_owned())
            }
        };
        parts.stamp = wrap::choose(parts.stamp, stamp, text_is_json);
        parts.remove_codes();
        let author = Author::of(parts.subsystem.as_deref());
        parts.fields.read_message(&parts.message, author, &mut parts.errors);
        // Information can quote anything: titles, searches, commands, operations that succeeded.
        parts.quoted |= author.relays_content(&parts.message);
        parts.quoted |=
            parts.level.is_some_and(|level| level <= Level::Info) && !reports_failure(&parts.message);
        let is_reply = parts.quoted || (format == Format::Text && parts.level.is_none());
        if is_reply && parts.subsystem.is_none() && is_error_reply(&parts.message) {
            // A status at its start is evidence, as in the field of an error.
            parts.errors.push(("error".to_owned(), parts.message.trim_end().to_owned()));
            parts.quoted = false;
        }
        let is_foreign = matches!(wrapper, Some(Wrapper::Journal | Wrapper::JournalJson))
            && process.is_some_and(|process| !concerns_openclaw(&process, &parts.message));
        let reads_like_failure = OnceCell::new();
        Self { format, wrapper, parts, is_foreign, invalid_utf8, reads_like_failure }
    }

    /// Returns the texts that count as evidence: the message without ids, durations and OpenClaw's own reason, and the error
    /// fields. Empty if the record is no evidence.
    pub fn evidence<'r>(&'r self, message: &'r str) -> impl Iterator<Item = EvidenceText<'r>> {
        let message = EvidenceText { text: message, is_error: false };
        let errors = self.parts.errors.iter().map(|(_, text)| EvidenceText { text, is_error: true });
        std::iter::once(message).chain(errors).filter(|_| self.is_evidence())
    }

    /// Returns true if the record is OpenClaw's own: no quoted content, and not that of another service.
    pub fn is_evidence(&self) -> bool {
        !self.parts.quoted && !self.is_foreign
    }

    /// Returns the message as rules see it.
    pub fn evident_message(&self) -> Cow<'_, str> {
        match self.author().evident(&self.parts.message) {
            Cow::Borrowed(message) => fields::without_noise(message),
            Cow::Owned(message) => Cow::Owned(fields::without_noise(&message).into_owned()),
        }
    }

    /// Returns who wrote the free texts of the record.
    pub(crate) fn author(&self) -> Author {
        Author::of(self.parts.subsystem.as_deref())
    }

    /// Returns a named value. `provider`, `model`, `runId`, `traceId` and the like are found in every format.
    pub fn field(&self, name: &str) -> Option<&str> {
        match name {
            "subsystem" => self.parts.subsystem.as_deref(),
            "level" => self.parts.level.map(Level::name),
            _ => self.parts.fields.get(name),
        }
    }

    /// Returns true if the record is quoted content: a chat message, an unlabelled answer, or the output of a tool. Its further
    /// lines can be any text.
    pub fn is_somebodys(&self) -> bool {
        let message = &self.parts.message;
        let is_unlabelled = self.parts.subsystem.is_none();
        self.author().relays_content(message)
            || (is_unlabelled && (self.parts.quoted || message.starts_with("[tools] ")))
    }

    /// Returns the text to show to an operator: the message, and the error fields that add to it. Transport and provider errors
    /// come before OpenClaw's own.
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

/// Splits a text of [`Record::display_text`] into the message and the error texts.
pub fn display_parts(text: &str) -> Vec<&str> {
    let (mut parts, mut start) = (Vec::new(), 0);
    for (at, _) in text.match_indices(' ') {
        let name = text[at + 1..].split('=').next().unwrap_or_default();
        if ERROR_FIELDS.contains(&name) {
            parts.push(&text[start..at]);
            start = (at + 1 + name.len() + 1).min(text.len());
        }
    }
    parts.push(&text[start..]);
    parts
}

/// Opening of messages about a request to a model.
const REQUEST: &str = "[model-fetch] ";

/// Returns true if a message is one of the few in which OpenClaw reports a failure at info level: the answer to a model request,
/// the answer to a client, a channel's diagnosis.
fn reports_failure(message: &str) -> bool {
    (after(message, &FAILING_INFO).is_some() && !is_successful_request(message.as_bytes()))
        || message.contains("][diag] ")
}

/// Returns true if a message, parsed or raw, reports a model request that begins or that succeeded. A message with further lines
/// may report a failure and returns false.
pub(crate) fn is_successful_request(message: &[u8]) -> bool {
    let Some(rest) = message.strip_prefix(REQUEST.as_bytes()) else { return false };
    if memchr::memchr2(b'\n', b'\\', rest).is_some() {
        return false;
    }
    rest.starts_with(b"start ") || (rest.starts_with(b"response ") && has_good_status(rest))
}

/// Returns true if the first status in a text is 2xx. Longer numbers are ids, which cannot change a record's meaning.
fn has_good_status(text: &[u8]) -> bool {
    const NAME: &[u8] = b" status=";
    let behind = memmem::find(text, NAME).map(|at| &text[at + NAME.len()..]);
    let status = behind.and_then(|behind| behind.split(|byte| *byte == b' ').next());
    matches!(status, Some([b'2', b'0'..=b'9', b'0'..=b'9']))
}

/// Decodes bytes as text, with U+FFFD for invalid sequences. Limits each run of U+FFFD, which takes three times the bytes and
/// adds no information.
fn readable(bytes: &[u8]) -> Cow<'_, str> {
    const MAX_RUN: usize = 16;
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let (mut text, mut run) = (String::with_capacity(bytes.len()), 0);
    for chunk in bytes.utf8_chunks() {
        run = if chunk.valid().is_empty() { run } else { 0 };
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() && run < MAX_RUN {
            text.push(char::REPLACEMENT_CHARACTER);
            run += 1;
        }
    }
    Cow::Owned(text)
}

fn parse_text(text: &str) -> (Format, Parts<'_>) {
    let first = text.split('\n').next().unwrap_or_default();
    let format = bare::of_bare(first.as_bytes());
    let parsed = match format {
        Format::FileLog => file_log::parse(text),
        Format::LogsJson => logs_json::parse(text),
        Format::Plain => plain::parse(text),
        Format::Console => console::parse(text),
        Format::ConsoleJson => file_log::parse(text).filter(|parts| parts.level.is_some()),
        Format::Transcript => transcript::parse(text),
        Format::Text => None,
    };
    // A line that only resembles a format is text and is never dropped.
    parsed.map_or_else(|| (Format::Text, text::parse(text)), |parts| (format, parts))
}
