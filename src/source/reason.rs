//! Reasons why a source could not be read, or not whole.

use std::io;

use super::fence::{self, Outside};
use super::interruptible::Interrupt;

/// A source that could not be read, or not whole.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {reason}")]
pub struct SourceError {
    /// Name of the source as it was given.
    pub name: String,
    /// The reason.
    pub reason: Reason,
}

/// The reason why a source could not be read, or not whole.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// The path does not exist.
    #[error("no such file or folder; check the path")]
    NotFound,
    /// No file matches a pattern.
    #[error("no file matches this pattern")]
    NoMatch,
    /// A pattern is invalid.
    #[error("not a valid pattern: {0}")]
    BadPattern(String),
    /// A path leads out of the folders that may be read.
    #[error("{Outside}")]
    Outside,
    /// A folder has links that lead out of the folders that may be read; their number.
    #[error(
        "links not followed because they lead outside the folders that may be read: {0}; allow their folders with --allow PATH"
    )]
    LinksOutside(u64),
    /// A folder holds no files.
    #[error("the folder is empty")]
    EmptyFolder,
    /// The error message of the system.
    #[error("{0}; check the permissions, or copy the file and scan the copy")]
    Io(String),
    /// A socket, which cannot be opened as a file.
    #[error("a socket cannot be read as a file; pipe its output in")]
    Socket,
    /// An archive is damaged or of an unsupported kind.
    #[error("{0}; unpack it and scan the files")]
    Archive(String),
    /// A zip archive has too many members; their number and the limit.
    #[error("the archive has {0} files, more than the limit of {1}; unpack it and scan the files")]
    ManyMembers(u64, u64),
    /// A tar archive has more members than the limit.
    #[error(
        "the archive has more than {0} files, and the others were not read; unpack it and scan the files"
    )]
    TooManyMembers(u64),
    /// A zip archive is a decompression bomb.
    #[error(
        "the members of this archive overlap, which makes a small file expand enormously (zip bomb); not read"
    )]
    Overlap,
    /// The user ended the program before any data arrived.
    #[error("interrupted before anything was read")]
    Interrupted,
    /// A zip archive in a stream or in another archive, where its list of members cannot be read.
    #[error(
        "a zip archive cannot be read from a pipe or from inside another archive; save it as a file and scan that"
    )]
    PipedZip,
    /// A part of a source that can only be read from its start.
    #[error("a compressed file or an archive cannot be read in parts")]
    PackedPart,
    /// A compressed file in a build without the feature `archives`; its compression.
    #[error(
        "compressed with {0}, which this build cannot read: build clawsift with the cargo feature `archives`, or \
         unpack it and scan the files"
    )]
    NeedsArchives(&'static str),
    /// Archives are nested too deep.
    #[error("nested archives are too deep; unpack it first")]
    Nested,
}

impl Reason {
    /// Returns true if the source is outside the folders that may be read.
    pub fn is_outside(&self) -> bool {
        matches!(self, Self::Outside | Self::LinksOutside(_))
    }

    /// Returns the reason for an error during decompression.
    pub(super) fn damaged(error: io::Error) -> Self {
        match error.get_ref().is_some_and(|inner| inner.is::<Interrupt>()) {
            true => Self::Interrupted,
            false => Self::Archive(error.to_string()),
        }
    }
}

impl From<io::Error> for Reason {
    fn from(error: io::Error) -> Self {
        if error.get_ref().is_some_and(|inner| inner.is::<Interrupt>()) {
            return Self::Interrupted;
        }
        if fence::is_outside(&error) {
            return Self::Outside;
        }
        match error.kind() {
            io::ErrorKind::NotFound => Self::NotFound,
            _ => Self::Io(error.to_string()),
        }
    }
}
