//! Identification of the rules that made a report.

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Identification of the rules that made a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct CatalogueInfo {
    /// Number of active rules.
    pub rules: usize,
    /// Hash of the rules; it changes whenever a rule file changes.
    pub fingerprint: String,
}
