//! A match as `--format ndjson` shows it.

use std::collections::BTreeMap;

use jiff::Timestamp;
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalogue::{Category, Severity};
use crate::record::Level;
use crate::redact::{Cleaner, Redactor};
use crate::report::incidents::Role;

/// One match, as `--format ndjson` shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[cfg_attr(feature = "schema", schemars(title = "A match of clawsift"))]
pub struct MatchRow {
    /// The source's name.
    pub source: String,
    /// The record's first physical line, from 1.
    pub line: u64,
    /// The record's first byte.
    pub offset: u64,
    /// When it was written.
    pub time: Option<Timestamp>,
    /// Its level.
    pub level: Option<Level>,
    /// Its subsystem.
    pub subsystem: Option<String>,
    /// The rule that explains it.
    pub rule: String,
    /// The rule's category.
    pub category: Category,
    /// The rule's severity.
    pub severity: Severity,
    /// Whether it is the cause of its incident, or an echo.
    pub role: Role,
    /// The incident that it belongs to.
    pub incident: String,
    /// Facts by name.
    pub captures: BTreeMap<String, String>,
    /// It may be somebody's words that look like a record; its rule's severity does not count then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub quoted: bool,
    /// What the record says, redacted and printable.
    pub text: String,
}

impl MatchRow {
    pub(crate) fn redact(&mut self, redactor: Redactor) {
        let own = Cleaner::new(redactor).knowing([self.text.as_str()]);
        own.each([&mut self.source, &mut self.text].into_iter().chain(&mut self.subsystem));
        own.each(self.captures.values_mut());
    }
}
