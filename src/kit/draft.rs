//! Drafts a rule for records that no rule explains.

use std::collections::BTreeSet;
use std::fmt::{self, Write as _};

use crate::pattern::Pattern;

use crate::catalogue::{Category, Severity};
use crate::engine::Engine;
use crate::record::{Level, Lines, Record};
use crate::report::{MASK, Unclassified};

/// Words of the shape that the signature takes; later ones are more likely to vary.
const MAX_WORDS: usize = 10;
/// Words of the id.
const ID_WORDS: usize = 4;
/// Characters that a masked part may stand for.
const MAX_MASKED: usize = 120;
/// Counter-examples that are taken from rules with like examples.
const COUNTER_EXAMPLES: usize = 2;
/// Texts that have less in common than this (of 100) are not alike.
const MIN_ALIKE: usize = 12;

/// A rule to be finished by a person: it works, but its causes and fixes are to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    id: String,
    title: String,
    category: Category,
    severity: Severity,
    regex: String,
    example: String,
    counter_examples: Vec<String>,
}

/// Why no rule can be drafted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DraftError {
    /// Everything in the records varies.
    #[error("`{0}` has no words of its own to look for; write its rule by hand")]
    NothingInCommon(String),
}

/// Drafts a rule for a cluster of unexplained records: a signature of its fixed words, the category of the most alike
/// example in the catalogue, and counter-examples from rules that come near.
///
/// # Errors
/// When the cluster's records have no words in common.
pub fn draft(cluster: &Unclassified, engine: &Engine) -> Result<Draft, DraftError> {
    let words: Vec<&str> = cluster.template.split(' ').filter(|word| *word != "…").take(MAX_WORDS).collect();
    let fixed: Vec<String> = words.iter().filter_map(|word| plain_word(word)).collect();
    if fixed.iter().map(String::len).sum::<usize>() < 6 {
        return Err(DraftError::NothingInCommon(cluster.template.clone()));
    }
    let regex = signature(&words);
    let text = &cluster.sample.text;
    let alike = alike_examples(text, engine);
    let category = alike.first().map(|(rule, _)| engine.rule(*rule).category);
    let category =
        category.or_else(|| by_subsystem(cluster.subsystem.as_deref()?)).unwrap_or(Category::Gateway);
    let matches =
        |text: &str| Pattern::lower(&regex).is_ok_and(|pattern| pattern.is_match(&text.to_ascii_lowercase()));
    let mut counter_examples: Vec<String> = Vec::new();
    for (_, example) in &alike {
        if counter_examples.len() < COUNTER_EXAMPLES && !matches(example) {
            counter_examples.push(example.clone());
        }
    }
    Ok(Draft {
        id: unused_id(category, &fixed, engine),
        title: format!("TODO: what `{}` means", fixed.join(" ")),
        category,
        severity: if cluster.level >= Level::Error { Severity::Error } else { Severity::Warning },
        regex,
        example: text.clone(),
        counter_examples,
    })
}

impl fmt::Display for Draft {
    /// As a rule file.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
        writeln!(text, "category: {}\nrules:", self.category)?;
        writeln!(text, "  - id: {}\n    title: {}", self.id, quoted(&self.title))?;
        writeln!(text, "    severity: {}\n    any:\n      - regex: {}", self.severity, quoted(&self.regex))?;
        writeln!(text, "    causes:\n      - 'TODO: why it happens, the likeliest first'")?;
        writeln!(text, "    fixes:\n      - say: 'TODO: what to do, in the order to try'")?;
        writeln!(text, "    examples:\n      - {}", quoted(&self.example))?;
        if !self.counter_examples.is_empty() {
            writeln!(text, "    counter_examples:")?;
        }
        for example in &self.counter_examples {
            writeln!(text, "      - {}", quoted(example))?;
        }
        out.write_str(&text)
    }
}

/// The letters of a word that is not masked and not just punctuation.
fn plain_word(word: &str) -> Option<String> {
    let letters: String = word.replace(MASK, " ").chars().filter(|c| c.is_alphabetic()).collect();
    (!word.contains(MASK) && !letters.is_empty()).then(|| letters.to_lowercase())
}

/// A regular expression for a shape: its words as they are, and anything short in the place of what is masked.
fn signature(words: &[&str]) -> String {
    let masked = format!(r"[^\n]{{1,{MAX_MASKED}}}?");
    // What varies at the ends need not be looked for.
    let is_mask = |word: &&&str| word.chars().all(|c| "<*>".contains(c));
    let from = words.iter().take_while(is_mask).count();
    let to = words.len() - words.iter().rev().take_while(is_mask).count();
    let parts: Vec<String> = words[from..to.max(from)]
        .iter()
        .map(|word| word.split(MASK).map(regex_syntax::escape).collect::<Vec<_>>().join(&masked))
        .collect();
    parts.join(r"\s+")
}

