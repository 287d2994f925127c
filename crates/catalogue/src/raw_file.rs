//! A rule file as it is written in YAML.

use std::collections::BTreeMap;

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::Deserialize;
use serde_saphyr::Spanned;

use super::overlay::{RawDisable, RawMoreExamples, RawSeverity};
use super::rule::{Evidence, Fix, LimitTable, Retired};
use super::taxonomy::{Category, Severity};

/// A file of rules: the rules of one category, groups of signatures that rules share, changes to rules that stand elsewhere and
/// examples of them, or ids that are no longer in use.
///
/// This and the types below are read by serde, and their comments are shown by editors, through `schema/rules.schema.json`.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(
    feature = "schema",
    schemars(
        title = "clawsift rule file",
        description = "A file of rules of clawsift: the rules of one category, \
    groups of signatures that rules share, changes to rules that stand elsewhere and examples of them, or ids that are \
    no longer in use."
    )
)]
#[cfg_attr(feature = "schema", schemars(extend("anyOf" = [
    { "required": ["category", "rules"] },
    { "required": ["shared"] },
    { "required": ["retired"] },
    { "required": ["disable"] },
    { "required": ["severity"] },
    { "required": ["more_examples"] },
])))]
#[cfg_attr(feature = "schema", schemars(extend("if" = { "properties": { "category": { "const": "none" } } }, "else" = {
    "properties": { "rules": { "items": { "required": ["causes", "fixes"] } } },
})))]
pub(super) struct RawFile {
    /// The category of all rules of the file.
    pub category: Option<Category>,
    /// Signatures that exclude a record for each rule of the file.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<RawSignature>"))]
    pub none: Vec<Spanned<RawSignature>>,
    /// The rules.
    #[serde(default)]
    pub rules: Vec<RawRule>,
    /// Groups of signatures by name; any rule may ask for one with `shared: NAME`.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "BTreeMap<String, Vec<RawSignature>>"))]
    pub shared: BTreeMap<String, Vec<Spanned<RawSignature>>>,
    /// Ids that were released once and are never used again. An empty list is one, too: it keeps the file's place.
    #[cfg_attr(feature = "schema", schemars(with = "Option<Vec<Retired>>"))]
    pub retired: Option<Vec<Spanned<Retired>>>,
    /// Rules that stand elsewhere and are left out.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<RawDisable>"))]
    pub disable: Vec<Spanned<RawDisable>>,
    /// Rules that stand elsewhere and hurt more or less here.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<RawSeverity>"))]
    pub severity: Vec<Spanned<RawSeverity>>,
    /// Examples and counter-examples of rules that stand elsewhere: too many to be read beside the rule.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<RawMoreExamples>"))]
    pub more_examples: Vec<Spanned<RawMoreExamples>>,
}

/// One failure: how it is recognised, why it happens and what to do about it.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", schemars(rename = "Rule", extend("anyOf" = [{ "required": ["any"] }, { "required": ["all"] }])))]
pub(super) struct RawRule {
    /// Two or more lower-case words joined by slashes, such as `rate-limit/requests`; stable once released.
    #[cfg_attr(feature = "schema", schemars(with = "String", extend("pattern" = "^[a-z][a-z0-9-]*(/[a-z][a-z0-9-]*)+$")))]
    pub id: Spanned<String>,
    /// What went wrong, as a person would say it, in one line.
    pub title: String,
    /// How much it hurts.
    pub severity: Severity,
    /// One of these signatures must match, where there are any.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<RawSignature>"))]
    pub any: Vec<Spanned<RawSignature>>,
    /// Each of these signatures must match.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<RawSignature>"))]
    pub all: Vec<Spanned<RawSignature>>,
    /// None of these signatures may match.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<RawSignature>"))]
    pub none: Vec<Spanned<RawSignature>>,
    /// Ids of rules that lose to this one on equal evidence; `family/*` stands for all rules of that family that do not
    /// name this one themselves.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<String>"))]
    pub overrides: Vec<Spanned<String>>,
    /// Categories of earlier failures that this one only follows from; where the log has one of them, that is the cause.
    #[serde(default)]
    pub echo_of: Vec<Category>,
    /// Why it happens, the likeliest first; `{capture}` is filled in from the log.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("minItems" = 1)))]
    pub causes: Vec<String>,
    /// What to do about it, in the order to try.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("minItems" = 1)))]
    pub fixes: Vec<Fix>,
    /// Published figures that help to judge a finding, such as a provider's rate limits.
    #[serde(default)]
    pub limits: Option<LimitTable>,
    /// Addresses of pages where more can be read.
    #[serde(default)]
    pub references: Vec<String>,
    /// Lines of a log, or whole records, that this rule must win.
    #[serde(default)]
    pub examples: Vec<String>,
    /// Texts that look alike and that this rule must not match.
    #[serde(default)]
    pub counter_examples: Vec<String>,
}

/// What to look for in a record: exactly one of `literal`, `regex`, `http_status`, `error_code`, `field` and `shared`.
/// Ids and durations are not there to be found.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", schemars(rename = "Signature", extend("oneOf" = [
    { "required": ["literal"] },
    { "required": ["regex"] },
    { "required": ["http_status"] },
    { "required": ["error_code"] },
    { "required": ["field"] },
    { "required": ["shared"], "properties": { "evidence": false } },
])))]
pub(super) struct RawSignature {
    /// A text, in any case. Its evidence is `body` unless said otherwise.
    #[cfg_attr(feature = "schema", schemars(extend("pattern" = "\\S")))]
    pub literal: Option<String>,
    /// A regular expression in the syntax of the Rust regex crate (no look-around, no back-references), in any case;
    /// what named groups such as `(?<host>\S+)` capture is filled in for `{host}` in fixes. Its evidence is `body` unless
    /// said otherwise.
    #[cfg_attr(feature = "schema", schemars(extend("minLength" = 1)))]
    pub regex: Option<String>,
    /// An HTTP status, or one of several, in any spelling (`status=502`, `HTTP 502`, `"code":502`), never as a bare number.
    /// Its evidence is `status` unless said otherwise.
    #[cfg_attr(feature = "schema", schemars(extend(
        "minimum" = 400, "maximum" = 599, "minItems" = 1, "items" = { "minimum": 400, "maximum": 599 },
    )))]
    pub http_status: Option<OneOrMany<u16>>,
    /// An error code such as `ETIMEDOUT` as a whole word, or one of several. Its evidence is `transport` unless said
    /// otherwise.
    #[cfg_attr(feature = "schema", schemars(extend("minLength" = 1, "minItems" = 1, "items" = { "minLength": 1 })))]
    pub error_code: Option<OneOrMany<String>>,
    /// Fields of the record that all have one of the given values; `*` stands for any text. Its evidence is `reason`
    /// unless said otherwise.
    #[cfg_attr(feature = "schema", schemars(extend("minProperties" = 1)))]
    pub field: Option<BTreeMap<String, OneOrMany<Scalar>>>,
    /// Any signature of the group that has this name under `shared:`, with the evidence of that signature.
    #[cfg_attr(feature = "schema", schemars(extend("minLength" = 1)))]
    pub shared: Option<String>,
    /// How much it proves, where that is not what is usual for its kind.
    pub evidence: Option<Evidence>,
}

/// A value, or a list of them.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(untagged)]
#[cfg_attr(feature = "schema", schemars(inline))]
pub(super) enum OneOrMany<T> {
    /// The value.
    One(T),
    /// Each of these.
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
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(untagged)]
#[cfg_attr(feature = "schema", schemars(inline))]
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
