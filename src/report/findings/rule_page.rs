//! The explanation of a rule for a person, looked up by id, by code, or by a log line that the rule explains.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::catalogue::{Category, LimitTable, Rule, Severity, SignatureKind};
use crate::engine::{Engine, Verdict};
use crate::record::{Lines, Record};
use crate::redact::{Redactor, Secrets};

use super::advice::{self, QuotingContext, fill};
use super::code_meaning::CodeMeaning;
use super::fix::FilledFix;

/// Maximum length of a displayed fact, in characters.
const MAX_FACT: usize = 200;
/// Maximum length of a displayed example, in characters.
const MAX_EXAMPLE: usize = 160;
/// Maximum number of displayed look-alikes from other rules.
const MAX_LOOK_ALIKES: usize = 5;
/// Maximum number of pages for one pasted text, which may hold several records.
const MAX_PAGES: usize = 3;
/// Maximum number of pages for one code, which several vendors may use.
const MAX_CODE_PAGES: usize = 8;

/// Explanation of a rule, with the facts of a log line filled in if there is one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RulePage {
    /// The rule's id.
    pub rule: String,
    /// The rule's title.
    pub title: String,
    /// The rule's category.
    pub category: Category,
    /// The rule's severity.
    pub severity: Severity,
    /// The meanings of the code that was looked up, if a code was.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub meanings: Vec<CodeMeaning>,
    /// Captured facts by name, redacted.
    pub facts: BTreeMap<String, String>,
    /// OpenClaw's own statements in the line that the evidence contradicts, redacted.
    pub contradicted: Vec<String>,
    /// Possible causes.
    pub causes: Vec<String>,
    /// Fixes, in the order to try them.
    pub fixes: Vec<FilledFix>,
    /// Published limits of the provider, if the rule has a table of them.
    pub limits: Option<LimitTable>,
    /// Texts that look like this failure but are something else.
    pub look_alikes: Vec<LookAlike>,
    /// Links to further reading.
    pub references: Vec<String>,
}

/// A text that looks like a rule's failure but is something else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LookAlike {
    /// A failure that another rule explains.
    Rule {
        /// Id of the rule that explains it.
        rule: String,
        /// Title of that rule.
        title: String,
        /// The text.
        example: String,
    },
    /// Not a failure, or not one of this kind.
    Harmless {
        /// The text.
        example: String,
    },
}

/// Reason why no explanation was found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unexplained {
    /// Neither a rule id nor a code of any rule.
    #[error("no rule, category or code is called `{what}`; the nearest rules are {}", nearest.join(", "))]
    Unknown {
        /// The text that was looked up.
        what: String,
        /// Ids of rules with similar names.
        nearest: Vec<String>,
    },
    /// A log line that no rule matches.
    #[error("unexplained: no rule matches this line; the lines around it may name the cause")]
    NoMatch,
    /// A retired rule id.
    #[error("the rule `{id}` was retired: {why}")]
    Retired {
        /// The retired id.
        id: String,
        /// Reason for retiring it.
        why: String,
    },
}

impl RulePage {
    /// Returns the pages that explain `what`: a rule id, a category, a status or code, or lines of a log.
    ///
    /// # Errors
    /// Fails if nothing explains `what`.
    pub fn explain(engine: &Engine, redactor: Redactor, what: &str) -> Result<Vec<Self>, Unexplained> {
        let what = what.trim();
        let rules = engine.catalogue().rules();
        if let Some(index) = index_of(engine, what) {
            return Ok(vec![Self::of_rule(engine, index)]);
        }
        if let Some(retired) = engine.catalogue().retired().iter().find(|retired| retired.id == what) {
            let heir = retired.replaced_by.as_deref().and_then(|heir| index_of(engine, heir));
            return heir
                .map(|index| vec![Self::of_rule(engine, index)])
                .ok_or_else(|| Unexplained::Retired { id: retired.id.clone(), why: retired.why.clone() });
        }
        let of_category: Vec<usize> =
            (0..rules.len()).filter(|&index| rules[index].category.to_string() == what).collect();
        if !of_category.is_empty() {
            let mut pages: Vec<Self> =
                of_category.into_iter().map(|index| Self::of_rule(engine, index)).collect();
            // Some vendors have a code of that name.
            pages.iter_mut().for_each(|page| page.add_meanings(&meanings(engine, what)));
            return Ok(pages);
        }
        let is_word = !what.contains(char::is_whitespace);
        let pages = match is_word {
            true => of_code(engine, what),
            false => of_lines(engine, redactor, what),
        };
        match (pages.is_empty(), is_word) {
            (false, _) => Ok(pages),
            (true, true) => Err(Unexplained::Unknown {
                what: redactor.excerpt(what, MAX_FACT),
                nearest: did_you_mean(engine, what),
            }),
            (true, false) => Err(Unexplained::NoMatch),
        }
    }

    fn of_rule(engine: &Engine, index: usize) -> Self {
        Self::with_facts(engine, index, BTreeMap::new(), Vec::new())
    }

    fn add_meanings(&mut self, meanings: &[CodeMeaning]) {
        self.meanings.extend(meanings.iter().filter(|meaning| meaning.rule == self.rule).cloned());
    }

