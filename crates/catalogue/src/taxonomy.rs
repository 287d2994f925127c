//! The fixed vocabulary of rules: categories and severities.

use std::fmt;

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What kind of failure a rule explains. The taxonomy is fixed; scripts rely on these names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// A missing, wrong, expired or revoked key or token.
    Auth,
    /// The credential is known, but it may not do this, from here, or with this model.
    Permission,
    /// Money: quota, credits, balance, a spending cap, whatever the HTTP status.
    Billing,
    /// Too many requests or tokens in a span of time.
    RateLimit,
    /// An internal error of the provider.
    ServerError,
    /// The provider, or a gateway in front of it, has no capacity.
    Overloaded,
    /// No connection came about in time.
    ConnectTimeout,
    /// A connection came about, the answer did not.
    RequestTimeout,
    /// A host name did not resolve.
    Dns,
    /// Certificates and handshakes.
    Tls,
    /// A proxy between OpenClaw and the provider.
    Proxy,
    /// A connection was refused, reset or cut.
    Connection,
    /// The provider, or OpenClaw, does not know the model.
    ModelNotFound,
    /// The prompt does not fit the model.
    ContextOverflow,
    /// The provider rejects the form of the request.
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
    /// Benign: nothing is wrong, even where it looks like an error.
    None,
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

/// How much a finding hurts. The order is ascending, so that `max` gives the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Works for now, or heals by itself.
    Warning,
    /// Something a user asked for fails.
    Error,
    /// Nothing works until it is mended, or safety is at stake.
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
