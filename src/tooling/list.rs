//! List of the active rules.

use serde::Serialize;

use crate::catalogue::{Catalogue, Category, Severity};
use crate::redact::Redactor;

/// A rule in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListedRule {
    /// The rule's id.
    pub id: String,
    /// The rule's category.
    pub category: Category,
    /// The rule's severity.
    pub severity: Severity,
    /// The rule's title.
    pub title: String,
    /// Number of examples.
    pub examples: usize,
    /// File of the rule, `rules/NAME.yaml` for a built-in one.
    pub file: String,
}

/// Returns the rules of these categories, or all rules if none is given, in the order of the catalogue.
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
