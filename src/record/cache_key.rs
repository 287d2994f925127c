//! Normalized records: the cache key of a classification.

use std::borrow::Cow;

use super::codes::plain_bytes;
use super::envelope::Envelope;
use super::level::Level;
use super::lines::RawRecord;
use super::time::{self, Stamp};

/// Label of texts in no known format. Other cache keys have an empty label, or that of an envelope, which begins with a quotation
/// mark.
const LOOSE: &[u8] = b"loose";
/// Maximum length in bytes of a cache key in no known format. Longer texts rarely repeat and are not cached.
const MAX_LOOSE: usize = 256;

/// The bytes of a record without those that cannot change its meaning: its time, and the logger's own names.
///
/// Two records whose cache keys differ only in ids and durations (see [`VariableTokens`](super::VariableTokens)) have the same meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CacheKey<'a> {
    /// The level, if the record has an envelope.
    pub level: Option<Level>,
    /// The bytes between level and time.
    pub label: &'a [u8],
    /// The significant bytes of the record; the number of parts is significant, too.
    pub parts: [Option<Cow<'a, [u8]>>; 3],
    time: Cow<'a, [u8]>,
}

impl<'a> CacheKey<'a> {
    pub(super) fn of_line(raw: &RawRecord<'a>) -> Option<Self> {
        if raw.is_clean {
            let (time, rest) = raw.bytes.split_at(raw.time.or_else(|| own_start(raw.bytes))?);
            return Self::of_text(time.into(), rest.into());
        }
        // A terminal log colours the console. Text that is not UTF-8 could be removed with the colours, so it gets no cache key.
        std::str::from_utf8(raw.bytes).ok()?;
        let bytes = plain_bytes(raw.bytes);
        let (time, rest) = bytes.split_at(raw.time.or_else(|| own_start(&bytes))?);
        Self::of_text(time.to_vec().into(), rest.to_vec().into())
    }

    /// Creates the cache key of a text after a time; `None` if the time is not valid and so belongs to the text.
    fn of_text(time: Cow<'a, [u8]>, rest: Cow<'a, [u8]>) -> Option<Self> {
        (time.is_empty() || time::is_readable(&time)).then(|| Self::behind(time, rest))
    }

    /// Creates the cache key of a text after a valid time.
    pub(super) fn behind(time: Cow<'a, [u8]>, rest: Cow<'a, [u8]>) -> Self {
        Self { level: None, label: b"", parts: [Some(rest), None, None], time }
    }

    /// Creates the cache key of a short text in no known format, of all its bytes; `None` if the text is too long.
    pub(super) fn of_loose(raw: &RawRecord<'a>) -> Option<Self> {
        let parts = [Some(raw.bytes.into()), None, None];
        (raw.bytes.len() <= MAX_LOOSE).then(|| Self { level: None, label: LOOSE, parts, time: b"".into() })
    }

    /// Returns true for a text in no known format. Records that differ from it in an id may have another meaning.
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

    /// Returns the time of the record.
    pub fn stamp(&self) -> Option<Stamp> {
        // An envelope's time is a JSON string; the time of a text is a prefix of the line.
        match self.level {
            Some(_) => time::parse_bytes(&self.time),
            None => time::leading(&self.time).map(|(stamp, _)| stamp),
        }
    }
}

/// Returns the length of the time with which a record of OpenClaw begins, 0 if it begins with a label, and `None` otherwise: such
/// a record may have a wrapper.
fn own_start(bytes: &[u8]) -> Option<usize> {
    match bytes.first()? {
        b'[' => Some(0),
        // A time of day needs a space after it.
        b'0'..=b'9' if time::fits(bytes, b"00:00:00") => time::leading_length(bytes).map(|length| length + 1),
        _ => None,
    }
    .filter(|length| *length <= bytes.len())
}
