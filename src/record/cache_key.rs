//! Normalized records: the cache key of a classification.

use std::borrow::Cow;
use std::ops::Range;

use super::codes::plain_bytes;
use super::detect::timed;
use super::envelope::Envelope;
use super::level::Level;
use super::lines::RawRecord;
use super::time::{self, Stamp};
use super::wrap::{DockerLine, Outer, Wrapper};

/// Label of texts in no known format. Other cache keys have an empty label, that of a wrapper, or that of an envelope, which begins
/// with a quotation mark.
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
    /// The logger's names before the date of an envelope.
    pub names: &'a [u8],
    /// The bytes between level and time.
    pub label: &'a [u8],
    /// The significant bytes of the record; the number of parts is significant, too.
    pub parts: [Option<Cow<'a, [u8]>>; 3],
    time: Cow<'a, [u8]>,
    outer: Option<Outer<'a>>,
}

impl<'a> CacheKey<'a> {
    pub(super) fn of_line(raw: &RawRecord<'a>) -> Option<Self> {
        if raw.is_clean {
            let Some(start) = raw.time.or_else(|| own_start(raw.bytes)) else { return Self::of_wrapped(raw) };
            let (time, rest) = raw.bytes.split_at(start);
            return Self::of_text(time.into(), rest.into());
        }
        // A terminal log colours the console. Text that is not UTF-8 could be removed with the colours, so it gets no cache key.
        std::str::from_utf8(raw.bytes).ok()?;
        let bytes = plain_bytes(raw.bytes);
        let (time, rest) = bytes.split_at(raw.time.or_else(|| own_start(&bytes))?);
        Self::of_text(time.to_vec().into(), rest.to_vec().into())
    }

    /// Creates the cache key of a single line in a wrapper.
    fn of_wrapped(raw: &RawRecord<'a>) -> Option<Self> {
        if memchr::memchr(b'\n', raw.bytes).is_some() {
            return None;
        }
        let (outer, time, rest) = split_wrapped(raw.bytes)?;
        let key = Self::of_text(time.into(), rest.into())?;
        Some(Self { label: label_of(outer.wrapper), outer: Some(outer), ..key })
    }

    /// Creates the cache key of a text after a time; `None` if the time is not valid and so belongs to the text.
    fn of_text(time: Cow<'a, [u8]>, rest: Cow<'a, [u8]>) -> Option<Self> {
        (time.is_empty() || time::is_readable(&time)).then(|| Self::behind(time, rest))
    }

    /// Creates the cache key of a text after a valid time.
    pub(super) fn behind(time: Cow<'a, [u8]>, rest: Cow<'a, [u8]>) -> Self {
        Self { level: None, names: b"", label: b"", parts: [Some(rest), None, None], time, outer: None }
    }

    /// Creates the cache key of a short text in no known format, of all its bytes; `None` if the text is too long.
    pub(super) fn of_loose(raw: &RawRecord<'a>) -> Option<Self> {
        let key = || Self { label: LOOSE, ..Self::behind(b"".into(), raw.bytes.into()) };
        (raw.bytes.len() <= MAX_LOOSE).then(key)
    }

    /// Returns true for a text in no known format. Records that differ from it in an id may have another meaning.
    pub fn is_loose(&self) -> bool {
        self.level.is_none() && self.label == LOOSE
    }

    pub(super) fn of_envelope(envelope: Envelope<'a>) -> Self {
        let Envelope { level, time, head, names, label, message, extra, .. } = envelope;
        // The logger repeats its last argument as the message.
        let before = head.strip_suffix(b"\"").and_then(|head| head.strip_suffix(message));
        let is_repeated = before.is_some_and(|before| before.ends_with(b"\":\""));
        Self {
            level: Some(level),
            names,
            label,
            parts: [Some(head.into()), Some(extra.into()), (!is_repeated).then_some(message.into())],
            time: time.into(),
            outer: None,
        }
    }

    /// Returns true if the text has the JSON escapes of an object that wraps it.
    pub fn is_escaped(&self) -> bool {
        self.outer.is_some_and(|outer| outer.wrapper == Wrapper::DockerJson)
    }

