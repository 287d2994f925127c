//! The rules with which a report was made, by name.

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// With which rules a report was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct CatalogueInfo {
    /// How many rules were in force.
    pub rules: usize,
    /// Changes whenever a rule file does.
    pub fingerprint: String,
}
