//! The texts of a rule, as stored in a report.

use serde::{Deserialize, Serialize};

use crate::catalogue::{Category, Confidence, Fix, LimitTable, Rule, Severity};
use crate::redact::Redactor;

/// The texts of a rule, before the facts of the log are filled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RuleText {
    pub id: String,
    pub title: String,
    pub category: Category,
    pub severity: Severity,
    #[serde(default)]
    pub confidence: Confidence,
    pub causes: Vec<String>,
    pub fixes: Vec<Fix>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<LimitTable>,
    pub references: Vec<String>,
}

impl From<&Rule> for RuleText {
    fn from(rule: &Rule) -> Self {
        Self {
            id: rule.id.clone(),
            title: rule.title.clone(),
            category: rule.category,
            severity: rule.severity,
            confidence: rule.confidence(),
            causes: rule.causes.clone(),
            fixes: rule.fixes.clone(),
            limits: rule.limits.clone(),
            references: rule.references.clone(),
        }
    }
}

impl RuleText {
    /// Removes control characters: rules may come from third parties and reports from other machines, and neither may
    /// control the terminal.
    pub(crate) fn make_visible(&mut self) {
        let own = [&mut self.id, &mut self.title];
        for text in own.into_iter().chain(&mut self.causes).chain(&mut self.references) {
            *text = Redactor::OPEN.clean_lines(text);
        }
        for Fix { say, run, config } in &mut self.fixes {
            for text in std::iter::once(say).chain(run).chain(config) {
                *text = Redactor::OPEN.clean_lines(text);
            }
        }
    }

    /// Returns the sort key among the texts that several catalogues have for one rule. Any fixed order makes the merged
    /// report independent of the order of the parts.
    pub(crate) fn order(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}
