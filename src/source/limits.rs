//! How much is read at most.

/// One physical line is parsed whole up to this many bytes; a longer one is classified by what fits.
pub const MAX_LINE: usize = 16 << 20;

/// What a source may decompress to unless told otherwise: 64 GiB.
pub const MAX_DECOMPRESSED: u64 = 64 << 30;
