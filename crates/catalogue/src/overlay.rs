//! Overrides of rules in other files: rules to disable, other severities, and more examples.

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::Deserialize;
use serde_saphyr::Spanned;

use super::did_you_mean::did_you_mean;
use super::rule_file::RuleFile;
use super::{Location, Problem, ProblemCode, Rule, Severity};

/// A rule to disable.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct RawDisable {
    /// The id of the rule.
    pub rule: String,
    /// Why the rule is disabled, for readers of this file.
    pub reason: String,
    /// The last day on which this applies, such as 2027-01-31.
    pub until: Option<String>,
}

/// A rule that has another severity here.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct RawSeverity {
    /// The id of the rule.
    pub rule: String,
    /// The severity here.
    pub to: Severity,
    /// Why, for readers of this file.
    pub reason: String,
    /// The last day on which this applies, such as 2027-01-31.
    pub until: Option<String>,
}

/// More examples of a rule in another file.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct RawMoreExamples {
    /// The id of the rule.
    pub rule: String,
    /// Lines of a log, or whole records, that the rule must win.
    #[serde(default)]
    pub examples: Vec<String>,
    /// Similar texts that the rule must not match.
    #[serde(default)]
    pub counter_examples: Vec<String>,
}

/// A change to a rule in another file.
#[derive(Debug, Clone)]
pub(super) struct Change {
    rule: String,
    /// The new severity; `None` to disable the rule.
    to: Option<Severity>,
    until: Option<String>,
    location: Location,
}

impl Change {
    pub fn disable(raw: Spanned<RawDisable>, source: &RuleFile) -> Result<Self, Problem> {
        let location = source.location(&raw);
        let RawDisable { rule, reason, until } = raw.value;
        Self { rule, to: None, until, location }.checked(&reason, source)
    }

    pub fn severity(raw: Spanned<RawSeverity>, source: &RuleFile) -> Result<Self, Problem> {
        let location = source.location(&raw);
        let RawSeverity { rule, to, reason, until } = raw.value;
        Self { rule, to: Some(to), until, location }.checked(&reason, source)
    }

    fn checked(self, reason: &str, source: &RuleFile) -> Result<Self, Problem> {
        let (message, expected) = match &self.until {
            _ if reason.trim().is_empty() => ("the reason is empty", "a sentence that says why"),
            Some(until) if !is_date(until) => {
                ("`until` is not a date", "the last day on which it applies, such as 2027-01-31")
            }
            _ => return Ok(self),
        };
        Err(source.problem(ProblemCode::WrongType, &self.location, message, expected))
    }

    /// Applies the change to the rules; returns a problem if it has no effect.
    pub fn apply(&self, rules: &mut Vec<Rule>, today: Option<&str>) -> Option<Problem> {
        let id = &self.rule;
        let at = rules.iter().position(|rule| rule.id == *id);
        let is_over = self.until.as_deref().zip(today).is_some_and(|(until, today)| until < today);
        let (message, expected) = match (at, self.to) {
            (None, _) => {
                let nearest = did_you_mean(rules.iter().map(|rule| rule.id.as_str()), id);
                let nearest =
                    nearest.map(|nearest| format!("; the nearest is `{nearest}`")).unwrap_or_default();
                (
                    format!("unknown rule `{id}`, so this entry has no effect"),
                    format!("the id of a rule{nearest}"),
                )
            }
            _ if is_over => {
                let until = self.until.as_deref().unwrap_or_default();
                (
                    format!("this entry expired on {until} and no longer changes `{id}`"),
                    "a later date, or delete the entry".to_owned(),
                )
            }
            (Some(at), Some(to)) if rules[at].severity == to => (
                format!("the severity of `{id}` is already {to}"),
                "another severity, or delete the entry".to_owned(),
            ),
            (Some(at), Some(to)) => {
                rules[at].severity = to;
                return None;
            }
            (Some(at), None) => {
                rules.remove(at);
                return None;
            }
        };
        Some(Problem::new(ProblemCode::IdleOverride, &self.location, message, expected))
    }
}

/// Returns true if a text has the form of a date, so that dates can be compared as texts.
fn is_date(text: &str) -> bool {
    let shape = b"0000-00-00";
    text.len() == shape.len()
        && text.bytes().zip(shape).all(|(byte, shape)| match shape {
            b'0' => byte.is_ascii_digit(),
            shape => byte == *shape,
        })
        && ("01".."13").contains(&&text[5..7])
        && ("01".."32").contains(&&text[8..])
}
