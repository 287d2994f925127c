//! Info prefilter: the literals that an info record must hold to be significant.
//!
//! Rules see info records only if OpenClaw reports a failure in them, and the report reads a few sentences of the gateway. All of
//! these hold one of about thirty literals, which are searched for in the raw bytes of the message.

use std::collections::BTreeSet;

use aho_corasick::packed::{Config, MatchKind, Searcher};
use fearless_simd::prelude::*;
use fearless_simd::u8x32;
use memchr::memmem::{self, Finder};

use crate::block::{self, Bytes, WIDTH, load};
use crate::catalogue::TRIGRAM_FREQUENCIES;
use crate::openclaw::{info_openings, info_parts};
use crate::record::{InfoPrefilter, Message, begins_with_status, is_successful_request};

/// Minimum length in bytes of a text for the packed searcher. Shorter texts are padded, which is faster.
const MIN_TEXT: usize = 48;

/// The info prefilter.
pub struct InfoLiterals {
    openings: Openings,
    escape: Finder<'static>,
    hints: Hints,
    parts: Option<Searcher>,
}

impl InfoLiterals {
    pub(super) fn new() -> Self {
        let mut builder = Config::new().match_kind(MatchKind::LeftmostFirst).builder();
        builder.extend(info_parts());
        let (openings, hints) = (Openings::new(), Hints::new(info_parts()));
        Self { openings, escape: Finder::new("\\u"), hints, parts: builder.build() }
    }
}

impl InfoPrefilter for InfoLiterals {
    #[inline(always)]
    fn may_be_significant<S: Simd>(&self, simd: S, message: Message<'_>) -> bool {
        let text = message.text;
        // An escape sequence can hide any letter.
        if message.is_escaped && self.escape.find(text).is_some() {
            return true;
        }
        if self.begins(text) || (message.label > 0 && self.begins(&text[message.label..])) {
            return true;
        }
        // Only an unlabelled reply is an error by itself, and few texts begin like one.
        if begins_with_status(text) {
            return true;
        }
        // Few messages hold even a hint.
        self.hints.may_be_anywhere(simd, text) && self.holds_part(text)
    }
}

impl InfoLiterals {
    /// Returns true if a text has the opening of a significant message.
    #[inline(always)]
    fn begins(&self, text: &[u8]) -> bool {
        opening(text)
            .is_some_and(|opening| self.openings.may_be(opening) && self.openings.begin(text, opening))
    }

    /// Returns true if a text holds one of the parts.
    #[cold]
    fn holds_part(&self, text: &[u8]) -> bool {
        match &self.parts {
            Some(searcher) if text.len() >= MIN_TEXT => searcher.find(text).is_some(),
            Some(searcher) => {
                let mut longer = [0; MIN_TEXT];
                longer[..text.len()].copy_from_slice(text);
                searcher.find(longer).is_some()
            }
            None => info_parts().any(|part| memmem::find(text, part.as_bytes()).is_some()),
        }
    }
}

/// Returns the first eight bytes of a text as one number. Every significant opening is at least that long.
#[inline]
fn opening(text: &[u8]) -> Option<u64> {
    text.first_chunk().map(|bytes| u64::from_le_bytes(*bytes))
}

/// The openings of significant messages.
struct Openings {
    /// Bit set over the hashes of the openings.
    bits: [u64; 8],
    all: Vec<(u64, &'static [u8])>,
}

impl Openings {
    fn new() -> Self {
        let all: Vec<_> = info_openings()
            .map(str::as_bytes)
            .filter_map(|beginning| Some((opening(beginning)?, beginning)))
            .collect();
        let mut bits = [0; 8];
        for (word, bit) in all.iter().map(|(opening, _)| Self::place(*opening)) {
            bits[word] |= bit;
        }
        Self { bits, all }
    }

    /// Returns true if a text, whose first eight bytes are `opening`, begins like one of these messages.
    fn begin(&self, text: &[u8], opening: u64) -> bool {
        self.all.iter().any(|(other, beginning)| *other == opening && text.starts_with(beginning))
            && !is_successful_request(text)
    }

    /// Probabilistic test for one of the openings, with about 1 false positive in 30.
    #[inline]
    fn may_be(&self, opening: u64) -> bool {
        let (word, bit) = Self::place(opening);
        self.bits[word] & bit != 0
    }

    /// Returns the word and the bit of an opening in the bit set.
    #[inline]
    fn place(opening: u64) -> (usize, u64) {
        // Fibonacci hashing: the upper bits of a product with the golden ratio depend on all bytes.
        let hash = opening.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - 9);
        (hash as usize / 64, 1 << (hash % 64))
    }
}

/// Number of consecutive bytes of a part that form its hint.
const HINT: usize = 4;

/// The hints: the rarest few bytes of each part.
///
/// Hints are divided into groups, one bit per group. For each position in a hint there are two tables, indexed by the lower and
/// the upper half of a byte. They give the groups in which a hint has such a byte at that position.
struct Hints {
    lower: [Bytes; HINT],
    upper: [Bytes; HINT],
}

