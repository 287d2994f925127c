//! A captured value of a finding.

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A captured value and the number of incidents in which it was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Value {
    /// The value, redacted.
    pub value: String,
    /// Number of incidents with this value.
    pub incidents: u64,
}
