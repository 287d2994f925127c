//! Cache of compiled catalogues: parsing and checking many rules as YAML takes longer than scanning a log.
//!
//! The cache key is a hash of the rule files' contents, so an edited file is parsed again. A cached catalogue was checked before
//! it was stored; a damaged cache file is ignored.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use clawsift_catalogue::Catalogue;

/// Maximum number of cached catalogues; the oldest is removed first.
const MAX_KEPT: usize = 4;
/// File extension of the cached catalogues.
const ENDING: &str = "catalogue";

/// A cache entry.
pub(super) struct CacheEntry<'f> {
    folder: &'f Path,
    key: u128,
}

impl<'f> CacheEntry<'f> {
    /// Creates the entry for a catalogue that is built from these texts.
    pub fn new<'t>(folder: &'f Path, texts: impl Iterator<Item = &'t [u8]>) -> Self {
        let mut hasher = Xxh3::new();
        for text in texts {
            hasher.update(&text.len().to_le_bytes());
            hasher.update(text);
        }
        Self { folder, key: hasher.digest128() }
    }

    fn path(&self) -> PathBuf {
        self.folder.join(format!("{:032x}.{ENDING}", self.key))
    }

    /// Reads the cached catalogue; `None` if it is missing or damaged.
    pub fn read(&self) -> Option<Catalogue> {
        let bytes = fs::read(self.path()).ok()?;
        let (sum, catalogue) = bytes.split_first_chunk()?;
        if u64::from_le_bytes(*sum) != xxh3_64(catalogue) {
            return None;
        }
        postcard::from_bytes(catalogue).ok()
    }

    /// Stores the catalogue. A failure only costs time in the next run.
    pub fn write(&self, catalogue: &Catalogue) -> Option<()> {
        let catalogue = postcard::to_stdvec(catalogue).ok()?;
        fs::create_dir_all(self.folder).ok()?;
        self.make_room();
        // Another run may read or write the same entry.
        let part = self.path().with_extension(format!("{}.part", std::process::id()));
        let mut file = fs::File::create(&part).ok()?;
        let written =
            file.write_all(&xxh3_64(&catalogue).to_le_bytes()).and_then(|()| file.write_all(&catalogue));
        if written.and_then(|()| fs::rename(&part, self.path())).is_err() {
            let _ = fs::remove_file(part);
        }
        Some(())
    }

    /// Removes the oldest entries, so that there is room for one more.
    fn make_room(&self) {
        let Ok(entries) = fs::read_dir(self.folder) else { return };
        let is_kept = |path: &PathBuf| path.extension().is_some_and(|ending| ending == ENDING);
        let mut kept: Vec<(SystemTime, PathBuf)> = entries
            .flatten()
            .map(|entry| entry.path())
            .filter(is_kept)
            .filter_map(|path| Some((fs::metadata(&path).ok()?.modified().ok()?, path)))
            .collect();
        kept.sort();
        for (_, path) in kept.iter().take((kept.len() + 1).saturating_sub(MAX_KEPT)) {
            let _ = fs::remove_file(path);
        }
    }
}

/// Returns the cache folder: `clawsift` in the system's cache folder.
pub fn catalogue_cache() -> Option<PathBuf> {
    let folder = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let cache = folder("XDG_CACHE_HOME").or_else(|| Some(folder("HOME")?.join(".cache")))?;
    Some(cache.join("clawsift"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place<'f>(folder: &'f Path, text: &str) -> CacheEntry<'f> {
        CacheEntry::new(folder, [text.as_bytes()].into_iter())
    }

    #[test]
    fn a_kept_catalogue_is_the_same_and_a_damaged_one_is_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let catalogue = crate::catalogue::embedded().expect("good rules");
        let place_of = |text| place(folder.path(), text);
        assert!(place_of("a").read().is_none());
        place_of("a").write(&catalogue).expect("room for it");
        let read = place_of("a").read().expect("a catalogue");
        assert_eq!(read.rules(), catalogue.rules());
        assert_eq!(read.shared(), catalogue.shared());
        assert_eq!(read.retired(), catalogue.retired());
        assert_eq!(read.fingerprint(), catalogue.fingerprint());
        assert!(place_of("b").read().is_none());

        let path = place_of("a").path();
        let mut bytes = fs::read(&path).expect("the file");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(&path, bytes).expect("writing");
        assert!(place_of("a").read().is_none());
        fs::write(&path, b"short").expect("writing");
        assert!(place_of("a").read().is_none());
    }

    #[test]
    fn few_are_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let catalogue = crate::catalogue::from_text("x.yaml", "retired: []").expect("a good file");
        for text in ["a", "b", "c", "d", "e", "f"] {
            place(folder.path(), text).write(&catalogue).expect("room for it");
        }
        assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), MAX_KEPT);
        assert!(place(folder.path(), "f").read().is_some());
    }
}
