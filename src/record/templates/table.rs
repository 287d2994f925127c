//! A table of templates, found by the first bytes of a line.

use fearless_simd::prelude::*;
use fearless_simd::u8x32;

use crate::block::{Bytes, WIDTH, between, bits, block, load};
use crate::record::format::Format;
use crate::record::gravity::Gravity;

use super::forms::Surroundings;
use super::template::Template;

/// Number of sets, and of templates in each.
const SETS: usize = 512;
const WAYS: usize = 4;
/// Number of bytes of a line by which its template is found.
const WINDOW: usize = 2 * WIDTH;

/// The format and the counters of the records of a template, which mean nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::record) struct Insignificant {
    pub format: Format,
    /// The counter to which the record is added.
    pub gravity: Gravity,
    /// True if the record counts among those that are not valid UTF-8.
    pub invalid_utf8: bool,
}

/// A line that has a known template.
#[derive(Debug, Clone, Copy)]
pub(in crate::record) struct Found {
    /// End of the line.
    pub end: usize,
    pub known: Insignificant,
}

/// Templates by the first bytes of their lines.
#[derive(Debug, Default)]
pub(in crate::record) struct Table {
    /// Empty until the first line is looked for.
    sets: Vec<Set>,
    /// Hash of the last line that was looked for, if it has no template and one like it was looked for before.
    wanted: Option<u32>,
}

#[derive(Debug, Default)]
struct Set {
    hashes: [u32; WAYS],
    entries: [Option<Box<Entry>>; WAYS],
    /// The entry that is replaced next.
    oldest: usize,
    /// Hash of the last line without a template.
    missed: u32,
    /// Number of lines without a template since the last one was learned, and how many there must be before the next is. Doubles with
    /// each template, so that lines that never repeat are learned a few times only.
    misses: u32,
    patience: u32,
}

#[derive(Debug)]
struct Entry {
    template: Template,
    known: Insignificant,
    surroundings: Surroundings,
}

impl Table {
    /// Finds the template of the line at `at`.
    #[inline(always)]
    pub fn find<S: Simd>(
        &mut self,
        simd: S,
        text: &[u8],
        at: usize,
        surroundings: Surroundings,
    ) -> Option<Found> {
        let hash = hash(simd, text, at)?;
        if self.sets.is_empty() {
            self.sets.resize_with(SETS, Set::default);
        }
        let set = self.sets.get_mut(hash as usize % SETS)?;
        for (entry, _) in set.entries.iter().zip(&set.hashes).filter(|(_, other)| **other == hash) {
            let Some(entry) = entry.as_ref().filter(|entry| entry.surroundings == surroundings) else {
                continue;
            };
            if let Some(end) = entry.template.end(simd, text, at) {
                return Some(Found { end, known: entry.known });
            }
        }
        self.wanted = (set.missed == hash && set.misses >= set.patience).then_some(hash);
        set.missed = hash;
        set.misses = set.misses.saturating_add(1);
        None
    }

    /// Notes that another record is read.
    #[inline(always)]
    pub fn start(&mut self) {
        self.wanted = None;
    }

    /// Returns true if a template of the last line would be of use.
    #[inline(always)]
    pub fn is_wanted(&self) -> bool {
        self.wanted.is_some()
    }

    /// Notes that the line that was looked for last can have no template, so that such lines are tried less often.
    pub fn refuse(&mut self) {
        let Some(hash) = self.wanted.take() else { return };
        if let Some(set) = self.sets.get_mut(hash as usize % SETS) {
            set.patience = set.patience.saturating_mul(2).max(1);
            set.misses = 0;
        }
    }

    /// Learns the template of the line that was looked for last; `None` if it can have none.
    #[cold]
    pub(super) fn learn(
        &mut self,
        template: Option<Template>,
        known: Insignificant,
        surroundings: Surroundings,
    ) {
        let Some(template) = template else { return self.refuse() };
        let Some(hash) = self.wanted.take() else { return };
        let Some(set) = self.sets.get_mut(hash as usize % SETS) else { return };
        if set.entries[set.oldest].is_some() {
            set.patience = set.patience.saturating_mul(2).max(1);
        }
        set.misses = 0;
        set.hashes[set.oldest] = hash;
        set.entries[set.oldest] = Some(Box::new(Entry { template, known, surroundings }));
        set.oldest = (set.oldest + 1) % WAYS;
    }
}

/// Returns the hash of the bytes at `at` up to the first control character, in which hexadecimal digits are alike.
#[inline(always)]
fn hash<S: Simd>(simd: S, text: &[u8], at: usize) -> Option<u32> {
    let window: &[u8; WINDOW] = text.get(at..)?.first_chunk()?;
    let (mut opening, is_whole) = opening_of(simd, block(window, 0)?);
    if is_whole {
        opening += opening_of(simd, block(window, WIDTH)?).0 << 1;
    }
    let opening: Bytes = opening.into();
    let (words, _) = opening.as_chunks::<8>();
    let products =
        words.iter().zip(FACTORS).map(|(word, factor)| u64::from_le_bytes(*word).wrapping_mul(factor));
    let hash = products.fold(0, |hash, product| hash ^ product);
    Some((hash >> 32) as u32)
}

/// Returns a block with one byte for all hexadecimal digits, and zeros from the first control character on; true if there is none.
#[inline(always)]
fn opening_of<S: Simd>(simd: S, bytes: &Bytes) -> (u8x32<S>, bool) {
    const KEPT: [u8; 2 * WIDTH] = {
        let mut kept = [0; 2 * WIDTH];
        let mut at = 0;
        while at < WIDTH {
            kept[at] = u8::MAX;
            at += 1;
        }
        kept
    };
    let bytes = load(simd, bytes);
    let is_hex = between(bytes, b'0', b'9') | between(bytes, b'a', b'f');
    let folded = is_hex.select(u8x32::splat(simd, b'0'), bytes);
    let controls = bits(bytes.simd_le(0x1f));
    if controls == 0 {
        return (folded, true);
    }
    match block(&KEPT, WIDTH - controls.trailing_zeros() as usize) {
        Some(kept) => (folded & load(simd, kept), false),
        None => (folded, false),
    }
}

/// Odd factors: the first digits of the square roots of 2, 3, 5 and 7 after the point.
const FACTORS: [u64; 4] =
    [0x6a09_e667_f3bc_c909, 0xbb67_ae85_84ca_a73b, 0x3c6e_f372_fe94_f82b, 0xa54f_f53a_5f1d_36f1];
