//! A file in a zip archive.

use std::path::PathBuf;

/// A file in a zip archive.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(not(feature = "archives"), allow(dead_code))] // Nothing reads one there.
pub struct Member {
    /// The archive.
    pub archive: PathBuf,
    /// The member's own name.
    pub name: String,
    /// Where its bytes begin in the archive, and how many there are.
    pub(super) start: u64,
    pub(super) length: u64,
    pub(super) method: Method,
    pub(super) encrypted: bool,
    /// The check sum of what it was before it was packed, where that is known.
    pub(super) crc: Option<u32>,
}

/// How a member is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(feature = "archives"), allow(dead_code))]
pub(super) enum Method {
    Stored,
    Deflated,
    /// In a way that is not read here.
    Other,
}