impl Hints {
    fn new(parts: impl Iterator<Item = &'static str>) -> Self {
        let mut hints = Self { lower: [[0; WIDTH]; HINT], upper: [[0; WIDTH]; HINT] };
        for (index, group) in groups(parts.filter_map(hint).collect()).iter().enumerate() {
            for (place, byte) in group.iter().flat_map(|hint| hint.iter().enumerate()) {
                // SIMD table look-ups work on sixteen bytes, so each table is repeated in both halves of a block.
                for start in (0..WIDTH).step_by(16) {
                    hints.lower[place][start + usize::from(byte & 15)] |= 1 << index;
                    hints.upper[place][start + usize::from(byte >> 4)] |= 1 << index;
                }
            }
        }
        hints
    }
}

/// Returns the rarest bytes of a part.
fn hint(part: &'static str) -> Option<[u8; HINT]> {
    let pieces = part.as_bytes().windows(HINT);
    pieces.min_by_key(|piece| TRIGRAM_FREQUENCIES.frequency(piece))?.try_into().ok()
}

/// Divides hints into at most eight groups so that few other texts pass for a hint.
fn groups(hints: BTreeSet<[u8; HINT]>) -> Vec<Vec<[u8; HINT]>> {
    let mut groups: Vec<_> = hints.into_iter().map(|hint| vec![hint]).collect();
    while groups.len() > 8 {
        let pairs = (1..groups.len()).flat_map(|second| (0..second).map(move |first| (first, second)));
        let added = |&(first, second): &(usize, usize)| {
            let both = [&*groups[first], &groups[second]];
            passing(&both.concat()).saturating_sub(both.map(passing).iter().sum())
        };
        let Some((first, second)) = pairs.min_by_key(added) else { break };
        let other = groups.remove(second);
        groups[first].extend(other);
    }
    groups
}

/// Returns how many texts pass for a hint of this group.
fn passing(group: &[[u8; HINT]]) -> u64 {
    let halves = |place: usize| {
        let lower = group.iter().fold(0_u16, |halves, hint| halves | 1 << (hint[place] & 15));
        let upper = group.iter().fold(0_u16, |halves, hint| halves | 1 << (hint[place] >> 4));
        u64::from(lower.count_ones()) * u64::from(upper.count_ones())
    };
    (0..HINT).map(halves).product()
}

/// Number of bytes that are searched for hints at once.
const SPAN: usize = WIDTH + HINT - 1;

impl Hints {
    /// Returns true if a text may hold a hint.
    #[inline(always)]
    fn may_be_anywhere<S: Simd>(&self, simd: S, text: &[u8]) -> bool {
        let Some(last) = text.last_chunk::<SPAN>() else {
            let mut longer = [0; SPAN];
            longer[..text.len()].copy_from_slice(text);
            return self.may_be_in(simd, &longer);
        };
        let mut at = 0;
        while let Some(span) = text.get(at..).and_then(|rest| rest.first_chunk()) {
            if self.may_be_in(simd, span) {
                return true;
            }
            at += WIDTH;
        }
        self.may_be_in(simd, last)
    }

    #[inline(always)]
    fn may_be_in<S: Simd>(&self, simd: S, span: &[u8; SPAN]) -> bool {
        let mut groups = u8x32::splat(simd, u8::MAX);
        for place in 0..HINT {
            let Some(bytes) = block::block(span, place) else { return true };
            let bytes = load(simd, bytes);
            let lower = load(simd, &self.lower[place]).swizzle_dyn_within_blocks(bytes & 15);
            let upper = load(simd, &self.upper[place]).swizzle_dyn_within_blocks(bytes >> 4);
            groups &= lower & upper;
        }
        !groups.simd_eq(0).all_true()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Ask;

    #[test]
    fn what_means_something_is_let_through() {
        let gates = InfoLiterals::new();
        let is_let = |text: &str, label| {
            let is_escaped = text.contains('\\');
            let message = Message { text: text.as_bytes(), is_escaped, label };
            block::run(Ask { gate: &gates, message })
        };
        let passes = |text: &str| is_let(text, 0);
        for part in info_parts().chain(["\\u0041"]) {
            for (before, after) in
                (0..80).flat_map(|before| [(before, 0), (before, 7), (before, 200 - before)])
            {
                let text = format!("{}{part}{}", "x".repeat(before), "x".repeat(after));
                assert!(passes(&text), "{text}");
            }
        }
        for beginning in info_openings() {
            let text = format!("{beginning}{}", "x".repeat(200));
            assert!(passes(&text) && is_let(&text, 5), "{beginning}");
            assert!(is_let(&format!("label {text}"), 6) && !passes(&format!("label {text}")), "{beginning}");
        }
        for text in [
            "",
            "embedded run done",
            "log file",
            "a \\n b",
            "[model-fetch] start provider=x",
            "[model-fetch] response provider=x status=200 elapsedMs=3",
            &"x".repeat(500),
        ] {
            assert!(!passes(text), "{text}");
        }
        for text in [
            "[model-fetch] response provider=x status=429",
            "[model-fetch] response provider=x status=2026112209470000",
            "[model-fetch] start provider=x\\nTypeError: fetch failed",
            "[model-fetch] start x=\\u0041",
        ] {
            assert!(passes(text), "{text}");
        }
    }
}
