//! The strongest record that an incident has about one provider.

use serde::{Deserialize, Serialize};

use crate::catalogue::{Category, Evidence, Severity};
use crate::classify::{Match, Position, ProcessEnd};

use super::captures::Weight;

/// The strongest record about one provider (or about no provider).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PrimaryEvidence {
    pub rule: usize,
    pub category: Category,
    pub severity: Severity,
    pub evidence: Evidence,
    /// The record reports a consequence of an earlier failure, such as a skipped provider.
    pub is_echo: bool,
    /// The record reports a failure of the channel itself, and not of something that the channel uses.
    pub is_of_channel: bool,
    /// The record only says that the process ended.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_exit: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    #[serde(skip)]
    pub position: Position,
}

impl PrimaryEvidence {
    pub fn new(found: &Match, provider: Option<String>) -> Self {
        Self {
            rule: found.rule,
            category: found.category,
            severity: found.severity,
            evidence: found.evidence,
            is_echo: !found.echo_of.is_empty(),
            is_of_channel: found.setting.is_channel() && found.category == Category::Channel,
            is_exit: found.process == ProcessEnd::Exit,
            provider,
            position: found.position,
        }
    }

    /// Sort key of the evidence: a proven cause ranks above a consequence of an earlier failure, and that above
    /// OpenClaw's own interpretation.
    pub fn weight(&self) -> Weight {
        let class = match (self.is_echo, self.is_proven()) {
            (false, true) => 2,
            (true, _) => 1 - u8::from(self.is_exit),
            (false, false) => 0,
        };
        let evidence = if self.is_exit { Evidence::Reason } else { self.evidence };
        (self.is_of_channel, class, evidence)
    }

    pub fn is_proven(&self) -> bool {
        !self.is_echo && !self.evidence.is_secondary()
    }
}

/// Returns the lead with the highest weight, the first one on ties.
pub(super) fn strongest<'l>(leads: impl Iterator<Item = &'l PrimaryEvidence>) -> Option<&'l PrimaryEvidence> {
    leads.reduce(|best, lead| if lead.weight() > best.weight() { lead } else { best })
}
