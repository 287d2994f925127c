//! Keyed hashes of byte strings, and maps keyed by them or by texts, which are used for each record. This module depends on no
//! other module.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::sync::LazyLock;

use xxhash_rust::xxh3::{xxh3_64_with_secret, xxh3_64_with_seed, xxh3_128_with_secret};

/// Builds hashers for maps with text keys. The hash is keyed, so a log cannot be crafted to cause collisions.
#[derive(Debug, Default, Clone, Copy)]
pub struct ByText;

impl BuildHasher for ByText {
    type Hasher = TextHasher;

    fn build_hasher(&self) -> TextHasher {
        TextHasher(0)
    }
}

/// Hashes the parts of a key one by one.
#[derive(Debug)]
pub struct TextHasher(u64);

impl TextHasher {
    fn add(&mut self, part: u64) {
        self.0 = self.0.rotate_left(23) ^ part;
    }
}

impl Hasher for TextHasher {
    fn write(&mut self, bytes: &[u8]) {
        static NAMER: LazyLock<KeyedHash> = LazyLock::new(KeyedHash::default);
        self.add(xxh3_64_with_secret(bytes, &*NAMER.secret));
    }

    /// Adds the terminator of a text.
    fn write_u8(&mut self, byte: u8) {
        self.add(byte.into());
    }

    /// Adds the discriminant of an enum key.
    fn write_isize(&mut self, number: isize) {
        self.add(number as u64);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// Builds hashers for maps whose keys are hashes already ([`KeyedHash`]).
#[derive(Debug, Default, Clone, Copy)]
pub struct ByName;

impl BuildHasher for ByName {
    type Hasher = NameHasher;

    fn build_hasher(&self) -> NameHasher {
        NameHasher(0)
    }
}

/// Uses one half of a 128-bit hash as the hash.
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

/// Keyed 128-bit hash with a secret per instance. The probability that two strings have equal hashes is 2^-128, and a log cannot
/// be crafted to cause a collision.
#[derive(Debug, Clone)]
pub struct KeyedHash {
    secret: Box<[u8; 192]>,
}

impl Default for KeyedHash {
    fn default() -> Self {
        let mut secret = Box::new([0; 192]);
        for (index, word) in secret.chunks_exact_mut(8).enumerate() {
            word.copy_from_slice(&RandomState::new().hash_one(index).to_le_bytes());
        }
        Self { secret }
    }
}

impl KeyedHash {
    /// Returns the hash of a byte string.
    pub fn name(&self, bytes: &[u8]) -> u128 {
        xxh3_128_with_secret(bytes, &*self.secret)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn texts_and_other_keys_are_found_again() {
        #[derive(PartialEq, Eq, Hash)]
        enum Key<'k> {
            Text(&'k str),
            Number(u16),
        }
        let texts: Vec<_> = (0..10_000).map(|index| "x".repeat(index % 300) + &index.to_string()).collect();
        let mut map: HashMap<Key<'_>, usize, ByText> = HashMap::default();
        for (index, text) in texts.iter().enumerate() {
            map.insert(Key::Text(text), index);
            map.insert(Key::Number(index as u16), index);
        }
        assert_eq!(map.len(), 2 * texts.len());
        for (index, text) in texts.iter().enumerate() {
            assert_eq!(map.get(&Key::Text(text)), Some(&index));
            assert_eq!(map.get(&Key::Number(index as u16)), Some(&index));
        }
        let mut hashes: Vec<_> = texts.iter().map(|text| ByText.hash_one(text)).collect();
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), texts.len());
    }

    #[test]
    fn names_are_the_same_for_the_same_and_differ_from_run_to_run() {
        let (a, b) = (KeyedHash::default(), KeyedHash::default());
        for length in [0, 3, 16, 100, 200, 241, 3000] {
            let bytes = vec![b'x'; length];
            assert_eq!(a.name(&bytes), a.name(&bytes));
            assert_ne!(a.name(&bytes), b.name(&bytes));
        }
    }
}
