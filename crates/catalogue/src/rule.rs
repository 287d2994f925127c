//! The model of a rule.

use std::fmt;

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::atoms::AtomSet;
use super::prefilter::Prefilter;
use super::problem::Location;
use super::signature_kind::SignatureKind;
use super::taxonomy::{Category, Severity};

/// How strong a piece of evidence is. The order is ascending: a transport code says more than the provider's body,
/// the body more than the HTTP status, the status more than OpenClaw's own sentence, and that more than the reason
/// field OpenClaw derives from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// OpenClaw's derived reason (`failoverReason`, `reason=timeout`).
    Reason,
    /// A sentence of OpenClaw's own.
    Sentence,
    /// The HTTP status on the wire.
    Status,
    /// The provider's own words.
    Body,
    /// A code of the transport: an errno, a TLS or undici code.
    Transport,
}

impl Evidence {
    /// Whether it is what OpenClaw itself says of a failure, and no trace of the failure.
    pub fn is_hearsay(self) -> bool {
        self <= Self::Sentence
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

/// One thing that a rule looks for, and how much it proves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// What is looked for.
    pub kind: SignatureKind,
    /// How strong the evidence is.
    pub evidence: Evidence,
    /// Texts that must stand where it is found, in lower case: one at least of each set.
    pub atoms: Vec<AtomSet>,
    /// What a text must hold for a regular expression to be in it.
    pub prefilter: Prefilter,
    /// Where it is written.
    pub location: Location,
}

/// One thing to do about a failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Fix {
    /// What to do, in a sentence; `{capture}` is filled in from the log.
    pub say: String,
    /// The command that does it or checks it.
    #[serde(default)]
    pub run: Option<String>,
    /// The configuration that does it, as JSON5 for `openclaw.json`.
    #[serde(default)]
    pub config: Option<String>,
}

/// Published figures that help to judge a finding, such as the providers' rate limits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LimitTable {
    /// What the figures are, with unit and source.
    pub title: String,
    /// Column heads.
    pub columns: Vec<String>,
    /// The rows, each as long as `columns`.
    pub rows: Vec<Vec<String>>,
}

/// One entry of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// `category-like/word`, stable once released.
    pub id: String,
    /// What went wrong, as a person would say it.
    pub title: String,
    /// The category of the file it stands in.
    pub category: Category,
    /// How much it hurts.
    pub severity: Severity,
    /// One of these must match, where there are any.
    pub any: Vec<Signature>,
    /// Each of these must match.
    pub all: Vec<Signature>,
    /// None of these may match.
    pub none: Vec<Signature>,
    /// Ids of rules that lose to this one on equal evidence; `family/*` stands for all rules of that family that do not
    /// name this one themselves.
    pub overrides: Vec<String>,
    /// Categories of which it is an echo: it tells only what follows from an earlier failure of one of these, which is
    /// the cause where the log has it.
    pub echo_of: Vec<Category>,
    /// Why it happens, the likeliest first.
    pub causes: Vec<String>,
    /// What to do, in the order to try.
    pub fixes: Vec<Fix>,
    /// Published figures, where the rule has some.
    pub limits: Option<LimitTable>,
    /// Where to read more.
    pub references: Vec<String>,
    /// Texts that this rule must win.
    pub examples: Vec<String>,
    /// Texts that this rule must not match.
    pub counter_examples: Vec<String>,
    /// Other files that hold examples of it, which stand after its own.
    pub more_examples_in: Vec<String>,
    /// Where the rule begins.
    pub location: Location,
}

/// An id that is no longer a rule's, and never will be again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Retired {
    /// The id that was released once.
    pub id: String,
    /// The rule that took its place, where there is one.
    #[serde(default)]
    pub replaced_by: Option<String>,
    /// Why it went.
    pub why: String,
}
