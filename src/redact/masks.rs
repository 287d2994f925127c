//! Masks that replace secrets. With a key from the user, a mask carries a tag that identifies equal secrets.

use std::ops::Range;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::personal::{self, Personal};

/// Length of a tag in bytes, enough that two secrets of one log have different tags.
const TAG_BYTES: usize = 8;
/// Minimum length of a key in bytes, so that it cannot be guessed by trial.
const MIN_KEY: usize = 16;

/// The key of tags. Equal secrets have equal tags in every report with the same key, and nobody without the key can derive a
/// secret from its tag.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TagKey([u8; 32]);

/// Error for a tag key that is too short; its length in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the tag key must have at least {MIN_KEY} bytes, but has {0}; create one with `openssl rand -out FILE 32`"
)]
pub struct ShortKey(usize);

impl TagKey {
    /// The key for reports whose tags are replaced by numbers before they are shown (`--share`).
    pub const UNSHOWN: Self = Self([0; 32]);

    /// Derives the key from bytes; trailing whitespace is ignored.
    ///
    /// # Errors
    /// If there are fewer than 16 bytes.
    pub fn new(bytes: &[u8]) -> Result<Self, ShortKey> {
        let bytes = bytes.trim_ascii_end();
        match bytes.len() {
            length @ ..MIN_KEY => Err(ShortKey(length)),
            _ => Ok(Self(Sha256::digest(bytes).into())),
        }
    }

    fn tag(&self, content: &str) -> String {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else { return String::new() };
        mac.update(content.as_bytes());
        mac.finalize().into_bytes().iter().take(TAG_BYTES).map(|byte| format!("{byte:02x}")).collect()
    }
}

impl std::fmt::Debug for TagKey {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("TagKey")
    }
}

/// Returns true if a text holds a mask, with or without a tag.
pub(crate) fn holds_mask(text: &str) -> bool {
    let names = ["[redacted", "[email", "[phone"];
    let is_mask = |rest: &str| rest.starts_with([']', ':']);
    names.iter().any(|name| text.match_indices(name).any(|(at, _)| is_mask(&text[at + name.len()..])))
}

/// A range of a text to be masked.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub range: Range<usize>,
    pub what: What,
    /// The range in the decoded reading.
    pub content: Range<usize>,
    /// Index of the reading in which it was found.
    pub reading: usize,
}

/// The kind of detector, by descending specificity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Form,
    Place,
    Encoded,
    Personal(Personal),
}

impl What {
    /// Returns the mask.
    pub fn mask(self, content: &str, key: Option<TagKey>) -> String {
        let (name, content) = match self {
            Self::Form | Self::Place | Self::Encoded => ("redacted", content.to_owned()),
            Self::Personal(Personal::Phone) => (Personal::Phone.name(), personal::digits(content)),
            Self::Personal(Personal::Email) => (Personal::Email.name(), content.to_lowercase()),
        };
        match key {
            Some(key) => format!("[{name}:{}]", key.tag(&content)),
            None => format!("[{name}]"),
        }
    }

    fn order(self) -> u8 {
        match self {
            Self::Form => 0,
            Self::Place => 1,
            Self::Encoded => 2,
            Self::Personal(_) => 3,
        }
    }
}

/// Joins overlapping ranges into one with the mask of the most specific kind, so that a key has the same mask everywhere.
pub(super) fn joined(mut all: Vec<Found>) -> Vec<Found> {
    all.sort_by_key(|found| (found.range.start, found.what.order(), std::cmp::Reverse(found.range.end)));
    let mut out: Vec<Found> = Vec::with_capacity(all.len());
    for found in all {
        match out.last_mut() {
            Some(last) if found.range.start < last.range.end => {
                let range = last.range.start..last.range.end.max(found.range.end);
                // Another reading of the same token may be longer: a reading that ends early was cut by an escape.
                let longer = found.range.len() > last.range.len() || found.content.len() > last.content.len();
                let is_better = match found.what.order().cmp(&last.what.order()) {
                    std::cmp::Ordering::Less => true,
                    std::cmp::Ordering::Equal => longer,
                    std::cmp::Ordering::Greater => false,
                };
                if is_better {
                    *last = found;
                }
                last.range = range;
            }
            _ => out.push(found),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_needs_the_key() {
        let key = TagKey::new(b"0123456789abcdef").expect("a key");
        let other = TagKey::new(b"0123456789abcdeg").expect("a key");
        let mask = |key| What::Place.mask("hunter2", key);
        assert_eq!(mask(None), "[redacted]");
        assert_eq!(mask(Some(key)), mask(Some(TagKey::new(b"0123456789abcdef\n").expect("a key"))));
        assert_ne!(mask(Some(key)), mask(Some(other)));
        assert_eq!(mask(Some(key)).len(), "[redacted:]".len() + 16);
        assert_eq!(TagKey::new(b"short\n"), Err(ShortKey(5)));
    }
}
