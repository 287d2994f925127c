//! Detection of changes to a file while it is read.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::fence::Fence;
use super::identity::Identity;
use super::map::fill_at;

/// Number of leading bytes that are compared in order to detect that a file was rewritten.
const HEAD: u64 = 4096;

/// Maximum age of the last modification of a live file. A live file is read and not mapped, because a map of a file that shrinks
/// would end the program.
const LIVE: Duration = Duration::from_secs(120);

/// The state of a file when it was opened.
pub struct OpenFile {
    path: PathBuf,
    file: File,
    length: u64,
    modified: Option<SystemTime>,
    is_live: bool,
    head: Vec<u8>,
}

/// A change to a file while it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Change {
    /// The file was cut short.
    #[error(
        "truncated while reading: it had {before} bytes when it was opened and now has {now}, so records may be missing; scan \
         it again, or scan the rotated copy"
    )]
    Truncated {
        /// Length of the file in bytes when it was opened.
        before: u64,
        /// Length of the file in bytes now.
        now: u64,
    },
    /// The content was overwritten.
    #[error("rewritten while reading, so the report may mix old and new content; scan it again")]
    Rewritten,
    /// The path names another file or none, because the file was renamed, replaced or deleted. The opened file was read.
    #[error("renamed or deleted while reading; the original file was read")]
    Moved,
}

impl Change {
    /// Returns true if the file may not have been read whole.
    pub fn is_loss(self) -> bool {
        !matches!(self, Self::Moved)
    }
}

impl OpenFile {
    /// Records the state of the file; `None` if the system does not provide it.
    pub(super) fn new(path: &Path, file: &File, metadata: &Metadata, fence: &Fence) -> Option<Self> {
        let file = second_handle(path, file, fence).ok()?;
        let head = head(&file, metadata.len()).ok()?;
        Some(Self {
            path: path.to_owned(),
            file,
            length: metadata.len(),
            modified: metadata.modified().ok(),
            is_live: is_live(metadata),
            head,
        })
    }

    /// Returns the change since the file was opened. An appended text is not a change.
    pub fn change(&self) -> Option<Change> {
        let now = self.file.metadata().ok()?;
        if now.len() < self.length {
            return Some(Change::Truncated { before: self.length, now: now.len() });
        }
        // A write to a file at rest that keeps its length overwrites its content; a live file grows.
        let is_touched = !self.is_live && now.len() == self.length && now.modified().ok() != self.modified;
        if is_touched || head(&self.file, self.length).is_ok_and(|head| head != self.head) {
            return Some(Change::Rewritten);
        }
        (!is_at(&self.path, &now)).then_some(Change::Moved)
    }
}

/// Returns a handle that can be read without moving the read position of the other handle.
fn second_handle(path: &Path, file: &File, fence: &Fence) -> io::Result<File> {
    match cfg!(unix) {
        true => file.try_clone(),
        false => fence.open(path),
    }
}

/// Returns the first bytes of a file of the given length.
fn head(file: &File, length: u64) -> io::Result<Vec<u8>> {
    let mut head = vec![0; usize::try_from(HEAD.min(length)).unwrap_or(0)];
    let filled = fill_at(file, &mut head, 0)?;
    head.truncate(filled);
    Ok(head)
}

/// Reader that reads a file from its start to its end, and fails if the content that was read has changed.
pub(super) struct Steady {
    reader: File,
    file: Option<Arc<OpenFile>>,
}

impl Steady {
    pub fn new(reader: File, file: Option<Arc<OpenFile>>) -> Self {
        Self { reader, file }
    }
}

impl Read for Steady {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        // After a change, the next bytes may continue in the middle of another record.
        match self.file.as_ref().and_then(|file| file.change()).filter(|change| change.is_loss()) {
            Some(change) => Err(io::Error::other(change)),
            None => Ok(read),
        }
    }
}

/// Returns true if the path names this file.
fn is_at(path: &Path, file: &Metadata) -> bool {
    let Ok(there) = fs::metadata(path) else { return false };
    match cfg!(unix) {
        true => Identity::of(&there) == Identity::of(file),
        false => there.len() >= file.len(),
    }
}

/// Returns true if a file may be written now, so that it must be read as a stream.
pub(super) fn is_live(metadata: &fs::Metadata) -> bool {
    // A modification time in the future counts as live, because reading is the safe way.
    metadata.modified().ok().and_then(|time| time.elapsed().ok()).is_none_or(|age| age < LIVE)
}

#[cfg(test)]
mod tests {
    use std::io::{Seek, Write};
    use std::time::Duration;

    use super::*;

    /// Returns the change that is detected after `act` on a file of ten lines that was at rest or live.
    fn change_after(is_live: bool, act: fn(&Path, &mut File)) -> Option<Change> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x.log");
        fs::write(&path, "a line\n".repeat(10)).expect("writing");
        let mut file = File::options().read(true).write(true).open(&path).expect("a file");
        if !is_live {
            file.set_modified(SystemTime::now() - Duration::from_secs(3600)).expect("a time");
        }
        let metadata = file.metadata().expect("metadata");
        let open = OpenFile::new(&path, &file, &metadata, &Fence::default()).expect("a watched file");
        act(&path, &mut file);
        open.change()
    }

    #[test]
    fn each_kind_of_change_is_noticed() {
        let append = |_: &Path, file: &mut File| {
            file.seek(io::SeekFrom::End(0)).expect("the end");
            file.write_all(b"more\n").expect("writing");
        };
        let overwrite = |_: &Path, file: &mut File| file.write_all(b"A LINE\n").expect("writing");
        let overwrite_later = |_: &Path, file: &mut File| {
            file.seek(io::SeekFrom::Start(20)).expect("a place");
            file.write_all(b"!").expect("writing");
        };
        let cut = |_: &Path, file: &mut File| file.set_len(7).expect("cutting");
        let replace = |path: &Path, _: &mut File| {
            fs::rename(path, path.with_extension("1.log")).expect("renaming");
            fs::write(path, "new").expect("writing");
        };
        let delete = |path: &Path, _: &mut File| fs::remove_file(path).expect("deleting");
        for is_live in [false, true] {
            assert_eq!(change_after(is_live, |_, _| {}), None);
            assert_eq!(change_after(is_live, append), None);
            assert_eq!(change_after(is_live, overwrite), Some(Change::Rewritten));
            assert_eq!(change_after(is_live, overwrite_later), Some(Change::Rewritten));
            assert_eq!(change_after(is_live, cut), Some(Change::Truncated { before: 70, now: 7 }));
            assert_eq!(change_after(is_live, replace), Some(Change::Moved));
            assert_eq!(change_after(is_live, delete), Some(Change::Moved));
        }
    }
}
