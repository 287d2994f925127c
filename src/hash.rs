//! Hashing of byte strings in one go, for maps that are asked for each record. A leaf: this module knows nothing of the
//! others.

use std::hash::{BuildHasher, Hasher};

use xxhash_rust::xxh3::xxh3_64_with_seed;

/// Builds hashers of byte strings.
#[derive(Debug, Default, Clone, Copy)]
pub struct HashBytes;

impl BuildHasher for HashBytes {
    type Hasher = OneShot;

    fn build_hasher(&self) -> OneShot {
        OneShot(0)
    }
}

/// Hashes with XXH3 each part that it is given.
#[derive(Debug)]
pub struct OneShot(u64);

impl Hasher for OneShot {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = xxh3_64_with_seed(bytes, self.0);
    }

    fn write_usize(&mut self, length: usize) {
        self.0 ^= length as u64;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
