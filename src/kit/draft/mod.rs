//! Drafts a rule for a line of a log, or for records that no rule explains.

mod file;
mod neighbours;
mod pieces;
mod signature;

use std::collections::BTreeSet;

use crate::catalogue::{self, Category, Evidence, Problems, Severity, is_rule_id};
use crate::engine::{Engine, evidence_texts};
use crate::kit::verdicts::{Outcome, judge_counter_example};
use crate::record::{Level, Lines, RawRecord, Record, display_parts, plain_bytes};
use crate::redact::Redactor;
use crate::report::{MASK, Unclassified, template};

use neighbours::{EMPTY_WORDS, Neighbour};
use signature::DraftedSignature;

/// Words of the id.
const ID_WORDS: usize = 4;
/// Characters of the title that are taken from the text.
const MAX_TITLE: usize = 80;
/// Counter-examples that are taken from what comes near.
const COUNTER_EXAMPLES: usize = 2;
/// How often a draft is set over the rules that win its example before it gives up.
const MAX_TRIALS: usize = 6;

/// A rule to be finished by a person: it wins its example, but its causes and fixes are to be written. Shown, it is a rule
/// file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    id: String,
    title: String,
    category: Category,
    severity: Severity,
    signature: DraftedSignature,
    /// Where the usual one is not enough to win.
    evidence: Option<Evidence>,
    overrides: Vec<String>,
    example: String,
    counter_examples: Vec<String>,
}

/// Why no rule can be drafted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DraftError {
    /// Nothing but blanks was given.
    #[error("there is no line to draft a rule for; give one of a log, as it stands there")]
    Empty,
    /// Rules do not look at the record.
    #[error(
        "rules do not look at this: OpenClaw wrote it as information, or it quotes what somebody said; take the warning \
         or error that stands near it"
    )]
    NoEvidence,
    /// Everything in the records varies.
    #[error("`{0}` has no words of its own to look for; write its rule by hand")]
    NothingInCommon(String),
    /// A rule says that it is no failure.
    #[error(
        "the rule `{0}` says that this is harmless, which goes before all other rules; make that rule narrower first, in a \
         file of your own"
    )]
    Harmless(String),
    /// Other rules win the example all the same.
    #[error("no draft wins this over {}; write its rule by hand", .0.join(", "))]
    Beaten(Vec<String>),
    /// The draft is no rule file.
    #[error("the draft is no good rule file, which is a fault of clawsift:\n{0}")]
    Unusable(Problems),
}

/// Why an id cannot be a new rule's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadId {
    /// It is written wrong.
    #[error("`{0}` is no rule id; write two lower-case words joined by a slash, such as rate-limit/requests")]
    Malformed(String),
    /// A rule has it.
    #[error("there is a rule `{0}` already; take another id")]
    Taken(String),
    /// A rule had it.
    #[error("the id `{0}` was retired; take another")]
    Retired(String),
}

/// Drafts a rule for a cluster of unexplained records: a signature of its fixed words, the category of the most alike
/// example in the catalogue, and counter-examples from rules that come near.
///
/// # Errors
/// When the cluster's records have no words in common.
pub fn draft(cluster: &Unclassified, engine: &Engine) -> Result<Draft, DraftError> {
    let alone = template(&cluster.sample.text);
    // What the sample does not mask by itself differs between the records.
    let words = alone.split(' ').zip(cluster.template.split(' '));
    let varying =
        words.filter(|(mine, common)| mine != common && *common == MASK).map(|(mine, _)| mine).collect();
    let origin = Origin { level: Some(cluster.level), subsystem: cluster.subsystem.as_deref(), varying };
    // A report has the message and the error texts of a record in one, rules see them apart.
    let texts = display_parts(&cluster.sample.text).into_iter().flat_map(|part| {
        let raw = Lines::new(part.as_bytes(), 0).next();
        raw.map_or_else(Vec::new, |raw| evidence_texts(&Record::parse(&raw)))
    });
    origin.draft(&cluster.sample.text, texts.collect(), engine)
}

