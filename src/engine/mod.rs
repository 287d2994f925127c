//! Which rule explains a record: a literal prefilter over raw bytes, signatures on the few records that pass it, and a
//! verdict where several rules match.

mod atoms;
mod claim;
mod error_code;
mod facts;
mod http_status;
mod prefilter;
mod signature;
mod verdict;
mod view;

use crate::catalogue::{Catalogue, Category, Problems, Rule};
use crate::record::Record;

pub use claim::Claim;
pub use prefilter::{Candidates, Prefilter};
pub use verdict::Verdict;

use signature::{CompiledGroup, CompiledRule};
use verdict::Contender;
use view::View;

/// A compiled catalogue.
pub struct Engine {
    catalogue: Catalogue,
    rules: Vec<CompiledRule>,
    groups: Vec<CompiledGroup>,
    prefilter: Prefilter,
}

impl Engine {
    /// Compiles a catalogue.
    ///
    /// # Errors
    /// When the rules hold more literals than the prefilter can take.
    pub fn new(catalogue: Catalogue) -> Result<Self, Problems> {
        let (rules, groups) = signature::compile(&catalogue);
        let prefilter = Prefilter::new(&catalogue)?;
        Ok(Self { catalogue, rules, groups, prefilter })
    }

    /// The catalogue that was compiled.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// The rule of that index.
    pub fn rule(&self, index: usize) -> &Rule {
        &self.catalogue.rules()[index]
    }

    /// The filter that finds the records worth parsing.
    pub fn prefilter(&self) -> &Prefilter {
        &self.prefilter
    }

    /// The rule that explains a record best, among those whose index is in `candidates` (ascending, each once).
    ///
    /// A rule of category `none` that matches explains the record as benign: it comes before all others.
    pub fn classify(&self, record: &Record<'_>, candidates: &[usize]) -> Option<Verdict> {
        let view = View::new(record, &self.groups);
        let contenders = self.contenders(&view, candidates.iter().copied());
        let claims = self.claims(record, &contenders);
        let best = verdict::decide(contenders, &self.catalogue, &self.rules)?;
        let mut captures = best.found.captures;
        if !captures.is_empty() || self.rule(best.rule).category != Category::None {
            facts::add(&view, &mut captures);
        }
        Some(Verdict { rule: best.rule, evidence: best.found.evidence, captures, claims })
    }

    /// What OpenClaw's own words in the record say, whatever else it holds.
    fn claims(&self, record: &Record<'_>, contenders: &[Contender]) -> Vec<Claim> {
        let sentences = contenders.iter().filter_map(|contender| {
            let says = contender.found.sentence.as_deref()?;
            Claim::sentence(says, self.rule(contender.rule).category)
        });
        sentences.chain(Claim::reason(record)).collect()
    }

    /// The rule that explains a record best, by trying every rule: the slow way, for tests and single lines.
    pub fn classify_by_brute_force(&self, record: &Record<'_>) -> Option<Verdict> {
        let all: Vec<usize> = (0..self.rules.len()).collect();
        self.classify(record, &all)
    }

    /// The rules with the highest evidence of which none overrides another. More than one is a fault of the catalogue;
    /// the first of them is the one that wins.
    pub fn rivals(&self, record: &Record<'_>) -> Vec<usize> {
        let view = View::new(record, &self.groups);
        let contenders = self.contenders(&view, 0..self.rules.len());
        let rivals = verdict::unbeaten(contenders, &self.catalogue, &self.rules);
        rivals.into_iter().map(|contender| contender.rule).collect()
    }

    /// Whether the rule of that index matches a record, whichever rule wins it.
    pub fn matches(&self, rule: usize, record: &Record<'_>) -> bool {
        self.rules[rule].find(&View::new(record, &self.groups)).is_some()
    }

    fn contenders(&self, view: &View<'_>, candidates: impl Iterator<Item = usize>) -> Vec<Contender> {
        let contend = |rule: usize| Some(Contender { rule, found: self.rules[rule].find(view)? });
        candidates.filter_map(contend).collect()
    }
}
