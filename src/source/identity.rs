//! The identity of a file, independent of its path.

use std::fs::Metadata;

/// The identity of a file: device and inode, or the creation time if the system does not provide these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identity {
    #[cfg(unix)]
    inode: (u64, u64),
    #[cfg(not(unix))]
    created: Option<std::time::SystemTime>,
}

impl Identity {
    /// Returns the identity of the file that `metadata` describes.
    #[cfg(unix)]
    pub fn of(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        Self { inode: (metadata.dev(), metadata.ino()) }
    }

    /// Returns the identity of the file that `metadata` describes.
    #[cfg(not(unix))]
    pub fn of(metadata: &Metadata) -> Self {
        Self { created: metadata.created().ok() }
    }
}
