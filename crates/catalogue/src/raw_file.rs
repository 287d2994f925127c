//! The YAML form of a rule file.

use std::collections::BTreeMap;

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::Deserialize;
use serde_saphyr::Spanned;

use super::code_table::RawCodeTable;
use super::concepts::RawConcepts;
use super::overlay::{RawDisable, RawMoreExamples, RawSeverity};
use super::rule::{Evidence, Fix, LimitTable, Retired};
use super::taxonomy::{Category, Severity};

/// A file of rules: the rules of one category, groups of signatures that rules share, overrides and additional examples of rules
/// in other files, or ids that are no longer in use.
///
/// serde parses this type and those below, and editors show their comments through `schema/rules.schema.json`.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(
    feature = "schema",
    schemars(
        title = "clawsift rule file",
        description = "A rule file of clawsift: rules of one category, \
    shared groups of signatures, changes to rules of other files, additional examples, or retired ids."
    )
)]
#[cfg_attr(feature = "schema", schemars(extend("anyOf" = [
    { "required": ["category", "rules"] },
    { "required": ["shared"] },
    { "required": ["lists"] },
    { "required": ["code_tables"] },
    { "required": ["concepts"] },
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
    /// Signatures that exclude a record from each rule of the file.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<RawSignature>"))]
    pub none: Vec<Spanned<RawSignature>>,
    /// The rules.
    #[serde(default)]
    pub rules: Vec<RawRule>,
    /// Groups of signatures by name; a rule refers to one with `shared: NAME`.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "BTreeMap<String, Vec<RawSignature>>"))]
    pub shared: BTreeMap<String, Vec<Spanned<RawSignature>>>,
    /// Lists of words by name. `{{NAME}}` in a `regex` matches any word of a list; in the value of a `field` it stands for one
    /// value per word.
    #[serde(default)]
    pub lists: BTreeMap<String, Vec<String>>,
    /// Tables of the codes of vendors and libraries, which belong to rules of any file.
    #[serde(default)]
    pub code_tables: Vec<RawCodeTable>,
    /// Sets of words of one meaning, and what records that hold them likely mean.
    pub concepts: Option<RawConcepts>,
    /// Ids that were released and must not be used again. The list may be empty.
    #[cfg_attr(feature = "schema", schemars(with = "Option<Vec<Retired>>"))]
    pub retired: Option<Vec<Spanned<Retired>>>,
    /// Rules in other files to disable.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<RawDisable>"))]
    pub disable: Vec<Spanned<RawDisable>>,
    /// Rules in other files that have another severity here.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<RawSeverity>"))]
    pub severity: Vec<Spanned<RawSeverity>>,
    /// Examples and counter-examples of rules in other files, if there are too many to keep them with the rule.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<RawMoreExamples>"))]
    pub more_examples: Vec<Spanned<RawMoreExamples>>,
}

impl RawFile {
    /// Returns all signatures of the file.
    pub fn signatures(&self) -> impl Iterator<Item = &RawSignature> {
        let of_rules = self.rules.iter().flat_map(|rule| rule.any.iter().chain(&rule.all).chain(&rule.none));
        let frames = self.code_tables.iter().flat_map(|table| &table.frame);
        let own = self.none.iter().chain(self.shared.values().flatten()).chain(frames);
        own.chain(of_rules).map(|spanned| &spanned.value)
    }

    /// Returns all signatures of the file, to be changed.
    pub fn signatures_mut(&mut self) -> impl Iterator<Item = &mut Spanned<RawSignature>> {
        let rules = self.rules.iter_mut();
        let of_rules = rules.flat_map(|rule| rule.any.iter_mut().chain(&mut rule.all).chain(&mut rule.none));
        let frames = self.code_tables.iter_mut().flat_map(|table| &mut table.frame);
        self.none.iter_mut().chain(self.shared.values_mut().flatten()).chain(frames).chain(of_rules)
    }
}

