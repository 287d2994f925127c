//! A captured value, as a finding shows it.

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A captured value and in how many incidents it was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Value {
    /// The value, redacted.
    pub value: String,
    /// Incidents that have it.
    pub incidents: u64,
}
