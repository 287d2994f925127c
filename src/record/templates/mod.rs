//! Templates of lines that are known to mean nothing. A line that has one is counted, and not looked at any further.
//!
//! A gateway writes the same few hundred sentences again and again, with other times, ids and durations. A template holds the bytes
//! between these, so that a line is compared with it, thirty-two bytes at a time, instead of being searched for its end and its
//! tokens. A line of a template has the same cache key as the line that the template was made of, and so the same meaning. A line
//! without a template, or one that another line may continue, is read as ever.

mod table;
mod template;

use std::ops::Range;

use fearless_simd::prelude::*;

pub(super) use table::Found;

use table::{Insignificant, Table};

use super::format::Format;
use super::gravity::Gravity;
use super::lines::RawRecord;
use super::variable_tokens::VariableTokens;

/// Number of kinds of [`Gravity`].
const GRAVITIES: usize = 3;

/// Maximum length in bytes of a console line without a label that is learned.
const MAX_REPLY: usize = 128;

/// The templates of one worker: of what stands after the time of a plain or console line.
#[derive(Debug, Default)]
pub struct LineTemplates {
    table: Table,
    counts: PassedCounts,
}

/// Number of records that were found by a template.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct PassedCounts {
    /// Indexed by [`Gravity`].
    pub gravities: [u64; GRAVITIES],
    pub invalid_utf8: u64,
}

impl LineTemplates {
    /// Notes that another record is read.
    #[inline(always)]
    pub(super) fn start(&mut self) {
        self.table.start();
    }

    /// Finds the template of the text at `at`.
    #[inline(always)]
    pub(super) fn find<S: Simd>(&mut self, simd: S, text: &[u8], at: usize) -> Option<Found> {
        self.table.find(simd, text, at)
    }

    /// Counts a record of a template.
    #[inline(always)]
    pub(super) fn count(&mut self, known: Insignificant) {
        self.counts.gravities[known.gravity as usize] += 1;
        self.counts.invalid_utf8 += u64::from(known.invalid_utf8);
    }

    /// Returns the counters since the last call.
    pub(crate) fn take_counts(&mut self) -> PassedCounts {
        std::mem::take(&mut self.counts)
    }

    /// Returns true if the record that was read last should be learned if it means nothing.
    #[inline(always)]
    pub(crate) fn is_wanted(&self) -> bool {
        self.table.is_wanted()
    }

    /// Learns the template of a record that means nothing, if it is a line of the console or of `openclaw logs`.
    #[cold]
    pub(crate) fn learn(&mut self, raw: &RawRecord<'_>, gravity: Gravity, invalid_utf8: bool) {
        let line = raw.bytes;
        if !matches!(raw.format, Format::Plain | Format::Console)
            || !raw.is_clean
            || raw.is_cut()
            || memchr::memchr(b'\n', line).is_some()
        {
            return;
        }
        let text = match raw.time {
            Some(time) if line.get(time) == Some(&b' ') => &line[time + 1..],
            None if line.starts_with(b"[") => line,
            _ => return,
        };
        // What stands in the first bytes of another text decides whether it is in a wrapper.
        if raw.format == Format::Console && !text.starts_with(b"[") && line.len() > MAX_REPLY {
            return;
        }
        // In the cache key a space stands before the text, which ends no token.
        let tokens: Vec<Range<usize>> = VariableTokens::new(text).collect();
        self.table.learn(text, &tokens, Insignificant { format: raw.format, gravity, invalid_utf8 });
    }
}
