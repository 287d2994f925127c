//! Atoms: literals of which at least one must stand in the raw bytes of every record that a rule matches.
//!
//! They are sought before anything is parsed, so they must hold for the bytes as they are written: a text inside JSON
//! has its quotes, backslashes and control characters escaped, once or several times. Atoms therefore never contain
//! such characters; texts in which other characters are escaped (`\u0041`) or torn apart by terminal codes are let
//! through by [`CAREFUL`].

use regex_syntax::hir::literal::Extractor;
use regex_syntax::hir::{Hir, HirKind};

use crate::catalogue::{Catalogue, Rule, Signature, SignatureKind};

/// Bytes that may hide an atom: a Unicode escape, and the two letters outside ASCII that a case-insensitive regular
/// expression takes for `k` and `s`. A record that has one is always looked at. Terminal codes are taken out beforehand.
pub(super) const CAREFUL: &[&str] = &["\\u", "\u{212a}", "\u{17f}"];

/// Atoms shorter than this are in every record.
const MIN_LENGTH: usize = 3;

/// An atom of this length is selective enough.
const GOOD_LENGTH: usize = 6;

/// A set of more texts than this is not worth the search for them.
const MAX_BEGINNINGS: usize = 24;

/// Words that stand in most records of a healthy log, in its envelope or in what OpenClaw says of itself. Another atom is
/// better, whatever its length.
#[rustfmt::skip]
const COMMON: &[&str] = &[
    "access", "agent", "agents", "api", "auth", "call", "can", "channel", "close", "compaction", "config",
    "context", "contextwindow", "down", "enabled", "exec", "exit", "fail", "for", "gateway", "hook",
    "hooks", "http", "internal", "key", "kill", "lane", "life", "load", "low", "max", "memory", "message",
    "messages", "model", "name", "not", "openclaw", "plugin", "plugins", "prompt", "provider", "read",
    "reason", "response", "server", "session", "shutdown", "size", "skill", "sqlite", "start", "status",
    "stop", "stopreason", "stream", "system", "thinking", "threshold", "time", "timeout", "to", "token",
    "tokens", "tool", "tools", "transcript", "true", "undefined", "use", "window", "with",
];

/// Fields that a record may have under another name, so that their name need not stand in its bytes.
const ALIASED: &[&str] = &["provider", "model", "subsystem", "level", "runId"];

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
            .iter()
            .flat_map(|(name, values)| {
                let values = values.iter();
                let values = values.map(|v| v.split('*').filter_map(longest_safe).max_by_key(String::len));
                let name = longest_safe(name).filter(|_| !ALIASED.contains(&name.as_str()));
                [values.collect(), name.map(|name| vec![name])].into_iter().flatten()
            })
            .max_by_key(|set: &Vec<String>| strength(set)),
    }
}

/// How selective a set is: its commonest or shortest atom decides, then how few there are.
fn strength(set: &[String]) -> (usize, std::cmp::Reverse<usize>) {
    let rarity =
        |atom: &String| match COMMON.contains(&atom.trim_matches([' ', '=', ':', '_', '-', '[', ']'])) {
            true => 0,
            false => atom.len(),
        };
    (set.iter().map(rarity).min().unwrap_or(0), std::cmp::Reverse(set.len()))
}

/// The atoms of a regular expression, parsed case-sensitively: the prefilter ignores case itself.
fn of_hir(hir: &Hir) -> Option<Vec<String>> {
    let parts = match hir.kind() {
        HirKind::Capture(capture) => of_hir(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => of_hir(&repetition.sub),
        HirKind::Concat(parts) => {
            let best = parts.iter().filter_map(of_hir).max_by_key(|set| strength(set));
            // What begins at any of its parts must stand there, too; looking for that takes longer.
            let is_good = best.as_ref().is_some_and(|set| strength(set).0 >= GOOD_LENGTH);
            let starts = if is_good { 0..0 } else { 0..parts.len() };
            let tails = starts.filter_map(|start| beginnings(&Hir::concat(parts[start..].to_vec())));
            tails.chain(best).max_by_key(|set| strength(set))
        }
        HirKind::Alternation(branches) => {
            let sets: Option<Vec<Vec<String>>> = branches.iter().map(of_hir).collect();
            sets.map(|sets| sets.concat())
        }
        HirKind::Literal(literal) => {
            longest_safe(std::str::from_utf8(&literal.0).ok()?).map(|atom| vec![atom])
        }
        HirKind::Empty | HirKind::Class(_) | HirKind::Look(_) | HirKind::Repetition(_) => None,
    };
    // An alternation may be known by how it begins where a branch alone is not.
    match (hir.kind(), &parts) {
        (HirKind::Alternation(_), None) => beginnings(hir),
        _ => parts,
    }
}

/// The texts of which a match begins with one, such as `model not` and `model_not` for `model[ _]not.*`.
fn beginnings(hir: &Hir) -> Option<Vec<String>> {
    let mut texts = Extractor::new().limit_total(MAX_BEGINNINGS).limit_class(4).extract(hir);
    texts.dedup();
    let literals = texts.literals()?.iter();
    let atoms: Option<Vec<String>> =
        literals.map(|literal| longest_safe(std::str::from_utf8(literal.as_bytes()).ok()?)).collect();
    atoms.filter(|atoms| !atoms.is_empty()).map(|mut atoms| {
        atoms.sort_unstable();
        atoms.dedup();
        atoms
    })
}

/// The longest part of a text that is written in the same bytes wherever it stands.
fn longest_safe(text: &str) -> Option<String> {
    let is_unsafe = |c: char| c.is_control() || matches!(c, '"' | '\\' | '/');
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
        assert_eq!(
            regex_atoms("model[_ ]not .*").as_deref(),
            Some(&["model not ".to_owned(), "model_not ".to_owned()][..]),
            "the common words together are not common"
        );
        assert_eq!(regex_atoms("(?:Too Many|slow down) x*").map(|a| a.len()), Some(2));
        assert_eq!(regex_atoms(r"(?:abc)?\d+"), None);
        assert_eq!(regex_atoms(r"ab|\d+"), None);
        assert_eq!(regex_atoms(r"retry after (?<s>\d+)").as_deref(), Some(&["retry after ".to_owned()][..]));
    }
}
