//! Opens a source: as a map if that is safe and worth it, otherwise as a stream of decompressed bytes.

use std::fs;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use super::cancellation::Cancellation;
use super::change::{OpenFile, Steady, is_live};
use super::content::Content;
use super::fence::Fence;
use super::input::Input;
use super::interruptible::Interruptible;
use super::map::Map;
use super::packing::{HEAD, packing};
use super::reason::{Reason, SourceError};
use super::{archive, decode};

/// Minimum length in bytes of a file that is mapped. Smaller files are read, which is cheaper, and safe whatever happens to the
/// file.
const WORTH_MAPPING: u64 = 1 << 20;

/// An opened source.
pub struct Opened {
    /// Content of the source.
    pub content: Content,
    /// The file, if the source is one, for detecting changes while it is read.
    pub file: Option<Arc<OpenFile>>,
}

impl Opened {
    fn without_file(content: Content) -> Self {
        Self { content, file: None }
    }
}

impl Input {
    /// Opens the source, if the fence allows its origin. A compressed source is read up to `max_decompressed` bytes. A source
    /// that may block is read until `stop` is non-zero.
    ///
    /// # Errors
    /// If the source does not exist, may not be read, or cannot be decompressed.
    pub fn open(
        &self,
        fence: &Fence,
        max_decompressed: u64,
        stop: &Cancellation,
    ) -> Result<Opened, SourceError> {
        match self {
            // Within a fence only files are read.
            Self::Stdin if fence.roots().is_some() => Err(Reason::Outside),
            Self::Stdin => interruptible(|| Ok(io::stdin()), max_decompressed, stop),
            Self::Path(path) => open_path(path, fence, max_decompressed, stop),
            Self::Member(member) => {
                archive::open_member(member, fence, max_decompressed).map(Opened::without_file)
            }
        }
        .map_err(|reason| SourceError { name: self.name(), reason })
    }
}

fn open_path(
    path: &Path,
    fence: &Fence,
    max_decompressed: u64,
    stop: &Cancellation,
) -> Result<Opened, Reason> {
    // A fence allows only files that never block, and files that it does not allow must not be examined.
    if fence.roots().is_none() {
        let metadata = fs::metadata(path)?;
        if is_socket(&metadata) {
            return Err(Reason::Socket);
        }
        // Files under /proc report a length of 0 bytes but hold text, so only reading shows if they are empty.
        if !metadata.is_file() || metadata.len() == 0 {
            let (path, fence) = (path.to_owned(), fence.clone());
            return interruptible(move || fence.open(&path), max_decompressed, stop);
        }
    }

    let mut file = fence.open(path)?;
    let metadata = file.metadata()?;
    let open_file = OpenFile::new(path, &file, &metadata, fence).map(Arc::new);
    let mut head = [0; HEAD];
    let read = file.read(&mut head)?;
    let is_stream = metadata.len() < WORTH_MAPPING || is_live(&metadata) || packing(&head[..read]).is_some();
    let content = if is_stream {
        let head = io::Cursor::new(head[..read].to_vec());
        let reader = head.chain(Steady::new(file, open_file.clone()));
        decode::content(Box::new(reader), max_decompressed, 0)?
    } else {
        Content::Mapped(Map::new(file)?)
    };
    Ok(Opened { content, file: open_file })
}

/// Opens a source whose reads may block.
fn interruptible<R: Read>(
    open: impl FnOnce() -> io::Result<R> + Send + 'static,
    max_decompressed: u64,
    stop: &Cancellation,
) -> Result<Opened, Reason> {
    let reader = Interruptible::new(open, stop.clone())?;
    decode::content(Box::new(reader), max_decompressed, 0).map(Opened::without_file)
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
            .open(&Fence::default(), MAX_DECOMPRESSED, &Cancellation::new())
            .err()
            .expect("an error");
        assert_eq!(error.reason, Reason::NotFound);
        assert!(error.to_string().starts_with("/nonexistent/x.log: no such file"));
    }
}
