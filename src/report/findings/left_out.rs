//! Counts of the parts that `--budget` removed from a report.

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The size limit of a report and the parts that were removed to meet it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Budget {
    /// Size limit in tokens; one token is 4 bytes of compact JSON.
    pub tokens: usize,
    /// `true` if the limit was met. A very small limit cannot be met, because some parts are never removed.
    pub is_kept: bool,
    /// The removed parts.
    pub left_out: LeftOut,
}

/// Number of removed parts of a report, by kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct LeftOut {
    /// Sample records.
    pub samples: usize,
    /// Histograms of findings.
    pub histograms: usize,
    /// Rules of related records (symptoms).
    pub symptoms: usize,
    /// Starts, reloads and updates of gateways.
    pub marks: usize,
    /// Links to further reading.
    pub references: usize,
    /// Patterns of unexplained records.
    pub unclassified: usize,
    /// Sources.
    pub sources: usize,
    /// Notes.
    pub notes: usize,
    /// Next steps.
    pub next_steps: usize,
    /// Findings, from the lowest rank up.
    pub findings: usize,
}
