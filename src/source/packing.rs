//! Detection of compression, archives and encoding by the first bytes of a stream.

/// Number of bytes to examine.
pub(super) const HEAD: usize = 512;

/// Position of the mark of a tar archive, in the header of its first member, and the two forms of the mark.
const TAR_AT: usize = 257;
const TAR: [&[u8]; 2] = [b"ustar\0", b"ustar  \0"];

/// The compression, archive or encoding of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    Gzip,
    Zstd,
    Xz,
    Bzip2,
    Zip,
    Tar,
    Utf16,
}

/// Returns the compression, archive or encoding that the first [`HEAD`] bytes of a stream show.
pub(super) fn packing(head: &[u8]) -> Option<Packing> {
    match head {
        [0x1f, 0x8b, ..] => Some(Packing::Gzip),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Packing::Zstd),
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Packing::Xz),
        [b'B', b'Z', b'h', b'1'..=b'9', ..] => Some(Packing::Bzip2),
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Some(Packing::Zip),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some(Packing::Utf16),
        _ => {
            let mark = head.get(TAR_AT..)?;
            TAR.iter().any(|form| mark.starts_with(form)).then_some(Packing::Tar)
        }
    }
}
