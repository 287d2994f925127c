//! What is known of a record before it is read: whether it means nothing, and if not, what decides about its meaning.

use fearless_simd::prelude::*;

use crate::block::{self, Work};

use super::envelope::Envelope;
use super::envelope_reader::EnvelopeReader;
use super::format::{ByFormat, Format};
use super::gate::{Ask, Gate, Message};
use super::level::Level;
use super::line_reader::TimedLine;
use super::lines::{Lines, RawRecord};
use super::outline::Outline;
use super::plain;

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
    pub(crate) fn next(
        lines: &mut Lines<'a>,
        envelopes: &mut EnvelopeReader,
        passed: Option<&mut ByFormat>,
        gate: &impl Gate,
    ) -> Option<(RawRecord<'a>, Self)> {
        // What is passed over begins with a time or an envelope.
        let passed =
            if lines.is_loose() { None } else { block::run(Passing { lines, envelopes, passed, gate }) };
        passed.or_else(|| {
            let raw = lines.next()?;
            Some((raw, Self::of(&raw, envelopes, gate)))
        })
    }

    /// Looks at a record.
    #[inline]
    pub(crate) fn of(raw: &RawRecord<'a>, envelopes: &mut EnvelopeReader, gate: &impl Gate) -> Self {
        if raw.is_cut() {
            return Self::Unusual;
        }
        let is_idle = |message| !block::run(Ask { gate, message });
        match raw.format {
            Format::FileLog | Format::ConsoleJson if raw.is_clean => match envelopes.read(raw.bytes) {
                Some(envelope) if envelope.information().is_some_and(is_idle) => Self::Nothing,
                Some(envelope) => Self::Outline(Outline::of_envelope(envelope)),
                None => Self::Unusual,
            },
            Format::Plain | Format::Console => match Outline::of_line(raw) {
                Some(outline) if information(raw, &outline).is_some_and(is_idle) => Self::Nothing,
                Some(outline) => Self::Outline(outline),
                None => Self::Unusual,
            },
            Format::Text => Outline::of_loose(raw).map_or(Self::Unusual, Self::Outline),
            _ => Self::Unusual,
        }
    }

    #[inline(always)]
    fn of_known<S: Simd>(simd: S, envelope: Envelope<'a>, gate: &impl Gate) -> Self {
        match envelope.information() {
            Some(message) if !gate.lets_through(simd, message) => Self::Nothing,
            _ => Self::Outline(Outline::of_envelope(envelope)),
        }
    }

    #[inline(always)]
    pub(super) fn of_timed<S: Simd>(simd: S, line: &TimedLine<'a>, gate: &impl Gate) -> Self {
        match line.information {
            Some(message) if !gate.lets_through(simd, message) => Self::Nothing,
            _ => {
                let (time, rest) = line.whole.bytes.split_at(line.time);
                Self::Outline(Outline::behind(time.into(), rest.into()))
            }
        }
    }
}

/// What a plain record says, where it is information.
fn information<'o>(raw: &RawRecord<'_>, outline: &'o Outline<'_>) -> Option<Message<'o>> {
    let [Some(rest), ..] = &outline.parts else { return None };
    plain::information(rest).filter(|_| raw.format == Format::Plain && raw.is_clean)
}

impl<'a> Envelope<'a> {
    /// What the record says, where it is information.
    #[inline(always)]
    fn information(&self) -> Option<Message<'a>> {
        let message = Message { text: self.message, is_escaped: self.is_escaped, label: 0 };
        (self.level <= Level::Info).then_some(message)
    }
}

/// Goes on to the next record that may mean something, past those that are known again and mean nothing.
struct Passing<'p, 'a, G> {
    lines: &'p mut Lines<'a>,
    envelopes: &'p mut EnvelopeReader,
    passed: Option<&'p mut ByFormat>,
    gate: &'p G,
}

impl<'a, G: Gate> Work for Passing<'_, 'a, G> {
    /// The record, or `None` before one that is not known again.
    type Output = Option<(RawRecord<'a>, Glance<'a>)>;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> Self::Output {
        let Self { lines, envelopes, mut passed, gate } = self;
        loop {
            let (glance, line) = if let Some(line) = lines.timed(simd) {
                (Glance::of_timed(simd, &line, gate), line.whole)
            } else {
                let (envelope, line) = lines.known(simd, envelopes)?;
                (Glance::of_known(simd, envelope, gate), line)
            };
            match (&glance, &mut passed) {
                (Glance::Nothing, Some(passed)) => {
                    passed[line.format as usize] += 1;
                    lines.pass(&line);
                }
                _ => return Some((lines.take(&line), glance)),
            }
        }
    }
}