/// Drafts a rule for a line of a log, or a record of several: whole, as any format has it, or just its message. Secrets in
/// it are masked first.
///
/// # Errors
/// When no rule could explain such a line, or none that is drafted would win it.
pub fn draft_line(line: &str, engine: &Engine) -> Result<Draft, DraftError> {
    let plain = plain_bytes(line.as_bytes());
    let plain = String::from_utf8_lossy(&plain);
    let text = Redactor::MASKING.clean_lines(&plain);
    let records = Lines::new(text.as_bytes(), 0).filter(|raw| !raw.bytes.trim_ascii().is_empty());
    let mut is_empty = true;
    for raw in records {
        is_empty = false;
        let record = Record::parse(&raw);
        let texts = evidence_texts(&record);
        if !texts.is_empty() {
            let subsystem = record.parts.subsystem.as_deref();
            let origin = Origin { level: record.parts.level, subsystem, varying: BTreeSet::new() };
            return origin.draft(&text_of(&raw), texts, engine);
        }
    }
    Err(if is_empty { DraftError::Empty } else { DraftError::NoEvidence })
}

fn text_of(raw: &RawRecord<'_>) -> String {
    String::from_utf8_lossy(raw.bytes).trim_end().to_owned()
}

/// What is known of the records that a rule is drafted for.
struct Origin<'o> {
    level: Option<Level>,
    subsystem: Option<&'o str>,
    /// Words that are known to differ.
    varying: BTreeSet<&'o str>,
}

impl Origin<'_> {
    /// A draft that wins the example by one of the texts that rules see in it.
    fn draft(&self, example: &str, texts: Vec<String>, engine: &Engine) -> Result<Draft, DraftError> {
        // The further lines of a text are a stack, or what differs, and signs in front of the first are OpenClaw's own.
        let is_sign = |c: char| !c.is_alphanumeric() && !c.is_ascii();
        let first_lines = texts.iter().filter_map(|text| text.trim().lines().next());
        let first_lines = first_lines.map(|text| text.trim_start_matches(is_sign).trim_start());
        let mut signatures: Vec<DraftedSignature> = first_lines
            .filter_map(|text| DraftedSignature::new(&pieces::pieces(text, &self.varying)))
            .collect();
        signatures.sort_by_key(|signature| std::cmp::Reverse(signature.letters()));
        let message = texts.first().map(|text| Redactor::OPEN.excerpt(text.trim(), 80)).unwrap_or_default();
        let mut result = Err(DraftError::NothingInCommon(message));
        for signature in signatures {
            result = self.draft_with(signature, example, engine);
            if result.is_ok() {
                break;
            }
        }
        result
    }

    fn draft_with(
        &self,
        signature: DraftedSignature,
        example: &str,
        engine: &Engine,
    ) -> Result<Draft, DraftError> {
        let neighbours = neighbours::neighbours(&signature.words.join(" "), engine);
        let explaining = winner(example, engine).map(|rule| engine.rule(rule).category);
        let category = explaining
            .filter(|category| *category != Category::None)
            .or_else(|| neighbours::category(&neighbours))
            .or_else(|| neighbours::category_of_subsystem(self.subsystem?))
            .unwrap_or(Category::Gateway);
        let is_warning = self.level.is_some_and(|level| level < Level::Error);
        let gist = Redactor::OPEN.excerpt(&signature.gist, MAX_TITLE);
        let mut draft = Draft {
            id: unused_id(category, &signature.words, engine),
            title: format!("TODO: what `{gist}` means"),
            category,
            severity: if is_warning { Severity::Warning } else { Severity::Error },
            signature,
            evidence: None,
            overrides: Vec::new(),
            example: example.to_owned(),
            counter_examples: Vec::new(),
        };
        let trial = draft.set_over_others(engine)?;
        draft.counter_examples = draft.near_misses(&neighbours, &trial);
        Ok(draft)
    }
}

impl Draft {
    /// Its id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What went wrong, as far as can be told.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The category of what is most like it.
    pub fn category(&self) -> Category {
        self.category
    }

    /// How grave the record thinks it is.
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// Rules that explain its example without it, and that it beats.
    pub fn overrides(&self) -> &[String] {
        &self.overrides
    }

    /// Gives it another id.
    ///
    /// # Errors
    /// When that is no id, or a rule has it or had it.
    pub fn set_id(&mut self, id: &str, engine: &Engine) -> Result<(), BadId> {
        check_id(id, engine)?;
        self.id = id.to_owned();
        Ok(())
    }

    /// Gives it another title.
    pub fn set_title(&mut self, title: &str) {
        self.title = title.to_owned();
    }

    /// Puts it into another category.
    pub fn set_category(&mut self, category: Category) {
        self.category = category;
    }

