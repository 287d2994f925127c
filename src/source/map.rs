//! The one place that maps files, and the only one where `unsafe` is allowed.

use std::fs::File;
use std::io;
use std::ops::Deref;

use memmap2::{Advice, Mmap};

/// A file mapped for reading.
pub struct Map(Mmap);

impl Map {
    /// Maps the whole file.
    ///
    /// # Errors
    /// When the system refuses, for example because the file lies on a device that cannot be mapped.
    pub fn new(file: &File) -> io::Result<Self> {
        // SAFETY: the map is only read, as bytes. The caller maps only files that have not changed for a while, since
        // a file that shrinks under its map faults on access.
        let map = unsafe { Mmap::map(file)? };
        // Advice only: a system that does not take it reads ahead less.
        let _ = map.advise(Advice::Sequential);
        Ok(Self(map))
    }
}

impl Deref for Map {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}
