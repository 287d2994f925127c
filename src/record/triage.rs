//! Triage of records before they are parsed: drop the insignificant ones, and find the cache key of the others.

use fearless_simd::prelude::*;

use crate::block::{self, Work};

use super::cache_key::CacheKey;
use super::envelope::Envelope;
use super::envelope_reader::EnvelopeReader;
use super::format::{ByFormat, Format};
use super::info_prefilter::{Ask, InfoPrefilter, Message};
use super::level::Level;
use super::line_reader::TimedLine;
use super::lines::{Lines, RawRecord};
use super::plain;
use super::templates::LineTemplates;

/// The triage result of a record.
#[derive(Debug)]
pub enum Triage<'a> {
    /// The record has an unusual form and must be parsed.
    Unusual,
    /// The record is information that no rule needs.
    Nothing,
    /// The record has a template that is known to mean nothing, and was counted.
    Known,
    /// The record may be significant. All records with this cache key have the same meaning.
    CacheKey(CacheKey<'a>),
}

impl<'a> Triage<'a> {
    /// Examines the next record, as [`Self::of`] does. With `passed`, insignificant records may be skipped and are counted there
    /// per format.
    #[inline]
    pub(crate) fn next(
        lines: &mut Lines<'a>,
        envelopes: &mut EnvelopeReader,
        templates: &mut LineTemplates,
        passed: Option<&mut ByFormat>,
        gate: &impl InfoPrefilter,
    ) -> Option<(RawRecord<'a>, Self)> {
        // Only records that begin with a time or an envelope can be skipped.
        let passed = if lines.is_loose() {
            templates.start();
            None
        } else {
            block::run(Passing { lines, envelopes, templates, passed, gate })
        };
        passed.or_else(|| {
            let raw = lines.next()?;
            Some((raw, Self::of(&raw, envelopes, gate)))
        })
    }

    /// Examines a record.
    #[inline]
    pub(crate) fn of(raw: &RawRecord<'a>, envelopes: &mut EnvelopeReader, gate: &impl InfoPrefilter) -> Self {
        if raw.is_cut() {
            return Self::Unusual;
        }
        let is_idle = |message| !block::run(Ask { gate, message });
        match raw.format {
            Format::FileLog | Format::ConsoleJson if raw.is_clean => match envelopes.read(raw.bytes) {
                Some(envelope) if envelope.information().is_some_and(is_idle) => Self::Nothing,
                Some(envelope) => Self::CacheKey(CacheKey::of_envelope(envelope)),
                None => Self::Unusual,
            },
            Format::Plain | Format::Console => match CacheKey::of_line(raw) {
                Some(outline) if information(raw, &outline).is_some_and(is_idle) => Self::Nothing,
                Some(outline) => Self::CacheKey(outline),
                None => Self::Unusual,
            },
            Format::Text => CacheKey::of_loose(raw).map_or(Self::Unusual, Self::CacheKey),
            _ => Self::Unusual,
        }
    }

    #[inline(always)]
    fn of_known<S: Simd>(simd: S, envelope: Envelope<'a>, gate: &impl InfoPrefilter) -> Self {
        match envelope.information() {
            Some(message) if !gate.may_be_significant(simd, message) => Self::Nothing,
            _ => Self::CacheKey(CacheKey::of_envelope(envelope)),
        }
    }

    #[inline(always)]
    pub(super) fn of_timed<S: Simd>(simd: S, line: &TimedLine<'a>, gate: &impl InfoPrefilter) -> Self {
        match line.information {
            Some(message) if !gate.may_be_significant(simd, message) => Self::Nothing,
            _ => {
                let (time, rest) = line.whole.bytes.split_at(line.time);
                Self::CacheKey(CacheKey::behind(time.into(), rest.into()))
            }
        }
    }
}

/// Returns the message of a plain record at info level or below; `None` for other records.
fn information<'o>(raw: &RawRecord<'_>, outline: &'o CacheKey<'_>) -> Option<Message<'o>> {
    let [Some(rest), ..] = &outline.parts else { return None };
    plain::information(rest).filter(|_| raw.format == Format::Plain && raw.is_clean && !outline.is_escaped())
}

impl<'a> Envelope<'a> {
    /// Returns the message of a record at info level or below; `None` for other records.
    #[inline(always)]
    fn information(&self) -> Option<Message<'a>> {
        let message = Message { text: self.message, is_escaped: self.is_escaped, label: 0 };
        (self.level <= Level::Info).then_some(message)
    }
}

/// Skips records of a known form that are insignificant, and returns the next record that may be significant.
struct Passing<'p, 'a, G> {
    lines: &'p mut Lines<'a>,
    envelopes: &'p mut EnvelopeReader,
    templates: &'p mut LineTemplates,
    passed: Option<&'p mut ByFormat>,
    gate: &'p G,
}

impl<'a, G: InfoPrefilter> Work for Passing<'_, 'a, G> {
    /// The record; `None` if the next record has no known form.
    type Output = Option<(RawRecord<'a>, Triage<'a>)>;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> Self::Output {
        let Self { lines, envelopes, templates, mut passed, gate } = self;
        loop {
            let (glance, line) = if let Some((found, line)) = lines.template(simd, templates) {
                templates.count(found.known);
                (Triage::Known, line)
            } else if let Some(line) = lines.timed(simd) {
                (Triage::of_timed(simd, &line, gate), line.whole)
            } else {
                let (envelope, line) = lines.known(simd, envelopes)?;
                (Triage::of_known(simd, envelope, gate), line)
            };
            match (&glance, &mut passed) {
                (Triage::Known | Triage::Nothing, Some(passed)) => {
                    passed[line.format as usize] += 1;
                    lines.pass(&line);
                }
                _ => return Some((lines.take(&line), glance)),
            }
        }
    }
}
