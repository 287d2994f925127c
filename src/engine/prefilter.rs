//! The prefilter: tells from raw bytes which rules a record could match at all, so that most records are never parsed.

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use crate::catalogue::{Catalogue, Category, Location, Problem, ProblemCode, Problems};
use crate::record::plain_bytes;

use super::atoms;

/// Finds the records worth parsing.
pub struct Prefilter {
    automaton: AhoCorasick,
    /// For each pattern of the automaton: the rules that it may stand for.
    owners: Vec<Owner>,
    /// Rules without atoms: looked at in every record.
    always: Vec<usize>,
    rule_count: usize,
}

enum Owner {
    Rules {
        rules: Vec<usize>,
        /// All of them are of category `none`.
        benign: bool,
    },
    /// Worth parsing, for no rule in particular.
    Mark,
    /// Something may be hidden: every rule.
    All,
}

/// What the prefilter says of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Candidates {
    /// Nothing that anybody looks for.
    None,
    /// Worth parsing; these rules may match, in ascending order.
    Rules(Vec<usize>),
}

/// Texts that make a record worth parsing though no rule asks for them: levels of warning and above in each format, and
/// what the report reads of runs and of the gateway itself.
const MARKS: &[&str] = &[
    "\"WARN\"",
    "\"ERROR\"",
    "\"FATAL\"",
    " warn ",
    " error ",
    " fatal ",
    "ended with stopReason=",
    "model fallback decision",
    "agent model: ",
    "res ✗",
    "res ✓ agent",
    "http server listening",
    "listening on ws",
    "hot reload applied",
    "config reloaded",
    "openclaw 20",
    "openclaw version 20",
    "openclaw@20",
    "updated to 20",
    "updated openclaw",
    "reconnected",
    "restored",
    "recovered",
    "resumed",
    "logged in",
    "Log tail truncated",
    "Log cursor",
    "queue overflow",
    "log file: ",
];

impl Prefilter {
    pub(super) fn new(catalogue: &Catalogue) -> Result<Self, Problems> {
        let mut patterns: Vec<String> = Vec::new();
        let mut owners = Vec::new();
        let mut always = Vec::new();
        for (index, rule) in catalogue.rules().iter().enumerate() {
            let is_benign = rule.category == Category::None;
            let Some(atoms) = atoms::of_rule(rule, catalogue) else {
                always.push(index);
                continue;
            };
            for atom in atoms {
                match patterns.iter().position(|p| *p == atom) {
                    Some(at) => {
                        if let Owner::Rules { rules, benign } = &mut owners[at] {
                            rules.push(index);
                            *benign &= is_benign;
                        }
                    }
                    None => {
                        patterns.push(atom);
                        owners.push(Owner::Rules { rules: vec![index], benign: is_benign });
                    }
                }
            }
        }
        for text in MARKS {
            patterns.push((*text).to_owned());
            owners.push(Owner::Mark);
        }
        for text in atoms::CAREFUL {
            patterns.push((*text).to_owned());
            owners.push(Owner::All);
        }
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(&patterns)
            .map_err(|error| too_many(&error))?;
        Ok(Self { automaton, owners, always, rule_count: catalogue.rules().len() })
    }

    /// The rules that a record with these bytes could match.
    pub fn candidates(&self, bytes: &[u8]) -> Candidates {
        let bytes = &*plain_bytes(bytes);
        if self.always.is_empty() && !self.automaton.is_match(bytes) {
            return Candidates::None;
        }
        let mut rules = self.always.clone();
        let mut is_marked = !rules.is_empty();
        for found in self.automaton.find_overlapping_iter(bytes) {
            if is_part_of_number(bytes, found.start(), found.end()) {
                continue;
            }
            match &self.owners[found.pattern().as_usize()] {
                Owner::Rules { rules: owned, benign } => {
                    rules.extend_from_slice(owned);
                    is_marked |= !benign;
                }
                Owner::Mark => is_marked = true,
                Owner::All => return Candidates::Rules((0..self.rule_count).collect()),
            }
        }
        // What only benign rules could explain needs no explaining.
        if !is_marked {
            return Candidates::None;
        }
        rules.sort_unstable();
        rules.dedup();
        Candidates::Rules(rules)
    }
}

/// Whether an atom of digits, a status, stands within a longer number or word: no spelling of a status does.
fn is_part_of_number(bytes: &[u8], start: usize, end: usize) -> bool {
    let before = start.checked_sub(1).and_then(|at| bytes.get(at));
    let after = bytes.get(end);
    bytes[start..end].iter().all(u8::is_ascii_digit)
        && (before.is_some_and(u8::is_ascii_digit)
            || after.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_'))
}

fn too_many(error: &aho_corasick::BuildError) -> Problems {
    Problems(vec![Problem {
        code: ProblemCode::BadSignature,
        location: Location { file: "the catalogue".to_owned(), line: 0, column: 0 },
        message: error.to_string(),
        expected: "fewer or shorter literals".to_owned(),
        source_line: None,
    }])
}