    /// Gives it another severity.
    pub fn set_severity(&mut self, severity: Severity) {
        self.severity = severity;
    }

    /// The catalogue with the draft over it.
    fn on_trial(&self, engine: &Engine) -> Result<Engine, DraftError> {
        let catalogue = engine.catalogue().clone();
        let catalogue =
            catalogue::overlaid(catalogue, "the draft", &self.to_string()).map_err(DraftError::Unusable)?;
        Ok(Engine::new(catalogue))
    }

    /// Its index among the rules over which it lies.
    fn index(&self, trial: &Engine) -> Option<usize> {
        trial.catalogue().rules().iter().position(|rule| rule.id == self.id)
    }

    /// Sets it over the rules that explain its example, until it wins.
    fn set_over_others(&mut self, engine: &Engine) -> Result<Engine, DraftError> {
        let mut others: Vec<String> = Vec::new();
        for _ in 0..MAX_TRIALS {
            let trial = self.on_trial(engine)?;
            let Some(index) = self.index(&trial) else { break };
            let Some(raw) = Lines::new(self.example.as_bytes(), 0).next() else { break };
            let record = Record::parse(&raw);
            // Without a rare text it would be tried on every record.
            if !trial.matches(index, &record) || trial.rules_without_atoms().contains(&index) {
                return Err(DraftError::NothingInCommon(Redactor::OPEN.excerpt(&self.example, 80)));
            }
            let rivals = trial.rivals(&record);
            if rivals == [index] {
                return Ok(trial);
            }
            let rivals = rivals.into_iter().filter(|rival| *rival != index).map(|rival| trial.rule(rival));
            if let Some(harmless) = rivals.clone().find(|rule| rule.category == Category::None) {
                return Err(DraftError::Harmless(harmless.id.clone()));
            }
            others = rivals.map(|rule| rule.id.clone()).collect();
            let strongest = trial.classify(&record).map(|verdict| verdict.evidence);
            self.evidence = self.evidence.max(strongest.filter(|evidence| *evidence > Evidence::Body));
            self.overrides.extend(others.iter().cloned());
            self.overrides.sort();
            self.overrides.dedup();
        }
        Err(DraftError::Beaten(others))
    }

    /// The nearest texts of the catalogue that it does not match.
    fn near_misses(&self, neighbours: &[Neighbour], trial: &Engine) -> Vec<String> {
        let Some(index) = self.index(trial) else { return Vec::new() };
        let mut misses: Vec<String> = Vec::new();
        for neighbour in neighbours {
            let is_missed = judge_counter_example(trial, index, &neighbour.text) == Outcome::Passed;
            if is_missed && !misses.contains(&neighbour.text) {
                misses.push(neighbour.text.clone());
            }
            if misses.len() == COUNTER_EXAMPLES {
                break;
            }
        }
        misses
    }
}

/// The rule that explains a text.
fn winner(text: &str, engine: &Engine) -> Option<usize> {
    let raw = Lines::new(text.as_bytes(), 0).next()?;
    Some(engine.classify(&Record::parse(&raw))?.rule)
}

/// Whether a new rule may have this id.
fn check_id(id: &str, engine: &Engine) -> Result<(), BadId> {
    let catalogue = engine.catalogue();
    if !is_rule_id(id) {
        return Err(BadId::Malformed(id.to_owned()));
    }
    if catalogue.rules().iter().any(|rule| rule.id == id) {
        return Err(BadId::Taken(id.to_owned()));
    }
    if catalogue.retired().iter().any(|retired| retired.id == id) {
        return Err(BadId::Retired(id.to_owned()));
    }
    Ok(())
}

/// An id of these words that no rule has or had.
fn unused_id(category: Category, words: &[String], engine: &Engine) -> String {
    let names = |word: &&String| {
        word.len() > 1
            && word.chars().all(|c| c.is_ascii_lowercase())
            && !EMPTY_WORDS.contains(&word.as_str())
    };
    let words: Vec<&str> = words.iter().filter(names).take(ID_WORDS).map(String::as_str).collect();
    let slug = if words.is_empty() { "new-rule".to_owned() } else { words.join("-") };
    let id = format!("{}/{slug}", category.to_string().replace('_', "-"));
    let numbered = (2..).map(|n| format!("{id}-{n}"));
    std::iter::once(id.clone()).chain(numbered).find(|id| check_id(id, engine).is_ok()).unwrap_or(id)
}

#[cfg(test)]
mod tests;
