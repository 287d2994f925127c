//! Trigram frequencies of healthy logs, which separate rare words from common ones.

use std::borrow::Cow;

/// Number of different trigrams: three folded characters in sequence.
pub const TRIGRAMS: usize = 1 << 15;

/// Frequencies of trigrams.
#[derive(Debug, Clone)]
pub struct TrigramFrequencies {
    /// Per trigram: the bit length of its number of occurrences per million bytes; 0 for none.
    powers: Cow<'static, [u8]>,
}

impl TrigramFrequencies {
    /// Counts the trigrams of healthy logs.
    pub fn count(logs: &[Vec<u8>]) -> Self {
        let mut counts = vec![0_u64; TRIGRAMS];
        logs.iter().flat_map(|log| trigrams(log)).for_each(|entry| counts[entry] += 1);
        let bytes: u64 = logs.iter().map(|log| log.len() as u64).sum();
        let power = |count: u64| 64 - (count * 1_000_000 / bytes.max(1)).leading_zeros();
        Self { powers: counts.into_iter().map(|count| power(count) as u8).collect() }
    }

    /// Creates the table from [`powers`](Self::powers) that were counted before.
    pub const fn counted(powers: &'static [u8; TRIGRAMS]) -> Self {
        Self { powers: Cow::Borrowed(powers) }
    }

    /// Returns the table for storage.
    pub fn powers(&self) -> &[u8] {
        &self.powers
    }

    /// Returns an upper bound for the occurrences of a text per million bytes of a healthy log.
    pub fn frequency(&self, text: &[u8]) -> u64 {
        let powers = trigrams(text).map(|entry| self.powers[entry]);
        powers.min().map_or(u64::MAX >> 16, |power| (1_u64 << power) >> 1)
    }
}

/// Returns the indices of all trigrams of a text.
fn trigrams(text: &[u8]) -> impl Iterator<Item = usize> {
    text.windows(3).map(|window| trigram([window[0], window[1], window[2]]))
}

/// Returns the index of a trigram, below [`TRIGRAMS`]. Both cases of a letter count as equal, and so do all digits.
fn trigram(bytes: [u8; 3]) -> usize {
    const FOLDED: [u8; 256] = {
        let mut folded = [0; 256];
        let mut byte = 0;
        while byte < folded.len() {
            folded[byte] = fold(byte as u8);
            byte += 1;
        }
        folded
    };
    bytes.iter().fold(0, |index, byte| index << 5 | usize::from(FOLDED[usize::from(*byte)]))
}

/// Folds a byte to five bits: letters without case, one value for all digits, a few classes of other characters.
const fn fold(byte: u8) -> u8 {
    match byte {
        b'a'..=b'z' => byte - b'a',
        b'A'..=b'Z' => byte - b'A',
        b'0'..=b'9' => 26,
        b' ' => 27,
        b'_' | b'-' => 28,
        b':' | b'=' => 29,
        0x80.. => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use crate::background;

    #[test]
    fn what_a_healthy_log_says_is_common_and_what_a_broken_one_says_is_not() {
        let background = background();
        assert!(background.frequency(b"gateway") > 50);
        assert!(background.frequency(b"quota exceeded") < 20);
        assert_eq!(background.frequency(b"GateWay"), background.frequency(b"gateway"));
    }
}
