//! Chunks: parts of a source that can be scanned independently, because each begins at the start of a record.

use std::ops::Range;

use super::limits::MAX_LINE;
use super::map::Map;
use super::nuls::{Gap, LongLine, last_run};

/// Number of bytes in which the end of a part is searched for first.
const WINDOW: usize = 4 << 10;
/// Maximum target size of a part, small enough that an overlong line is visible in the bytes read for it.
const MAX_TARGET: usize = MAX_LINE / 2;
/// Upper bound in bytes for the distance to the next record end or to the proof that a line is too long: a record of the longest
/// line, all that may be joined to it, and as much again of the line that may not.
pub(super) const REACH: usize = MAX_LINE + (1 << 20);

/// Test that returns true if a line (without its line end) begins a record regardless of the lines before it.
pub type LineTest = fn(&[u8]) -> bool;

/// Functions that find the starts of records, for cutting a source.
#[derive(Debug, Clone, Copy)]
pub struct Boundaries {
    /// Returns true if a line begins a record regardless of the lines before it.
    pub begins: LineTest,
    /// Returns the start of the last record that later bytes cannot change, past the first byte; `None` if there is none. The
    /// bytes must start at a record. For texts in which no single line proves the start of a record.
    pub last: fn(&[u8]) -> Option<usize>,
}

/// A part of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The range of bytes.
    pub range: Range<usize>,
    /// Bytes after the range that belong to its last line, which is longer than [`MAX_LINE`].
    pub gap: Gap,
}

/// Cuts `bytes` into parts of about `target` bytes. Each part except the first begins at the start of a record.
///
/// A part extends to the next start of a record. A line that is too long is a separate part, of which only the beginning counts;
/// runs of NULs divide it.
/// The iterator searches for the end of a part on demand, so that the parts of a large map can be scanned meanwhile.
///
/// ```
/// use clawsift::source::{Boundaries, chunks};
/// let text = b"#1\n  a\n#2\n#3\n";
/// let boundaries = Boundaries { begins: |line| line.starts_with(b"#"), last: |_| None };
/// let parts: Vec<_> = chunks(text, 1, boundaries).map(|part| part.range).collect();
/// assert_eq!(parts, [0..7, 7..10, 10..13]);
/// ```
pub fn chunks(bytes: &[u8], target: usize, boundaries: Boundaries) -> impl Iterator<Item = Part> {
    Cutter::new(Slice(bytes), target, boundaries)
}

/// Cuts a map as [`chunks`] cuts bytes.
pub fn map_chunks(map: &Map, target: usize, boundaries: Boundaries) -> impl Iterator<Item = Part> {
    // Copy the few lines to examine: reading a page through the map can cost more, and the page stays resident.
    Cutter::new(Copied { map, window: Vec::new() }, target, boundaries)
}

/// Bytes that are examined in one range after another.
trait Window {
    fn len(&self) -> usize;
    /// Returns the bytes in the range, cut at the end of the source.
    fn look(&mut self, range: Range<usize>) -> &[u8];
}

struct Slice<'b>(&'b [u8]);

impl Window for Slice<'_> {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn look(&mut self, range: Range<usize>) -> &[u8] {
        &self.0[range.start.min(self.0.len())..range.end.min(self.0.len())]
    }
}

struct Copied<'m> {
    map: &'m Map,
    window: Vec<u8>,
}

impl Window for Copied<'_> {
    fn len(&self) -> usize {
        self.map.length()
    }

    fn look(&mut self, range: Range<usize>) -> &[u8] {
        let range = range.start.min(self.len())..range.end.min(self.len());
        // If these bytes cannot be read, the scan of the part reports the error.
        if self.map.copy(range, &mut self.window).is_err() {
            self.window.clear();
        }
        &self.window
    }
}

struct Cutter<W> {
    bytes: W,
    target: usize,
    boundaries: Boundaries,
    start: usize,
}

