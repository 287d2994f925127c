//! Which rule explains a record: atoms tell which signatures are worth trying, and a verdict decides where several rules
//! match. What needs no rule at all is told by [`Gates`], before anything is read.

mod claim;
mod cost;
mod error_code;
mod facts;
mod gates;
mod http_status;
mod signature;
mod texts;
mod trial;
mod triggers;
mod verdict;

use crate::catalogue::{Catalogue, Category, Rule, Signature};
use crate::record::Record;

pub use claim::Claim;
pub use cost::{Cost, CostMeter};
pub use gates::Gates;
pub use texts::evidence_texts;
pub use trial::{Probe, Trial, Variant};
pub use verdict::Verdict;

use signature::{CompiledGroup, CompiledRule, View};
use triggers::{Numbering, Triggers};
use verdict::Contender;

/// A compiled catalogue.
pub struct Engine {
    catalogue: Catalogue,
    rules: Vec<CompiledRule>,
    groups: Vec<CompiledGroup>,
    triggers: Triggers,
    gates: Gates,
}

impl Engine {
    /// Compiles a catalogue.
    pub fn new(catalogue: Catalogue) -> Self {
        let mut numbering = Numbering::default();
        let (rules, groups) = signature::compile(&catalogue, &mut numbering);
        let triggers = Triggers::new(&catalogue, numbering);
        Self { catalogue, rules, groups, triggers, gates: Gates::new() }
    }

    /// The catalogue that was compiled.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// The rule of that index.
    pub fn rule(&self, index: usize) -> &Rule {
        &self.catalogue.rules()[index]
    }

    /// Tells which information is worth reading.
    pub fn gates(&self) -> &Gates {
        &self.gates
    }

    /// Rules of which no atom is known: they are tried on every record that is read.
    pub fn rules_without_atoms(&self) -> &[usize] {
        self.triggers.always()
    }

    /// Whether something tells where a signature may be found: a rare text, a status or a field.
    pub fn is_given_away(&self, signature: &Signature) -> bool {
        triggers::is_given_away(signature, &self.catalogue)
    }

    /// The rule that explains a record best; none where the record only quotes what somebody said.
    ///
    /// A rule of category `none` that matches explains the record as benign: it comes before all others.
    pub fn classify(&self, record: &Record<'_>) -> Option<Verdict> {
        if record.parts.quoted {
            return None;
        }
        let view = View::new(record, &self.groups, Some(&self.triggers));
        let candidates = self.triggers.candidates(&view.triggered, self.rules.len());
        self.judge(&view, candidates.into_iter())
    }

    /// The rule that explains a record best, by trying every signature: the slow way, to prove the fast one right.
    pub fn classify_by_brute_force(&self, record: &Record<'_>) -> Option<Verdict> {
        if record.parts.quoted {
            return None;
        }
        self.judge(&View::new(record, &self.groups, None), 0..self.rules.len())
    }

    fn judge(&self, view: &View<'_>, candidates: impl Iterator<Item = usize>) -> Option<Verdict> {
        let contenders = self.contenders(view, candidates);
        let claims = self.claims(view.record, &contenders);
        let mut best = verdict::decide(contenders, &self.catalogue, &self.rules)?;
        let is_failure = self.rule(best.rule).category != Category::None;
        // What is harmless is never shown.
        let matched = is_failure.then(|| self.rules[best.rule].matched(view, best.found.evidence)).flatten();
        let mut captures = std::mem::take(&mut best.found.captures);
        if !captures.is_empty() || is_failure {
            facts::add(view, &mut captures);
        }
        let shows_opaque = view.shows_opaque();
        let Contender { rule, found } = best;
        Some(Verdict { rule, evidence: found.evidence, captures, claims, matched, shows_opaque })
    }

    /// What OpenClaw's own words in the record say, whatever else it holds.
    fn claims(&self, record: &Record<'_>, contenders: &[Contender]) -> Vec<Claim> {
        let sentences = contenders.iter().filter_map(|contender| {
            let says = contender.found.sentence.as_deref()?;
            Claim::sentence(says, self.rule(contender.rule).category)
        });
        sentences.chain(Claim::reason(record)).collect()
    }

    /// The rules with the highest evidence of which none overrides another. More than one is a fault of the catalogue;
    /// the first of them is the one that wins.
    pub fn rivals(&self, record: &Record<'_>) -> Vec<usize> {
        self.winners(&self.trial(record), None)
    }

    /// The rules that lose to that of this index on equal evidence.
    pub fn overridden_by(&self, rule: usize) -> &[usize] {
        &self.rules[rule].overrides
    }

    /// Whether the rule of that index matches a record, whichever rule wins it.
    pub fn matches(&self, rule: usize, record: &Record<'_>) -> bool {
        self.rules[rule].find(&View::new(record, &self.groups, Some(&self.triggers))).is_some()
    }

    fn contenders(&self, view: &View<'_>, candidates: impl Iterator<Item = usize>) -> Vec<Contender> {
        let contend = |rule: usize| Some(Contender { rule, found: self.rules[rule].find(view)? });
        candidates.filter_map(contend).collect()
    }
}
