//! The rules in force, as a list.

use serde::Serialize;

use crate::catalogue::{Catalogue, Category, Severity};
use crate::redact::Redactor;

/// A rule in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListedRule {
    /// Its id.
    pub id: String,
    /// Its category.
    pub category: Category,
    /// Its severity.
    pub severity: Severity,
    /// What went wrong.
    pub title: String,
    /// How many examples it has.
    pub examples: usize,
    /// The file in which it stands, `rules/NAME.yaml` for a built-in one.
    pub file: String,
}

/// The rules of these categories, or all where none is given, in the order of the catalogue.
pub fn list(catalogue: &Catalogue, categories: &[Category]) -> Vec<ListedRule> {
    let rules = catalogue.rules().iter();
    let wanted = rules.filter(|rule| categories.is_empty() || categories.contains(&rule.category));
    let listed = wanted.map(|rule| ListedRule {
        id: rule.id.clone(),
        category: rule.category,
        severity: rule.severity,
        title: Redactor::OPEN.clean(&rule.title).into_owned(),
        examples: rule.examples.len(),
        file: rule.location.file.clone(),
    });
    listed.collect()
}
