//! A whole rule as it is after overlays, for its author.

use serde::Serialize;

use crate::catalogue::{
    Catalogue, Category, Evidence, Fix, LimitTable, Location, Rule, Severity, Signature, SignatureKind,
    did_you_mean,
};
use crate::engine::Class;
use crate::redact::Redactor;

/// A whole rule, with the key names of rule files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShownRule<'c> {
    /// The rule's id.
    pub id: &'c str,
    /// The rule's title.
    pub title: &'c str,
    /// The rule's category.
    pub category: Category,
    /// The rule's severity.
    pub severity: Severity,
    /// Location of the rule in its file.
    pub location: &'c Location,
    /// Signatures of which one must match; empty if the rule has none.
    pub any: Vec<ShownSignature<'c>>,
    /// Codes of code tables, alternatives like those of `any`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<ShownCode<'c>>,
    /// Signatures that must all match.
    pub all: Vec<ShownSignature<'c>>,
    /// Signatures of which none may match; those that apply to the whole file come first.
    pub none: Vec<ShownSignature<'c>>,
    /// Rules that lose to this rule on equal evidence.
    pub overrides: &'c [String],
    /// Categories of failures of which this one is a consequence.
    pub echo_of: &'c [Category],
    /// Id of the rule that explains attempts that fail sooner than any time limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub too_soon: Option<&'c str>,
    /// Id of the rule that explains the failure if its address is the gateway's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_gateway: Option<&'c str>,
    /// The failure is none if the gateway has answered a probe just before.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unless_answered: bool,
    /// Possible causes.
    pub causes: &'c [String],
    /// Fixes, with unfilled captures.
    pub fixes: &'c [Fix],
    /// Published limits of the provider, if the rule has a table of them.
    pub limits: Option<&'c LimitTable>,
    /// Links to further reading.
    pub references: &'c [String],
    /// Texts that the rule must win, with secrets masked.
    pub examples: Vec<String>,
    /// Texts that the rule must not match, with secrets masked.
    pub counter_examples: Vec<String>,
}

/// A signature with its evidence tier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShownSignature<'c> {
    /// Kind of signature, with the values it looks for.
    #[serde(flatten)]
    pub kind: &'c SignatureKind,
    /// Evidence tier; `None` for a group, whose members have their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
    /// Class of the signature; `None` for a group, and for a signature that must not match.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<Class>,
    /// Location of the signature in its file.
    pub location: &'c Location,
    /// Signatures of the group that the signature names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<ShownSignature<'c>>,
}

/// A code of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShownCode<'c> {
    /// Name of the table.
    pub table: &'c str,
    /// The vendor or library.
    pub vendor: &'c str,
    /// The code.
    pub code: &'c str,
    /// Its meaning, in one sentence.
    pub means: &'c str,
}

/// Reason why a rule cannot be shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoSuchRule {
    /// No rule has the id.
    #[error("unknown rule `{id}`; {}", match nearest {
        Some(nearest) => format!("the nearest is `{nearest}`"),
        None => "no rules are loaded".to_owned(),
    })]
    Unknown {
        /// The requested id.
        id: String,
        /// The most similar id.
        nearest: Option<String>,
    },
    /// The rule was retired.
    #[error("the rule `{id}` was retired: {why}{}", match replaced_by {
        Some(heir) => format!("; replaced by `{heir}`"),
        None => String::new(),
    })]
    Retired {
        /// The requested id.
        id: String,
        /// Reason for retiring the rule.
        why: String,
        /// The rule that replaces it.
        replaced_by: Option<String>,
    },
}

/// Returns the rule with this id.
///
/// # Errors
/// Fails if there is no such rule; the error names the most similar id.
pub fn show<'c>(catalogue: &'c Catalogue, id: &str) -> Result<ShownRule<'c>, NoSuchRule> {
    let rules = catalogue.rules();
    if let Some(rule) = rules.iter().find(|rule| rule.id == id) {
        return Ok(ShownRule::new(rule, catalogue));
    }
    if let Some(retired) = catalogue.retired().iter().find(|retired| retired.id == id) {
        let (why, replaced_by) = (retired.why.clone(), retired.replaced_by.clone());
        return Err(NoSuchRule::Retired { id: id.to_owned(), why, replaced_by });
    }
    let nearest = did_you_mean(rules.iter().map(|rule| rule.id.as_str()), id);
    Err(NoSuchRule::Unknown { id: id.to_owned(), nearest: nearest.map(str::to_owned) })
}

impl<'c> ShownRule<'c> {
    fn new(rule: &'c Rule, catalogue: &'c Catalogue) -> Self {
        let signatures = |list: &'c [Signature]| ShownSignature::all(list, catalogue, Some(&rule.id));
        let clean = |texts: &[String]| texts.iter().map(|text| Redactor::MASKING.clean_lines(text)).collect();
        Self {
            id: &rule.id,
            title: &rule.title,
            category: rule.category,
            severity: rule.severity,
            location: &rule.location,
            any: signatures(&rule.any),
            codes: codes(rule, catalogue),
            all: signatures(&rule.all),
            none: ShownSignature::all(&rule.none, catalogue, None),
            overrides: &rule.overrides,
            echo_of: &rule.echo_of,
            too_soon: rule.too_soon.as_deref(),
            at_gateway: rule.at_gateway.as_deref(),
            unless_answered: rule.unless_answered,
            causes: &rule.causes,
            fixes: &rule.fixes,
            limits: rule.limits.as_ref(),
            references: &rule.references,
            examples: clean(&rule.examples),
            counter_examples: clean(&rule.counter_examples),
        }
    }
}

/// Returns the codes that a rule has from tables.
fn codes<'c>(rule: &Rule, catalogue: &'c Catalogue) -> Vec<ShownCode<'c>> {
    let tables = catalogue.tables().iter().filter(|table| !table.explain_only);
    let codes = tables.flat_map(|table| {
        let own = table.codes.iter().filter(|entry| entry.rule == rule.id);
        own.map(|entry| ShownCode {
            table: &table.id,
            vendor: &table.vendor,
            code: &entry.code,
            means: &entry.means,
        })
    });
    codes.collect()
}

impl<'c> ShownSignature<'c> {
    /// Returns the signatures with their classes in the rule `id`; without classes if they must not match.
    fn all(signatures: &'c [Signature], catalogue: &'c Catalogue, id: Option<&str>) -> Vec<Self> {
        signatures.iter().map(|signature| Self::new(signature, catalogue, id)).collect()
    }

    fn new(signature: &'c Signature, catalogue: &'c Catalogue, id: Option<&str>) -> Self {
        // Groups do not contain groups, so the recursion ends.
        let group = match &signature.kind {
            SignatureKind::Shared(name) => Some(catalogue.shared().get(name)),
            _ => None,
        };
        Self {
            kind: &signature.kind,
            evidence: group.is_none().then_some(signature.evidence),
            class: id.filter(|_| group.is_none()).map(|id| Class::of(signature).in_rule(id)),
            location: &signature.location,
            members: group.flatten().map(|group| Self::all(group, catalogue, id)).unwrap_or_default(),
        }
    }
}
