//! Code tables: the codes of one vendor or library, each with its meaning and the rule that explains it.
//!
//! Numbers collide across vendors, so a table has a frame: the records in which, and the spellings in which, its codes count. The
//! loader turns each table into signatures of the rules that it names.

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_saphyr::Spanned;

use super::problem::Location;
use super::raw_file::{OneOrMany, RawSignature, Scalar};
use super::rule::{Evidence, Signature};
use super::rule_file::RuleFile;

/// Place of the codes in a spelling.
pub(super) const CODE: &str = "{code}";

/// The codes of one vendor or library.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeTable {
    /// Name of the table, such as `discord-close`.
    pub id: String,
    /// The vendor or library, as people call it.
    pub vendor: String,
    /// Address of the official page.
    pub source: String,
    /// The codes match no record.
    pub explain_only: bool,
    /// The codes, in the order of the file.
    pub codes: Vec<CodeEntry>,
}

/// A code of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeEntry {
    /// The code, as it is printed.
    pub code: String,
    /// Its meaning, in one sentence.
    pub means: String,
    /// Id of the rule that explains it.
    pub rule: String,
}

/// A signature that a table adds to a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeSignature {
    /// The shared group of which a signature must match as well: the frame of the table.
    pub frame: Option<String>,
    /// The code that the signature stands for, if the matched text does not hold it.
    pub code: Option<String>,
    /// The signature.
    pub signature: Signature,
}

/// A code table, as it is written. A code without `shapes` counts as a whole word; with `where`, only in records that one of these
/// signatures matches.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", schemars(rename = "CodeTable"))]
pub(super) struct RawCodeTable {
    /// Name of the table: lower-case letters, digits and hyphens.
    #[cfg_attr(feature = "schema", schemars(extend("pattern" = "^[a-z][a-z0-9-]*$")))]
    pub id: String,
    /// The vendor or library, as people call it.
    pub vendor: String,
    /// Address of the official page.
    pub source: String,
    /// The frame: signatures of which one must match a record for the codes to count. Numbers need a frame or `shapes`.
    #[serde(default, rename = "where")]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<RawSignature>"))]
    pub frame: Vec<Spanned<RawSignature>>,
    /// Spellings of a code: regular expressions in which `{code}` stands for any code of the table.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<String>"))]
    pub shapes: Vec<Spanned<String>>,
    /// The strength of the evidence. Default: `transport` for codes, `body` for texts.
    pub evidence: Option<Evidence>,
    /// The codes match no record: `explain` shows what they mean to this vendor.
    #[serde(default)]
    pub explain_only: bool,
    /// The codes.
    #[cfg_attr(feature = "schema", schemars(with = "Vec<RawCode>"))]
    pub codes: Vec<Spanned<RawCode>>,
}

/// A code of a table, as it is written.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", schemars(rename = "Code"))]
pub(super) struct RawCode {
    /// The code, as it is printed.
    pub code: Scalar,
    /// Its meaning, in one sentence.
    pub means: String,
    /// Id of the rule that explains it.
    pub rule: String,
    /// Official texts that are printed without the code and mean nothing else, case-insensitive.
    #[serde(default)]
    pub text: Option<OneOrMany<String>>,
}

/// A signature that a table adds to a rule, not yet checked.
pub(super) struct Desugared {
    pub rule: String,
    pub code: Option<String>,
    pub location: Location,
    pub signature: RawSignature,
}

/// A part of a table's frame and a spelling, each empty if the table has none. Equal codes of two tables with an equal place can
/// count in one record.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct CodePlace {
    frame: String,
    shape: String,
}

/// The codes of one rule in a table.
struct OfRule {
    rule: String,
    location: Location,
    codes: Vec<String>,
}

impl RawCodeTable {
    /// Returns the name of the shared group that holds the frame.
    pub fn group(&self) -> Option<String> {
        (!self.frame.is_empty()).then(|| format!("codes/{}", self.id))
    }

    /// Returns the places in which the codes of the table count; none if they match no record.
    pub fn places(&self) -> Vec<CodePlace> {
        if self.explain_only {
            return Vec::new();
        }
        let or_empty = |parts: Vec<String>| if parts.is_empty() { vec![String::new()] } else { parts };
        let frames = or_empty(self.frame.iter().map(|part| format!("{:?}", part.value)).collect());
        let shapes = or_empty(self.shapes.iter().map(|shape| shape.value.clone()).collect());
        let place = |frame: &String, shape: &String| CodePlace { frame: frame.clone(), shape: shape.clone() };
        frames.iter().flat_map(|frame| shapes.iter().map(|shape| place(frame, shape))).collect()
    }

    /// Returns the signatures that the table of a file adds to rules.
    pub fn desugar(&self, source: &RuleFile) -> Vec<Desugared> {
        let mut signatures = Vec::new();
        if self.explain_only {
            return signatures;
        }
        let mut rules: Vec<OfRule> = Vec::new();
        for entry in &self.codes {
            let (location, rule) = (source.location(entry), entry.value.rule.clone());
            let code = entry.value.code.text();
            for text in entry.value.text.iter().flat_map(OneOrMany::as_slice) {
                signatures.push(Desugared {
                    rule: rule.clone(),
                    code: Some(code.clone()),
                    location: location.clone(),
                    signature: RawSignature {
                        literal: Some(text.clone()),
                        evidence: self.evidence,
                        ..RawSignature::default()
                    },
                });
            }
            match rules.iter_mut().find(|of| of.rule == rule) {
                Some(of) => of.codes.push(code),
                None => rules.push(OfRule { rule, location, codes: vec![code] }),
            }
        }
        for OfRule { rule, location, codes } in rules {
            let evidence = Some(self.evidence.unwrap_or(Evidence::Transport));
            let signature = |signature| Desugared {
                rule: rule.clone(),
                code: None,
                location: location.clone(),
                signature,
            };
            if self.shapes.is_empty() {
                let codes = Some(OneOrMany::Many(codes));
                signatures.push(signature(RawSignature {
                    error_code: codes,
                    evidence,
                    ..RawSignature::default()
                }));
                continue;
            }
            let any: Vec<String> = codes.iter().map(|code| regex_syntax::escape(code)).collect();
            let any = format!("(?<code>{})", any.join("|"));
            signatures.extend(self.shapes.iter().map(|shape| {
                let regex = Some(shape.value.replace(CODE, &any));
                signature(RawSignature { regex, evidence, ..RawSignature::default() })
            }));
        }
        signatures
    }

    /// Returns the table without what only the loader needs.
    pub fn shown(&self) -> CodeTable {
        let entry = |entry: &Spanned<RawCode>| CodeEntry {
            code: entry.value.code.text(),
            means: entry.value.means.clone(),
            rule: entry.value.rule.clone(),
        };
        CodeTable {
            id: self.id.clone(),
            vendor: self.vendor.clone(),
            source: self.source.clone(),
            explain_only: self.explain_only,
            codes: self.codes.iter().map(entry).collect(),
        }
    }
}
