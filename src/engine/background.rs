//! How often three letters in a row stand in logs of which nothing is wrong, counted at build time.

/// For each three folded characters: their number in a million bytes, as a power of two; 0 for none.
static TRIGRAMS: &[u8; 1 << 15] = include_bytes!(concat!(env!("OUT_DIR"), "/trigrams.bin"));

/// Which entry of a table of 2^15 three bytes have; letters of both cases have the same, and so have all digits.
pub(super) fn trigram(bytes: [u8; 3]) -> usize {
    bytes.iter().fold(0, |index, byte| index << 5 | usize::from(fold(*byte)))
}

include!("fold.rs");

/// How often a text stands in a million bytes of a healthy log, at most.
pub(super) fn commonness(text: &[u8]) -> u64 {
    let trigrams = text.windows(3).map(|window| TRIGRAMS[trigram([window[0], window[1], window[2]])]);
    trigrams.min().map_or(u64::MAX >> 16, |power| (1_u64 << power) >> 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_healthy_log_says_is_common_and_what_a_broken_one_says_is_not() {
        assert!(commonness(b"gateway") > 50);
        assert!(commonness(b"quota exceeded") < 20);
        assert_eq!(commonness(b"GateWay"), commonness(b"gateway"));
    }
}
