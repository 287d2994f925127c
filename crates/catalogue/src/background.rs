//! How often three letters in a row stand in logs of which nothing is wrong: what tells rare words from common ones.

use std::borrow::Cow;

/// How many different trigrams there are: three folded characters in a row.
pub const TRIGRAMS: usize = 1 << 15;

/// Counts of three characters in a row.
#[derive(Debug, Clone)]
pub struct Background {
    /// For each three folded characters: their number in a million bytes, as a power of two; 0 for none.
    powers: Cow<'static, [u8]>,
}

impl Background {
    /// Counts in healthy logs.
    pub fn count(logs: &[Vec<u8>]) -> Self {
        let mut counts = vec![0_u64; TRIGRAMS];
        logs.iter().flat_map(|log| trigrams(log)).for_each(|entry| counts[entry] += 1);
        let bytes: u64 = logs.iter().map(|log| log.len() as u64).sum();
        let power = |count: u64| 64 - (count * 1_000_000 / bytes.max(1)).leading_zeros();
        Self { powers: counts.into_iter().map(|count| power(count) as u8).collect() }
    }

    /// What was counted before.
    pub const fn counted(powers: &'static [u8; TRIGRAMS]) -> Self {
        Self { powers: Cow::Borrowed(powers) }
    }

    /// The counts, to be kept.
    pub fn powers(&self) -> &[u8] {
        &self.powers
    }

    /// How often a text stands in a million bytes of a healthy log, at most.
    pub fn commonness(&self, text: &[u8]) -> u64 {
        let powers = trigrams(text).map(|entry| self.powers[entry]);
        powers.min().map_or(u64::MAX >> 16, |power| (1_u64 << power) >> 1)
    }
}

/// The entries of each three bytes of a text in a row.
fn trigrams(text: &[u8]) -> impl Iterator<Item = usize> {
    text.windows(3).map(|window| trigram([window[0], window[1], window[2]]))
}

/// Which of the [`TRIGRAMS`] three bytes are; letters of both cases have the same, and so have all digits.
pub fn trigram(bytes: [u8; 3]) -> usize {
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

/// Five bits of a byte: letters without their case, one number for all digits, a few signs of their own.
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
        assert!(background.commonness(b"gateway") > 50);
        assert!(background.commonness(b"quota exceeded") < 20);
        assert_eq!(background.commonness(b"GateWay"), background.commonness(b"gateway"));
    }
}
