//! The model of a rule, as it is written in YAML.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_saphyr::Spanned;

use super::overlay::{RawDisable, RawSeverity};
use super::{AtomSet, Category, Location, Severity};

/// How strong a piece of evidence is. The order is ascending: a transport code says more than the provider's body,
/// the body more than the HTTP status, the status more than OpenClaw's own sentence, and that more than the reason
/// field OpenClaw derives from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

impl Evidence {
    /// Whether it is what OpenClaw itself says of a failure, and no trace of the failure.
    pub fn is_hearsay(self) -> bool {
        self <= Self::Sentence
    }
}

/// What a signature looks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SignatureKind {
    /// A text, ASCII case-insensitive.
    Literal(String),
    /// A regular expression, case-insensitive; its named groups become captures.
    Regex(String),
    /// One of these HTTP statuses, in any spelling that OpenClaw and SDKs print, never as a bare number.
    HttpStatus(Vec<u16>),
    /// One of these codes as a whole token.
    ErrorCode(Vec<String>),
    /// Fields that all have one of the given values; `*` stands for any text.
    Field(BTreeMap<String, Vec<String>>),
    /// Any signature of the group that `rules/shared.yaml` gives this name.
    Shared(String),
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
    /// Where it is written.
    pub location: Location,
}

/// One thing to do about a failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fix {
    /// What to do, in a sentence; `{capture}` is filled in from the log.
    pub say: String,
    /// The command that does it or checks it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// The configuration that does it, as JSON5 for `openclaw.json`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<String>,
}

/// Published figures that help to judge a finding, such as the providers' rate limits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Where the rule begins.
    pub location: Location,
}

/// An id that is no longer a rule's, and never will be again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

/// A rule file as serde reads it: the rules of a category, shared signatures, or retired ids.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawFile {
    pub category: Option<Category>,
    /// Holds for each rule of the file.
    #[serde(default)]
    pub none: Vec<Spanned<RawSignature>>,
    #[serde(default)]
    pub rules: Vec<RawRule>,
    #[serde(default)]
    pub shared: BTreeMap<String, Vec<Spanned<RawSignature>>>,
    /// An empty list is one, too: it keeps the file's place.
    pub retired: Option<Vec<Spanned<Retired>>>,
    /// Rules that stand elsewhere and are left out.
    #[serde(default)]
    pub disable: Vec<Spanned<RawDisable>>,
    /// Rules that stand elsewhere and hurt more or less here.
    #[serde(default)]
    pub severity: Vec<Spanned<RawSeverity>>,
}

/// A rule as serde reads it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRule {
    pub id: Spanned<String>,
    pub title: String,
    pub severity: Severity,
    #[serde(default)]
    pub any: Vec<Spanned<RawSignature>>,
    #[serde(default)]
    pub all: Vec<Spanned<RawSignature>>,
    #[serde(default)]
    pub none: Vec<Spanned<RawSignature>>,
    #[serde(default)]
    pub overrides: Vec<Spanned<String>>,
    #[serde(default)]
    pub echo_of: Vec<Category>,
    #[serde(default)]
    pub causes: Vec<String>,
    #[serde(default)]
    pub fixes: Vec<Fix>,
    #[serde(default)]
    pub limits: Option<LimitTable>,
    #[serde(default)]
    pub references: Vec<String>,
    #[serde(default)]
    pub examples: Vec<String>,
    #[serde(default)]
    pub counter_examples: Vec<String>,
}

/// A signature as serde reads it: exactly one of the kinds is set, which the loader checks.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSignature {
    pub literal: Option<String>,
    pub regex: Option<String>,
    pub http_status: Option<OneOrMany<u16>>,
    pub error_code: Option<OneOrMany<String>>,
    pub field: Option<BTreeMap<String, OneOrMany<Scalar>>>,
    pub shared: Option<String>,
    pub evidence: Option<Evidence>,
}

/// A value, or a list of them.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum OneOrMany<T> {
    One(T),
    Many(Vec<T>),
}

impl<T> OneOrMany<T> {
    pub fn into_vec(self) -> Vec<T> {
        match self {
            Self::One(value) => vec![value],
            Self::Many(values) => values,
        }
    }
}

/// A field's value: `true`, `429` and `rate_limit` are all written bare in YAML.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Scalar {
    Bool(bool),
    Number(i64),
    Text(String),
}

impl Scalar {
    pub fn into_text(self) -> String {
        match self {
            Self::Bool(value) => value.to_string(),
            Self::Number(value) => value.to_string(),
            Self::Text(value) => value,
        }
    }
}
