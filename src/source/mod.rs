//! Where bytes come from: path expansion, memory maps, streams, and chunks cut at record ends.
//!
//! A file at rest is cut into chunks that are scanned in parallel, and mapped for that if [`allow_maps`] permits it;
//! everything else (standard input, pipes, a file that is being written) is read in bounded memory. What a record looks like
//! is not known here: the caller passes [`Boundaries`], which tell where one begins.

mod archive;
mod broken_zip;
mod change;
mod chunk;
mod decode;
mod expand;
mod fence;
mod follow;
mod identity;
mod installed;
mod interruptible;
#[allow(unsafe_code)] // The one module that maps files.
mod map;
mod part;
mod rotation;
mod stream;

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use change::Steady;
use interruptible::{Interrupt, Interruptible};

pub use archive::Member;
pub use change::{Change, OpenFile};
pub(crate) use chunk::last_record;
pub use chunk::{Boundaries, LineTest, Part, chunks, map_chunks};
pub use decode::{TooLarge, is_packed, unpack};
pub use expand::{Expansion, expand, expand_within};
pub use fence::{Fence, Outside};
pub use follow::{Follower, Step, Turn};
pub use installed::{installed_logs, log_folders};
pub(crate) use map::read_at;
pub use map::{Map, MapPermit, allow_maps};
pub use part::{FilePart, PartReader, open_part};
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
    /// A file in a zip archive.
    Member(Member),
    /// Standard input.
    Stdin,
}

impl Input {
    /// The name shown in reports.
    pub fn name(&self) -> String {
        match self {
            Self::Path(path) => path.display().to_string(),
            Self::Member(Member { archive, name, .. }) => format!("{}!{name}", archive.display()),
            Self::Stdin => "-".to_owned(),
        }
    }

    /// The folder the source lies in: sources of one folder are one gateway's.
    pub fn folder(&self) -> PathBuf {
        match self {
            Self::Path(path) => path.parent().map(Path::to_path_buf).unwrap_or_default(),
            Self::Member(Member { archive, name, .. }) => {
                archive.join(Path::new(name).parent().map(Path::to_path_buf).unwrap_or_default())
            }
            Self::Stdin => PathBuf::new(),
        }
    }

    /// Where the bytes of the source come from.
    pub fn origin(&self) -> Origin<'_> {
        match self {
            Self::Path(path) => Origin::File(path),
            Self::Member(Member { archive, .. }) => Origin::Archive(archive),
            Self::Stdin => Origin::Stdin,
        }
    }

    /// Opens the source, if the fence allows its origin. What is compressed is read up to `max_decompressed` bytes; what may
    /// block is read until `stop` is other than 0.
    ///
    /// # Errors
    /// When it does not exist, may not be read, or is packed in a way that cannot be unpacked.
    pub fn open(
        &self,
        fence: &Fence,
        max_decompressed: u64,
        stop: &Arc<AtomicUsize>,
    ) -> Result<Opened, SourceError> {
        match self {
            // Within a fence only files are read.
            Self::Stdin if fence.roots().is_some() => Err(Reason::Outside),
            Self::Stdin => interruptible(|| Ok(io::stdin()), max_decompressed, stop),
            Self::Path(path) => open_path(path, fence, max_decompressed, stop),
            Self::Member(member) => archive::open_member(member, fence, max_decompressed).map(Opened::stream),
        }
        .map_err(|reason| SourceError { name: self.name(), reason })
    }
}

