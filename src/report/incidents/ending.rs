//! How an incident ended.

use serde::{Deserialize, Serialize};

/// How an incident ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Ending {
    pub recovered: bool,
    pub degraded: bool,
}
