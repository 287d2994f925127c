//! Finds texts in the catalogue that are similar to a text, for a draft's category and counter-examples.

use std::collections::BTreeSet;

use crate::catalogue::Category;
use crate::engine::Engine;
use crate::openclaw::channel_of;
use crate::record::{Lines, Record};

/// Stop words: frequent words without a specific meaning.
pub(super) const EMPTY_WORDS: [&str; 22] = [
    "error", "err", "warn", "warning", "the", "an", "is", "are", "was", "of", "on", "in", "at", "by", "for",
    "to", "with", "from", "and", "after", "ms", "it",
];
/// Minimum similarity, in per cent, for texts of the same kind.
const MIN_ALIKE: usize = 12;

/// A text of the catalogue.
pub(super) struct Neighbour {
    /// Category of the rule whose example the text is; `None` for a counter-example.
    category: Option<Category>,
    /// Similarity in per cent.
    alike: usize,
    /// The message of the text, if it is a whole record.
    pub text: String,
}

/// Returns the texts of the catalogue that share words with a text, the most similar first.
pub(super) fn neighbours(text: &str, engine: &Engine) -> Vec<Neighbour> {
    let mine = words(text);
    let mut found: Vec<(usize, bool, usize, &String)> = Vec::new();
    let rules = engine.catalogue().rules();
    for (index, rule) in rules.iter().enumerate().filter(|(_, rule)| !rule.likely) {
        let examples = rule.examples.iter().map(|text| (true, text));
        for (is_example, text) in examples.chain(rule.counter_examples.iter().map(|text| (false, text))) {
            let other = words(text);
            let common = mine.intersection(&other).count();
            if common > 0 {
                let alike = common * 100 / mine.union(&other).count().max(1);
                found.push((alike, is_example, index, text));
            }
        }
    }
    found.sort_by(|a, b| (b.0, b.1).cmp(&(a.0, a.1)).then_with(|| (a.2, a.3).cmp(&(b.2, b.3))));
    let neighbour = |(alike, is_example, index, text): (usize, bool, usize, &String)| Neighbour {
        category: is_example.then_some(rules[index].category),
        alike,
        text: message(text),
    };
    found.into_iter().map(neighbour).collect()
}

/// Returns the category of the most similar example of a failure, if it is similar enough.
pub(super) fn category(neighbours: &[Neighbour]) -> Option<Category> {
    let near = neighbours.iter().filter(|neighbour| neighbour.alike >= MIN_ALIKE);
    near.filter_map(|neighbour| neighbour.category).find(|category| *category != Category::None)
}

/// Returns the category that a subsystem suggests.
pub(super) fn category_of_subsystem(subsystem: &str) -> Option<Category> {
    const KNOWN: [(&str, Category); 7] = [
        ("channel", Category::Channel),
        ("plugin", Category::Plugin),
        ("mcp", Category::Plugin),
        ("tool", Category::Tool),
        ("sqlite", Category::Storage),
        ("session", Category::Session),
        ("config", Category::Config),
    ];
    if channel_of(subsystem).is_some() {
        return Some(Category::Channel);
    }
    KNOWN.iter().find(|(word, _)| subsystem.contains(word)).map(|(_, category)| *category)
}

/// Returns the message of an example, which may be a whole record.
fn message(example: &str) -> String {
    let raw = Lines::new(example.as_bytes(), 0).next();
    raw.map_or_else(|| example.to_owned(), |raw| Record::parse(&raw).display_text())
}

/// Returns the words that distinguish texts. Short words are excluded, because most are too frequent.
fn words(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_alphabetic()).filter(|word| word.chars().count() > 3);
    words.map(str::to_lowercase).filter(|word| !EMPTY_WORDS.contains(&word.as_str())).collect()
}