impl<W: Window> Cutter<W> {
    fn new(bytes: W, target: usize, boundaries: Boundaries) -> Self {
        Self { bytes, target: target.clamp(1, MAX_TARGET), boundaries, start: 0 }
    }

    /// Returns the end of the part that begins at `start`; `None` if its first line is too long.
    fn end(&mut self) -> Option<usize> {
        let (start, length) = (self.start, self.bytes.len());
        let wanted = start + self.target - 1;
        let near = self.bytes.look(wanted..wanted + WINDOW);
        if let Some(found) = first_record(near, self.boundaries.begins) {
            return Some(wanted + found);
        }
        let mut reach = (self.target + WINDOW).max(2 * self.target);
        loop {
            let seen = self.bytes.look(start..start + reach);
            if has_long_line(seen) {
                return None;
            }
            if let Some(found) =
                seen.get(self.target - 1..).and_then(|s| first_record(s, self.boundaries.begins))
            {
                return Some(wanted + found);
            }
            // A file may now be shorter than it was.
            if seen.len() < reach || start + seen.len() >= length {
                return Some(length);
            }
            if let Some(found) = (self.boundaries.last)(seen) {
                return Some(start + found);
            }
            // A record that does not end within this distance has no known format.
            if reach >= REACH {
                return Some(start + after_last_line(seen));
            }
            reach = (reach * 2).min(REACH);
        }
    }

    /// Returns the part that consists of the beginning of a line that is too long, or of the part of it before the last run of
    /// NULs.
    fn long_line(&mut self) -> Part {
        let (start, length) = (self.start, self.bytes.len());
        let kept = self.bytes.look(start..start + MAX_LINE);
        if let Some(run) = last_run(kept) {
            return Part { range: start..start + run.end - 1, gap: Gap::TORN };
        }
        let mut line = LongLine::after(kept);
        let mut at = start + MAX_LINE;
        while at < length {
            let seen = self.bytes.look(at..at + (1 << 20));
            if seen.is_empty() || line.end(seen).is_some() {
                break;
            }
            at += seen.len();
        }
        Part { range: start..start + MAX_LINE, gap: line.gap() }
    }
}

impl<W: Window> Iterator for Cutter<W> {
    type Item = Part;

    fn next(&mut self) -> Option<Part> {
        if self.start >= self.bytes.len() {
            return None;
        }
        let start = self.start;
        let part = match self.end() {
            Some(end) => Part { range: start..end, gap: Gap::default() },
            None => self.long_line(),
        };
        let skipped = usize::try_from(part.gap.length()).unwrap_or(usize::MAX);
        self.start = part.range.end.saturating_add(skipped);
        Some(part)
    }
}

/// Returns true if the first line is too long.
pub(super) fn has_long_line(bytes: &[u8]) -> bool {
    bytes.get(..=MAX_LINE).is_some_and(|line| memchr::memchr(b'\n', line).is_none())
}

/// Returns the end of the last complete line; the end of `bytes` if there is none.
pub(super) fn after_last_line(bytes: &[u8]) -> usize {
    memchr::memrchr(b'\n', bytes).map_or(bytes.len(), |newline| newline + 1)
}

/// Returns the start of the first record in `bytes`, past its first byte, if the lines up to it are complete.
fn first_record(bytes: &[u8], begins: LineTest) -> Option<usize> {
    let mut line_start = memchr::memchr(b'\n', bytes)? + 1;
    loop {
        // Empty lines begin no record, and there can be very many.
        line_start += bytes[line_start..].iter().take_while(|byte| **byte == b'\n').count();
        let length = memchr::memchr(b'\n', &bytes[line_start..])?;
        if begins(&bytes[line_start..line_start + length]) {
            return Some(line_start);
        }
        line_start += length + 1;
    }
}

