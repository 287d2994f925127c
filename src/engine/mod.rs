//! Finds the rule that explains a record: required atoms select the signatures to try, and the verdict decides between several
//! matching rules. [`InfoLiterals`] drops records that need no rule before they are parsed.

mod claim;
mod class;
mod code_meanings;
mod compiled;
mod concepts;
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

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use crate::catalogue::{Catalogue, Category, Evidence, Rule, Signature};
use crate::record::{Gravity, Record};

pub use claim::Claim;
pub use class::Class;
pub use cost::{Cost, CostMeter};
pub use info_literals::InfoLiterals;
pub use texts::evidence_texts;
pub use trial::{SignatureResults, Trial, Variant};
pub use verdict::Verdict;

use code_meanings::CodeMeanings;
use compiled::Compiled;
use concepts::{Meaning, Meanings};
use signature::RecordView;
use texts::RecordTexts;
use verdict::Contender;

/// A compiled catalogue.
pub struct Engine {
    compiled: Compiled,
    gates: InfoLiterals,
    code_meanings: CodeMeanings,
    /// Compiled when the first record is asked for its likely meaning.
    meanings: OnceLock<Meanings>,
    /// Only rules that know the wording of a record explain it.
    is_certain: bool,
}

impl Engine {
    /// Creates an engine for a catalogue. Each rule is compiled when it is first tried.
    pub fn new(catalogue: Catalogue) -> Self {
        Self {
            compiled: Compiled::new(catalogue),
            gates: InfoLiterals::new(),
            code_meanings: CodeMeanings::default(),
            meanings: OnceLock::new(),
            is_certain: false,
        }
    }

    /// Leaves out what records only likely mean.
    pub fn only_certain(self) -> Self {
        Self { is_certain: true, ..self }
    }

    /// Returns the catalogue that was compiled.
    pub fn catalogue(&self) -> &Catalogue {
        &self.compiled.catalogue
    }

    /// Returns the rule with the given index.
    pub fn rule(&self, index: usize) -> &Rule {
        &self.catalogue().rules()[index]
    }

    /// Returns the filter that decides which info records are worth parsing.
    pub fn gates(&self) -> &InfoLiterals {
        &self.gates
    }

    /// Returns the indices of the rules without required atoms. They are tried on every record that is parsed.
    pub fn rules_without_atoms(&self) -> &[usize] {
        self.catalogue().atoms().always()
    }

    /// Returns true if a signature has something that every matching record must hold: a rare text, a status or a field.
    pub fn is_given_away(&self, signature: &Signature) -> bool {
        required_atoms::is_given_away(signature, self.catalogue())
    }

    /// Returns the rule that explains a record best; `None` if no rule matches, or if the record only quotes what somebody wrote.
    ///
    /// A rule of category `none` that matches marks the record as benign and wins over all others.
    pub fn classify(&self, record: &Record<'_>) -> Option<Verdict> {
        self.classify_without(record, &BTreeSet::new())
    }

    /// Returns the rule that explains a record best if the given ones did not exist.
    pub fn classify_without(&self, record: &Record<'_>, left_out: &BTreeSet<usize>) -> Option<Verdict> {
        if !record.is_evidence() {
            return None;
        }
        let view = self.compiled.view(record);
        let candidates = self.compiled.candidates(&view).into_iter().filter(|rule| !left_out.contains(rule));
        let known = self.judge(&view, candidates);
        self.or_likely(&view, known)
    }

    /// Returns the rule that explains a record best, by trying every signature: the slow reference for [`Self::classify`].
    pub fn classify_by_brute_force(&self, record: &Record<'_>) -> Option<Verdict> {
        if !record.is_evidence() {
            return None;
        }
        let view = self.compiled.view_without_atoms(record);
        let known = self.judge(&view, 0..self.compiled.len());
        self.or_likely(&view, known)
    }

    /// Returns the rule that explains a record by what its words likely mean, if no rule knows its wording, or if
    /// [`Self::may_be_replaced`]. Otherwise returns `known`.
    fn or_likely(&self, texts: &RecordTexts<'_>, known: Option<Verdict>) -> Option<Verdict> {
        let record = texts.record;
        let is_failure = match &known {
            _ if self.is_certain => return known,
            Some(known) if self.may_be_replaced(known) => true,
            Some(_) => return known,
            None => Gravity::of_unexplained(record) != Gravity::Nothing,
        };
        // What has no level may tell of a failure in words that no program would choose.
        if !is_failure && Gravity::of(record, || record.is_statement()) == Gravity::Nothing {
            return None;
        }
        self.likely(texts, known.as_ref(), is_failure).or(known)
    }

    /// Returns true if a meaning can replace a verdict: that of a general rule, or one that rests on OpenClaw's own account of the
    /// failure.
    fn may_be_replaced(&self, known: &Verdict) -> bool {
        let rule = self.rule(known.rule);
        rule.general || (known.evidence.is_secondary() && rule.category != Category::None)
    }

