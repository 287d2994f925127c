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
        let likely = likely.collect();
        let failing = concepts.failing.iter().map(|name| lexicon.concept(name)).collect();
        Self { lexicon, likely, failing }
    }

    /// Returns what a record likely means, one that is a failure or only may be one; `None` if nothing is known, or if it is harmless.
    pub fn of(&self, view: &RecordTexts<'_>, is_failure: bool) -> Option<Meaning> {
        let texts = view.texts.iter().map(|text| text.text.as_str());
        let hits = self.lexicon.hits(texts, view.statuses(), !is_failure);
        if hits.is_empty() {
            return None;
        }
        let place = place::of(view.record);
        let is_here = |likely: &&CompiledLikely| {
            (likely.only_in.is_empty() || likely.only_in.contains(&place)) && !likely.not_in.contains(&place)
        };
        let mut best: Option<(&CompiledLikely, lexicon::Span)> = None;
        for likely in self.likely.iter().filter(is_here) {
            if best.is_some_and(|(best, _)| best.rank > likely.rank) {
                break;
            }
            let place = likely.near.iter().filter_map(|near| near.find(&hits)).min_by_key(length);
            if let Some(place) = place
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
