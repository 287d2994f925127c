//! Drafts a rule for a line of a log, or for unexplained records.

mod file;
mod neighbours;
mod pieces;
mod signature;

use std::collections::BTreeSet;

use crate::catalogue::{self, Category, Evidence, Problems, Severity, is_rule_id};
use crate::engine::{Engine, evidence_texts};
use crate::record::{Level, Lines, RawRecord, Record, display_parts, plain_bytes};
use crate::redact::Redactor;
use crate::report::{MASK, Unclassified, template};
use crate::tooling::verdicts::{Outcome, judge_counter_example};

use neighbours::{EMPTY_WORDS, Neighbour};
use signature::DraftedSignature;

/// Maximum number of words in the id.
const ID_WORDS: usize = 4;
/// Maximum length of the text in the title, in characters.
const MAX_TITLE: usize = 80;
/// Maximum number of counter-examples taken from similar texts.
const COUNTER_EXAMPLES: usize = 2;
/// Maximum number of attempts to make a draft override the rules that win its example.
const MAX_TRIALS: usize = 6;

/// A draft of a rule, to be completed by a person: it wins its example, but lacks causes and fixes. Its `Display` form
/// is a rule file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    id: String,
    title: String,
    category: Category,
    severity: Severity,
    signature: DraftedSignature,
    /// Evidence tier, if the default one is not enough to win.
    evidence: Option<Evidence>,
    overrides: Vec<String>,
    example: String,
    counter_examples: Vec<String>,
}

/// Reason why no rule can be drafted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DraftError {
    /// The input is blank.
    #[error("no log line given; paste one exactly as it appears in the log")]
    Empty,
    /// Rules ignore the record.
    #[error(
        "rules ignore this record: it is an info record, or it quotes what somebody said; use the warning or error next \
         to it"
    )]
    NoEvidence,
    /// Every part of the records varies.
    #[error("`{0}` has no distinctive words; write its rule by hand")]
    NothingInCommon(String),
    /// A rule declares that the record is no failure.
    #[error(
        "the rule `{0}` classifies this as harmless, which takes precedence over all other rules; replace that rule by a \
         narrower one in your own rule file first"
    )]
    Harmless(String),
    /// Other rules win the example over every draft.
    #[error("no draft takes precedence over {}; write the rule by hand", .0.join(", "))]
    Beaten(Vec<String>),
    /// The draft is not a valid rule file, which is a bug in clawsift.
    #[error("the draft is not a valid rule file, which is a bug in clawsift:\n{0}")]
    Unusable(Problems),
}

/// Reason why an id is not acceptable for a new rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadId {
    /// The id is malformed.
    #[error(
        "`{0}` is not a rule id; write two lower-case names joined by a slash, such as rate-limit/requests"
    )]
    Malformed(String),
    /// A rule already has the id.
    #[error("the rule `{0}` already exists; choose another id")]
    Taken(String),
    /// A retired rule had the id.
    #[error("the id `{0}` is retired; choose another")]
    Retired(String),
}

/// Drafts a rule for a cluster of unexplained records: a signature from its fixed words, the category of the most
/// similar example in the catalogue, and counter-examples from similar rules.
///
/// # Errors
/// Fails if the records of the cluster have no words in common, or if no draft wins the sample.
pub fn draft(cluster: &Unclassified, engine: &Engine) -> Result<Draft, DraftError> {
    let alone = template(&cluster.sample.text);
    // Words that the cluster's template masks, but the sample's own template does not, vary between the records.
    let words = alone.split(' ').zip(cluster.template.split(' '));
    let varying =
        words.filter(|(mine, common)| mine != common && *common == MASK).map(|(mine, _)| mine).collect();
    let origin = Origin { level: cluster.level, subsystem: cluster.subsystem.as_deref(), varying };
    // A report joins the message and the error texts of a record; rules see them separately.
    let texts = display_parts(&cluster.sample.text).into_iter().flat_map(|part| {
        let raw = Lines::new(part.as_bytes(), 0).next();
        raw.map_or_else(Vec::new, |raw| evidence_texts(&Record::parse(&raw)))
    });
    origin.draft(&cluster.sample.text, texts.collect(), engine)
}

