//! Files at rest, of which any part can be had at any time. The one place, with its guard, that maps files.
//!
//! Maps are made only for who asks for them ([`allow_maps`]), since they need a handler for a signal of the whole process.
//!
//! A part is either looked at where the system holds it ([`Map::view`]) or copied ([`Map::copy`]). Looking is quicker where the
//! system holds the file in large pages, and dearer than a copy where each small page costs a fault; so it is found out once for each file.
//!
//! A file may change while it is mapped, though it was at rest when it was opened. Then views end: what was found through
//! one counts only if the file is still [as it was](Map::is_unchanged) after the looking, and else is found again in a
//! copy, which nobody else can change.

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
use view::View;

/// Permission to map files, which is not done on this system. See [`allow_maps`].
#[cfg(not(target_os = "linux"))]
#[must_use = "files are mapped only as long as the permit lives"]
#[derive(Debug)]
pub struct MapPermit(());

/// Lets large files be mapped, where that can be done. On this system it cannot: they are read.
#[cfg(not(target_os = "linux"))]
pub fn allow_maps() -> Option<MapPermit> {
    None
}

/// A file at rest.
pub struct Map {
    #[cfg(target_os = "linux")]
    view: Option<View>,
    file: File,
    length: usize,
    modified: Option<SystemTime>,
}

impl Map {
    /// Takes the whole file, as long as it is now.
    ///
    /// # Errors
    /// When the system does not tell its length, or it is longer than the address space.
    pub fn new(file: File) -> io::Result<Self> {
        let metadata = file.metadata()?;
        let length = usize::try_from(metadata.len()).map_err(io::Error::other)?;
        Ok(Self {
            #[cfg(target_os = "linux")]
            view: View::new(&file, length).filter(View::is_cheap),
            length,
            modified: metadata.modified().ok(),
            file,
        })
    }

    /// Its length in bytes when it was opened.
    pub fn length(&self) -> usize {
        self.length
    }

    /// A part of the file where the system holds it; `None` where a copy is better, or the file has changed.
    ///
    /// What is read in it may change while it is read. It is for looking at bytes; what is taken for text is better copied first.
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

    /// Copies a part of the file into a buffer, of which what it held before is lost: as much of it as the file still has.
    ///
    /// # Errors
    /// When the file cannot be read there.
    pub fn copy(&self, range: Range<usize>, buffer: &mut Vec<u8>) -> io::Result<()> {
        buffer.resize(range.len(), 0);
        let filled = fill_at(&self.file, buffer, range.start as u64)?;
        buffer.truncate(filled);
        Ok(())
    }

    /// Whether nobody has written to the file, or cut it short, since it was opened.
    pub fn is_unchanged(&self) -> bool {
        #[cfg(target_os = "linux")]
        if self.view.as_ref().is_some_and(View::is_damaged) {
            return false;
        }
        self.file.metadata().is_ok_and(|now| {
            now.len() == self.length as u64 && self.modified.is_some() && now.modified().ok() == self.modified
        })
    }
}

/// Fills a buffer from a place on; gives back how much of it, less than all where the file ends.
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

/// Reads at a place, wherever the file is read next.
#[cfg(unix)]
pub(crate) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

/// Reads at a place, and goes on from there with the handle's next read.
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
        let bytes = View::new(&file, LENGTH);
        let view = bytes.as_ref().expect("a view").bytes();
        file.set_len(4096).expect("cutting");
        assert_eq!(view.iter().filter(|&&byte| byte == b'x').count(), 4096);
        assert!(bytes.as_ref().is_some_and(View::is_damaged));
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
