//! What must be known of all rules of a catalogue before the first one is decoded.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::Rule;
use super::atom_index::AtomIndex;
use super::required_atoms::Requirements;

/// The ids of all rules, the precedence between them, and their required atoms.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct RuleIndex {
    /// The ids, sorted, with the indices of their rules.
    by_id: Vec<(String, u32)>,
    /// Per rule, the indices of those that lose to it on equal evidence.
    losers: Vec<Vec<usize>>,
    pub atoms: AtomIndex,
}

impl RuleIndex {
    pub fn new(rules: &[Rule], requirements: &Requirements<'_>) -> Self {
        let index: HashMap<&str, usize> =
            rules.iter().enumerate().map(|(index, rule)| (rule.id.as_str(), index)).collect();
        let mut by_id: Vec<_> = (0..).zip(rules).map(|(index, rule)| (rule.id.clone(), index)).collect();
        by_id.sort();
        let losers = rules.iter().map(|rule| overridden(rule, rules, &index)).collect();
        Self { by_id, losers, atoms: AtomIndex::new(rules, requirements) }
    }

    /// Returns the index of the rule with an id.
    pub fn find(&self, id: &str) -> Option<usize> {
        let at = self.by_id.binary_search_by(|(known, _)| known.as_str().cmp(id)).ok()?;
        Some(self.by_id[at].1 as usize)
    }

    /// Returns the indices of the rules that lose to the given one on equal evidence.
    pub fn losers(&self, rule: usize) -> &[usize] {
        self.losers.get(rule).map(Vec::as_slice).unwrap_or_default()
    }
}

/// Returns the rules that lose to this one. An override by full id takes precedence over a family such as `auth/*`.
fn overridden(rule: &Rule, rules: &[Rule], index: &HashMap<&str, usize>) -> Vec<usize> {
    let mut losers = Vec::new();
    for pattern in &rule.overrides {
        match pattern.strip_suffix('*') {
            Some(family) => losers.extend((0..rules.len()).filter(|&at| {
                let other = &rules[at];
                other.id.starts_with(family) && other.id != rule.id && !other.overrides.contains(&rule.id)
            })),
            None => losers.extend(index.get(pattern.as_str())),
        }
    }
    losers
}
