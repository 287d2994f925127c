//! What tells a file from another one at the same path.

use std::fs::Metadata;

/// The identity of a file: device and inode, or where the system does not tell these, the time at which it was created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identity {
    #[cfg(unix)]
    inode: (u64, u64),
    #[cfg(not(unix))]
    created: Option<std::time::SystemTime>,
}

impl Identity {
    /// The identity of the file that `metadata` describes.
    #[cfg(unix)]
    pub fn of(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        Self { inode: (metadata.dev(), metadata.ino()) }
    }

    /// The identity of the file that `metadata` describes.
    #[cfg(not(unix))]
    pub fn of(metadata: &Metadata) -> Self {
        Self { created: metadata.created().ok() }
    }
}
