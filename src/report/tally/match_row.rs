//! A match in the format of `--format ndjson`.

use std::collections::BTreeMap;

use jiff::Timestamp;
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalogue::{Category, Confidence, Severity};
use crate::record::Level;
use crate::redact::{Cleaner, Redactor};
use crate::report::incidents::Role;

/// One match, as `--format ndjson` writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[cfg_attr(feature = "schema", schemars(title = "A match of clawsift"))]
#[non_exhaustive]
pub struct MatchRow {
    /// The source's name.
    pub source: String,
    /// The record's first physical line, from 1.
    pub line: u64,
    /// Offset of the record's first byte in the decompressed source.
    pub offset: u64,
    /// Time of the record.
    pub time: Option<Timestamp>,
    /// Level of the record.
    pub level: Option<Level>,
    /// Subsystem of the record.
    pub subsystem: Option<String>,
    /// The rule that explains the record.
    pub rule: String,
    /// The rule's category.
    pub category: Category,
    /// The rule's severity.
    pub severity: Severity,
    /// Whether a rule knows the wording of the record, or only what its words likely mean.
    #[serde(default)]
    pub confidence: Confidence,
    /// Role in the incident: the cause or a related record.
    pub role: Role,
    /// Id of the incident.
    pub incident: String,
    /// Captured facts by name.
    pub captures: BTreeMap<String, String>,
    /// `true` if the text may be a quotation that looks like a log record; the rule's severity does not apply then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub quoted: bool,
    /// Text of the record, redacted and without control characters.
    pub text: String,
}

impl MatchRow {
    pub(crate) fn redact(&mut self, redactor: Redactor) {
        let own = Cleaner::new(redactor).knowing([self.text.as_str()]);
        own.each([&mut self.source, &mut self.text].into_iter().chain(&mut self.subsystem));
        own.each(self.captures.values_mut());
    }
}
