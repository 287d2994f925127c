//! A file in a zip archive.

use std::path::PathBuf;

/// A file in a zip archive.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(not(feature = "archives"), allow(dead_code))] // Not read without the feature.
pub struct Member {
    /// Path of the archive.
    pub archive: PathBuf,
    /// Name of the member in the archive.
    pub name: String,
    /// Offset of the member's data in the archive, and its length in bytes.
    pub(super) start: u64,
    pub(super) length: u64,
    pub(super) method: Method,
    pub(super) encrypted: bool,
    /// CRC-32 of the decompressed data, if known.
    pub(super) crc: Option<u32>,
}

/// Compression method of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(feature = "archives"), allow(dead_code))]
pub(super) enum Method {
    Stored,
    Deflated,
    /// A method that is not supported.
    Other,
}
