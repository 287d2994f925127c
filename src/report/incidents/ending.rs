//! Outcome of an incident.

use serde::{Deserialize, Serialize};

/// Outcome of an incident: recovered after a retry, or degraded because a fallback model answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Ending {
    pub recovered: bool,
    pub degraded: bool,
}
