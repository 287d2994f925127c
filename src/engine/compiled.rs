//! The rules and shared groups of a catalogue, each compiled when it is first tried: a log meets few of them.

use std::sync::OnceLock;

use crate::catalogue::{Catalogue, CodeSignature, Rule, Signature};
use crate::record::Record;

use super::required_atoms::{Requirement, Triggered, requirement};
use super::signature::{CompiledCode, CompiledGroup, CompiledRule, CompiledSignature, Groups, RecordView};
use super::texts::RecordTexts;

/// Returns what a record must hold for a signature of a catalogue to be tried.
type Requires = fn(&Signature, &Catalogue) -> Requirement;

/// A catalogue, and what is compiled of it.
pub(super) struct Compiled {
    pub catalogue: Catalogue,
    rules: Vec<OnceLock<CompiledRule>>,
    /// The names of the shared groups, sorted.
    names: Vec<String>,
    groups: Vec<OnceLock<CompiledGroup>>,
}

impl Compiled {
    pub fn new(catalogue: Catalogue) -> Self {
        let names: Vec<String> = catalogue.shared().keys().cloned().collect();
        let rules = (0..catalogue.rules().len()).map(|_| OnceLock::new()).collect();
        let groups = names.iter().map(|_| OnceLock::new()).collect();
        Self { catalogue, rules, names, groups }
    }

    /// Returns the number of rules.
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Returns a view of a record on which the signatures are tried whose required atoms are present.
    pub fn view<'r>(&'r self, record: &'r Record<'r>) -> RecordView<'r> {
        let seen = RecordTexts::new(record);
        let triggered = Triggered::of(self.catalogue.atoms(), &seen);
        RecordView::new(seen, self, triggered)
    }

    /// Returns a view of a record on which every signature is tried.
    pub fn view_without_atoms<'r>(&'r self, record: &'r Record<'r>) -> RecordView<'r> {
        RecordView::new(RecordTexts::new(record), self, Triggered::All)
    }

    /// Returns the rules that a record can match, in ascending order.
    pub fn candidates(&self, view: &RecordView<'_>) -> Vec<usize> {
        view.triggered.candidates(self.catalogue.atoms(), self.len())
    }

    /// Returns the rule with the given index.
    pub fn rule(&self, index: usize) -> &CompiledRule {
        self.rules[index].get_or_init(|| self.compile(&self.catalogue.rules()[index], requirement))
    }

    /// Compiles a rule that is not in the catalogue, to be tried instead of one that is. All its signatures are always tried.
    pub fn variant(&self, rule: &Rule) -> CompiledRule {
        self.compile(rule, |_, _| Requirement::new())
    }

    fn compile(&self, rule: &Rule, requires: Requires) -> CompiledRule {
        let code = |CodeSignature { frame, code, signature }: &CodeSignature| CompiledCode {
            frame: frame.as_ref().map(|name| self.index_of(name)),
            code: code.clone(),
            signature: self.signature(signature, requires),
        };
        CompiledRule {
            any: self.signatures(&rule.any, requires),
            codes: rule.codes.iter().map(code).collect(),
            all: self.signatures(&rule.all, requires),
            none: self.signatures(&rule.none, requires),
        }
    }

    fn signatures(&self, signatures: &[Signature], requires: Requires) -> Vec<CompiledSignature> {
        signatures.iter().map(|signature| self.signature(signature, requires)).collect()
    }

    fn signature(&self, signature: &Signature, requires: Requires) -> CompiledSignature {
        CompiledSignature::new(signature, &|name| self.index_of(name), requires(signature, &self.catalogue))
    }

    /// Returns the index of a shared group. The catalogue rejects a signature that names an unknown group.
    fn index_of(&self, name: &str) -> usize {
        self.names.binary_search_by(|known| known.as_str().cmp(name)).unwrap_or(usize::MAX)
    }
}

impl Groups for Compiled {
    fn count(&self) -> usize {
        self.groups.len()
    }

    fn group(&self, index: usize) -> Option<&CompiledGroup> {
        let group = self.groups.get(index)?;
        Some(group.get_or_init(|| {
            let signatures = self.names.get(index).and_then(|name| self.catalogue.shared().get(name));
            let signatures = signatures.map(|group| group.as_slice()).unwrap_or_default();
            CompiledGroup(self.signatures(signatures, requirement))
        }))
    }
}
