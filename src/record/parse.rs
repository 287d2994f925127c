//! Reads a record: takes off what other programs put around it, and reads what is inside by its format.

use std::borrow::Cow;

use memchr::memmem;

use super::codes::without_codes;
use super::error_fields::ERROR_FIELDS;
use super::format::Format;
use super::level::Level;
use super::lines::RawRecord;
use super::parts::Parts;
use super::time::Stamp;
use super::voice::Voice;
use super::wrap::{self, Wrapper};
use super::{bare, console, fields, file_log, logs_json, plain, spaced, text, transcript};

/// One log entry.
#[derive(Debug, Clone)]
pub struct Record<'a> {
    /// The shape it came in.
    pub format: Format,
    /// What other programs had put around it.
    pub wrapper: Option<Wrapper>,
    /// What it says.
    pub parts: Parts<'a>,
    /// Its bytes were not all UTF-8; what was not is shown as U+FFFD.
    pub invalid_utf8: bool,
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
        let bytes = raw.bounded();
        let bytes = wrap::unquoted(bytes);
        let lossy = readable(bytes);
        let invalid_utf8 = matches!(lossy, Cow::Owned(_));
        let (mut text, mut wrapper, mut stamp) = (spaced::compact_text(without_codes(lossy)), None, None);
        let text_is_json = text.starts_with('{');
        // Docker may wrap what Compose has wrapped, and a journal what Docker has.
        while let Some(unwrapped) = wrap::unwrap(&text) {
            stamp = stamp.or(unwrapped.stamp);
            text = Cow::Owned(unwrapped.text);
            if wrapper.replace(unwrapped.wrapper).is_some() {
                break;
            }
        }
        let (format, mut parts) = match text {
            Cow::Borrowed(text) => parse_text(text),
            Cow::Owned(text) => {
                let (format, parts) = parse_text(&text);
                (format, parts.into_owned())
            }
        };
        // A wrapper that knows the date knows better than a time of day.
        parts.stamp = match parts.stamp {
            Some(Stamp::Clock(..)) if stamp.is_some() || text_is_json => stamp,
            own => own.or(stamp),
        };
        parts.remove_codes();
        let voice = Voice::of(parts.subsystem.as_deref());
        parts.fields.read_message(&parts.message, voice, &mut parts.errors);
        // Information quotes anything: titles, searches, commands, what went well in the end.
        parts.quoted |= voice.tells_of_words(&parts.message);
        parts.quoted |=
            parts.level.is_some_and(|level| level <= Level::Info) && !reports_failure(&parts.message);
        Self { format, wrapper, parts, invalid_utf8 }
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
        match self.voice().evident(&self.parts.message) {
            Cow::Borrowed(message) => fields::without_noise(message),
            Cow::Owned(message) => Cow::Owned(fields::without_noise(&message).into_owned()),
        }
    }

    /// Who wrote its free texts.
    pub(crate) fn voice(&self) -> Voice {
        Voice::of(self.parts.subsystem.as_deref())
    }

    /// A named value. `provider`, `model`, `runId`, `traceId` and the like are found wherever the format puts them.
    pub fn field(&self, name: &str) -> Option<&str> {
        match name {
            "subsystem" => self.parts.subsystem.as_deref(),
            "level" => self.parts.level.map(Level::name),
            _ => self.parts.fields.get(name),
        }
    }

    /// Whether it is what somebody said, or a tool printed: a chat message, an unlabelled answer, the output of a tool. Text of
    /// several lines may follow, which anybody may have written.
    pub fn is_somebodys(&self) -> bool {
        let message = &self.parts.message;
        let is_unlabelled = self.parts.subsystem.is_none();
        self.voice().tells_of_words(message)
            || (is_unlabelled && (self.parts.quoted || message.starts_with("[tools] ")))
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

/// The message and the error texts that [`Record::display_text`] has put together, where a text is one of those.
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

/// How messages begin that tell of a request to a model.
const REQUEST: &str = "[model-fetch] ";

/// Whether a message is one of the few with which OpenClaw reports a failure as mere information: the answer to a model's
/// request, the answer to a client, a channel's diagnosis.
fn reports_failure(message: &str) -> bool {
    const OPENINGS: [&str; 5] =
        [REQUEST, "⇄ res ✗", "webchat disconnected code=4", "handshake timeout ", "unauthorized conn="];
    (OPENINGS.iter().any(|opening| message.starts_with(opening))
        && !tells_of_good_request(message.as_bytes()))
        || message.contains("][diag] ")
}

/// Whether a message, read or as it is written, tells of a request to a model that begins, or that was answered well. What
/// follows on another line may tell of a failure.
pub(crate) fn tells_of_good_request(message: &[u8]) -> bool {
    let Some(rest) = message.strip_prefix(REQUEST.as_bytes()) else { return false };
    if memchr::memchr2(b'\n', b'\\', rest).is_some() {
        return false;
    }
    rest.starts_with(b"start ") || (rest.starts_with(b"response ") && has_good_status(rest))
}

/// Whether the first status that a text names is one of 2xx. Longer numbers are ids, by which no two records differ.
fn has_good_status(text: &[u8]) -> bool {
    const NAME: &[u8] = b" status=";
    let behind = memmem::find(text, NAME).map(|at| &text[at + NAME.len()..]);
    let status = behind.and_then(|behind| behind.split(|byte| *byte == b' ').next());
    matches!(status, Some([b'2', b'0'..=b'9', b'0'..=b'9']))
}

/// Bytes as text, with U+FFFD for what is none. A long run of that tells no more than a short one, and takes three times its
/// bytes.
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
        Format::ConsoleJson => file_log::parse(text),
        Format::Transcript => transcript::parse(text),
        Format::Text => None,
    };
    // What looked like a format and is not after all is text: never dropped.
    parsed.map_or_else(|| (Format::Text, text::parse(text)), |parts| (format, parts))
}
