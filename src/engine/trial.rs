//! Tries single rules for the rule author's tools: why a rule matches or not, and how a variant of it would behave.

use crate::catalogue::{Evidence, Rule};
use crate::record::Record;

use super::class::Class;
use super::signature::{CompiledRule, RecordView};
use super::{Engine, verdict};

/// A record, and the results of all rules on it.
pub struct Trial<'r> {
    view: RecordView<'r>,
    contenders: Vec<(usize, Evidence, Class)>,
}

/// A modified version of a rule.
pub struct Variant {
    compiled: CompiledRule,
    /// Index of the rule that the variant replaces.
    of: usize,
}

/// The signatures of a rule that match a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureResults {
    /// Results of the `any` signatures, of which one is enough.
    pub any: Vec<bool>,
    /// Results of the `all` signatures, which must all match.
    pub all: Vec<bool>,
    /// Results of the `none` signatures, which must not match.
    pub none: Vec<bool>,
    /// The evidence of the rule; `None` if it does not match.
    pub evidence: Option<Evidence>,
}

impl Engine {
    /// Tries all rules on a record.
    pub fn trial<'r>(&'r self, record: &'r Record<'r>) -> Trial<'r> {
        let view = self.compiled.view(record);
        let candidates = if record.parts.quoted { Vec::new() } else { self.compiled.candidates(&view) };
        let contenders = self.contenders(&view, candidates.into_iter());
        let contenders = contenders.into_iter().map(|c| (c.rule, c.found.evidence, c.found.class)).collect();
        Trial { view, contenders }
    }

    /// Creates a variant that replaces the rule with index `of`.
    pub fn variant(&self, of: usize, rule: &Rule) -> Variant {
        Variant { compiled: self.compiled.variant(rule), of }
    }

    /// Returns the rules that win a record: one, or several if there is no precedence between them. With `variant`, it replaces
    /// its rule.
    pub fn winners(&self, trial: &Trial<'_>, variant: Option<&Variant>) -> Vec<usize> {
        let own = variant.and_then(|v| {
            let found = v.compiled.find(&trial.view)?;
            Some((v.of, found.evidence, found.class))
        });
        let is_replaced = |rule: usize| variant.is_some_and(|v| v.of == rule);
        let others = trial.contenders.iter().copied().filter(|(rule, ..)| !is_replaced(*rule));
        verdict::winners(others.chain(own), self.catalogue())
    }

    /// Returns true if a variant matches a record.
    pub fn variant_matches(&self, trial: &Trial<'_>, variant: &Variant) -> bool {
        variant.compiled.find(&trial.view).is_some()
    }

    /// Returns which signatures of the given rule match a record.
    pub fn probe(&self, rule: usize, trial: &Trial<'_>) -> SignatureResults {
        let [any, all, none] = self.compiled.rule(rule).probe(&trial.view);
        let evidence = trial.contenders.iter().find(|(contender, ..)| *contender == rule);
        SignatureResults { any, all, none, evidence: evidence.map(|(_, evidence, _)| *evidence) }
    }
}
