//! Replacement for the archive and decompressor modules in a build without the feature `archives`: compressed files are refused
//! with an error that names the feature.

use std::io::{self, Read};
use std::path::Path;

use super::content::Content;
use super::fence::Fence;
use super::member::Member;
use super::packing::Packing;
use super::reason::Reason;

/// Returns `false`: without the feature an archive is a single file that cannot be read.
pub(super) fn is_zip(_: &Path, _: &Fence) -> bool {
    false
}

/// Returns no members.
pub(super) fn members(_: &Path, _: &Fence) -> (Vec<Member>, Option<Reason>) {
    (Vec::new(), None)
}

/// Refuses a member of an archive.
///
/// # Errors
/// Always.
pub(super) fn open_member(_: &Member, _: &Fence, _: u64) -> Result<Content, Reason> {
    Err(Reason::NeedsArchives("zip"))
}

/// Refuses a compressed stream.
///
/// # Errors
/// Always.
pub(super) fn decompressor(
    packing: Packing,
    _: impl Read + Send + 'static,
    _: u64,
) -> Result<Box<dyn Read + Send>, Reason> {
    Err(Reason::NeedsArchives(match packing {
        Packing::Gzip => "gzip",
        Packing::Zstd => "zstd",
        Packing::Xz => "xz",
        Packing::Bzip2 => "bzip2",
        Packing::Zip => "zip",
        Packing::Tar => "tar",
        Packing::Utf16 => "UTF-16",
    }))
}

/// Reader of a tar archive, of which there is none without the feature.
pub enum TarReader {}

/// Member of a tar archive, of which there is none without the feature.
pub struct TarMember {
    /// Name of the member in the archive.
    pub name: String,
    pub(super) reader: io::Empty,
    pub(super) limit: u64,
    pub(super) depth: u32,
}

impl TarReader {
    /// Refuses a tar archive.
    ///
    /// # Errors
    /// Always.
    pub(super) fn new(_: impl Read, _: u64, _: u32) -> Result<Self, Reason> {
        Err(Reason::NeedsArchives("tar"))
    }

    /// Returns the next member.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn next_member(&mut self) -> Option<Result<TarMember, Reason>> {
        match *self {}
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use crate::source::{Reason, unpack};

    #[test]
    fn a_compressed_stream_is_refused_with_the_feature_named() {
        for (head, kind) in
            [(&b"\x1f\x8b\x08..."[..], "gzip"), (b"PK\x03\x04..", "zip"), (b"BZh91A", "bzip2")]
        {
            let reason = unpack(Box::new(Cursor::new(head)), 100).err();
            assert_eq!(reason, Some(Reason::NeedsArchives(kind)));
            assert!(reason.is_some_and(|reason| reason.to_string().contains("`archives`")));
        }
    }
}
