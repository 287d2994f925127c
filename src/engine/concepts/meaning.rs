//! What concepts that stand close together say: expressions, matched in the order of positions.

use crate::catalogue::{Condition, Near, Term};

use super::lexicon::{Concept, Hits, Lexicon, Span};

/// Maximum number of places of a term that are looked at.
const MAX_PLACES: usize = 200;
/// Maximum length in words of a place that another one may reach back into.
const MAX_LENGTH: u32 = 64;

/// A compiled expression.
pub(super) struct Expression {
    term: Compiled,
    conditions: Vec<(Condition, Compiled)>,
}

enum Compiled {
    Concept(Concept),
    Any(Vec<Compiled>),
    Close { first: Box<Compiled>, second: Box<Compiled>, gap: u32, is_ordered: bool },
}

impl Expression {
    /// Compiles an expression; its words are added to the lexicon.
    pub fn new(near: &Near, lexicon: &mut Lexicon) -> Self {
        let conditions =
            near.conditions.iter().map(|(condition, term)| (*condition, Compiled::new(term, lexicon, false)));
        let conditions = conditions.collect();
        Self { term: Compiled::new(&near.term, lexicon, true), conditions }
    }

    /// Returns concepts of which each record holds one in which the expression matches.
    pub fn required(&self) -> Vec<Concept> {
        self.term.required()
    }

    /// Returns the shortest place of a record at which the expression matches, the first one of equal length.
    pub fn find(&self, hits: &Hits) -> Option<Span> {
        if !self.term.may_match(hits) {
            return None;
        }
        let mut places = self.term.places(hits);
        for (condition, term) in &self.conditions {
            match condition {
                Condition::NotInClause => {
                    let other = term.places(hits);
                    places.retain(|place| other.iter().all(|other| other.clause != place.clause));
                }
                Condition::InRecord if term.places(hits).is_empty() => return None,
                Condition::NotInRecord if !term.places(hits).is_empty() => return None,
                Condition::InRecord | Condition::NotInRecord => {}
            }
        }
        places.into_iter().min_by_key(|place| (place.last - place.first, place.first))
    }
}

impl Compiled {
    /// Compiles a term; `is_whole` if it is an alternative of the whole expression.
    fn new(term: &Term, lexicon: &mut Lexicon, is_whole: bool) -> Self {
        match term {
            Term::Concept(name) => Self::Concept(lexicon.concept(name)),
            Term::Words(words) => Self::Concept(lexicon.concept_of_words(words, is_whole)),
            Term::Any(terms) => {
                Self::Any(terms.iter().map(|term| Self::new(term, lexicon, is_whole)).collect())
            }
            Term::Close { first, second, gap, is_ordered } => Self::Close {
                first: Box::new(Self::new(first, lexicon, false)),
                second: Box::new(Self::new(second, lexicon, false)),
                gap: *gap,
                is_ordered: *is_ordered,
            },
        }
    }

    fn required(&self) -> Vec<Concept> {
        match self {
            Self::Concept(concept) => vec![*concept],
            Self::Any(terms) => terms.iter().flat_map(Self::required).collect(),
            Self::Close { first, second, .. } => {
                let (first, second) = (first.required(), second.required());
                if first.len() <= second.len() { first } else { second }
            }
        }
    }

    /// Returns false if the concepts of the term are not in the record, wherever they stand.
    fn may_match(&self, hits: &Hits) -> bool {
        match self {
            Self::Concept(concept) => hits.has(*concept),
            Self::Any(terms) => terms.iter().any(|term| term.may_match(hits)),
            Self::Close { first, second, .. } => first.may_match(hits) && second.may_match(hits),
        }
    }

    /// Returns the places of the term, sorted.
    fn places(&self, hits: &Hits) -> Vec<Span> {
        let mut places: Vec<Span> = match self {
            Self::Concept(concept) => hits.of(*concept).take(MAX_PLACES).collect(),
            Self::Any(terms) => terms.iter().flat_map(|term| term.places(hits)).collect(),
            Self::Close { first, second, gap, is_ordered } => {
                let first = first.places(hits);
                let second = if first.is_empty() { Vec::new() } else { second.places(hits) };
                close(&first, &second, *gap, *is_ordered)
            }
        };
        places.sort_unstable();
        places.dedup();
        places.truncate(MAX_PLACES);
        places
    }
}

/// Joins places of one clause with at most `gap` words between them. Both lists are sorted.
fn close(first: &[Span], second: &[Span], gap: u32, is_ordered: bool) -> Vec<Span> {
    let mut joined = Vec::new();
    for a in first {
        let start = second.partition_point(|b| b.first + MAX_LENGTH + gap < a.first);
        for b in second[start..].iter().take_while(|b| b.first <= a.last + gap + 1) {
            let between = match () {
                () if a.clause != b.clause => continue,
                () if b.first > a.last => b.first - a.last - 1,
                () if !is_ordered && a.first > b.last => a.first - b.last - 1,
                () if !is_ordered && one_within(a, b) => 0,
                () => continue,
            };
            if between <= gap {
                let words = (a.words.0.min(b.words.0), a.words.1.max(b.words.1));
                let (first, last) = (a.first.min(b.first), a.last.max(b.last));
                joined.push(Span { first, last, clause: a.clause, words });
            }
        }
        if joined.len() >= 4 * MAX_PLACES {
            break;
        }
    }
    joined
}

/// Returns true if one place lies within the other, longer one: `context window` within `context window exceeded`.
fn one_within(a: &Span, b: &Span) -> bool {
    let within = |inner: &Span, outer: &Span| outer.first <= inner.first && inner.last <= outer.last;
    (a.last - a.first) != (b.last - b.first) && (within(a, b) || within(b, a))
}
