//! Lines into records: a line that begins no record belongs to the one before it, within bounds.

use fearless_simd::prelude::*;

use crate::source::{Boundaries, MAX_LINE};

use super::detect::{Look, MAX_LOOSE, continues, look, starts_record};
use super::envelope::Envelope;
use super::envelope_reader::EnvelopeReader;
use super::format::Format;
use super::line_reader::{LineReader, TimedLine, WholeLine};
use super::line_time::clock_of;
use super::spread::{self, Spread};
use super::time::{MIN_TIME, Stamp};

/// A record continues over at most this many lines; the rest begins a new one.
const MAX_JOINED_LINES: u64 = 256;
/// A record's continuation lines hold at most this many bytes; the rest begins a new one.
const MAX_JOINED_BYTES: usize = 256 << 10;

/// More bytes of a record than this are not parsed.
const MAX_RECORD: usize = MAX_LINE + MAX_JOINED_BYTES;

/// Where records begin, for cutting sources into chunks.
pub const BOUNDARIES: Boundaries = Boundaries { begins: starts_record, last: last_boundary };

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
    /// The shape in which it reached us, whatever it is wrapped in.
    pub format: Format,
    /// It holds no terminal codes, and no carriage returns but at its end.
    pub is_clean: bool,
    /// The length of OpenClaw's own date and time, where it begins with them, without terminal codes, and is not wrapped.
    pub(super) time: Option<usize>,
}

impl<'a> RawRecord<'a> {
    /// The bytes to parse: all of them, unless a line is too long.
    pub(super) fn bounded(&self) -> &'a [u8] {
        &self.bytes[..self.bytes.len().min(MAX_RECORD)]
    }

    /// The same record in a copy of its bytes.
    pub fn with_bytes<'b>(&self, copy: &'b [u8]) -> RawRecord<'b> {
        RawRecord { bytes: copy, ..*self }
    }

    /// The record's first line; all of a record that is an object spread over lines.
    pub fn first_line(&self) -> &'a [u8] {
        match memchr::memchr(b'\n', self.bytes) {
            Some(end) if self.format == Format::Text || !spread::opens(&self.bytes[..end]) => {
                &self.bytes[..end]
            }
            _ => self.bytes,
        }
    }

    /// The time of day that it begins with, where it has no date.
    pub fn clock(&self) -> Option<Stamp> {
        let is_none = self.time.is_some() || self.bytes.starts_with(b"{") || self.bytes.len() < MIN_TIME;
        if is_none { None } else { clock_of(self.first_line()) }
    }

    /// Whether a line is so long that only its beginning is looked at.
    pub fn is_cut(&self) -> bool {
        self.bytes.len() > MAX_RECORD || self.dropped > 0
    }
}

/// Groups the lines of a chunk into records. A chunk begins where a record begins.
pub struct Lines<'a> {
    bytes: &'a [u8],
    line: u64,
    dropped: u64,
    /// Where the next record begins.
    start: usize,
    /// The line with which it begins, where that was looked at.
    head: Option<Line<'a>>,
    /// Where a record ends depends on bytes that are not there.
    is_open: bool,
    reader: LineReader,
}

/// A physical line.
#[derive(Debug, Clone, Copy)]
struct Line<'a> {
    /// Without its line feed.
    bytes: &'a [u8],
    start: usize,
    /// Where the next one begins.
    next: usize,
    /// It holds no terminal codes, and no carriage return but at its end.
    is_clean: bool,
    look: Look,
}

impl<'a> Line<'a> {
    /// The line that begins at `start`, or `None` at the end.
    fn at(bytes: &'a [u8], start: usize) -> Option<Self> {
        let rest = bytes.get(start..).filter(|rest| !rest.is_empty())?;
        // Of the shortest lines there may be so many that a search for the end of each is what takes the time.
        if let Some(length) = rest.iter().take(MAX_LOOSE + 1).position(|&byte| byte == b'\n')
            && let line = &rest[..length]
            && (line == b"\r" || !line.iter().any(|byte| matches!(byte, b'\r' | 0x1b)))
        {
            return Some(Self {
                bytes: line,
                start,
                next: start + length + 1,
                is_clean: true,
                look: Look::LOOSE,
            });
        }
        // One search finds the line's end, and what is unusual before it.
        let (length, is_clean) = match memchr::memchr3(b'\n', b'\r', 0x1b, rest) {
            None => (rest.len(), true),
            Some(end) if rest[end] == b'\n' => (end, true),
            Some(end) if rest[end..].starts_with(b"\r\n") => (end + 1, true),
            Some(found) => {
                let end = memchr::memchr(b'\n', &rest[found..]).map_or(rest.len(), |end| found + end);
                (end, false)
            }
        };
        let line = &rest[..length];
        let next = (start + length + 1).min(bytes.len());
        let trimmed = line.strip_suffix(b"\r").unwrap_or(line);
        Some(Self { bytes: line, start, next, is_clean, look: look(trimmed, is_clean) })
    }
}

impl<'a> Lines<'a> {
    /// Groups `bytes`, whose last line misses `dropped` bytes.
    pub fn new(bytes: &'a [u8], dropped: u64) -> Self {
        let reader = LineReader::default();
        Self { bytes, line: 0, dropped, start: 0, head: None, is_open: false, reader }
    }

    /// How many lines there were so far; a last line without a line end counts.
    pub fn line_count(&self) -> u64 {
        self.line
    }

