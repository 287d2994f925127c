//! Atoms: literals of which at least one must stand in the raw bytes of every record that a rule matches.
//!
//! They are sought before anything is parsed, so they must hold for the bytes as they are written: a text inside JSON
//! has its quotes, backslashes and control characters escaped, once or several times. Atoms therefore never contain
//! such characters; texts in which other characters are escaped (`\u0041`) or torn apart by terminal codes are let
//! through by [`CAREFUL`].

use regex_syntax::hir::{Hir, HirKind};

use crate::catalogue::{Catalogue, Rule, Signature, SignatureKind};

/// Bytes that may hide an atom: a Unicode escape, and the two letters outside ASCII that a case-insensitive regular
/// expression takes for `k` and `s`. A record that has one is always looked at. Terminal codes are taken out beforehand.
pub(super) const CAREFUL: &[&str] = &["\\u", "\u{212a}", "\u{17f}"];

/// Atoms shorter than this are in every record.
const MIN_LENGTH: usize = 3;

/// The atoms of a rule: any one of them, or `None` where no such set is known and every record must be looked at.
pub(super) fn of_rule(rule: &Rule, catalogue: &Catalogue) -> Option<Vec<String>> {
    let any = of_alternatives(&rule.any, catalogue);
    let all = rule.all.iter().map(|signature| of_signature(signature, catalogue));
    all.chain([any]).flatten().max_by_key(|set| strength(set))
}

/// The atoms of all of these, or `None` where one of them has none, or where there is none of them.
fn of_alternatives(signatures: &[Signature], catalogue: &Catalogue) -> Option<Vec<String>> {
    let sets: Option<Vec<Vec<String>>> = signatures.iter().map(|s| of_signature(s, catalogue)).collect();
    sets.filter(|sets| !sets.is_empty()).map(|sets| sets.concat())
}

fn of_signature(signature: &Signature, catalogue: &Catalogue) -> Option<Vec<String>> {
    match &signature.kind {
        SignatureKind::Shared(name) => of_alternatives(catalogue.shared().get(name)?, catalogue),
        SignatureKind::Literal(text) => longest_safe(text).map(|atom| vec![atom]),
        SignatureKind::Regex(pattern) => of_hir(&regex_syntax::parse(pattern).ok()?),
        SignatureKind::HttpStatus(statuses) => Some(statuses.iter().map(u16::to_string).collect()),
        SignatureKind::ErrorCode(codes) => codes.iter().map(|code| longest_safe(code)).collect(),
        SignatureKind::Field(fields) => fields
            .values()
            .filter_map(|values| {
                values.iter().map(|v| v.split('*').filter_map(longest_safe).max_by_key(String::len)).collect()
            })
            .max_by_key(|set: &Vec<String>| strength(set)),
    }
}

/// How selective a set is: its shortest atom decides, then how few there are.
fn strength(set: &[String]) -> (usize, std::cmp::Reverse<usize>) {
    (set.iter().map(String::len).min().unwrap_or(0), std::cmp::Reverse(set.len()))
}

/// The atoms of a regular expression, parsed case-sensitively: the prefilter ignores case itself.
fn of_hir(hir: &Hir) -> Option<Vec<String>> {
    match hir.kind() {
        HirKind::Literal(literal) => {
            longest_safe(std::str::from_utf8(&literal.0).ok()?).map(|atom| vec![atom])
        }
        HirKind::Capture(capture) => of_hir(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => of_hir(&repetition.sub),
        HirKind::Concat(parts) => parts.iter().filter_map(of_hir).max_by_key(|set| strength(set)),
        HirKind::Alternation(branches) => {
            let sets: Option<Vec<Vec<String>>> = branches.iter().map(of_hir).collect();
            Some(sets?.concat())
        }
        HirKind::Empty | HirKind::Class(_) | HirKind::Look(_) | HirKind::Repetition(_) => None,
    }
}

/// The longest part of a text that is written in the same bytes wherever it stands.
fn longest_safe(text: &str) -> Option<String> {
    let is_unsafe = |c: char| c.is_control() || matches!(c, '"' | '\\' | '/' | '<' | '>' | '&' | '\'');
    let longest = text.split(is_unsafe).max_by_key(|part| part.len())?;
    (longest.len() >= MIN_LENGTH).then(|| longest.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn regex_atoms(pattern: &str) -> Option<Vec<String>> {
        of_hir(&regex_syntax::parse(pattern).expect("a pattern"))
    }

    #[test]
    fn atoms_avoid_what_json_escapes() {
        assert_eq!(longest_safe(r#""type":"overloaded_error""#).as_deref(), Some("overloaded_error"));
        assert_eq!(longest_safe("a/b"), None);
        assert_eq!(longest_safe("余额不足").as_deref(), Some("余额不足"));
    }

    #[test]
    fn a_regex_gives_the_best_part_that_it_must_contain() {
        assert_eq!(regex_atoms("rate[_ ]limit reached").as_deref(), Some(&["limit reached".to_owned()][..]));
        assert_eq!(regex_atoms("(?:Too Many|slow down) x*").map(|a| a.len()), Some(2));
        assert_eq!(regex_atoms(r"(?:abc)?\d+"), None);
        assert_eq!(regex_atoms(r"ab|\d+"), None);
        assert_eq!(regex_atoms(r"retry after (?<s>\d+)").as_deref(), Some(&["retry after ".to_owned()][..]));
    }
}
