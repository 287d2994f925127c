//! Counts of what `--budget` has left out of a report.

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// To which size a report was cut, and what was left out for that.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Budget {
    /// Tokens that were allowed, a token being 4 bytes of JSON without blanks and line ends.
    pub tokens: usize,
    /// Whether it could be kept. What cannot be cut any more is longer than a very small one.
    pub is_kept: bool,
    /// What was left out to keep it.
    pub left_out: LeftOut,
}

/// How much of a report was left out, by kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct LeftOut {
    /// Records shown as evidence.
    pub samples: usize,
    /// Histograms of findings.
    pub histograms: usize,
    /// Rules of echoes.
    pub symptoms: usize,
    /// Starts, reloads and updates of gateways.
    pub marks: usize,
    /// Addresses to read on.
    pub references: usize,
    /// Shapes of records that no rule explains.
    pub unclassified: usize,
    /// Sources.
    pub sources: usize,
    /// Notes.
    pub notes: usize,
    /// Next steps.
    pub next_steps: usize,
    /// Findings, the lowest in rank.
    pub findings: usize,
}
