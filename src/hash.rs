//! Names for byte strings, and maps by them, which are asked for each record. A leaf: this module knows nothing of the
//! others.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

use xxhash_rust::xxh3::{xxh3_64_with_seed, xxh3_128_with_secret};

/// Builds hashers for maps whose keys are names ([`Namer`]), which are hashes already.
#[derive(Debug, Default, Clone, Copy)]
pub struct ByName;

impl BuildHasher for ByName {
    type Hasher = NameHasher;

    fn build_hasher(&self) -> NameHasher {
        NameHasher(0)
    }
}

/// Takes a half of a name for its hash.
#[derive(Debug)]
pub struct NameHasher(u64);

impl Hasher for NameHasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = xxh3_64_with_seed(bytes, self.0);
    }

    fn write_u128(&mut self, name: u128) {
        self.0 = name as u64;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// Gives byte strings names of 128 bits that nobody outside the program can foresee: two strings have the same name with a
/// chance of one in 2^128, and no log can be written so that they do.
#[derive(Debug, Clone)]
pub struct Namer {
    secret: Box<[u8; 192]>,
}

impl Default for Namer {
    fn default() -> Self {
        let mut secret = Box::new([0; 192]);
        for (index, word) in secret.chunks_exact_mut(8).enumerate() {
            word.copy_from_slice(&RandomState::new().hash_one(index).to_le_bytes());
        }
        Self { secret }
    }
}

impl Namer {
    /// The name of a byte string.
    pub fn name(&self, bytes: &[u8]) -> u128 {
        xxh3_128_with_secret(bytes, &*self.secret)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_same_for_the_same_and_differ_from_run_to_run() {
        let (a, b) = (Namer::default(), Namer::default());
        for length in [0, 3, 16, 100, 200, 241, 3000] {
            let bytes = vec![b'x'; length];
            assert_eq!(a.name(&bytes), a.name(&bytes));
            assert_ne!(a.name(&bytes), b.name(&bytes));
        }
    }
}