/// Where the bytes of an [`Input`] come from. Bytes that are in memory already have no input and are not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin<'a> {
    /// A file of its own.
    File(&'a Path),
    /// A file that holds other sources as well.
    Archive(&'a Path),
    /// Standard input.
    Stdin,
}

/// An opened source.
pub struct Opened {
    /// What it holds.
    pub content: Content,
    /// The file, where it is one of its own: what may happen to it meanwhile.
    pub file: Option<Arc<OpenFile>>,
}

impl Opened {
    fn stream(reader: Box<dyn Read + Send>) -> Self {
        Self { content: Content::Stream(reader), file: None }
    }
}

/// How a source is read.
pub enum Content {
    /// The whole file, any part of it at any time.
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
    /// A path that leads out of the folders that may be read.
    #[error("{Outside}")]
    Outside,
    /// A folder with links that lead out of the folders that may be read, and how many these are.
    #[error(
        "links that lead outside the folders that may be read, and were not followed: {0}; allow their folders with --allow PATH"
    )]
    LinksOutside(u64),
    /// A folder without files.
    #[error("the folder holds no files")]
    EmptyFolder,
    /// The system's own words.
    #[error("{0}; check the permissions, or copy the file and scan the copy")]
    Io(String),
    /// A socket, which cannot be opened as a file can.
    #[error("a socket cannot be read as a file; pipe in what comes out of it")]
    Socket,
    /// An archive that is damaged or of a kind not read here.
    #[error("{0}; unpack it and scan what comes out")]
    Archive(String),
    /// A zip archive with more members than are read, and how many these are.
    #[error("it holds {0} files, and at most {1} are read; unpack it and scan what comes out")]
    ManyMembers(u64, u64),
    /// A zip archive that is a trap.
    #[error(
        "its members share the same bytes, by which a small file becomes a huge one; no honest archive does that"
    )]
    Overlap,
    /// The user ended the program before anything arrived.
    #[error("interrupted before anything was read")]
    Interrupted,
    /// A zip archive in a stream or in another archive, which cannot be searched for its list of members.
    #[error(
        "a zip archive is read from a file of its own, not from a pipe or another archive; save it and name it"
    )]
    PipedZip,
    /// A part of what can only be read from its beginning.
    #[error("a compressed file cannot be read in parts; read it whole")]
    PackedPart,
    /// Archives in archives in archives.
    #[error("compressed again and again; unpack it first")]
    Nested,
}

impl Reason {
    /// Whether the source lies outside the folders that may be read.
    pub fn is_outside(&self) -> bool {
        matches!(self, Self::Outside | Self::LinksOutside(_))
    }

    /// Why something that is packed cannot be unpacked.
    fn damaged(error: io::Error) -> Self {
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

fn open_path(
    path: &Path,
    fence: &Fence,
    max_decompressed: u64,
    stop: &Arc<AtomicUsize>,
) -> Result<Opened, Reason> {
    // What a fence allows never waits, and what it does not allow is not looked at.
    if fence.roots().is_none() {
        let metadata = fs::metadata(path)?;
        if is_socket(&metadata) {
            return Err(Reason::Socket);
        }
        // Files under /proc say 0 bytes and still hold text, so emptiness is found out by reading.
        if !metadata.is_file() || metadata.len() == 0 {
            let (path, fence) = (path.to_owned(), fence.clone());
            return interruptible(move || fence.open(&path), max_decompressed, stop);
        }
    }

    let mut file = fence.open(path)?;
    let metadata = file.metadata()?;
    let open_file = OpenFile::new(path, &file, &metadata, fence).map(Arc::new);
    let mut head = [0; 6];
    let read = file.read(&mut head)?;
    let is_stream =
        metadata.len() < WORTH_MAPPING || is_live(&metadata) || decode::packing(&head[..read]).is_some();
    let content = if is_stream {
        let head = io::Cursor::new(head[..read].to_vec());
        let reader = head.chain(Steady::new(file, open_file.clone()));
        Content::Stream(decode::unpack(Box::new(reader), max_decompressed)?)
    } else {
        Content::Mapped(Map::new(file)?)
    };
    Ok(Opened { content, file: open_file })
}

/// Reads what may keep its reader waiting.
fn interruptible<R: Read>(
    open: impl FnOnce() -> io::Result<R> + Send + 'static,
    max_decompressed: u64,
    stop: &Arc<AtomicUsize>,
) -> Result<Opened, Reason> {
    let reader = Interruptible::new(open, Arc::clone(stop))?;
    decode::unpack(Box::new(reader), max_decompressed).map(Opened::stream)
}

fn is_socket(metadata: &fs::Metadata) -> bool {
    #[cfg(unix)]
    {
        std::os::unix::fs::FileTypeExt::is_socket(&metadata.file_type())
    }
    #[cfg(not(unix))]
    {
        let _ = metadata;
        false
    }
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
            .open(&Fence::default(), MAX_DECOMPRESSED, &Arc::default())
            .err()
            .expect("an error");
        assert_eq!(error.reason, Reason::NotFound);
        assert!(error.to_string().starts_with("/nonexistent/x.log: no such file"));
    }
}