    fn of_verdict(engine: &Engine, redactor: Redactor, verdict: Verdict, secrets: &Secrets) -> Self {
        let excerpt = |text: &str| redactor.excerpt_of_piece(text, MAX_FACT, secrets);
        let category = engine.rule(verdict.rule).category;
        let is_proven = !verdict.evidence.is_secondary();
        let contradicted =
            verdict.claims.iter().filter(|claim| is_proven && !claim.means.contains(&category));
        let contradicted: BTreeSet<String> = contradicted.map(|claim| excerpt(&claim.says)).collect();
        let facts = verdict.captures.iter();
        let facts = facts.map(|(name, value)| (name.clone(), excerpt(value))).collect();
        Self::with_facts(engine, verdict.rule, facts, contradicted.into_iter().collect())
    }

    fn with_facts(
        engine: &Engine,
        index: usize,
        mut facts: BTreeMap<String, String>,
        contradicted: Vec<String>,
    ) -> Self {
        advice::add_provider_facts(&mut facts);
        let rule = engine.rule(index);
        // Rules may come from third parties.
        let visible = |text: &str| Redactor::OPEN.clean_lines(text);
        Self {
            rule: rule.id.clone(),
            title: visible(&rule.title),
            category: rule.category,
            severity: rule.severity,
            meanings: Vec::new(),
            causes: rule
                .causes
                .iter()
                .map(|cause| visible(&fill(cause, &facts, QuotingContext::Sentence)))
                .collect(),
            fixes: rule.fixes.iter().map(|fix| FilledFix::new(fix, &facts)).collect(),
            limits: rule.limits.clone(),
            look_alikes: look_alikes(engine, index),
            references: rule.references.iter().map(|reference| visible(reference)).collect(),
            contradicted,
            facts,
        }
    }
}

fn index_of(engine: &Engine, id: &str) -> Option<usize> {
    engine.catalogue().rules().iter().position(|rule| rule.id == id)
}

/// Returns the pages of the rules that explain a code. The rule that wins if only the code is known comes first.
fn of_code(engine: &Engine, code: &str) -> Vec<RulePage> {
    let status = code.parse::<u16>().ok();
    let alone = match status {
        Some(status) => format!("HTTP {status}"),
        None => code.to_owned(),
    };
    let first = verdicts(engine, &alone).map(|verdict| verdict.rule);
    let asks_for = |rule: &Rule| {
        rule.any.iter().chain(&rule.all).any(|signature| match &signature.kind {
            SignatureKind::HttpStatus(statuses) => status.is_some_and(|status| statuses.contains(&status)),
            SignatureKind::ErrorCode(codes) => codes.iter().any(|known| known.eq_ignore_ascii_case(code)),
            _ => false,
        })
    };
    let meanings = meanings(engine, code);
    let of_tables = meanings.iter().filter_map(|meaning| index_of(engine, &meaning.rule));
    let rules = engine.catalogue().rules().iter().enumerate();
    let others = rules.filter(|(_, rule)| asks_for(rule)).map(|(index, _)| index);
    let mut seen = BTreeSet::new();
    let all = first.chain(of_tables).chain(others).filter(|index| seen.insert(*index));
    let pages = all.take(MAX_CODE_PAGES).map(|index| {
        let mut page = RulePage::of_rule(engine, index);
        page.add_meanings(&meanings);
        page
    });
    pages.collect()
}

fn meanings(engine: &Engine, code: &str) -> Vec<CodeMeaning> {
    CodeMeaning::of(engine.catalogue().tables(), code)
}

/// Returns the pages of the rules that explain lines of a log, each rule once.
fn of_lines(engine: &Engine, redactor: Redactor, lines: &str) -> Vec<RulePage> {
    let verdicts = verdicts(engine, lines);
    let mut seen = BTreeSet::new();
    let new = verdicts.filter(|verdict| seen.insert(verdict.rule));
    let secrets = redactor.secrets([lines]);
    new.take(MAX_PAGES).map(|verdict| RulePage::of_verdict(engine, redactor, verdict, &secrets)).collect()
}

/// Returns the verdict for each record of a text that a rule explains.
fn verdicts(engine: &Engine, text: &str) -> impl Iterator<Item = Verdict> {
    Lines::new(text.as_bytes(), 0).filter_map(|raw| engine.classify(&Record::parse(&raw)))
}

/// Returns examples of other rules that this rule also matches, and its own counter-examples.
fn look_alikes(engine: &Engine, index: usize) -> Vec<LookAlike> {
    let shorten = |text: &str| Redactor::MASKING.excerpt(&text.replace('\n', " "), MAX_EXAMPLE);
    let matches =
        |text: &str| Lines::new(text.as_bytes(), 0).any(|raw| engine.matches(index, &Record::parse(&raw)));
    let others = engine.catalogue().rules().iter().filter(|other| other.id != engine.rule(index).id);
    let others = others.filter_map(|other| {
        let example = other.examples.iter().find(|example| matches(example))?;
        let (rule, title) = (other.id.clone(), other.title.clone());
        Some(LookAlike::Rule { rule, title, example: shorten(example) })
    });
    let harmless = engine.rule(index).counter_examples.iter();
    let harmless = harmless.map(|example| LookAlike::Harmless { example: shorten(example) });
    others.take(MAX_LOOK_ALIKES).chain(harmless).collect()
}

/// Returns the three rule ids most similar to `word`.
fn did_you_mean(engine: &Engine, word: &str) -> Vec<String> {
    let word = word.to_ascii_lowercase();
    let mut ids: Vec<&str> = engine.catalogue().rules().iter().map(|rule| rule.id.as_str()).collect();
    ids.sort_by(|a, b| strsim::jaro_winkler(b, &word).total_cmp(&strsim::jaro_winkler(a, &word)));
    ids.into_iter().take(3).map(|id| format!("`{id}`")).collect()
}
