//! Correlation key: the part of a match that decides which incident it belongs to.

use jiff::Timestamp;
use litemap::LiteMap;
use serde::{Deserialize, Serialize};

use crate::catalogue::Category;

use super::event::{Component, Ends, Match, ProcessEnd, RunKeys};

/// Correlation key of a record.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct CorrelationKey {
    pub(crate) setting: Component,
    pub(crate) keys: RunKeys,
    pub(crate) rule: usize,
    pub(crate) category: Category,
    pub(crate) echo_of: Vec<Category>,
    // The name in reports that are merged later.
    #[serde(rename = "is_hearsay")]
    pub(crate) is_secondary: bool,
    /// True if the record reports a request itself, so that it cannot be a symptom of a run that has ended.
    pub(crate) is_attempt: bool,
    pub(crate) ends: Ends,
    /// True if the record is OpenClaw's decision about a fallback.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_decision: bool,
    #[serde(default, skip_serializing_if = "ProcessEnd::is_nothing")]
    pub(crate) process: ProcessEnd,
    pub(crate) order: Option<Timestamp>,
    #[serde(skip)]
    pub(crate) line: u64,
    #[serde(default, skip_serializing_if = "LiteMap::is_empty")]
    pub(crate) captures: LiteMap<String, String>,
}

impl CorrelationKey {
    pub(crate) fn new(found: &Match) -> Self {
        Self {
            setting: found.setting.clone(),
            keys: found.keys.clone(),
            rule: found.rule,
            category: found.category,
            echo_of: found.echo_of.clone(),
            is_secondary: found.evidence.is_secondary(),
            is_attempt: found.is_attempt,
            ends: found.ends,
            is_decision: found.has_next.is_some(),
            process: found.process,
            order: found.when.order,
            line: found.position.line,
            captures: found.captures.clone(),
        }
    }

    /// Returns the provider that the record names.
    pub(crate) fn provider(&self) -> Option<&str> {
        self.captures.get("provider").map(String::as_str)
    }
}
