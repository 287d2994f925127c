//! Maps of files at rest, for access to any part at any time. The only module, with its guard, that maps files.
//!
//! Maps are created only if [`allow_maps`] was called, because they need a signal handler in the whole process.
//!
//! A part is either read in place ([`Map::view`]) or copied ([`Map::copy`]). Reading in place is faster if the system holds the
//! file in large pages, and slower than a copy if each small page costs a fault. So the cost is measured once per file.
//!
//! A file can change while it is mapped, although it was at rest when it was opened. Then views are no longer returned. A result
//! found through a view is valid only if the file is still [unchanged](Map::is_unchanged) afterwards; otherwise it must be
//! recomputed from a copy, which cannot change.

#[cfg(target_os = "linux")]
mod guard;
#[cfg(target_os = "linux")]
mod view;

use std::fs::File;
use std::io;
use std::ops::Range;
use std::time::SystemTime;

#[cfg(target_os = "linux")]
pub use guard::{MapPermit, allow_maps};
#[cfg(target_os = "linux")]
use view::MappedView;

/// Permission to map files, which this system does not support. See [`allow_maps`].
#[cfg(not(target_os = "linux"))]
#[must_use = "files are mapped only as long as the permit lives"]
#[derive(Debug)]
pub struct MapPermit(());

/// Allows mapping of large files on systems that support it. On this system it returns `None` and files are read.
#[cfg(not(target_os = "linux"))]
pub fn allow_maps() -> Option<MapPermit> {
    None
}

/// A file at rest.
pub struct Map {
    #[cfg(target_os = "linux")]
    view: Option<MappedView>,
    file: File,
    length: usize,
    modified: Option<SystemTime>,
}

impl Map {
    /// Opens the whole file with its current length.
    ///
    /// # Errors
    /// If the system does not report the length, or the file is larger than the address space.
    pub fn new(file: File) -> io::Result<Self> {
        let metadata = file.metadata()?;
        let length = usize::try_from(metadata.len()).map_err(io::Error::other)?;
        Ok(Self {
            #[cfg(target_os = "linux")]
            view: MappedView::new(&file, length).filter(MappedView::is_cheap),
            length,
            modified: metadata.modified().ok(),
            file,
        })
    }

    /// Returns the length of the file in bytes when it was opened.
    pub fn length(&self) -> usize {
        self.length
    }

    /// Returns a part of the file in place; `None` if a copy is better, or if the file has changed.
    ///
    /// The bytes can change while they are read, so use them only for searching; copy bytes that are used as text.
    pub fn view(&self, range: Range<usize>) -> Option<&[u8]> {
        #[cfg(target_os = "linux")]
        {
            self.view.as_ref().filter(|_| self.is_unchanged())?.bytes().get(range)
        }
        #[cfg(not(target_os = "linux"))]
        {
            let _ = range;
            None
        }
    }

    /// Copies a part of the file into a buffer and replaces its content. The buffer is shorter than the range if the file now
    /// ends before it.
    ///
    /// # Errors
    /// If the file cannot be read there.
    pub fn copy(&self, range: Range<usize>, buffer: &mut Vec<u8>) -> io::Result<()> {
        buffer.resize(range.len(), 0);
        let filled = fill_at(&self.file, buffer, range.start as u64)?;
        buffer.truncate(filled);
        Ok(())
    }

    /// Returns true if the file was neither written nor truncated since it was opened.
    pub fn is_unchanged(&self) -> bool {
        #[cfg(target_os = "linux")]
        if self.view.as_ref().is_some_and(MappedView::is_damaged) {
            return false;
        }
        self.file.metadata().is_ok_and(|now| {
            now.len() == self.length as u64 && self.modified.is_some() && now.modified().ok() == self.modified
        })
    }
}

/// Fills a buffer from an offset, and returns the number of bytes read, fewer than its length if the file ends.
pub(super) fn fill_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match read_at(file, &mut buffer[filled..], offset + filled as u64) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Reads at an offset without changing the file's read position.
#[cfg(unix)]
pub(crate) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

/// Reads at an offset and moves the file's read position.
#[cfg(windows)]
pub(crate) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    const LENGTH: usize = 3 << 20;

    fn mapped() -> (File, Map) {
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(&vec![b'x'; LENGTH]).expect("writing");
        let map = Map::new(file.try_clone().expect("a second handle")).expect("a map");
        (file, map)
    }

    #[test]
    fn a_part_is_the_same_looked_at_and_copied() {
        let (_, map) = mapped();
        let mut copy = Vec::new();
        map.copy(5..LENGTH, &mut copy).expect("a copy");
        assert_eq!(copy.len(), LENGTH - 5);
        assert!(map.view(5..LENGTH).is_none_or(|view| view == copy));
        map.copy(LENGTH - 1..LENGTH + 10, &mut copy).expect("a copy");
        assert_eq!(copy, b"x");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_that_is_cut_short_reads_as_zeros_and_is_told() {
        let _permit = allow_maps().expect("a permit");
        let (file, map) = mapped();
        let bytes = MappedView::new(&file, LENGTH);
        let view = bytes.as_ref().expect("a view").bytes();
        file.set_len(4096).expect("cutting");
        assert_eq!(view.iter().filter(|&&byte| byte == b'x').count(), 4096);
        assert!(bytes.as_ref().is_some_and(MappedView::is_damaged));
        assert!(!map.is_unchanged());
        assert_eq!(map.view(0..10), None);
        let mut copy = Vec::new();
        map.copy(0..LENGTH, &mut copy).expect("a copy");
        assert_eq!(copy.len(), 4096);
    }

    #[test]
    fn a_file_that_was_written_to_has_changed() {
        let (mut file, map) = mapped();
        assert!(map.is_unchanged());
        file.write_all(b"more").expect("writing");
        assert!(!map.is_unchanged());
    }
}