/// Drafts a rule for a line of a log, or for a record of several lines: complete in any format, or the message only.
/// Secrets are masked first.
///
/// # Errors
/// Fails if no rule can explain such a line, or if no draft wins it.
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

/// Known properties of the records that a rule is drafted for.
struct Origin<'o> {
    level: Option<Level>,
    subsystem: Option<&'o str>,
    /// Words that are known to differ between the records.
    varying: BTreeSet<&'o str>,
}

impl Origin<'_> {
    /// Returns a draft that wins the example with one of the texts that rules see in it.
    fn draft(&self, example: &str, texts: Vec<String>, engine: &Engine) -> Result<Draft, DraftError> {
        // Further lines of a text are a stack trace or vary, and symbols before the first line come from OpenClaw.
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
    /// Returns the rule's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns the title, derived from the text.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Returns the category, by default that of the most similar example.
    pub fn category(&self) -> Category {
        self.category
    }

    /// Returns the severity, by default derived from the record's level.
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// Returns the rules that explain the example without the draft and that the draft overrides.
    pub fn overrides(&self) -> &[String] {
        &self.overrides
    }

    /// Sets the id.
    ///
    /// # Errors
    /// Fails if the id is malformed, or if a current or retired rule has it.
    pub fn set_id(&mut self, id: &str, engine: &Engine) -> Result<(), BadId> {
        check_id(id, engine)?;
        self.id = id.to_owned();
        Ok(())
    }

    /// Sets the title.
    pub fn set_title(&mut self, title: &str) {
        self.title = title.to_owned();
    }

    /// Sets the category.
    pub fn set_category(&mut self, category: Category) {
        self.category = category;
    }

    /// Sets the severity.
    pub fn set_severity(&mut self, severity: Severity) {
        self.severity = severity;
    }

    /// Returns an engine with the draft laid over the catalogue.
    fn on_trial(&self, engine: &Engine) -> Result<Engine, DraftError> {
        let catalogue = engine.catalogue().clone();
        let catalogue =
            catalogue::overlaid(catalogue, "the draft", &self.to_string()).map_err(DraftError::Unusable)?;
        Ok(Engine::new(catalogue))
    }

    /// Returns the draft's rule index in an engine that includes it.
    fn index(&self, trial: &Engine) -> Option<usize> {
        trial.catalogue().rules().iter().position(|rule| rule.id == self.id)
    }

    /// Adds overrides for the rules that explain the example until the draft wins.
    fn set_over_others(&mut self, engine: &Engine) -> Result<Engine, DraftError> {
        let mut others: Vec<String> = Vec::new();
        for _ in 0..MAX_TRIALS {
            let trial = self.on_trial(engine)?;
            let Some(index) = self.index(&trial) else { break };
            let Some(raw) = Lines::new(self.example.as_bytes(), 0).next() else { break };
            let record = Record::parse(&raw);
            // A signature without a rare atom would be evaluated on every record.
            if !trial.matches(index, &record) || trial.rules_without_atoms().contains(&index) {
                return Err(DraftError::NothingInCommon(Redactor::OPEN.excerpt(&self.example, 80)));
            }
            let rivals = trial.certain_rivals(&record);
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

    /// Returns the most similar texts of the catalogue that the draft does not match.
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

/// Returns the rule that explains a text.
fn winner(text: &str, engine: &Engine) -> Option<usize> {
    let raw = Lines::new(text.as_bytes(), 0).next()?;
    Some(engine.classify(&Record::parse(&raw))?.rule)
}

/// Checks that a new rule may have this id.
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

/// Returns an id from these words that no current or retired rule has.
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
