//! Where bytes come from: path expansion, memory maps, streams, and chunks cut at record ends.
//!
//! A file at rest is mapped and cut into chunks that are scanned in parallel; everything else (standard input, pipes,
//! a file that is being written) is read in bounded memory. What a record looks like is not known here: the caller
//! passes a function that tells whether a line begins one.

mod archive;
mod chunk;
mod decode;
mod expand;
mod installed;
mod interruptible;
#[allow(unsafe_code)] // The one module that maps files.
mod map;
mod rotation;
mod stream;

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use interruptible::{Interrupt, Interruptible};

pub use chunk::{LineTest, chunks, map_chunks};
pub use decode::TooLarge;
pub use expand::{Expansion, expand};
pub use installed::installed_logs;
pub use map::Map;
pub use rotation::{rotated_name, unread_older};
pub use stream::{ChunkReader, StreamChunk};

/// One physical line is parsed whole up to this many bytes; a longer one is classified by what fits.
pub const MAX_LINE: usize = 16 << 20;

/// What a source may decompress to unless told otherwise: 64 GiB.
pub const MAX_DECOMPRESSED: u64 = 64 << 30;

/// A file that changed within this time is taken for live: read, not mapped, since a map of a file that shrinks would
/// end the program.
const LIVE: Duration = Duration::from_secs(120);

/// Smaller files are read at once: cheaper than a map, and safe whatever happens to the file.
const WORTH_MAPPING: u64 = 1 << 20;

/// What to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A file, or anything else that can be opened by its path.
    Path(PathBuf),
    /// A member of a zip archive, by the archive's path and its own name.
    Member(PathBuf, String),
    /// Standard input.
    Stdin,
}

impl Input {
    /// The name shown in reports.
    pub fn name(&self) -> String {
        match self {
            Self::Path(path) => path.display().to_string(),
            Self::Member(archive, name) => format!("{}!{name}", archive.display()),
            Self::Stdin => "-".to_owned(),
        }
    }

    /// The folder the source lies in: sources of one folder are one gateway's.
    pub fn folder(&self) -> PathBuf {
        match self {
            Self::Path(path) => path.parent().map(Path::to_path_buf).unwrap_or_default(),
            Self::Member(archive, name) => {
                archive.join(Path::new(name).parent().map(Path::to_path_buf).unwrap_or_default())
            }
            Self::Stdin => PathBuf::new(),
        }
    }

    /// The file, where it is one of its own.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Path(path) => Some(path),
            Self::Member(..) | Self::Stdin => None,
        }
    }

    /// Opens the source. What is compressed is read up to `max_decompressed` bytes; what may block is read until `stop` is
    /// other than 0.
    ///
    /// # Errors
    /// When it does not exist, may not be read, or is packed in a way that cannot be unpacked.
    pub fn open(&self, max_decompressed: u64, stop: &Arc<AtomicUsize>) -> Result<Content, SourceError> {
        match self {
            Self::Stdin => {
                let reader = Interruptible::new(io::stdin(), Arc::clone(stop));
                decode::unpack(Box::new(reader), max_decompressed).map(Content::Stream)
            }
            Self::Path(path) => open_path(path, max_decompressed, stop),
            Self::Member(archive, name) => {
                archive::open_member(archive, name, max_decompressed).map(Content::Stream)
            }
        }
        .map_err(|reason| SourceError { name: self.name(), reason })
    }
}

/// An opened source.
pub enum Content {
    /// The whole file, as if in memory.
    Mapped(Map),
    /// Bytes that arrive one after the other.
    Stream(Box<dyn Read + Send>),
}

/// A source that could not be read, or not whole.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {reason}")]
pub struct SourceError {
    /// The source as it was named.
    pub name: String,
    /// Why.
    pub reason: Reason,
}

/// Why a source could not be read, or not whole.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// The path names nothing.
    #[error("no such file or folder; check the path")]
    NotFound,
    /// A pattern that no file fits.
    #[error("no file matches this pattern")]
    NoMatch,
    /// A pattern that cannot be understood.
    #[error("not a valid pattern: {0}")]
    BadPattern(String),
    /// A folder without files.
    #[error("the folder holds no files")]
    EmptyFolder,
    /// The system's own words.
    #[error("{0}; check the permissions, or copy the file and scan the copy")]
    Io(String),
    /// An archive that is damaged or of a kind not read here.
    #[error("{0}; unpack it and scan what comes out")]
    Archive(String),
    /// The user ended the program before anything arrived.
    #[error("interrupted before anything was read")]
    Interrupted,
    /// A zip archive in a stream, which cannot be searched for its list of members.
    #[error("a zip archive cannot be read from a pipe; save it to a file and name that")]
    PipedZip,
    /// Archives in archives in archives.
    #[error("compressed again and again; unpack it first")]
    Nested,
}

impl From<io::Error> for Reason {
    fn from(error: io::Error) -> Self {
        if error.get_ref().is_some_and(|inner| inner.is::<Interrupt>()) {
            return Self::Interrupted;
        }
        match error.kind() {
            io::ErrorKind::NotFound => Self::NotFound,
            _ => Self::Io(error.to_string()),
        }
    }
}

/// What kind of thing a source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A file or anything else with a path.
    File,
    /// Standard input.
    Stdin,
}

impl Input {
    /// What kind of thing the source is.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Path(_) | Self::Member(..) => Kind::File,
            Self::Stdin => Kind::Stdin,
        }
    }
}

fn open_path(path: &Path, max_decompressed: u64, stop: &Arc<AtomicUsize>) -> Result<Content, Reason> {
    let mut file = File::open(path)?;
    let metadata = file.metadata()?;
    // Files under /proc say 0 bytes and still hold text, so emptiness is found out by reading.
    if !metadata.is_file() || metadata.len() == 0 {
        let reader = Interruptible::new(file, Arc::clone(stop));
        return decode::unpack(Box::new(reader), max_decompressed).map(Content::Stream);
    }

    let mut head = [0; 6];
    let read = file.read(&mut head)?;
    if metadata.len() < WORTH_MAPPING || is_live(&metadata) || decode::packing(&head[..read]).is_some() {
        let head = io::Cursor::new(head[..read].to_vec());
        return decode::unpack(Box::new(head.chain(file)), max_decompressed).map(Content::Stream);
    }
    Ok(Content::Mapped(Map::new(file)?))
}

fn is_live(metadata: &fs::Metadata) -> bool {
    // A clock that runs backwards counts as live: reading is the safe way.
    metadata.modified().ok().and_then(|time| time.elapsed().ok()).is_none_or(|age| age < LIVE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_file_is_said_to_be_missing() {
        let error = Input::Path("/nonexistent/x.log".into())
            .open(MAX_DECOMPRESSED, &Arc::default())
            .err()
            .expect("an error");
        assert_eq!(error.reason, Reason::NotFound);
        assert!(error.to_string().starts_with("/nonexistent/x.log: no such file"));
    }
}
