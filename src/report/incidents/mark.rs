//! Marks on the time line: what happened to the gateway that may explain what came after it.

use jiff::Timestamp;
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::classify::MarkKind;
use crate::redact::Cleaner;

/// Marks kept of one source: the latest.
pub(crate) const MAX_MARKS: usize = 200;

/// Something that happened to a gateway.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Mark {
    /// When.
    pub time: Timestamp,
    /// What.
    pub what: MarkKind,
    /// The folder of the gateway's log.
    pub gateway: String,
}

impl Mark {
    /// Whether the gateway started.
    pub(crate) fn is_start(&self) -> bool {
        self.what == MarkKind::GatewayStart
    }

    pub(crate) fn redact(&mut self, cleaner: &Cleaner) {
        cleaner.text(&mut self.gateway);
        if let MarkKind::Version(version) = &mut self.what {
            cleaner.text(version);
        }
    }
}
