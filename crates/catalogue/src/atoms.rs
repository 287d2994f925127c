//! Required atoms: literals that every text must hold in which a signature matches.
//!
//! Searching for all atoms of all rules at once takes less time than a single regular expression, and most signatures lack
//! theirs.

use regex_syntax::hir::literal::Extractor;
use regex_syntax::hir::{Hir, HirKind};

use super::{SignatureKind, TrigramFrequencies};

/// Minimum length of an atom in bytes. Shorter ones occur in every text.
pub const MIN_ATOM: usize = 3;
/// Maximum number of literals in a set; a larger set is not worth the search.
const MAX_BEGINNINGS: usize = 24;
/// Maximum number of sets that are kept per signature.
const MAX_SETS: usize = 3;
/// Maximum frequency, per million bytes of a healthy log, of an atom that needs no further set.
const RARE: u64 = 20;

/// Lower-case literals of which every text in which the signature matches holds at least one.
pub type AtomSet = Vec<String>;

/// Returns the atoms of a signature that is not a regular expression. A text in which the signature matches holds at least one of
/// each set, except for non-ASCII letters that case folding maps to `k` and `s`. Empty for signatures that match no text.
pub(super) fn of_signature(kind: &SignatureKind) -> Vec<AtomSet> {
    match kind {
        SignatureKind::Literal(text) => longest(text).map(|atom| vec![atom]).into_iter().collect(),
        SignatureKind::ErrorCode(codes) => {
            codes.iter().map(|code| longest(code)).collect::<Option<AtomSet>>().into_iter().collect()
        }
        SignatureKind::Regex(_)
        | SignatureKind::HttpStatus(_)
        | SignatureKind::Field(_)
        | SignatureKind::Shared(_) => Vec::new(),
    }
}

/// Returns the atoms of a regular expression, the rarest set first.
pub(super) fn of_regex(hir: &Hir, background: &TrigramFrequencies) -> Vec<AtomSet> {
    let mut sets = Extract { background }.of_hir(hir);
    sets.sort_by_cached_key(|set| background.cost(set));
    sets.truncate(MAX_SETS);
    sets
}

impl TrigramFrequencies {
    /// Returns an upper bound for the occurrences of the set per million bytes of a healthy log, and the size of the set.
    pub fn cost(&self, set: &AtomSet) -> (u64, usize) {
        (set.iter().map(|atom| self.frequency(atom.as_bytes())).sum(), set.len())
    }
}

struct Extract<'b> {
    background: &'b TrigramFrequencies,
}

impl Extract<'_> {
    fn cost(&self, set: &AtomSet) -> (u64, usize) {
        self.background.cost(set)
    }

    /// Returns the union of the cheapest set of each alternative; `None` if an alternative has none.
    fn either(&self, alternatives: impl Iterator<Item = Vec<AtomSet>>) -> Option<AtomSet> {
        let best = |sets: Vec<AtomSet>| sets.into_iter().min_by_key(|set| self.cost(set));
        let sets: Option<Vec<AtomSet>> = alternatives.map(best).collect();
        let mut set = sets?.concat();
        set.sort_unstable();
        set.dedup();
        Some(set)
    }

    /// Returns the atoms of a regular expression that was parsed case-sensitively; atoms are compared with lower-case text.
    fn of_hir(&self, hir: &Hir) -> Vec<AtomSet> {
        match hir.kind() {
            HirKind::Capture(capture) => self.of_hir(&capture.sub),
            HirKind::Repetition(repetition) if repetition.min > 0 => self.of_hir(&repetition.sub),
            HirKind::Concat(parts) => {
                let mut sets: Vec<AtomSet> = parts.iter().flat_map(|part| self.of_hir(part)).collect();
                // The beginnings of the expression from any of its parts are required, too, but take longer to compute.
                let best = sets.iter().map(|set| self.cost(set)).min();
                if best.is_none_or(|(common, _)| common > RARE) {
                    let tails = (0..parts.len())
                        .filter_map(|start| beginnings(&Hir::concat(parts[start..].to_vec())));
                    sets.extend(tails.min_by_key(|set| self.cost(set)));
                }
                sets
            }
            // An alternation can have known beginnings even if one of its branches has no atoms.
            HirKind::Alternation(branches) => self
                .either(branches.iter().map(|branch| self.of_hir(branch)))
                .or_else(|| beginnings(hir))
                .into_iter()
                .collect(),
            HirKind::Literal(literal) => of_literal(&literal.0).map(|atom| vec![atom]).into_iter().collect(),
            HirKind::Empty | HirKind::Class(_) | HirKind::Look(_) | HirKind::Repetition(_) => Vec::new(),
        }
    }
}

/// Returns literals of which each match begins with one, such as `model not` and `model_not` for `model[ _]not.*`.
fn beginnings(hir: &Hir) -> Option<AtomSet> {
    let mut texts = Extractor::new().limit_total(MAX_BEGINNINGS).limit_class(4).extract(hir);
    texts.dedup();
    let literals = texts.literals()?.iter();
    let atoms: Option<AtomSet> = literals.map(|literal| of_literal(literal.as_bytes())).collect();
    atoms.filter(|atoms| !atoms.is_empty()).map(|mut atoms| {
        atoms.sort_unstable();
        atoms.dedup();
        atoms
    })
}

/// Returns the atom of a literal in an expression.
pub(super) fn of_literal(literal: &[u8]) -> Option<String> {
    longest(std::str::from_utf8(literal).ok()?)
}

/// Returns the longest part of a text without non-ASCII letters that have two cases, in lower case.
fn longest(text: &str) -> Option<String> {
    let has_one_case = |c: char| c.to_lowercase().eq([c]) && c.to_uppercase().eq([c]);
    let is_cased = |c: char| !c.is_ascii() && !has_one_case(c);
    let longest = text.split(is_cased).max_by_key(|part| part.len())?;
    (longest.len() >= MIN_ATOM).then(|| longest.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::background;
    use crate::pattern::Pattern;

    fn regex_atoms(pattern: &str) -> Vec<AtomSet> {
        Extract { background: &background() }.of_hir(&Pattern::parse(pattern).expect("a pattern"))
    }

    #[test]
    fn a_literal_is_its_own_atom() {
        assert_eq!(longest("Rate Limit"), Some("rate limit".to_owned()));
        assert_eq!(longest("余额不足"), Some("余额不足".to_owned()));
        assert_eq!(longest("Öl über café noir"), Some("ber caf".to_owned()));
        assert_eq!(longest("a/"), None);
    }

    #[test]
    fn a_regex_gives_the_parts_that_it_must_contain() {
        assert_eq!(regex_atoms("quota[_ ]was exceeded"), [["quota"], ["was exceeded"]]);
        assert_eq!(regex_atoms("(?:Too Many|slow down) x*"), [["slow down", "too many"]]);
        assert_eq!(regex_atoms(r"(?:abc)?\d+"), [] as [AtomSet; 0]);
        assert_eq!(regex_atoms(r"ab|\d+"), [] as [AtomSet; 0]);
        assert_eq!(regex_atoms(r"retry after (?<s>\d+)"), [["retry after "]]);
    }
}
