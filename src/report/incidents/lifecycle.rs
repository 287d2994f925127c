//! Lifecycle events on the time line: changes of the gateway that may explain later failures.

use jiff::Timestamp;
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::classify::LifecycleKind;
use crate::redact::Cleaner;

/// Maximum number of lifecycle events kept per source, the latest ones.
pub(crate) const MAX_MARKS: usize = 200;

/// A lifecycle event of a gateway.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[non_exhaustive]
pub struct LifecycleEvent {
    /// Time of the event.
    pub time: Timestamp,
    /// Kind of event.
    pub what: LifecycleKind,
    /// Folder of the gateway's log.
    pub gateway: String,
}

impl LifecycleEvent {
    /// Returns true if the gateway started.
    pub(crate) fn is_start(&self) -> bool {
        self.what == LifecycleKind::GatewayStart
    }

    pub(crate) fn redact(&mut self, cleaner: &Cleaner) {
        cleaner.text(&mut self.gateway);
        if let LifecycleKind::Version(version) = &mut self.what {
            cleaner.text(version);
        }
    }
}
