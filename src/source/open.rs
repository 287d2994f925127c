//! Opens a source: as a map where that is safe and worth it, else as a stream of what it was before it was packed.

use std::fs;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use super::change::{OpenFile, Steady, is_live};
use super::fence::Fence;
use super::input::Input;
use super::interruptible::Interruptible;
use super::map::Map;
use super::packing::packing;
use super::reason::{Reason, SourceError};
use super::{archive, decode};

/// Smaller files are read at once: cheaper than a map, and safe whatever happens to the file.
const WORTH_MAPPING: u64 = 1 << 20;

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

impl Input {
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
    let is_stream = metadata.len() < WORTH_MAPPING || is_live(&metadata) || packing(&head[..read]).is_some();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::MAX_DECOMPRESSED;

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
