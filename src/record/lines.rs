//! Lines into records: a line that begins no record belongs to the one before it, within bounds.

use crate::source::MAX_LINE;

use super::detect::continues;
use super::starts_record;

/// A record continues over at most this many lines; the rest begins a new one.
const MAX_JOINED_LINES: u64 = 256;
/// A record's continuation lines hold at most this many bytes; the rest begins a new one.
const MAX_JOINED_BYTES: usize = 256 << 10;

/// More bytes of a record than this are not parsed.
const MAX_RECORD: usize = MAX_LINE + MAX_JOINED_BYTES;

/// The bytes of one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RawRecord<'a> {
    /// All its lines, with the line ends between them.
    pub bytes: &'a [u8],
    /// Where it begins, counted from the start of the bytes given to [`Lines`].
    pub offset: usize,
    /// How many line ends come before it in the bytes given to [`Lines`].
    pub line: u64,
    /// Bytes of its last line that were left out on reading.
    pub dropped: u64,
}

impl<'a> RawRecord<'a> {
    /// The bytes to parse: all of them, unless a line is too long.
    pub(super) fn bounded(&self) -> &'a [u8] {
        &self.bytes[..self.bytes.len().min(MAX_RECORD)]
    }

    /// The record's first line.
    pub fn first_line(&self) -> &'a [u8] {
        match memchr::memchr(b'\n', self.bytes) {
            Some(end) => &self.bytes[..end],
            None => self.bytes,
        }
    }

    /// Whether a line is so long that only its beginning is looked at.
    pub fn is_cut(&self) -> bool {
        self.bytes.len() > MAX_RECORD || self.dropped > 0
    }
}

/// Groups the lines of a chunk into records. A chunk begins where a record begins.
pub struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u64,
    dropped: u64,
    /// Whether the line at `at` begins a record, where the record before it has asked already.
    begins: Option<bool>,
}

impl<'a> Lines<'a> {
    /// Groups `bytes`, whose last line misses `dropped` bytes.
    pub fn new(bytes: &'a [u8], dropped: u64) -> Self {
        Self { bytes, at: 0, line: 0, dropped, begins: None }
    }

    /// How many lines there were so far; a last line without a line end counts.
    pub fn line_count(&self) -> u64 {
        self.line
    }

    /// The line that begins at `at`, without its line end, and where the next one begins.
    fn line_at(&self, at: usize) -> (&'a [u8], usize) {
        let rest = &self.bytes[at..];
        match memchr::memchr(b'\n', rest) {
            Some(end) => (&rest[..end], at + end + 1),
            None => (rest, self.bytes.len()),
        }
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = RawRecord<'a>;

    fn next(&mut self) -> Option<RawRecord<'a>> {
        if self.at >= self.bytes.len() {
            return None;
        }
        let (offset, first_line) = (self.at, self.line);
        let (head, mut next) = self.line_at(offset);
        let mut end = offset + head.len();
        self.line += 1;

        // Only a record that certainly began takes any line; loose text is joined where its form asks for it.
        let began = self.begins.take().unwrap_or_else(|| starts_record(head));
        let joined_from = next;
        while next < self.bytes.len() && self.line - first_line <= MAX_JOINED_LINES {
            let (line, after) = self.line_at(next);
            let begins = starts_record(line);
            let joins = !begins && (began || continues(line) || are_of_npm(head, line));
            if !joins || after - joined_from > MAX_JOINED_BYTES {
                self.begins = Some(begins);
                break;
            }
            end = next + line.len();
            next = after;
            self.line += 1;
        }
        self.at = next;

        let mut bytes = &self.bytes[offset..end];
        while let [rest @ .., b'\n' | b'\r'] = bytes {
            bytes = rest;
        }
        let dropped = if next >= self.bytes.len() { self.dropped } else { 0 };
        Some(RawRecord { bytes, offset, line: first_line, dropped })
    }
}

/// Whether both lines are of one error that npm prints.
fn are_of_npm(head: &[u8], line: &[u8]) -> bool {
    [&b"npm error"[..], b"npm ERR!"].iter().any(|prefix| head.starts_with(prefix) && line.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(text: &str) -> Vec<(u64, String)> {
        Lines::new(text.as_bytes(), 0)
            .map(|r| (r.line, String::from_utf8_lossy(r.bytes).into_owned()))
            .collect()
    }

    #[test]
    fn a_stack_trace_belongs_to_its_record() {
        let text = "2026-11-22T00:00:01Z error x Error: boom\n    at f (a.js:1:1)\nno indent\n\n\
                    2026-11-22T00:00:02Z info y z\r\n";
        assert_eq!(
            records(text),
            [
                (0, "2026-11-22T00:00:01Z error x Error: boom\n    at f (a.js:1:1)\nno indent".to_owned()),
                (4, "2026-11-22T00:00:02Z info y z".to_owned()),
            ]
        );
    }

    #[test]
    fn loose_text_goes_line_by_line_but_for_indented_lines() {
        let text = "TypeError: fetch failed\n    at f (a.js:1:1) {\n  cause: x\n}\nnext\n";
        let records = records(text);
        assert_eq!(records.len(), 2);
        assert_eq!(records[1], (4, "next".to_owned()));
    }

    #[test]
    fn joining_is_bounded_and_nothing_is_lost() {
        let text = format!("2026-11-22T00:00:01Z error x\n{}", "line\n".repeat(1000));
        let records = records(&text);
        assert_eq!(records[0].1.lines().count() as u64, MAX_JOINED_LINES + 1);
        let lines: usize = records.iter().map(|(_, text)| text.lines().count()).sum();
        assert_eq!(lines, 1001);
    }

    #[test]
    fn counts_a_last_line_without_an_end() {
        let mut lines = Lines::new(b"a\nb", 0);
        assert_eq!(lines.by_ref().count(), 2);
        assert_eq!(lines.line_count(), 2);
    }
}
