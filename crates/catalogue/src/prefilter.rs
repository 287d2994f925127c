//! Conditions that a text must meet for a regular expression to match, checked before the expression is compiled.
//!
//! An expression covers many wordings, and its [atoms](super::AtomSet) are one rare literal of each. Most texts that hold an atom
//! hold no complete wording, which this condition detects.

use regex_syntax::hir::{Hir, HirKind};
use serde::{Deserialize, Serialize};

use super::atoms;

/// A condition on lower-case text that every match of a regular expression meets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Prefilter {
    /// The text holds this literal.
    Holds(String),
    /// The text meets all of these; always true for an empty list.
    All(Vec<Prefilter>),
    /// The text meets one of these.
    Any(Vec<Prefilter>),
}

impl Prefilter {
    /// Returns the condition of a regular expression that is matched against lower-case text.
    pub(super) fn of(hir: &Hir) -> Self {
        match hir.kind() {
            HirKind::Capture(capture) => Self::of(&capture.sub),
            HirKind::Repetition(repetition) if repetition.min > 0 => Self::of(&repetition.sub),
            HirKind::Literal(literal) => {
                atoms::of_literal(&literal.0).map_or_else(Self::default, Self::Holds)
            }
            HirKind::Concat(parts) => {
                Self::All(parts.iter().map(Self::of).filter(|part| !part.is_always()).collect())
            }
            HirKind::Alternation(branches) => {
                let any: Vec<Self> = branches.iter().map(Self::of).collect();
                if any.iter().any(Self::is_always) { Self::default() } else { Self::Any(any) }
            }
            HirKind::Empty | HirKind::Class(_) | HirKind::Look(_) | HirKind::Repetition(_) => Self::default(),
        }
    }

    /// Returns true if every text meets the condition.
    fn is_always(&self) -> bool {
        matches!(self, Self::All(parts) if parts.is_empty())
    }

    /// Returns true if a lower-case text meets the condition.
    pub fn is_met(&self, text: &str) -> bool {
        match self {
            Self::Holds(atom) => text.contains(atom.as_str()),
            Self::All(parts) => parts.iter().all(|part| part.is_met(text)),
            Self::Any(branches) => branches.iter().any(|branch| branch.is_met(text)),
        }
    }
}

impl Default for Prefilter {
    /// Returns the condition that every text meets.
    fn default() -> Self {
        Self::All(Vec::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::Pattern;

    #[test]
    fn a_text_must_hold_a_whole_wording() {
        let pattern =
            r"\bskill (?<name>\w+)[^\n]{0,20} (?:failed|is invalid)|skipping (?:un)?safe skill|\w+ abc|x";
        let prefilter = |pattern| Prefilter::of(&Pattern::parse_as_matched(pattern).expect("a pattern").0);
        assert_eq!(prefilter(pattern), Prefilter::default());
        let prefilter = prefilter(pattern.trim_end_matches("|x"));
        for (text, is_met) in [
            ("skill weather failed", true),
            ("the weather failed: skill ", true),
            ("skill weather", false),
            ("skipping safe skill", true),
            ("skipping", false),
            ("an abc", true),
            ("", false),
        ] {
            assert_eq!(prefilter.is_met(text), is_met, "{text}");
        }
    }
}
