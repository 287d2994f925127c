//! The gateway of a log: the port that it listens on, and whether OpenClaw's CLI reached it.

use std::sync::Arc;

use crate::catalogue::Catalogue;
use crate::classify::{Component, Match, Position};

/// Maximum number of lines between a probe of `openclaw gateway status` and what the same output says of the port.
const OF_ONE_OUTPUT: u64 = 40;

/// The gateway of a source.
#[derive(Debug, Clone, Default)]
pub(super) struct OwnGateway {
    /// The last port that the log names.
    pub port: Option<u16>,
    /// Line of the last report that the gateway answers.
    pub answered: Option<u64>,
}

impl OwnGateway {
    /// Corrects a match by what is known of the gateway; returns false if it reports no failure.
    pub fn judge(&self, found: &mut Match, start: Position, catalogue: &Catalogue) -> bool {
        let line = start.behind(found.position).line;
        let lines = || line.checked_sub(self.answered?);
        let is_answered = || lines().is_some_and(|lines| lines <= OF_ONE_OUTPUT);
        if catalogue.rules()[found.rule].unless_answered && found.stamp.is_none() && is_answered() {
            return false;
        }
        if let Some(rule) = found.at_gateway.filter(|_| self.is_at_own_port(found)) {
            let explains = &catalogue.rules()[rule];
            let facts = Arc::make_mut(&mut found.facts);
            facts.rule = rule;
            facts.category = explains.category;
            facts.severity = explains.severity;
            facts.echo_of = explains.echo_of.clone();
            facts.setting = Component::Beside(explains.category.to_string());
        }
        true
    }

    /// Returns true if a failure names the gateway's port and no provider.
    fn is_at_own_port(&self, found: &Match) -> bool {
        let port = found.captures.get("port").and_then(|port| port.parse().ok());
        port.is_some() && port == self.port && !found.captures.contains_key("provider")
    }
}
