//! A whole rule as it is in force after overlays, for its author.

use serde::Serialize;

use crate::catalogue::{
    Catalogue, Category, Evidence, Fix, LimitTable, Location, Rule, Severity, Signature, SignatureKind,
    nearest,
};
use crate::redact::Redactor;

/// A whole rule, in the words of rule files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShownRule<'c> {
    /// Its id.
    pub id: &'c str,
    /// What went wrong.
    pub title: &'c str,
    /// Its category.
    pub category: Category,
    /// How much it hurts.
    pub severity: Severity,
    /// Where it begins.
    pub location: &'c Location,
    /// One of these must match, where there are any.
    pub any: Vec<ShownSignature<'c>>,
    /// Each of these must match.
    pub all: Vec<ShownSignature<'c>>,
    /// None of these may match; those that hold for its whole file come first.
    pub none: Vec<ShownSignature<'c>>,
    /// Rules that lose to it on equal evidence.
    pub overrides: &'c [String],
    /// Categories of which it is an echo.
    pub echo_of: &'c [Category],
    /// Why it happens.
    pub causes: &'c [String],
    /// What to do, with the captures that are filled in.
    pub fixes: &'c [Fix],
    /// Published figures, where it has some.
    pub limits: Option<&'c LimitTable>,
    /// Where to read more.
    pub references: &'c [String],
    /// Texts that it must win, with secrets masked.
    pub examples: Vec<String>,
    /// Texts that it must not match, with secrets masked.
    pub counter_examples: Vec<String>,
}

/// A signature, with what it proves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShownSignature<'c> {
    /// What is looked for.
    #[serde(flatten)]
    pub kind: &'c SignatureKind,
    /// How strong the evidence is; a group has that of its members.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
    /// Where it is written.
    pub location: &'c Location,
    /// The signatures of the group that it names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<ShownSignature<'c>>,
}

/// Why a rule cannot be shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoSuchRule {
    /// No rule has the id.
    #[error("there is no rule `{id}`; {}", match nearest {
        Some(nearest) => format!("the nearest is `{nearest}`"),
        None => "no rules are loaded".to_owned(),
    })]
    Unknown {
        /// What was asked for.
        id: String,
        /// The id that is most like it.
        nearest: Option<String>,
    },
    /// The id is no longer in use.
    #[error("the rule `{id}` was retired: {why}{}", match replaced_by {
        Some(heir) => format!("; `{heir}` took its place"),
        None => String::new(),
    })]
    Retired {
        /// What was asked for.
        id: String,
        /// Why it went.
        why: String,
        /// The rule that took its place.
        replaced_by: Option<String>,
    },
}

/// The rule of that id.
///
/// # Errors
/// When there is none; the nearest id is named.
pub fn show<'c>(catalogue: &'c Catalogue, id: &str) -> Result<ShownRule<'c>, NoSuchRule> {
    let rules = catalogue.rules();
    if let Some(rule) = rules.iter().find(|rule| rule.id == id) {
        return Ok(ShownRule::new(rule, catalogue));
    }
    if let Some(retired) = catalogue.retired().iter().find(|retired| retired.id == id) {
        let (why, replaced_by) = (retired.why.clone(), retired.replaced_by.clone());
        return Err(NoSuchRule::Retired { id: id.to_owned(), why, replaced_by });
    }
    let nearest = nearest(rules.iter().map(|rule| rule.id.as_str()), id);
    Err(NoSuchRule::Unknown { id: id.to_owned(), nearest: nearest.map(str::to_owned) })
}

impl<'c> ShownRule<'c> {
    fn new(rule: &'c Rule, catalogue: &'c Catalogue) -> Self {
        let signatures = |list: &'c [Signature]| ShownSignature::all(list, catalogue);
        let clean = |texts: &[String]| texts.iter().map(|text| Redactor::MASKING.clean_lines(text)).collect();
        Self {
            id: &rule.id,
            title: &rule.title,
            category: rule.category,
            severity: rule.severity,
            location: &rule.location,
            any: signatures(&rule.any),
            all: signatures(&rule.all),
            none: signatures(&rule.none),
            overrides: &rule.overrides,
            echo_of: &rule.echo_of,
            causes: &rule.causes,
            fixes: &rule.fixes,
            limits: rule.limits.as_ref(),
            references: &rule.references,
            examples: clean(&rule.examples),
            counter_examples: clean(&rule.counter_examples),
        }
    }
}

impl<'c> ShownSignature<'c> {
    fn all(signatures: &'c [Signature], catalogue: &'c Catalogue) -> Vec<Self> {
        signatures.iter().map(|signature| Self::new(signature, catalogue)).collect()
    }

    fn new(signature: &'c Signature, catalogue: &'c Catalogue) -> Self {
        // A group names no other group, so this ends.
        let group = match &signature.kind {
            SignatureKind::Shared(name) => Some(catalogue.shared().get(name)),
            _ => None,
        };
        Self {
            kind: &signature.kind,
            evidence: group.is_none().then_some(signature.evidence),
            location: &signature.location,
            members: group.flatten().map(|group| Self::all(group, catalogue)).unwrap_or_default(),
        }
    }
}
