//! What decides about a record's meaning.

use std::borrow::Cow;

use super::codes::plain_bytes;
use super::envelope::Envelope;
use super::level::Level;
use super::lines::RawRecord;
use super::time::{self, Stamp};

/// The label of texts in no known format. Others have none, or the one of an envelope, which begins with a quotation mark.
const LOOSE: &[u8] = b"loose";
/// Longer texts in no known format are read each time: they seldom come twice.
const MAX_LOOSE: usize = 256;

/// The bytes of a record, less those that cannot change what it means: its time, and the logger's own names.
///
/// Two records with the same outline but for their ids and durations (see [`Opaque`](super::Opaque)) are read alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline<'a> {
    /// How grave its writer thought it, where it says so.
    pub level: Option<Level>,
    /// What stands between level and time.
    pub label: &'a [u8],
    /// What tells it from other records; how many parts there are tells something, too.
    pub parts: [Option<Cow<'a, [u8]>>; 3],
    time: Cow<'a, [u8]>,
}

impl<'a> Outline<'a> {
    pub(super) fn of_line(raw: &RawRecord<'a>) -> Option<Self> {
        if raw.is_clean {
            let (time, rest) = raw.bytes.split_at(raw.time.or_else(|| own_start(raw.bytes))?);
            return Self::of_text(time.into(), rest.into());
        }
        // On a terminal the console is coloured. What is no text may go with the colours.
        std::str::from_utf8(raw.bytes).ok()?;
        let bytes = plain_bytes(raw.bytes);
        let (time, rest) = bytes.split_at(raw.time.or_else(|| own_start(&bytes))?);
        Self::of_text(time.to_vec().into(), rest.to_vec().into())
    }

    /// The outline of a text behind a time. What looks like a time and is none is a part of the text.
    fn of_text(time: Cow<'a, [u8]>, rest: Cow<'a, [u8]>) -> Option<Self> {
        (time.is_empty() || time::is_readable(&time)).then(|| Self::behind(time, rest))
    }

    /// The outline of a text behind a time that can be read.
    pub(super) fn behind(time: Cow<'a, [u8]>, rest: Cow<'a, [u8]>) -> Self {
        Self { level: None, label: b"", parts: [Some(rest), None, None], time }
    }

    /// The outline of a short text in no known format: all its bytes.
    pub(super) fn of_loose(raw: &RawRecord<'a>) -> Option<Self> {
        let parts = [Some(raw.bytes.into()), None, None];
        (raw.bytes.len() <= MAX_LOOSE).then(|| Self { level: None, label: LOOSE, parts, time: b"".into() })
    }

    /// Whether it is of a text in no known format: then records with other ids may be read otherwise.
    pub fn is_loose(&self) -> bool {
        self.level.is_none() && self.label == LOOSE
    }

    pub(super) fn of_envelope(envelope: Envelope<'a>) -> Self {
        let Envelope { level, time, head, label, message, extra, .. } = envelope;
        // The logger repeats its last argument as the message.
        let before = head.strip_suffix(b"\"").and_then(|head| head.strip_suffix(message));
        let is_repeated = before.is_some_and(|before| before.ends_with(b"\":\""));
        Self {
            level: Some(level),
            label,
            parts: [Some(head.into()), Some(extra.into()), (!is_repeated).then_some(message.into())],
            time: time.into(),
        }
    }

    /// When the record was written.
    pub fn stamp(&self) -> Option<Stamp> {
        // The envelope's time is read as JSON has it, that of a text as it stands before it.
        match self.level {
            Some(_) => time::parse_bytes(&self.time),
            None => time::leading(&self.time).map(|(stamp, _)| stamp),
        }
    }
}

/// The length of the time of day with which a record of OpenClaw's begins, or 0 where it begins with a label. What begins
/// otherwise may be wrapped in anything.
fn own_start(bytes: &[u8]) -> Option<usize> {
    match bytes.first()? {
        b'[' => Some(0),
        // The time of day counts as one only with the space after it.
        b'0'..=b'9' if time::fits(bytes, b"00:00:00") => time::leading_length(bytes).map(|length| length + 1),
        _ => None,
    }
    .filter(|length| *length <= bytes.len())
}
