//! Finds the rule that explains a record: required atoms select the signatures to try, and the verdict decides between several
//! matching rules. [`InfoLiterals`] drops records that need no rule before they are parsed.

mod claim;
mod class;
mod cost;
mod error_code;
mod facts;
mod http_status;
mod info_literals;
mod matchers;
mod required_atoms;
mod signature;
mod texts;
mod trial;
mod verdict;

use crate::catalogue::{Catalogue, Category, Rule, Signature};
use crate::record::Record;

pub use claim::Claim;
pub use cost::{Cost, CostMeter};
pub use info_literals::InfoLiterals;
pub use texts::evidence_texts;
pub use trial::{SignatureResults, Trial, Variant};
pub use verdict::Verdict;

use required_atoms::{Numbering, RequiredAtoms};
use signature::{CompiledGroup, CompiledRule, RecordView};
use verdict::Contender;

/// A compiled catalogue.
pub struct Engine {
    catalogue: Catalogue,
    rules: Vec<CompiledRule>,
    groups: Vec<CompiledGroup>,
    triggers: RequiredAtoms,
    gates: InfoLiterals,
}

impl Engine {
    /// Compiles a catalogue.
    pub fn new(catalogue: Catalogue) -> Self {
        let mut numbering = Numbering::default();
        let (rules, groups) = signature::compile(&catalogue, &mut numbering);
        let triggers = RequiredAtoms::new(&catalogue, numbering);
        Self { catalogue, rules, groups, triggers, gates: InfoLiterals::new() }
    }

    /// Returns the catalogue that was compiled.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// Returns the rule with the given index.
    pub fn rule(&self, index: usize) -> &Rule {
        &self.catalogue.rules()[index]
    }

    /// Returns the filter that decides which info records are worth parsing.
    pub fn gates(&self) -> &InfoLiterals {
        &self.gates
    }

    /// Returns the indices of the rules without required atoms. They are tried on every record that is parsed.
    pub fn rules_without_atoms(&self) -> &[usize] {
        self.triggers.always()
    }

    /// Returns true if a signature has something that every matching record must hold: a rare text, a status or a field.
    pub fn is_given_away(&self, signature: &Signature) -> bool {
        required_atoms::is_given_away(signature, &self.catalogue)
    }

    /// Returns the rule that explains a record best; `None` if no rule matches, or if the record only quotes what somebody wrote.
    ///
    /// A rule of category `none` that matches marks the record as benign and wins over all others.
    pub fn classify(&self, record: &Record<'_>) -> Option<Verdict> {
        if !record.is_evidence() {
            return None;
        }
        let view = RecordView::new(record, &self.groups, Some(&self.triggers));
        let candidates = self.triggers.candidates(&view.triggered, self.rules.len());
        self.judge(&view, candidates.into_iter())
    }

    /// Returns the rule that explains a record best, by trying every signature: the slow reference for [`Self::classify`].
    pub fn classify_by_brute_force(&self, record: &Record<'_>) -> Option<Verdict> {
        if !record.is_evidence() {
            return None;
        }
        self.judge(&RecordView::new(record, &self.groups, None), 0..self.rules.len())
    }

    fn judge(&self, view: &RecordView<'_>, candidates: impl Iterator<Item = usize>) -> Option<Verdict> {
        let contenders = self.contenders(view, candidates);
        let mut claims = self.claims(view.record, &contenders);
        let mut best = verdict::decide(contenders, &self.catalogue, &self.rules)?;
        let is_failure = self.rule(best.rule).category != Category::None;
        // The matched text of a benign record is never shown.
        let matched = is_failure.then(|| self.rules[best.rule].matched(view, best.found.evidence)).flatten();
        // A sentence that names the cause contradicts nothing.
        claims.retain(|claim| matched.as_ref().is_none_or(|matched| !claim.says.contains(matched.as_str())));
        let mut captures = std::mem::take(&mut best.found.captures);
        if !captures.is_empty() || is_failure {
            facts::add(view, &mut captures);
        }
        if let Some(code) = captures.get("code")
            && let Some(meaning) = self.meaning(best.rule, code)
        {
            // A vendor's phrase without a code stands in the record anyway.
            if code.contains(char::is_whitespace) {
                captures.remove("code");
            }
            captures.insert("meaning".to_owned(), meaning.to_owned());
        }
        let shows_opaque = view.shows_opaque();
        let Contender { rule, found } = best;
        Some(Verdict { rule, evidence: found.evidence, captures, claims, matched, shows_opaque })
    }

    /// Returns what a code table says of a code that the given rule explains.
    fn meaning(&self, rule: usize, code: &str) -> Option<&str> {
        let id = &self.rule(rule).id;
        let entries = self.catalogue.tables().iter().flat_map(|table| &table.codes);
        let found = entries.into_iter().find(|entry| entry.code == code && entry.rule == *id)?;
        Some(&found.means)
    }

    /// Returns OpenClaw's own account of the failure, whatever else the record holds.
    fn claims(&self, record: &Record<'_>, contenders: &[Contender]) -> Vec<Claim> {
        let is_account = claim::may_hold_claim(record);
        let sentences = contenders.iter().filter(|_| is_account).filter_map(|contender| {
            let says = contender.found.sentence.as_deref()?;
            Claim::sentence(says, self.rule(contender.rule).category)
        });
        sentences.chain(Claim::reason(record)).collect()
    }

    /// Returns the rules with the highest evidence that no other rule overrides. More than one is a fault of the catalogue; the
    /// first of them wins.
    pub fn rivals(&self, record: &Record<'_>) -> Vec<usize> {
        self.winners(&self.trial(record), None)
    }

    /// Returns the indices of the rules that lose to the given rule on equal evidence.
    pub fn overridden_by(&self, rule: usize) -> &[usize] {
        &self.rules[rule].overrides
    }

    /// Returns the index of the rule that explains the failure instead if attempts fail sooner than any time limit.
    pub fn too_soon(&self, rule: usize) -> Option<usize> {
        self.rules[rule].too_soon
    }

    /// Returns the index of the rule that explains the failure instead if the address in it is the gateway's own.
    pub fn at_gateway(&self, rule: usize) -> Option<usize> {
        self.rules[rule].at_gateway
    }

    /// Returns true if the given rule matches a record, whichever rule wins it.
    pub fn matches(&self, rule: usize, record: &Record<'_>) -> bool {
        self.rules[rule].find(&RecordView::new(record, &self.groups, Some(&self.triggers))).is_some()
    }

    fn contenders(&self, view: &RecordView<'_>, candidates: impl Iterator<Item = usize>) -> Vec<Contender> {
        let contend = |rule: usize| Some(Contender { rule, found: self.rules[rule].find(view)? });
        candidates.filter_map(contend).collect()
    }
}
