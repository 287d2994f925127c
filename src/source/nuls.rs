//! Runs of NUL bytes within a log. A crash leaves them where a block was allocated but not written, and a log that is truncated
//! under its writer (logrotate's `copytruncate`) begins with as many as it was long.

use std::ops::Range;

/// Minimum length of a run of NULs within a line that ends the line. Shorter runs can be text in UTF-16 or UTF-32, whose
/// characters have up to three.
pub(crate) const MIN_RUN: usize = 4;

const ZEROS: [u8; 64] = [0; 64];

/// Returns the number of NULs at the start of `bytes`.
pub(crate) fn leading_nuls(bytes: &[u8]) -> usize {
    let blocks = bytes.as_chunks().0.iter().take_while(|block| **block == ZEROS).count() * ZEROS.len();
    blocks + bytes[blocks..].iter().take_while(|byte| **byte == 0).count()
}

/// Returns the number of NULs at the end of `bytes`.
pub(crate) fn trailing_nuls(bytes: &[u8]) -> usize {
    let blocks = bytes.as_rchunks().1.iter().rev().take_while(|block| **block == ZEROS).count() * ZEROS.len();
    blocks + bytes[..bytes.len() - blocks].iter().rev().take_while(|byte| **byte == 0).count()
}

/// Returns the first run of at least [`MIN_RUN`] NULs.
pub(crate) fn first_run(bytes: &[u8]) -> Option<Range<usize>> {
    let mut at = 0;
    loop {
        let start = at + memchr::memchr(0, &bytes[at..])?;
        let end = start + leading_nuls(&bytes[start..]);
        if end - start >= MIN_RUN {
            return Some(start..end);
        }
        at = end;
    }
}

/// Returns the last run of at least [`MIN_RUN`] NULs.
pub(crate) fn last_run(bytes: &[u8]) -> Option<Range<usize>> {
    let mut at = bytes.len();
    loop {
        let end = memchr::memrchr(0, &bytes[..at])? + 1;
        let start = end - trailing_nuls(&bytes[..end]);
        if end - start >= MIN_RUN {
            return Some(start..end);
        }
        at = start;
    }
}

/// The end of a line that is too long, searched in one block after another. A run of NULs ends it like a line feed.
#[derive(Debug)]
pub(crate) struct LongLine {
    /// Number of bytes after those that are kept.
    skipped: usize,
    /// Number of NULs at the end of the bytes that are kept.
    kept_nuls: usize,
    /// Number of NULs up to the current position.
    run: usize,
    is_torn: bool,
}

/// Bytes after a chunk that belong to its last line and to no chunk.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Gap {
    /// Number of bytes that were skipped because the line is longer than [`MAX_LINE`](super::MAX_LINE), including its line end.
    pub dropped: u64,
    /// Number of NULs that were skipped after these.
    pub nuls: u64,
    /// True if NULs end the chunk, so that the next chunk begins on the same physical line, with the last of the NULs.
    pub is_torn: bool,
}

impl Gap {
    /// The gap after a chunk that NULs end.
    pub(crate) const TORN: Self = Self { dropped: 0, nuls: 0, is_torn: true };

    /// Returns the number of bytes.
    pub fn length(&self) -> u64 {
        self.dropped + self.nuls
    }
}

impl LongLine {
    /// Creates the search after the bytes that are kept.
    pub fn after(kept: &[u8]) -> Self {
        let run = trailing_nuls(kept);
        Self { skipped: 0, kept_nuls: run, run, is_torn: false }
    }

    /// Continues in the next bytes. Returns the number of them that belong to the line, if it ends there.
    pub fn end(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            if byte == 0 {
                let nuls = leading_nuls(&bytes[at..]);
                self.run += nuls;
                at += nuls;
                continue;
            }
            if self.run >= MIN_RUN {
                self.is_torn = true;
                self.skipped += at;
                return Some(at);
            }
            self.run = 0;
            match memchr::memchr2(b'\n', 0, &bytes[at..]) {
                Some(found) if bytes[at + found] == b'\n' => {
                    at += found + 1;
                    self.skipped += at;
                    return Some(at);
                }
                found => at = found.map_or(bytes.len(), |found| at + found),
            }
        }
        self.skipped += bytes.len();
        None
    }

    /// Returns true if the next chunk begins with the NUL before the position that [`end`](Self::end) has returned.
    pub fn is_torn(&self) -> bool {
        self.is_torn
    }

    /// Returns the skipped bytes, up to the start of the next chunk.
    pub fn gap(&self) -> Gap {
        let run = if self.run >= MIN_RUN { (self.run - self.kept_nuls).min(self.skipped) } else { 0 };
        let dropped = (self.skipped - run) as u64;
        // The last NUL begins the next chunk.
        Gap { dropped, nuls: (run - usize::from(self.is_torn && run > 0)) as u64, is_torn: self.is_torn }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_found_from_both_ends() {
        let mut text = b"a\0b\0\0\0\0c".to_vec();
        assert_eq!((first_run(&text), last_run(&text)), (Some(3..7), Some(3..7)));
        text.extend([0; 200]);
        assert_eq!((first_run(&text), last_run(&text)), (Some(3..7), Some(8..208)));
        assert_eq!((first_run(b"\0\0\0a\0\0\0"), last_run(b"\0\0\0a\0\0\0")), (None, None));
        assert_eq!((leading_nuls(&text[8..]), trailing_nuls(&text), leading_nuls(b"")), (200, 200, 0));
    }

    #[test]
    fn a_long_line_ends_with_a_line_feed_or_a_run_of_nuls_in_blocks_of_any_size() {
        for (kept, rest, expected) in [
            (&b"a"[..], &b"bcd\nnext"[..], (4, 0, false)),
            (b"a", b"b\0\0\0c\nnext", (6, 0, false)),
            (b"a", b"b\0\0\0\0next", (1, 3, true)),
            (b"a", b"\0\0\0\0\0\nnext", (0, 4, true)),
            (b"a\0\0", b"\0\0\0next", (0, 2, true)),
            (b"a", b"bc", (2, 0, false)),
            (b"a", b"b\0\0\0\0\0", (1, 5, false)),
        ] {
            for size in 1..=rest.len() {
                let mut line = LongLine::after(kept);
                let mut at = 0;
                for block in rest.chunks(size) {
                    match line.end(block) {
                        Some(end) => {
                            at += end;
                            break;
                        }
                        None => at += block.len(),
                    }
                }
                let Gap { dropped, nuls, is_torn } = line.gap();
                assert_eq!((dropped, nuls, is_torn), expected, "{rest:?} in blocks of {size}");
                assert_eq!(at as u64, dropped + nuls + u64::from(is_torn), "{rest:?}");
            }
        }
    }
}
