//! What decides about a record's meaning, found in its bytes without reading them.

use super::envelope::{Envelope, EnvelopeReader};
use super::time::{self, Stamp};
use super::{Format, Level, RawRecord};

/// The bytes of a record, less those that cannot change what it means: its time, and the logger's own names.
///
/// Two records with the same outline but for their ids and durations (see [`super::Opaque`]) are read alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outline<'a> {
    /// How grave its writer thought it, where it says so.
    pub level: Option<Level>,
    /// The message as it is written, where it is known to be information, and then only this is to be looked at.
    pub information: Option<&'a [u8]>,
    /// What tells it from other records; how many parts there are tells something, too.
    pub parts: [Option<&'a [u8]>; 4],
    time: &'a [u8],
}

impl<'a> Outline<'a> {
    /// The outline of a record, or `None` where it has an unusual form and must be read to know anything of it.
    pub fn of(raw: &RawRecord<'a>, envelopes: &mut EnvelopeReader) -> Option<Self> {
        if !raw.is_clean || raw.is_cut() {
            return None;
        }
        match raw.format {
            Format::FileLog | Format::ConsoleJson => envelopes.read(raw.bytes).map(Self::of_envelope),
            Format::Plain | Format::Console => {
                let (time, rest) = raw.bytes.split_at(raw.time?);
                Some(Self { level: None, information: None, parts: [Some(rest), None, None, None], time })
            }
            Format::LogsJson | Format::Transcript | Format::Text => None,
        }
    }

    fn of_envelope(envelope: Envelope<'a>) -> Self {
        let Envelope { level, time, head, label, message, extra } = envelope;
        // The logger repeats its last argument as the message.
        let before = head.strip_suffix(b"\"").and_then(|head| head.strip_suffix(message));
        let is_repeated = before.is_some_and(|before| before.ends_with(b"\":\""));
        Self {
            level: Some(level),
            information: (level <= Level::Info).then_some(message),
            parts: [Some(head), Some(label), Some(extra), (!is_repeated).then_some(message)],
            time,
        }
    }

    /// When the record was written.
    pub fn stamp(&self) -> Option<Stamp> {
        std::str::from_utf8(self.time).ok().and_then(time::parse)
    }
}
