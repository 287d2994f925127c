//! Atoms: literals that must stand in every text in which a signature is found.
//!
//! Looking for all atoms of all rules at once takes less time than one regular expression, and most signatures miss theirs.

use regex_syntax::hir::literal::Extractor;
use regex_syntax::hir::{Hir, HirKind};

use super::{Background, SignatureKind};

/// Shorter ones are in every text.
pub const MIN_ATOM: usize = 3;
/// A set of more texts than this is not worth the search for them.
const MAX_BEGINNINGS: usize = 24;
/// More sets of one signature are not asked for.
const MAX_SETS: usize = 3;
/// Atoms that stand less often than this in a million bytes of a healthy log need no others beside them.
const RARE: u64 = 20;

/// Texts in lower case of which one at least stands in each text that a signature is in.
pub type AtomSet = Vec<String>;

/// The atoms of a signature that is no regular expression: of each set one is in every text in which it is found, but for
/// letters outside ASCII that case folding takes for `k` and `s`. None for signatures that look for no text.
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

/// The atoms of a regular expression, the rarest first.
pub(super) fn of_regex(hir: &Hir, background: &Background) -> Vec<AtomSet> {
    let mut sets = Extract { background }.of_hir(hir);
    sets.sort_by_cached_key(|set| background.cost(set));
    sets.truncate(MAX_SETS);
    sets
}

impl Background {
    /// How often any of the set stands in a million bytes of a healthy log, at most; then how many there are.
    pub fn cost(&self, set: &AtomSet) -> (u64, usize) {
        (set.iter().map(|atom| self.commonness(atom.as_bytes())).sum(), set.len())
    }
}

struct Extract<'b> {
    background: &'b Background,
}

impl Extract<'_> {
    fn cost(&self, set: &AtomSet) -> (u64, usize) {
        self.background.cost(set)
    }

    /// The best set of each alternative, together; `None` where one has none.
    fn either(&self, alternatives: impl Iterator<Item = Vec<AtomSet>>) -> Option<AtomSet> {
        let best = |sets: Vec<AtomSet>| sets.into_iter().min_by_key(|set| self.cost(set));
        let sets: Option<Vec<AtomSet>> = alternatives.map(best).collect();
        let mut set = sets?.concat();
        set.sort_unstable();
        set.dedup();
        Some(set)
    }

    /// The atoms of a regular expression, parsed case-sensitively: texts are compared in lower case.
    fn of_hir(&self, hir: &Hir) -> Vec<AtomSet> {
        match hir.kind() {
            HirKind::Capture(capture) => self.of_hir(&capture.sub),
            HirKind::Repetition(repetition) if repetition.min > 0 => self.of_hir(&repetition.sub),
            HirKind::Concat(parts) => {
                let mut sets: Vec<AtomSet> = parts.iter().flat_map(|part| self.of_hir(part)).collect();
                // What begins at any of its parts must stand there, too; looking for that takes longer.
                let best = sets.iter().map(|set| self.cost(set)).min();
                if best.is_none_or(|(common, _)| common > RARE) {
                    let tails = (0..parts.len())
                        .filter_map(|start| beginnings(&Hir::concat(parts[start..].to_vec())));
                    sets.extend(tails.min_by_key(|set| self.cost(set)));
                }
                sets
            }
            // An alternation may be known by how it begins where a branch alone is not.
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

/// The texts of which a match begins with one, such as `model not` and `model_not` for `model[ _]not.*`.
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

/// The atom of a literal in an expression.
pub(super) fn of_literal(literal: &[u8]) -> Option<String> {
    longest(std::str::from_utf8(literal).ok()?)
}

/// The longest part of a text without letters that have another case outside ASCII, in lower case.
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
