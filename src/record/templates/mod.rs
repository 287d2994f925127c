//! Templates of lines that are known to mean nothing. A line that has one is counted, and not looked at any further.
//!
//! A gateway writes the same few hundred sentences again and again, with other times, ids and durations. A template holds the bytes
//! between these, so that a line is compared with it, thirty-two bytes at a time, instead of being searched for its end and its
//! tokens. A line of a template has the same cache key as the line that the template was made of, and so the same meaning. A line
//! without a template, or one that another line may continue, is read as ever.

mod forms;
mod table;
mod template;

use fearless_simd::prelude::*;

pub(super) use forms::Surroundings;
pub(super) use table::{Found, Insignificant};

use forms::Forms;
use table::Table;
use template::{MAX_TOKENS, Template};

use super::console::has_label;
use super::gravity::Counts;
use super::variable_tokens::VariableTokens;
use super::wrap::Wrapper;

/// The templates of one worker: of the texts of plain and console lines, with and without a time, also in wrappers.
#[derive(Debug, Default)]
pub struct LineTemplates {
    pub(super) table: Table,
    forms: Forms,
    counts: Counts,
}

impl LineTemplates {
    /// Notes that another record is read.
    #[inline(always)]
    pub(super) fn start(&mut self) {
        self.table.start();
        self.forms.start();
    }

    /// Finds the text of the line at `at` if it is in a wrapper of a known form.
    #[inline(always)]
    pub(super) fn wrapped_text<S: Simd>(
        &mut self,
        simd: S,
        bytes: &[u8],
        at: usize,
    ) -> Option<(usize, Surroundings)> {
        let found = self.forms.find(simd, bytes, at);
        self.forms.note(found.is_some());
        found
    }

    /// Returns true if a record of the console begins at `at`, behind a prefix of a known form.
    #[inline(always)]
    pub(super) fn begins_text<S: Simd>(&self, simd: S, bytes: &[u8], at: usize) -> bool {
        match self.forms.find(simd, bytes, at) {
            // An object may be broken off.
            Some((_, Surroundings { wrapper: Some(Wrapper::DockerJson), .. })) | None => false,
            Some((text, surroundings)) => match &bytes[text..] {
                _ if surroundings.is_timed => true,
                text => has_label(text),
            },
        }
    }

    /// Counts a record of a template.
    #[inline(always)]
    pub(super) fn count(&mut self, known: Insignificant) {
        self.counts.add(known.gravity, known.invalid_utf8);
    }

    /// Returns the counters since the last call.
    pub(crate) fn take_counts(&mut self) -> Counts {
        std::mem::take(&mut self.counts)
    }

    /// Returns true if the record that was read last should be learned if it means nothing.
    #[inline(always)]
    pub(crate) fn is_wanted(&self) -> bool {
        self.table.is_wanted() || self.forms.is_wanted()
    }

    /// Learns the template of a text, and the form of the bytes before it unless that is known.
    pub(super) fn learn_text(
        &mut self,
        before: &[u8],
        text: &[u8],
        known: Insignificant,
        surroundings: Surroundings,
    ) {
        if self.forms.is_wanted() {
            self.forms.learn(before, surroundings);
        }
        // In the cache key a space may stand before the text, which ends no token.
        let tokens: Vec<_> = VariableTokens::new(text).take(MAX_TOKENS + 1).collect();
        // The first letter of a label without a time decides whether it is one.
        let in_label = !surroundings.is_timed
            && tokens.first().is_some_and(|token| !text[..token.start].contains(&b']'));
        let template = if in_label { None } else { Template::new(text, &tokens) };
        self.table.learn(template, known, surroundings);
    }

    /// Notes that the record which was read last may be learned.
    pub(super) fn attempt(&mut self) {
        self.forms.attempt();
    }
}
