//! The last step: what the words of a record likely mean, for a wording that no rule knows.

mod fields;
mod lexicon;
mod meaning;
mod place;
mod words;

use std::ops::Range;

use crate::catalogue::{Catalogue, Category, Concepts, Place};
use crate::record::{Level, Record};

use super::texts::RecordTexts;
use lexicon::{Concept, Lexicon};
use meaning::Expression;

/// Rank from which a meaning names its own failure: no other word of the record needs to.
const SPEAKS_FOR_ITSELF: u8 = 110;
/// Rank from which a meaning names a cause, and so says more than a rule for a general symptom.
const NAMES_A_CAUSE: u8 = 72;

/// The compiled meanings of a catalogue.
pub(super) struct Meanings {
    lexicon: Lexicon,
    /// The highest rank first.
    likely: Vec<CompiledLikely>,
    /// Per concept: the expressions of which a match holds it, by their meaning and their position in it.
    by_concept: Vec<Vec<(u32, u32)>>,
    failing: Vec<Concept>,
}

struct CompiledLikely {
    /// Index of the rule and its category; `None` if the meaning is harmless, or its rule is disabled.
    rule: Option<(usize, Category)>,
    rank: u8,
    only_in: Vec<Place>,
    not_in: Vec<Place>,
    near: Vec<Expression>,
}

/// What a record likely means.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Meaning {
    /// Index of the rule that explains it.
    pub rule: usize,
    /// The index of the text that says so, and the bytes in it.
    pub said: (usize, Range<usize>),
    /// True if the meaning is a cause, not a symptom.
    pub names_a_cause: bool,
}

impl Meanings {
    pub fn new(catalogue: &Catalogue) -> Self {
        let concepts: &Concepts = catalogue.concepts();
        let mut lexicon = Lexicon::new(concepts);
        let likely = concepts.likely.iter().map(|likely| {
            let rule = likely.rule.as_deref().and_then(|id| catalogue.find(id));
            CompiledLikely {
                rule: rule.map(|rule| (rule, catalogue.rules()[rule].category)),
                rank: likely.rank,
                only_in: likely.only_in.clone(),
                not_in: likely.not_in.clone(),
                near: likely.near.iter().map(|near| Expression::new(near, &mut lexicon)).collect(),
            }
        });
        let likely: Vec<CompiledLikely> = likely.collect();
        let failing = concepts.failing.iter().map(|name| lexicon.concept(name)).collect();
        let by_concept = by_concept(&likely, lexicon.count());
        Self { lexicon, likely, by_concept, failing }
    }

    /// Returns what a record likely means, one that is a failure or only may be one; `None` if nothing is known, or if it is harmless.
    pub fn of(&self, view: &RecordTexts<'_>, is_failure: bool) -> Option<Meaning> {
        let texts = view.texts.iter().map(|text| text.text.as_str());
        let hits = self.lexicon.hits(texts, view.statuses(), !is_failure);
        if hits.is_empty() {
            return None;
        }
        let place = place::of(view.record);
        let is_here = |likely: &CompiledLikely| {
            (likely.only_in.is_empty() || likely.only_in.contains(&place)) && !likely.not_in.contains(&place)
        };
        let mut candidates: Vec<(u32, u32)> =
            hits.concepts().flat_map(|concept| self.by_concept[concept as usize].iter().copied()).collect();
        candidates.sort_unstable();
        candidates.dedup();
        let mut best: Option<(&CompiledLikely, lexicon::Span)> = None;
        for (likely, near) in candidates {
            let likely = &self.likely[likely as usize];
            if best.is_some_and(|(best, _)| best.rank > likely.rank) {
                break;
            }
            if is_here(likely)
                && let Some(place) = likely.near[near as usize].find(&hits)
                && best.is_none_or(|(_, best)| length(&place) < length(&best))
            {
                best = Some((likely, place));
            }
        }
        let (likely, span) = best?;
        let (rule, category) = likely.rule?;
        let failed = self.failing.iter().any(|concept| hits.has(*concept));
        if !(failed || likely.rank >= SPEAKS_FOR_ITSELF || speaks_alone(view.record, category, is_failure)) {
            return None;
        }
        Some(Meaning { rule, said: hits.place(span), names_a_cause: likely.rank >= NAMES_A_CAUSE })
    }
}

/// Indexes expressions by the concepts of which each match holds one.
fn by_concept(likely: &[CompiledLikely], concepts: usize) -> Vec<Vec<(u32, u32)>> {
    let mut by_concept = vec![Vec::new(); concepts];
    for (meaning, likely) in (0..).zip(likely) {
        for (position, near) in (0..).zip(&likely.near) {
            near.required()
                .into_iter()
                .for_each(|concept| by_concept[concept as usize].push((meaning, position)));
        }
    }
    by_concept
}

fn length(span: &lexicon::Span) -> (u32, u32) {
    (span.last - span.first, span.first)
}

/// Returns true if a record is a failure whatever its words are: a warning about a provider, or a text that somebody pasted.
fn speaks_alone(record: &Record<'_>, category: Category, is_failure: bool) -> bool {
    let parts = &record.parts;
    match parts.level {
        Some(level) => level >= Level::Warn && category.is_of_a_provider(),
        None => parts.subsystem.is_none() || (category.is_of_a_provider() && is_failure),
    }
}
