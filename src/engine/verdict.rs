//! Which rule wins a record: the highest evidence, and on equal evidence the one that overrides the other.

use std::collections::BTreeMap;

use crate::catalogue::{Catalogue, Category, Evidence};

use super::signature::{CompiledRule, Found};

/// The rule that explains a record, and what it found in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Index of the rule in the catalogue.
    pub rule: usize,
    /// The strongest evidence that it found.
    pub evidence: Evidence,
    /// Facts by name: the signatures' named groups, and status, code, provider, model, host and port where known.
    pub captures: BTreeMap<String, String>,
}

/// A rule that matches a record.
pub(super) struct Contender {
    pub rule: usize,
    pub found: Found,
}

pub(super) fn decide(
    mut contenders: Vec<Contender>,
    catalogue: &Catalogue,
    compiled: &[CompiledRule],
) -> Option<Contender> {
    let is_benign = |contender: &Contender| catalogue.rules()[contender.rule].category == Category::None;
    if contenders.iter().any(is_benign) {
        contenders.retain(is_benign);
    }

    let strongest = contenders.iter().map(|c| c.found.evidence).max()?;
    contenders.retain(|c| c.found.evidence == strongest);
    let present: Vec<usize> = contenders.iter().map(|c| c.rule).collect();
    let beaten = |rule: usize| present.iter().any(|&other| compiled[other].overrides.contains(&rule));
    let unbeaten: Vec<usize> = present.iter().copied().filter(|&rule| !beaten(rule)).collect();
    if !unbeaten.is_empty() {
        contenders.retain(|c| unbeaten.contains(&c.rule));
    }
    // Two rules with no precedence between them are a fault of the catalogue; the graver one, then the first, wins, so
    // that the answer does not depend on anything else.
    contenders.into_iter().max_by_key(|c| (catalogue.rules()[c.rule].severity, std::cmp::Reverse(c.rule)))
}
