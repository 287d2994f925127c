//! Masks parts of secrets in pieces of a text, which neither format nor context may identify any more.

use super::work;

/// Minimum length in bytes of a part of a secret that is masked; a shorter part reveals too little.
pub(super) const MIN_PIECE: usize = 8;
/// Maximum number of secrets per record that are searched for in each piece. A record with more is a dump, and its pieces are
/// masked completely.
const MAX_SECRETS: usize = 32;

/// The secrets of a record.
#[derive(Debug, Clone, Default)]
pub struct Secrets {
    /// The secrets with their masks, by descending length because a longer one may contain a shorter one.
    all: Vec<(String, String)>,
    /// True if there were too many secrets.
    is_dump: bool,
}

impl Secrets {
    /// Creates the set from secrets with their masks.
    pub(super) fn new(mut all: Vec<(String, String)>) -> Self {
        all.retain(|(secret, _)| secret.len() >= MIN_PIECE);
        all.sort_by(|(a, _), (b, _)| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        all.dedup();
        let is_dump = all.len() > MAX_SECRETS;
        all.truncate(MAX_SECRETS);
        Self { all, is_dump }
    }

    /// Returns true if there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Masks the parts of secrets in a piece: a whole secret, a part of one, or the end or start of one at the edge of the piece.
    pub(crate) fn mask(&self, piece: &str) -> String {
        if self.is_dump && piece.len() >= MIN_PIECE {
            return self.all.first().map(|(_, mask)| mask.clone()).unwrap_or_default();
        }
        let mut out = piece.to_owned();
        for (secret, mask) in &self.all {
            if out.len() >= MIN_PIECE && secret.contains(out.as_str()) {
                return mask.clone();
            }
            work::count(out.len() + secret.len());
            if out.contains(secret.as_str()) {
                out = out.replace(secret.as_str(), mask);
            }
            let cut = overlap(out.as_bytes(), secret.as_bytes());
            if cut >= MIN_PIECE && out.is_char_boundary(out.len() - cut) {
                out.truncate(out.len() - cut);
                out.push_str(mask);
            }
            let cut = overlap(secret.as_bytes(), out.as_bytes());
            if cut >= MIN_PIECE && out.is_char_boundary(cut) {
                out.replace_range(..cut, mask);
            }
        }
        out
    }
}

/// Returns the length of the longest suffix of `text` that is a prefix of `word`, shorter than both.
fn overlap(text: &[u8], word: &[u8]) -> usize {
    // The overlap cannot be longer than the word.
    let text = &text[text.len().saturating_sub(word.len())..];
    if !text.windows(MIN_PIECE).any(|window| word.starts_with(window)) {
        work::count(text.len());
        return 0;
    }
    // The failure function of Knuth, Morris and Pratt.
    let mut failure = vec![0; word.len()];
    let mut length = 0;
    for at in 1..word.len() {
        while length > 0 && word[at] != word[length] {
            length = failure[length - 1];
        }
        length += usize::from(word[at] == word[length]);
        failure[at] = length;
    }
    let mut length = 0;
    for &byte in text {
        while length > 0 && (length == word.len() || byte != word[length]) {
            length = failure[length - 1];
        }
        length += usize::from(byte == word[length]);
    }
    work::count(2 * (text.len() + word.len()));
    while length > 0 && (length == word.len() || length == text.len()) {
        length = failure[length - 1];
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_overlap_is_found() {
        for (text, word, length) in [
            ("xxabcdefghij", "abcdefghijkl", 10),
            ("abababababab", "abababababab", 10),
            ("abcdefghij", "klmnopqrst", 0),
            ("zaaaaaaaaa", "aaaaaaaaaab", 9),
            ("abcdefghabcdefgh", "abcdefghi", 8),
        ] {
            assert_eq!(overlap(text.as_bytes(), word.as_bytes()), length, "{text} {word}");
        }
    }

    #[test]
    fn both_edges_of_a_piece_are_masked() {
        let secrets = Secrets::new(vec![("abcdefghijklmnop".to_owned(), "[redacted]".to_owned())]);
        assert_eq!(secrets.mask("ijklmnop and abcdefgh"), "[redacted] and [redacted]");
    }

    proptest::proptest! {
        #[test]
        fn it_is_what_trying_each_length_finds(text in "[ab]{0,30}", word in "[ab]{1,30}") {
            let lengths = (MIN_PIECE..text.len().min(word.len())).rev();
            let tried = lengths.into_iter().find(|n| text.ends_with(&word[..*n])).unwrap_or(0);
            let found = overlap(text.as_bytes(), word.as_bytes());
            proptest::prop_assert_eq!(if found >= MIN_PIECE { found } else { 0 }, tried);
        }
    }
}