    /// Returns true if the line that begins the next record is known to be in no known format.
    #[inline(always)]
    pub(super) fn is_loose(&self) -> bool {
        self.head.is_some_and(|head| head.look == Look::LOOSE)
    }

    /// The envelope of the next record, where that is known again, and its line: told without a search for the line's end.
    #[inline(always)]
    pub(super) fn known<S: Simd>(
        &self,
        simd: S,
        envelopes: &mut EnvelopeReader,
    ) -> Option<(Envelope<'a>, WholeLine<'a>)> {
        let (envelope, length) = envelopes.read_known(simd, self.bytes.get(self.start..)?)?;
        let end = self.start + length;
        let mut bytes = &self.bytes[self.start..end];
        if let [rest @ .., b'\r'] = bytes {
            bytes = rest;
        }
        let line = WholeLine { bytes, next: end + 1, format: Format::FileLog, time: None };
        (bytes.len() <= MAX_RECORD).then_some((envelope, line))
    }

    /// The line of the next record, where that begins with a time as the record before did.
    #[inline(always)]
    pub(super) fn timed<S: Simd>(&mut self, simd: S) -> Option<TimedLine<'a>> {
        self.reader.read(simd, self.bytes, self.start).filter(|line| line.whole.bytes.len() <= MAX_RECORD)
    }

    /// Goes on behind the next record, which is this line.
    #[inline(always)]
    pub(super) fn pass(&mut self, line: &WholeLine<'a>) {
        self.line += 1;
        self.start = line.next;
        self.head = None;
    }

    /// The next record, which is this line.
    #[inline(always)]
    pub(super) fn take(&mut self, line: &WholeLine<'a>) -> RawRecord<'a> {
        let &WholeLine { bytes, format, time, .. } = line;
        let (offset, number) = (self.start, self.line);
        self.pass(line);
        RawRecord { bytes, offset, line: number, dropped: 0, format, is_clean: true, time }
    }
}

impl<'a> Lines<'a> {
    /// The record that begins with a line, where it is an object spread over lines: its format, its last line, and how many
    /// line ends come before that.
    fn spread(&mut self, head: &Line<'a>) -> Option<(Format, Line<'a>, u64)> {
        // Most that open are followed by what goes on with no object.
        let goes_on = matches!(self.bytes.get(head.next), None | Some(b' ' | b'\t' | b'}'));
        if !spread::opens(head.bytes) || !goes_on {
            return None;
        }
        match spread::spread(&self.bytes[head.start..], MAX_JOINED_LINES, MAX_JOINED_BYTES) {
            Spread::Record(format, length, lines) => {
                let end = head.start + length;
                Some((format, Line::at(self.bytes, end - 1)?, lines))
            }
            Spread::Other => None,
            Spread::Open => {
                self.is_open = true;
                None
            }
        }
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = RawRecord<'a>;

    fn next(&mut self) -> Option<RawRecord<'a>> {
        let mut head = self.head.take().or_else(|| Line::at(self.bytes, self.start))?;
        let first_line = self.line;
        self.line += 1;
        let (mut last, mut is_clean) = (head, head.is_clean);
        if let Some((format, end, lines)) = self.spread(&head) {
            head.look.format = format;
            last = end;
            self.line += lines;
        }

        // Only a record that certainly began takes any line, and one that is an object ends with it; loose text is joined where
        // its form asks for it.
        let is_object = is_json(head.look.format);
        let began = head.look.begins;
        self.head = loop {
            let Some(line) = Line::at(self.bytes, last.next) else { break None };
            let joins = !is_object
                && !line.look.begins
                && (began || continues(line.bytes) || are_of_npm(head.bytes, line.bytes))
                && self.spread(&line).is_none();
            let fits =
                self.line - first_line <= MAX_JOINED_LINES && line.next - head.next <= MAX_JOINED_BYTES;
            if !joins || !fits {
                break Some(line);
            }
            is_clean &= line.is_clean && !last.bytes.ends_with(b"\r");
            last = line;
            self.line += 1;
        };

        self.start = last.next;
        head.look.time.into_iter().for_each(|time| self.reader.learn(&head.bytes[..time]));

        let mut bytes = &self.bytes[head.start..last.start + last.bytes.len()];
        while let [rest @ .., b'\n' | b'\r'] = bytes {
            bytes = rest;
        }
        let dropped = if self.head.is_none() { self.dropped } else { 0 };
        Some(RawRecord {
            bytes,
            offset: head.start,
            line: first_line,
            dropped,
            format: head.look.format,
            is_clean,
            time: head.look.time,
        })
    }
}

/// Where the last record begins of which that is certain, in bytes that begin with a record and may go on.
fn last_boundary(bytes: &[u8]) -> Option<usize> {
    let whole = memchr::memrchr(b'\n', bytes).map_or(0, |newline| newline + 1);
    // What has begun and is too long to be joined begins a record, whatever it is.
    if whole > 0 && bytes.len() - whole > MAX_JOINED_BYTES {
        return Some(whole);
    }
    let mut lines = Lines::new(&bytes[..whole], 0);
    let mut last = None;
    while let Some(raw) = lines.next() {
        last = Some(raw.offset).filter(|start| *start > 0);
        if lines.is_open {
            break;
        }
    }
    last
}

/// Whether each record of a format is an object.
fn is_json(format: Format) -> bool {
    matches!(format, Format::FileLog | Format::LogsJson | Format::ConsoleJson | Format::Transcript)
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
