//! Rules tried by hand: why one does or does not match, and what would be if it were written otherwise.

use crate::catalogue::{Evidence, Rule};
use crate::record::Record;

use super::signature::{self, CompiledRule, View};
use super::{Engine, verdict};

/// A record, and what all rules have found in it.
pub struct Trial<'r> {
    view: View<'r>,
    contenders: Vec<(usize, Evidence)>,
}

/// A rule written otherwise.
pub struct Variant {
    compiled: CompiledRule,
    /// The index of the rule in whose place it is tried.
    of: usize,
}

/// Which of a rule's signatures are in a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// Of those of which one is enough.
    pub any: Vec<bool>,
    /// Of those that must all be there.
    pub all: Vec<bool>,
    /// Of those that must not be there.
    pub none: Vec<bool>,
    /// What the rule proves, where it matches.
    pub evidence: Option<Evidence>,
}

impl Engine {
    /// Tries all rules on a record.
    pub fn trial<'r>(&'r self, record: &'r Record<'r>) -> Trial<'r> {
        let view = View::new(record, &self.groups, Some(&self.triggers));
        let candidates = match record.parts.quoted {
            true => Vec::new(),
            false => self.triggers.candidates(&view.triggered, self.rules.len()),
        };
        let contenders = self.contenders(&view, candidates.into_iter());
        let contenders = contenders.into_iter().map(|c| (c.rule, c.found.evidence)).collect();
        Trial { view, contenders }
    }

    /// A rule to be tried in the place of that of this index.
    pub fn variant(&self, of: usize, rule: &Rule) -> Variant {
        let overrides = self.rules[of].overrides.clone();
        Variant { compiled: signature::compile_alone(rule, &self.catalogue, overrides), of }
    }

    /// The rules that win a record: one, or several with no precedence between them. With a variant in the place of its
    /// rule.
    pub fn winners(&self, trial: &Trial<'_>, variant: Option<&Variant>) -> Vec<usize> {
        let own = variant.and_then(|v| Some((v.of, v.compiled.find(&trial.view)?.evidence)));
        let is_replaced = |rule: usize| variant.is_some_and(|v| v.of == rule);
        let others = trial.contenders.iter().copied().filter(|(rule, _)| !is_replaced(*rule));
        verdict::winners(others.chain(own), &self.catalogue, &self.rules)
    }

    /// Whether a variant matches a record.
    pub fn variant_matches(&self, trial: &Trial<'_>, variant: &Variant) -> bool {
        variant.compiled.find(&trial.view).is_some()
    }

    /// Which signatures of the rule of that index are in a record.
    pub fn probe(&self, rule: usize, trial: &Trial<'_>) -> Probe {
        let [any, all, none] = self.rules[rule].probe(&trial.view);
        let evidence = trial.contenders.iter().find(|(contender, _)| *contender == rule);
        Probe { any, all, none, evidence: evidence.map(|(_, evidence)| *evidence) }
    }
}
