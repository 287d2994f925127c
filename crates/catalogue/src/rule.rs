//! The model of a rule.

use std::fmt;

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::atoms::AtomSet;
use super::code_table::CodeSignature;
use super::prefilter::Prefilter;
use super::problem::Location;
use super::signature_kind::SignatureKind;
use super::taxonomy::{Category, Severity};

/// Strength of evidence, in ascending order: a transport code is stronger than the provider's body, the body stronger than the
/// HTTP status, the status stronger than OpenClaw's own sentence, and the sentence stronger than the reason field that OpenClaw
/// derives from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// What the words of a record likely mean, for a wording that no rule knows.
    Likely,
    /// OpenClaw's derived reason (`failoverReason`, `reason=timeout`).
    Reason,
    /// A sentence written by OpenClaw.
    Sentence,
    /// The HTTP status of the response.
    Status,
    /// The text of the provider's response.
    Body,
    /// A transport code: an errno, a TLS or undici code.
    Transport,
}

impl Evidence {
    /// Returns true for secondary evidence: OpenClaw's own account of a failure instead of a trace of it.
    pub fn is_secondary(self) -> bool {
        self <= Self::Sentence
    }
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

/// How sure a verdict is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// A rule knows the wording.
    #[default]
    Certain,
    /// No rule knows the wording; the words likely mean this.
    Likely,
}

/// A pattern that a rule looks for, and the strength of its evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// The pattern.
    pub kind: SignatureKind,
    /// The strength of the evidence.
    pub evidence: Evidence,
    /// Lower-case literals that a matching text must hold: at least one of each set.
    pub atoms: Vec<AtomSet>,
    /// Conditions that a text must meet for a regular expression to match.
    pub prefilter: Prefilter,
    /// Location of the signature in its file.
    pub location: Location,
}

/// A step that fixes a failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Fix {
    /// The step in one sentence; `{capture}` is filled in from the log.
    pub say: String,
    /// The command that performs or checks the step.
    #[serde(default)]
    pub run: Option<String>,
    /// The configuration that performs the step, as JSON5 for `openclaw.json`.
    #[serde(default)]
    pub config: Option<String>,
}

/// Published figures that help to judge a finding, such as the providers' rate limits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LimitTable {
    /// Title of the figures, with unit and source.
    pub title: String,
    /// Column headings.
    pub columns: Vec<String>,
    /// The rows, each with as many cells as `columns`.
    pub rows: Vec<Vec<String>>,
}

/// A rule of the catalogue.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Id such as `rate-limit/requests`, stable once released.
    pub id: String,
    /// The failure in one line, in the words of an operator.
    pub title: String,
    /// The category of the rule's file.
    pub category: Category,
    /// The severity of the failure.
    pub severity: Severity,
    /// Signatures of which at least one must match, unless the list is empty.
    pub any: Vec<Signature>,
    /// Signatures that code tables add to `any`.
    pub codes: Vec<CodeSignature>,
    /// Signatures that must all match.
    pub all: Vec<Signature>,
    /// Signatures of which none may match.
    pub none: Vec<Signature>,
    /// Ids of rules that lose to this one on equal evidence; `family/*` includes all rules of that family that do not themselves
    /// override this one.
    pub overrides: Vec<String>,
    /// Categories of earlier failures that this one results from; if the log has one of them, that is the cause.
    pub echo_of: Vec<Category>,
    /// Id of the rule that explains the failure instead if the attempts of a run fail sooner than any time limit.
    pub too_soon: Option<String>,
    /// Id of the rule that explains the failure instead if the address in it is the gateway's own.
    pub at_gateway: Option<String>,
    /// The failure is none if OpenClaw's CLI has reported just before that the gateway answers.
    pub unless_answered: bool,
    /// The rule names a symptom that has many causes.
    pub general: bool,
    /// The rule explains records by what their words likely mean, and has no signatures.
    pub likely: bool,
    /// Why it happens, the most likely cause first.
    pub causes: Vec<String>,
    /// How to fix it, in the order to try.
    pub fixes: Vec<Fix>,
    /// Published figures, if the rule has any.
    pub limits: Option<LimitTable>,
    /// URLs of further reading.
    pub references: Vec<String>,
    /// Texts that this rule must win.
    pub examples: Vec<String>,
    /// Texts that this rule must not match.
    pub counter_examples: Vec<String>,
    /// Other files with examples of the rule, which follow its own.
    pub more_examples_in: Vec<String>,
    /// Location of the rule in its file.
    pub location: Location,
}

impl Rule {
    /// Returns how sure the verdicts of the rule are.
    pub fn confidence(&self) -> Confidence {
        if self.likely { Confidence::Likely } else { Confidence::Certain }
    }
}

/// An id that no rule uses any more and that must not be reused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Retired {
    /// The id that was released.
    pub id: String,
    /// The rule that replaces it, if there is one.
    #[serde(default)]
    pub replaced_by: Option<String>,
    /// Why the id was retired.
    pub why: String,
}
