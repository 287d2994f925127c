//! The one place that maps files, and the only one where `unsafe` is allowed.

use std::fs::File;
use std::io;
use std::ops::{Deref, Range};

use memmap2::Mmap;

/// A file mapped for reading.
///
/// Here and there it is looked at through the map; whole parts are better copied out of it ([`Self::copy`]): a copy goes to a
/// core's cache, while each small page of a map costs a fault.
pub struct Map {
    map: Mmap,
    file: File,
}

impl Map {
    /// Maps the whole file.
    ///
    /// # Errors
    /// When the system refuses, for example because the file lies on a device that cannot be mapped.
    pub fn new(file: File) -> io::Result<Self> {
        // SAFETY: the map is only read, as bytes. The caller maps only files that have not changed for a while, since
        // a file that shrinks under its map faults on access.
        let map = unsafe { Mmap::map(&file)? };
        Ok(Self { map, file })
    }

    /// Copies a part of the file into a buffer, of which what it held before is lost.
    ///
    /// # Errors
    /// When the file cannot be read there, or is shorter than it was.
    pub fn copy(&self, range: Range<usize>, buffer: &mut Vec<u8>) -> io::Result<()> {
        buffer.resize(range.len(), 0);
        #[cfg(unix)]
        {
            use std::os::unix::fs::FileExt;
            self.file.read_exact_at(buffer, range.start as u64)
        }
        #[cfg(not(unix))]
        {
            let _ = &self.file;
            buffer.copy_from_slice(&self.map[range]);
            Ok(())
        }
    }
}

impl Deref for Map {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.map
    }
}