    /// Returns the time of the record.
    pub fn stamp(&self) -> Option<Stamp> {
        // An envelope's time is a JSON string; the time of a text is a prefix of the line.
        let own = match self.level {
            Some(_) => time::parse_bytes(&self.time),
            None => time::leading(&self.time).map(|(stamp, _)| stamp),
        };
        self.outer.map_or(own, |outer| outer.stamp(own))
    }
}

/// Splits a single line in a wrapper into the wrapper, the text's time, and the text.
fn split_wrapped(line: &[u8]) -> Option<(Outer<'_>, &[u8], &[u8])> {
    let (outer, text) = Outer::split(line)?;
    let start = own_start(text).or_else(|| timed(text).map(|(_, length)| length))?;
    let (time, rest) = text.split_at(start);
    Some((outer, time, rest))
}

/// Returns the wrapper of a single line, and the place of the text after the time, which the space before it belongs to.
pub(super) fn wrapped_text(line: &[u8]) -> Option<(Wrapper, Range<usize>)> {
    let (outer, time, rest) = split_wrapped(line)?;
    let start = match outer.wrapper {
        Wrapper::DockerJson => DockerLine::OPENING.len() + time.len(),
        _ => line.len() - rest.len(),
    };
    Some((outer.wrapper, start..start + rest.len()))
}

/// Returns the label of texts in a wrapper. A wrapper can decide what a record means.
fn label_of(wrapper: Wrapper) -> &'static [u8] {
    match wrapper {
        Wrapper::Journal => b"journal",
        Wrapper::JournalJson => b"journal as JSON",
        Wrapper::Docker => b"Docker",
        Wrapper::DockerJson => b"Docker as JSON",
        Wrapper::Compose => b"Compose",
        Wrapper::Pm2 => b"PM2",
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Lines, Record};

    #[test]
    fn a_wrapped_line_has_the_key_of_its_text_and_the_time_of_its_record() {
        for (line, rest) in [
            ("Nov 22 09:51:12 host node[1]: 2026-11-22T09:51:12.1Z [ws] x", " [ws] x"),
            ("Nov 22 09:51:12 host node[1]: 09:51:12 [ws] x", "[ws] x"),
            ("2026-11-22T09:51:12+0100 host openclaw[7]: [ws] x", "[ws] x"),
            ("2026-11-22T09:51:12+0100 host openclaw[7]: 09:51:13 [ws] x", "[ws] x"),
            ("2026-11-22T09:51:12.123456789Z 2026-11-22T09:51:12.1Z warn ws x", " warn ws x"),
            ("gateway-1  | [ws] x", "[ws] x"),
            ("0|openclaw  | 10:00:00+02:00 [ws] x", "[ws] x"),
            (
                r#"{"log":"[ws] x \"y\"\n","stream":"stdout","time":"2026-11-22T09:51:12.1Z"}"#,
                r#"[ws] x \"y\""#,
            ),
            (r#"{"log":"09:51:13 [ws] x\n","stream":"stderr","time":"2026-11-22T09:51:12.1Z"}"#, "[ws] x"),
        ] {
            let raw = Lines::new(line.as_bytes(), 0).next().expect(line);
            let key = CacheKey::of_line(&raw).expect(line);
            assert_eq!(key.parts[0].as_deref(), Some(rest.as_bytes()), "{line}");
            assert_eq!(key.stamp(), Record::parse(&raw).parts.stamp, "{line}");
            assert!(!key.label.is_empty() && !key.is_loose(), "{line}");
        }
    }

    #[test]
    fn what_a_wrapper_holds_in_another_form_has_no_key() {
        for line in [
            "Nov 22 09:51:12 host systemd[1]: [ws] x",
            "Nov 22 09:51:12 host node[1]: x",
            "Nov 22 09:51:12 host node[1]: gateway-1  | [ws] x",
            "Nov 22 09:51:12 host node[1]: [ws] x\nNov 22 09:51:12 host node[1]:     at f",
            r#"{"log":"[ws] \u003cx\n","stream":"stdout","time":"2026-11-22T09:51:12.1Z"}"#,
            r#"{"log":"[ws] x\n","stream":"stdout","attrs":{},"time":"2026-11-22T09:51:12.1Z"}"#,
        ] {
            let raw = Lines::new(line.as_bytes(), 0).next().expect(line);
            assert_eq!(raw.bytes.len(), line.len(), "{line}");
            assert_eq!(CacheKey::of_line(&raw), None, "{line}");
        }
    }
}
