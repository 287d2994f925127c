//! What decides about a record's meaning, found in its bytes without reading them.

use std::borrow::Cow;

use super::envelope::Envelope;
use super::line_reader::TimedLine;
use super::plain;
use super::time::{self, Stamp};
use super::wrap::plain_bytes;
use super::{ByFormat, EnvelopeReader, Format, Level, Lines, RawRecord};

/// The bytes of a record, less those that cannot change what it means: its time, and the logger's own names.
///
/// Two records with the same outline but for their ids and durations (see [`super::Opaque`]) are read alike.
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

/// A message as it is written, in JSON with its escapes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Message<'a> {
    /// Its bytes.
    pub text: &'a [u8],
    /// It holds backslashes.
    pub is_escaped: bool,
    /// So many of its bytes may be a label that stands before it, which is told from it only by reading.
    pub label: usize,
}

/// What is known of a record that was not read.
#[derive(Debug)]
pub enum Glance<'a> {
    /// It has an unusual form and must be read to know anything of it.
    Unusual,
    /// It is information that nobody asks for.
    Nothing,
    /// It may mean something, the same as others with this outline.
    Outline(Outline<'a>),
}

impl<'a> Glance<'a> {
    /// Looks at the next record, as [`Self::of`] does. With `passed`, records that are nothing may be passed over and counted
    /// there by their format.
    #[inline]
    pub fn next(
        lines: &mut Lines<'a>,
        envelopes: &mut EnvelopeReader,
        mut passed: Option<&mut ByFormat>,
        means_something: impl Fn(Message<'_>) -> bool,
    ) -> Option<(RawRecord<'a>, Self)> {
        loop {
            let (glance, line) = if let Some(line) = lines.timed() {
                (Self::of_timed(&line, &means_something), line.whole)
            } else if let Some((envelope, line)) = lines.known(envelopes) {
                (Self::of_envelope(envelope, &means_something), line)
            } else {
                let raw = lines.next()?;
                return Some((raw, Self::of(&raw, envelopes, means_something)));
            };
            match (&glance, &mut passed) {
                (Self::Nothing, Some(passed)) => {
                    passed[line.format as usize] += 1;
                    lines.pass(&line);
                }
                _ => return Some((lines.take(&line), glance)),
            }
        }
    }

    /// Looks at a record; `means_something` tells which information is worth reading by its message.
    #[inline]
    pub fn of(
        raw: &RawRecord<'a>,
        envelopes: &mut EnvelopeReader,
        means_something: impl Fn(Message<'_>) -> bool,
    ) -> Self {
        if raw.is_cut() {
            return Self::Unusual;
        }
        match raw.format {
            Format::FileLog | Format::ConsoleJson if raw.is_clean => {
                let Some(envelope) = envelopes.read(raw.bytes) else { return Self::Unusual };
                Self::of_envelope(envelope, &means_something)
            }
            Format::Plain | Format::Console => match Outline::of_line(raw) {
                Some(outline) if outline.is_idle_information(raw, means_something) => Self::Nothing,
                outline => outline.map_or(Self::Unusual, Self::Outline),
            },
            _ => Self::Unusual,
        }
    }

    #[inline]
    fn of_envelope(envelope: Envelope<'a>, means_something: &impl Fn(Message<'_>) -> bool) -> Self {
        let message = Message { text: envelope.message, is_escaped: envelope.is_escaped, label: 0 };
        if envelope.level <= Level::Info && !means_something(message) {
            return Self::Nothing;
        }
        Self::Outline(Outline::of_envelope(envelope))
    }

    #[inline]
    pub(super) fn of_timed(line: &TimedLine<'a>, means_something: &impl Fn(Message<'_>) -> bool) -> Self {
        if line.information.is_some_and(|message| !means_something(message)) {
            return Self::Nothing;
        }
        let (time, rest) = line.whole.bytes.split_at(line.time);
        Self::Outline(Outline::behind(time.into(), rest.into()))
    }
}

impl<'a> Outline<'a> {
    fn of_line(raw: &RawRecord<'a>) -> Option<Self> {
        if raw.is_clean {
            let (time, rest) = raw.bytes.split_at(raw.time.or_else(|| own_start(raw.bytes))?);
            return Self::of_text(time.into(), rest.into());
        }
        // On a terminal the console is coloured.
        let bytes = plain_bytes(raw.bytes);
        let (time, rest) = bytes.split_at(raw.time.or_else(|| own_start(&bytes))?);
        Self::of_text(time.to_vec().into(), rest.to_vec().into())
    }

    /// The outline of a text behind a time. What looks like a time and is none is a part of the text.
    fn of_text(time: Cow<'a, [u8]>, rest: Cow<'a, [u8]>) -> Option<Self> {
        (time.is_empty() || time::is_readable(&time)).then(|| Self::behind(time, rest))
    }

    /// The outline of a text behind a time that can be read.
    fn behind(time: Cow<'a, [u8]>, rest: Cow<'a, [u8]>) -> Self {
        Self { level: None, label: b"", parts: [Some(rest), None, None], time }
    }

    /// Whether it is plain information that nobody asks for.
    fn is_idle_information(
        &self,
        raw: &RawRecord<'a>,
        means_something: impl Fn(Message<'_>) -> bool,
    ) -> bool {
        let [Some(rest), ..] = &self.parts else { return false };
        let is_plain = raw.format == Format::Plain && raw.is_clean;
        is_plain && plain::information(rest).is_some_and(|message| !means_something(message))
    }

    fn of_envelope(envelope: Envelope<'a>) -> Self {
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
            Some(_) => time::parse(std::str::from_utf8(&self.time).ok()?),
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
