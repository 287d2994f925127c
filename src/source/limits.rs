//! Limits on the amount of data that is read.

/// Maximum number of bytes of a physical line that are parsed; a longer line is classified by its first bytes.
pub const MAX_LINE: usize = 16 << 20;

/// Maximum number of members of an archive.
#[cfg(feature = "archives")]
pub(super) const MAX_MEMBERS: u64 = 100_000;

/// Default limit in bytes for the decompressed size of a source: 64 GiB.
pub const MAX_DECOMPRESSED: u64 = 64 << 30;