/// A failure: how it is recognized, why it happens, and how to fix it.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", schemars(rename = "Rule"))]
pub(super) struct RawRule {
    /// Two or more lower-case words joined by slashes, such as `rate-limit/requests`; stable once released.
    #[cfg_attr(feature = "schema", schemars(with = "String", extend("pattern" = "^[a-z][a-z0-9-]*(/[a-z][a-z0-9-]*)+$")))]
    pub id: Spanned<String>,
    /// The failure in one line, in the words of an operator.
    pub title: String,
    /// The severity of the failure.
    pub severity: Severity,
    /// Signatures of which at least one must match, unless the list is empty.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<RawSignature>"))]
    pub any: Vec<Spanned<RawSignature>>,
    /// Signatures that must all match.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<RawSignature>"))]
    pub all: Vec<Spanned<RawSignature>>,
    /// Signatures of which none may match.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<RawSignature>"))]
    pub none: Vec<Spanned<RawSignature>>,
    /// Ids of rules that lose to this one on equal evidence; `family/*` includes all rules of that family that do not themselves
    /// override this one.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<String>"))]
    pub overrides: Vec<Spanned<String>>,
    /// Categories of earlier failures that this one results from; if the log has one of them, that is the cause.
    #[serde(default)]
    pub echo_of: Vec<Category>,
    /// Id of the rule that explains the failure instead if the attempts of a run fail sooner than any time limit.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub too_soon: Option<Spanned<String>>,
    /// Id of the rule that explains the failure instead if the address in it is the gateway's own.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub at_gateway: Option<Spanned<String>>,
    /// The failure is none if OpenClaw's CLI has reported just before that the gateway answers.
    #[serde(default)]
    pub unless_answered: bool,
    /// The rule names a symptom that has many causes: where the words of a record likely mean something else, that decides.
    #[serde(default)]
    pub general: bool,
    /// The rule has no signatures: it explains records by what their words likely mean, `concepts:`.
    #[serde(default)]
    pub likely: bool,
    /// Why it happens, the most likely cause first; `{capture}` is filled in from the log.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("minItems" = 1)))]
    pub causes: Vec<String>,
    /// How to fix it, in the order to try.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("minItems" = 1)))]
    pub fixes: Vec<Fix>,
    /// Published figures that help to judge a finding, such as a provider's rate limits.
    #[serde(default)]
    pub limits: Option<LimitTable>,
    /// URLs of further reading.
    #[serde(default)]
    pub references: Vec<String>,
    /// Lines of a log, or whole records, that this rule must win.
    #[serde(default)]
    pub examples: Vec<String>,
    /// Similar texts that this rule must not match.
    #[serde(default)]
    pub counter_examples: Vec<String>,
}

/// A signature: exactly one of `literal`, `regex`, `http_status`, `error_code`, `field` and `shared`. Ids and durations are
/// removed from a record before signatures are matched.
#[derive(Debug, Default, Deserialize)]
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
    /// A text, case-insensitive. Default evidence: `body`.
    #[cfg_attr(feature = "schema", schemars(extend("pattern" = "\\S")))]
    pub literal: Option<String>,
    /// A regular expression in the syntax of the Rust regex crate (no look-around, no back-references), case-insensitive. The
    /// capture of a named group such as `(?<host>\S+)` is filled in for `{host}` in fixes. Default evidence: `body`.
    #[cfg_attr(feature = "schema", schemars(extend("minLength" = 1)))]
    pub regex: Option<String>,
    /// An HTTP status, or a list of them, in any spelling (`status=502`, `HTTP 502`, `"code":502`), never as a bare number.
    /// Default evidence: `status`.
    #[cfg_attr(feature = "schema", schemars(extend(
        "minimum" = 400, "maximum" = 599, "minItems" = 1, "items" = { "minimum": 400, "maximum": 599 },
    )))]
    pub http_status: Option<OneOrMany<u16>>,
    /// An error code such as `ETIMEDOUT` as a whole word, or a list of them. Default evidence: `transport`.
    #[cfg_attr(feature = "schema", schemars(extend("minLength" = 1, "minItems" = 1, "items" = { "minLength": 1 })))]
    pub error_code: Option<OneOrMany<String>>,
    /// Fields of the record that must all have one of the given values; `*` matches any text. Default evidence: `reason`.
    #[cfg_attr(feature = "schema", schemars(extend("minProperties" = 1)))]
    pub field: Option<BTreeMap<String, OneOrMany<Scalar>>>,
    /// Any signature of the group with this name under `shared:`, with the evidence of that signature.
    #[cfg_attr(feature = "schema", schemars(extend("minLength" = 1)))]
    pub shared: Option<String>,
    /// The strength of the evidence, if it is not the default for this kind of signature.
    pub evidence: Option<Evidence>,
}

/// A value, or a list of values.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(untagged)]
#[cfg_attr(feature = "schema", schemars(inline))]
pub(super) enum OneOrMany<T> {
    /// A single value.
    One(T),
    /// A list of values.
    Many(Vec<T>),
}

impl<T> OneOrMany<T> {
    pub fn as_slice(&self) -> &[T] {
        match self {
            Self::One(value) => std::slice::from_ref(value),
            Self::Many(values) => values,
        }
    }

    pub fn into_vec(self) -> Vec<T> {
        match self {
            Self::One(value) => vec![value],
            Self::Many(values) => values,
        }
    }
}

/// A field's value: `true`, `429` and `rate_limit` need no quotes in YAML.
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
    pub fn text(&self) -> String {
        match self {
            Self::Bool(value) => value.to_string(),
            Self::Number(value) => value.to_string(),
            Self::Text(value) => value.clone(),
        }
    }
}