/// Returns the start of the last record in `bytes`, past its first byte.
pub(crate) fn last_record(bytes: &[u8], begins: LineTest) -> Option<usize> {
    // The last line may be incomplete, so that it cannot be judged yet.
    let mut end = memchr::memrchr(b'\n', bytes)?;
    // Empty lines begin no record, and there can be very many.
    end -= bytes[..end].iter().rev().take_while(|byte| **byte == b'\n').count();
    while let Some(newline) = memchr::memrchr(b'\n', &bytes[..end]) {
        if begins(&bytes[newline + 1..end]) {
            return Some(newline + 1);
        }
        end = newline;
    }
    None
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    const HASHES: Boundaries = Boundaries { begins: |line| line.starts_with(b"#"), last: |_| None };

    #[test]
    fn parts_join_to_the_whole_and_begin_with_records() {
        let text = b"x\n#1\n a\n\n#2\n#3 long line\n b\n#4";
        for target in 1..=text.len() + 1 {
            let parts: Vec<_> = chunks(text, target, HASHES).map(|part| part.range).collect();
            let joined: Vec<u8> = parts.iter().flat_map(|part| text[part.clone()].to_vec()).collect();
            assert_eq!(joined, text);
            for part in &parts[1..] {
                assert_eq!(text[part.start], b'#', "target {target}");
            }
        }
        assert!(chunks(b"", 4, HASHES).next().is_none());
    }

    #[test]
    fn a_map_is_cut_like_the_bytes_in_it() {
        let mut file = tempfile::tempfile().expect("a file");
        let line = |length: usize, begins: bool| {
            [if begins { "#" } else { "x" }, &"-".repeat(length), "\n"].concat()
        };
        let lengths = [0, 1, 100, WINDOW - 2, 5, WINDOW, WINDOW + 1, 3, 3 * WINDOW, 7, 900, 40];
        let text: String = (0..60).map(|i| line(lengths[i * 7 % lengths.len()], i % 5 != 1)).collect();
        file.write_all(text.as_bytes()).expect("writing");
        let map = Map::new(file).expect("a map");
        for target in [1, 10, 500, 1000, WINDOW, 20_000, text.len() - 1, text.len(), text.len() + 1] {
            let parts: Vec<_> = map_chunks(&map, target, HASHES).collect();
            assert_eq!(parts, chunks(text.as_bytes(), target, HASHES).collect::<Vec<_>>(), "target {target}");
        }
    }

    #[test]
    fn the_last_record_is_one_that_has_arrived_whole() {
        assert_eq!(last_record(b"#1\n#2\n#3", HASHES.begins), Some(3));
        assert_eq!(last_record(b"#1\n#2\n b\n", HASHES.begins), Some(3));
        assert_eq!(last_record(b"#1\n b\n", HASHES.begins), None);
    }

    #[test]
    fn a_line_that_is_too_long_is_a_part_of_its_own() {
        let long = "a".repeat(MAX_LINE + 5);
        let text = format!("#1\n{long}\nx\n#2\n{long}");
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(text.as_bytes()).expect("writing");
        let map = Map::new(file).expect("a map");
        // In this test each loose line is a record.
        let boundaries =
            Boundaries { last: |bytes| memchr::memrchr(b'\n', bytes).map(|at| at + 1), ..HASHES };
        for target in [1, 1000, MAX_TARGET] {
            let parts: Vec<_> = chunks(text.as_bytes(), target, boundaries).collect();
            assert_eq!(parts, map_chunks(&map, target, boundaries).collect::<Vec<_>>());
            let second = 3 + MAX_LINE + 6 + 5;
            let long: Vec<_> = parts.iter().filter(|part| part.gap.dropped > 0).collect();
            let gap = |dropped| Gap { dropped, ..Gap::default() };
            assert_eq!(*long[0], Part { range: 3..3 + MAX_LINE, gap: gap(6) });
            assert_eq!(*long[1], Part { range: second..second + MAX_LINE, gap: gap(5) });
        }
    }
}
