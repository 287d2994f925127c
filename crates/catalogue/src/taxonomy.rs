//! The fixed vocabulary of rules: categories and severities.

use std::fmt;

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Category of failure. The taxonomy is fixed; scripts rely on these names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// A missing, wrong, expired or revoked key or token.
    Auth,
    /// A valid credential that may not do this, from here, or with this model.
    Permission,
    /// Quota, credits, balance or spending cap, whatever the HTTP status.
    Billing,
    /// Too many requests or tokens per unit of time.
    RateLimit,
    /// An internal error of the provider.
    ServerError,
    /// The provider, or a gateway in front of it, has no capacity.
    Overloaded,
    /// Connecting timed out.
    ConnectTimeout,
    /// Connected, but the response timed out.
    RequestTimeout,
    /// A host name did not resolve.
    Dns,
    /// TLS certificates and handshakes.
    Tls,
    /// A proxy between OpenClaw and the provider.
    Proxy,
    /// A connection was refused, reset or closed.
    Connection,
    /// The provider, or OpenClaw, does not know the model.
    ModelNotFound,
    /// The prompt exceeds the model's context window.
    ContextOverflow,
    /// The provider rejects the request as malformed.
    BadRequest,
    /// A safety filter, refusal or moderation.
    ContentPolicy,
    /// A model server on the user's own machine or network.
    LocalModel,
    /// OpenClaw's configuration.
    Config,
    /// The OpenClaw gateway itself.
    Gateway,
    /// A chat channel.
    Channel,
    /// A plugin, skill or MCP server.
    Plugin,
    /// A tool call inside an agent run.
    Tool,
    /// Session locks, transcripts and compaction.
    Session,
    /// Disk, permissions, databases.
    Storage,
    /// Process memory.
    Memory,
    /// Benign: nothing is wrong, even if it looks like an error.
    #[default]
    None,
}

impl Category {
    /// Returns true for failures of a request to a model provider, on the way to it or there.
    pub fn is_of_a_provider(self) -> bool {
        self <= Self::LocalModel
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

/// Severity of a finding, in ascending order, so that `max` gives the worst.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// For information only.
    #[default]
    Info,
    /// Works for now, or recovers without intervention.
    Warning,
    /// A user's request fails.
    Error,
    /// Nothing works until it is fixed, or safety is at risk.
    Critical,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_taxonomy() {
        assert_eq!(Category::RateLimit.to_string(), "rate_limit");
        assert_eq!(Category::None.to_string(), "none");
        assert_eq!(Severity::Critical.to_string(), "critical");
        assert!(Severity::Critical > Severity::Error);
    }
}