/// Examples of other rules that have most words in common with a text, the most alike first.
fn alike_examples(text: &str, engine: &Engine) -> Vec<(usize, String)> {
    let mine = words(text);
    let mut found: Vec<(usize, usize, &String)> = Vec::new();
    for (index, rule) in engine.catalogue().rules().iter().enumerate() {
        for example in rule.examples.iter().filter(|_| rule.category != Category::None) {
            let other = words(example);
            let common = mine.intersection(&other).count();
            let alike = common * 100 / mine.union(&other).count().max(1);
            if alike >= MIN_ALIKE {
                found.push((alike, index, example));
            }
        }
    }
    found.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| (a.1, a.2).cmp(&(b.1, b.2))));
    found.into_iter().map(|(_, index, example)| (index, message(example))).collect()
}

/// The message of an example, which may be a whole record.
fn message(example: &str) -> String {
    let raw = Lines::new(example.as_bytes(), 0).next();
    raw.map_or_else(|| example.to_owned(), |raw| Record::parse(&raw).display_text())
}

/// The words that can tell texts apart; most short ones stand everywhere.
fn words(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_alphabetic()).filter(|word| word.chars().count() > 3);
    words.map(str::to_lowercase).collect()
}

fn by_subsystem(subsystem: &str) -> Option<Category> {
    const KNOWN: [(&str, Category); 8] = [
        ("channel", Category::Channel),
        ("telegram", Category::Channel),
        ("plugin", Category::Plugin),
        ("mcp", Category::Plugin),
        ("tool", Category::Tool),
        ("sqlite", Category::Storage),
        ("session", Category::Session),
        ("config", Category::Config),
    ];
    KNOWN.iter().find(|(word, _)| subsystem.contains(word)).map(|(_, category)| *category)
}

/// An id of these words that no rule has.
fn unused_id(category: Category, words: &[String], engine: &Engine) -> String {
    let ascii = |word: &String| word.chars().all(|c| c.is_ascii_lowercase());
    let words: Vec<&str> = words.iter().filter(|w| ascii(w)).take(ID_WORDS).map(String::as_str).collect();
    let slug = if words.is_empty() { "new-rule".to_owned() } else { words.join("-") };
    let id = format!("{}/{slug}", category.to_string().replace('_', "-"));
    let is_used = |id: &str| engine.catalogue().rules().iter().any(|rule| rule.id == id);
    let numbered = (2..).map(|n| format!("{id}-{n}"));
    std::iter::once(id.clone()).chain(numbered).find(|id| !is_used(id)).unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Catalogue, Layers};
    use crate::report::Sample;

    fn engine() -> Engine {
        Engine::new(Catalogue::embedded().expect("rules"))
    }

    fn cluster(template: &str, text: &str, subsystem: &str) -> Unclassified {
        Unclassified {
            template: template.to_owned(),
            level: Level::Error,
            subsystem: Some(subsystem.to_owned()),
            records: 3,
            first_seen: None,
            last_seen: None,
            sample: Sample { text: text.to_owned(), ..Sample::default() },
        }
    }

    /// A draft is a rule file that loads, and its rule wins its example.
    #[test]
    fn a_draft_works_as_it_is() {
        let engine = engine();
        let text = "flux capacitor of \"x'1\" lost 88 gigawatts (it's gone)";
        let template = "flux capacitor of <*> lost <*> gigawatts (it's gone)";
        let draft = draft(&cluster(template, text, "tools"), &engine).expect("a draft");
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("draft.yaml");
        std::fs::write(&file, draft.to_string()).expect("a file");
        let layers = Layers { overlays: vec![file], ..Layers::default() };
        let engine = Engine::new(Catalogue::load(&layers).expect("rules"));
        for text in [text, "Flux capacitor of \"y\" lost 3 gigawatts (it's gone)"] {
            let raw = Lines::new(text.as_bytes(), 0).next().expect("a record");
            let verdict = engine.classify_by_brute_force(&Record::parse(&raw)).expect("a verdict");
            assert_eq!(engine.rule(verdict.rule).id, "tool/flux-capacitor-of-lost");
        }
        for counter_example in &draft.counter_examples {
            let raw = Lines::new(counter_example.as_bytes(), 0).next().expect("a record");
            let rule = engine.catalogue().rules().iter().position(|r| r.id == draft.id).expect("the rule");
            assert!(!engine.matches(rule, &Record::parse(&raw)), "{counter_example}");
        }
    }

    #[test]
    fn the_category_is_that_of_the_most_alike_example() {
        let text =
            "provider answered that the rate limit for requests per minute is reached, try again later";
        let draft = draft(&cluster(text, text, "x"), &engine()).expect("a draft");
        assert_eq!(draft.category, Category::RateLimit, "{draft}");
        assert!(!draft.counter_examples.is_empty());
    }

    #[test]
    fn what_varies_throughout_gets_no_draft() {
        let error = draft(&cluster("<*> <*>: <*>", "17 18: 19", "x"), &engine()).expect_err("an error");
        assert_eq!(error, DraftError::NothingInCommon("<*> <*>: <*>".to_owned()));
    }
}
