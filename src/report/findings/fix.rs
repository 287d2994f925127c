//! Fixes with the facts of the log filled in.

use std::collections::BTreeMap;

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalogue::Fix;
use crate::redact::{Cleaner, Redactor};

use super::advice::{QuotingContext, fill};

/// A fix with the facts of the log filled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[non_exhaustive]
pub struct FilledFix {
    /// The instruction.
    pub say: String,
    /// The shell command, ready to paste.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// The configuration to set, as JSON5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<String>,
}

impl FilledFix {
    pub(crate) fn new(fix: &Fix, facts: &BTreeMap<String, String>) -> Self {
        let visible = |text: String| Redactor::OPEN.clean_lines(&text);
        Self {
            say: visible(fill(&fix.say, facts, QuotingContext::Sentence)),
            run: fix.run.as_deref().map(|run| visible(fill(run, facts, QuotingContext::Command))),
            config: fix
                .config
                .as_deref()
                .map(|config| visible(fill(config.trim_end(), facts, QuotingContext::Config))),
        }
    }

    pub(crate) fn redact(&mut self, cleaner: &Cleaner) {
        cleaner.lines(&mut self.say);
        cleaner.command(&mut self.run);
        self.config.iter_mut().for_each(|config| cleaner.lines(config));
    }
}