    /// Returns true if a meaning names another cause than a verdict that may be replaced, and the rule of the verdict does not
    /// override it. OpenClaw's account is replaced only by what an error field says.
    fn is_better(&self, meaning: &Meaning, known: &Verdict, texts: &RecordTexts<'_>) -> bool {
        let (rule, category) = (self.rule(known.rule), self.rule(meaning.rule).category);
        meaning.names_a_cause
            && category != rule.category
            && (category.is_of_a_provider() || !rule.category.is_of_a_provider())
            && (rule.general || texts.is_of_error(&meaning.said))
            && !self.catalogue().losers(known.rule).contains(&meaning.rule)
    }

    fn likely(&self, texts: &RecordTexts<'_>, known: Option<&Verdict>, is_failure: bool) -> Option<Verdict> {
        let meaning = self.meanings.get_or_init(|| Meanings::new(self.catalogue())).of(texts, is_failure)?;
        if known.is_some_and(|known| !self.is_better(&meaning, known, texts)) {
            return None;
        }
        let (text, range) = meaning.said;
        let mut captures = BTreeMap::new();
        facts::add(texts, &mut captures);
        Some(Verdict {
            rule: meaning.rule,
            evidence: Evidence::Likely,
            captures,
            claims: Vec::new(),
            matched: Some(texts.texts[text].original(range)),
            shows_opaque: texts.shows_opaque(),
        })
    }

    fn judge(&self, view: &RecordView<'_>, candidates: impl Iterator<Item = usize>) -> Option<Verdict> {
        let contenders = self.contenders(view, candidates);
        let mut claims = self.claims(view.record, &contenders);
        let mut best = verdict::decide(contenders, self.catalogue())?;
        let is_failure = self.rule(best.rule).category != Category::None;
        // The matched text of a benign record is never shown.
        let matched =
            is_failure.then(|| self.compiled.rule(best.rule).matched(view, best.found.evidence)).flatten();
        // A sentence that names the cause contradicts nothing.
        claims.retain(|claim| matched.as_ref().is_none_or(|matched| !claim.says.contains(matched.as_str())));
        let mut captures = std::mem::take(&mut best.found.captures);
        if !captures.is_empty() || is_failure {
            facts::add(view, &mut captures);
        }
        if let Some(code) = captures.get("code")
            && let Some(meaning) = self.code_meanings.find(self.catalogue(), code, &self.rule(best.rule).id)
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

    /// Returns OpenClaw's own account of the failure, whatever else the record holds.
    fn claims(&self, record: &Record<'_>, contenders: &[Contender]) -> Vec<Claim> {
        let is_account = claim::may_hold_claim(record);
        let sentences = contenders.iter().filter(|_| is_account).filter_map(|contender| {
            let says = contender.found.sentence.as_deref()?;
            Claim::sentence(says, self.rule(contender.rule).category)
        });
        sentences.chain(Claim::reason(record)).collect()
    }

    /// Returns the rules with the highest evidence that no other rule overrides, or the rule that wins by what the words likely mean.
    /// More than one is a fault of the catalogue; the first of them wins.
    pub fn rivals(&self, record: &Record<'_>) -> Vec<usize> {
        let certain = self.certain_rivals(record);
        if certain.len() > 1 {
            return certain;
        }
        let likely = self.classify(record).map(|verdict| verdict.rule).filter(|rule| self.rule(*rule).likely);
        likely.map_or(certain, |rule| vec![rule])
    }

    /// Returns the rivals among the rules that know the wording of a record.
    pub fn certain_rivals(&self, record: &Record<'_>) -> Vec<usize> {
        self.winners(&self.trial(record), None)
    }

    /// Returns the index of the rule that explains the failure instead if attempts fail sooner than any time limit.
    pub fn too_soon(&self, rule: usize) -> Option<usize> {
        self.catalogue().find(self.rule(rule).too_soon.as_deref()?)
    }

    /// Returns the index of the rule that explains the failure instead if the address in it is the gateway's own.
    pub fn at_gateway(&self, rule: usize) -> Option<usize> {
        self.catalogue().find(self.rule(rule).at_gateway.as_deref()?)
    }

    /// Returns true if the given rule matches a record, whichever rule wins it.
    pub fn matches(&self, rule: usize, record: &Record<'_>) -> bool {
        match self.rule(rule).likely {
            true => self.classify(record).is_some_and(|verdict| verdict.rule == rule),
            false => self.compiled.rule(rule).find(&self.compiled.view(record)).is_some(),
        }
    }

    fn contenders(&self, view: &RecordView<'_>, candidates: impl Iterator<Item = usize>) -> Vec<Contender> {
        let contend = |rule: usize| Some(Contender { rule, found: self.compiled.rule(rule).find(view)? });
        candidates.filter_map(contend).collect()
    }
}
