//! Atoms: literals that must stand in every text in which a signature is found.
//!
//! Looking for all atoms of all rules at once takes less time than one regular expression, and most signatures miss theirs.

use regex_syntax::hir::literal::Extractor;
use regex_syntax::hir::{Hir, HirKind};

use crate::catalogue::{Catalogue, Signature, SignatureKind};

use super::background::commonness;

/// Letters outside ASCII that a case-insensitive regular expression takes for `k` and `s`. In a text that has one, atoms
/// prove nothing.
pub(super) const CAREFUL: [char; 2] = ['\u{212a}', '\u{17f}'];

/// Shorter ones are in every text.
pub(super) const MIN_LENGTH: usize = 3;
/// A set of more texts than this is not worth the search for them.
const MAX_BEGINNINGS: usize = 24;
/// More sets of one signature are not asked for.
const MAX_SETS: usize = 3;
/// Atoms that stand less often than this in a million bytes of a healthy log need no others beside them.
const RARE: u64 = 20;

/// What gives a signature away.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Trigger {
    /// This text, in lower case, in an evidence text.
    Text(String),
    /// This HTTP status, as it is told from bare numbers.
    Status(u16),
    /// A field of this name.
    Field(String),
}

/// Triggers of which one at least is in each record that a signature is in.
pub(super) type Set = Vec<Trigger>;

/// Sets that must all have a trigger in a record; none where nothing is known.
pub(super) type Sets = Vec<Set>;

/// What a record must have for a signature to be in it.
pub(super) fn of_signature(signature: &Signature, catalogue: &Catalogue) -> Sets {
    match &signature.kind {
        SignatureKind::Shared(name) => catalogue
            .shared()
            .get(name)
            .and_then(|group| either(group.iter().map(|member| of_signature(member, catalogue))))
            .into_iter()
            .collect(),
        SignatureKind::Literal(text) => longest(text).map(|atom| vec![atom]).into_iter().collect(),
        SignatureKind::Regex(pattern) => {
            let mut sets = regex_syntax::parse(pattern).map(|hir| of_hir(&hir)).unwrap_or_default();
            sets.sort_by_key(|set| cost(set));
            sets.truncate(MAX_SETS);
            sets
        }
        SignatureKind::HttpStatus(statuses) => {
            vec![statuses.iter().map(|status| Trigger::Status(*status)).collect()]
        }
        SignatureKind::ErrorCode(codes) => {
            codes.iter().map(|code| longest(code)).collect::<Option<Set>>().into_iter().collect()
        }
        SignatureKind::Field(fields) => {
            fields.keys().map(|name| vec![Trigger::Field(name.clone())]).collect()
        }
    }
}

/// The best set of each alternative, together; `None` where one has none, or where there are no alternatives.
pub(super) fn either(alternatives: impl Iterator<Item = Sets>) -> Option<Set> {
    let best = |sets: Sets| sets.into_iter().min_by_key(|set| cost(set));
    let sets: Option<Vec<Set>> = alternatives.map(best).collect();
    let mut set = sets.filter(|sets| !sets.is_empty())?.concat();
    set.sort_unstable();
    set.dedup();
    Some(set)
}

/// How often any of the set stands in a million bytes of a healthy log, about; then how many there are.
pub(super) fn cost(set: &Set) -> (u64, usize) {
    let of_trigger = |trigger: &Trigger| match trigger {
        Trigger::Text(text) => commonness(text.as_bytes()),
        Trigger::Status(_) => 10 * RARE,
        // Nearly every record has a subsystem, a message, a time.
        Trigger::Field(_) => 100 * RARE,
    };
    (set.iter().map(of_trigger).sum(), set.len())
}

/// The atoms of a regular expression, parsed case-sensitively: texts are compared in lower case.
fn of_hir(hir: &Hir) -> Sets {
    match hir.kind() {
        HirKind::Capture(capture) => of_hir(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => of_hir(&repetition.sub),
        HirKind::Concat(parts) => {
            let mut sets: Sets = parts.iter().flat_map(of_hir).collect();
            // What begins at any of its parts must stand there, too; looking for that takes longer.
            let best = sets.iter().map(cost).min();
            if best.is_none_or(|(common, _)| common > RARE) {
                let tails =
                    (0..parts.len()).filter_map(|start| beginnings(&Hir::concat(parts[start..].to_vec())));
                sets.extend(tails.min_by_key(cost));
            }
            sets
        }
        // An alternation may be known by how it begins where a branch alone is not.
        HirKind::Alternation(branches) => {
            either(branches.iter().map(of_hir)).or_else(|| beginnings(hir)).into_iter().collect()
        }
        HirKind::Literal(literal) => std::str::from_utf8(&literal.0)
            .ok()
            .and_then(longest)
            .map(|atom| vec![atom])
            .into_iter()
            .collect(),
        HirKind::Empty | HirKind::Class(_) | HirKind::Look(_) | HirKind::Repetition(_) => Sets::new(),
    }
}

/// The texts of which a match begins with one, such as `model not` and `model_not` for `model[ _]not.*`.
fn beginnings(hir: &Hir) -> Option<Set> {
    let mut texts = Extractor::new().limit_total(MAX_BEGINNINGS).limit_class(4).extract(hir);
    texts.dedup();
    let literals = texts.literals()?.iter();
    let atoms: Option<Set> =
        literals.map(|literal| longest(std::str::from_utf8(literal.as_bytes()).ok()?)).collect();
    atoms.filter(|atoms| !atoms.is_empty()).map(|mut atoms| {
        atoms.sort_unstable();
        atoms.dedup();
        atoms
    })
}

/// The longest part of a text without letters that have another case outside ASCII, in lower case.
fn longest(text: &str) -> Option<Trigger> {
    let is_cased = |c: char| !c.is_ascii() && (c.is_lowercase() || c.is_uppercase());
    let longest = text.split(is_cased).max_by_key(|part| part.len())?;
    (longest.len() >= MIN_LENGTH).then(|| Trigger::Text(longest.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn regex_atoms(pattern: &str) -> Vec<Vec<String>> {
        let text = |trigger: Trigger| match trigger {
            Trigger::Text(text) => text,
            other => panic!("{other:?}"),
        };
        let sets = of_hir(&regex_syntax::parse(pattern).expect("a pattern"));
        sets.into_iter().map(|set| set.into_iter().map(text).collect()).collect()
    }

    #[test]
    fn a_literal_is_its_own_atom() {
        assert_eq!(longest("Rate Limit"), Some(Trigger::Text("rate limit".to_owned())));
        assert_eq!(longest("余额不足"), Some(Trigger::Text("余额不足".to_owned())));
        assert_eq!(longest("Öl über café noir"), Some(Trigger::Text("ber caf".to_owned())));
        assert_eq!(longest("a/"), None);
    }

    #[test]
    fn a_regex_gives_the_parts_that_it_must_contain() {
        assert_eq!(regex_atoms("quota[_ ]was exceeded"), [["quota"], ["was exceeded"]]);
        assert_eq!(regex_atoms("(?:Too Many|slow down) x*"), [["slow down", "too many"]]);
        assert_eq!(regex_atoms(r"(?:abc)?\d+"), [] as [Vec<String>; 0]);
        assert_eq!(regex_atoms(r"ab|\d+"), [] as [Vec<String>; 0]);
        assert_eq!(regex_atoms(r"retry after (?<s>\d+)"), [["retry after "]]);
    }
}
