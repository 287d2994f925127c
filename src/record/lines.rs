//! Groups lines into records: a line that begins no record belongs to the one before it, within limits.
//!
//! A run of NULs is no text: it ends the record before it, and the next record begins after it, on the same physical line or a
//! later one. NULs at the start or the end of a line, and four or more within a line, are such a run.

use fearless_simd::prelude::*;

use crate::source::{Boundaries, MAX_LINE, first_run, leading_nuls, trailing_nuls};

use super::control_ui;
use super::detect::{LineStart, MAX_LOOSE, are_of_npm, continues, look, starts_record};
use super::envelope::Envelope;
use super::envelope_reader::EnvelopeReader;
use super::format::Format;
use super::line_reader::{LineReader, TimedLine, WholeLine};
use super::line_time::clock_of;
use super::spread::{self, Spread};
use super::templates::{Found, LineTemplates};
use super::time::{MIN_TIME, Stamp};

/// Maximum number of continuation lines of a record; further lines begin a new one.
const MAX_JOINED_LINES: u64 = 256;
/// Maximum number of bytes of a record's continuation lines; further lines begin a new one.
const MAX_JOINED_BYTES: usize = 256 << 10;

/// Maximum number of bytes of a record that are parsed.
const MAX_RECORD: usize = MAX_LINE + MAX_JOINED_BYTES;

/// Detection of record starts, for cutting sources into chunks.
pub const BOUNDARIES: Boundaries = Boundaries { begins: starts_record, last: last_boundary };

/// The bytes of one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RawRecord<'a> {
    /// All lines of the record, with the line ends between them.
    pub bytes: &'a [u8],
    /// Start of the record in the bytes given to [`Lines`].
    pub offset: usize,
    /// Number of line ends before the record in the bytes given to [`Lines`].
    pub line: u64,
    /// Number of bytes of the last line that the reader dropped because the line is too long.
    pub dropped: u64,
    /// Format of the record, without its wrapper.
    pub format: Format,
    /// True if the record holds no terminal codes, and no carriage returns except at its end.
    pub is_clean: bool,
    /// Length of OpenClaw's own date and time at the start of the record; `None` if it does not begin with them, or is wrapped.
    pub(super) time: Option<usize>,
    /// True if the record is wrapped or quoted, and its text begins with a date and time.
    pub(super) is_dated: bool,
}

impl<'a> RawRecord<'a> {
    /// Returns the bytes to parse: all of them, or the first [`MAX_RECORD`] of an overlong record.
    pub(super) fn bounded(&self) -> &'a [u8] {
        &self.bytes[..self.bytes.len().min(MAX_RECORD)]
    }

    /// Returns this record over a copy of its bytes.
    pub fn with_bytes<'b>(&self, copy: &'b [u8]) -> RawRecord<'b> {
        RawRecord { bytes: copy, ..*self }
    }

    /// Returns the first line of the record, or all of a record that is an object spread over lines.
    pub fn first_line(&self) -> &'a [u8] {
        match memchr::memchr(b'\n', self.bytes) {
            Some(end) if self.format == Format::Text || !spread::opens(&self.bytes[..end]) => {
                &self.bytes[..end]
            }
            _ => self.bytes,
        }
    }

    /// Returns the time of day at the start of the record; `None` if it has a date.
    pub fn clock(&self) -> Option<Stamp> {
        let has_none = self.bytes.starts_with(b"{") || self.bytes.len() < MIN_TIME;
        if self.time.is_some() || self.is_dated || has_none { None } else { clock_of(self.first_line()) }
    }

    /// Returns true if a line is too long to be parsed as a whole.
    pub fn is_cut(&self) -> bool {
        self.bytes.len() > MAX_RECORD || self.dropped > 0
    }
}

/// Iterator that groups the lines of a chunk into records. A chunk must begin at the start of a record.
pub struct Lines<'a> {
    bytes: &'a [u8],
    line: u64,
    dropped: u64,
    /// Number of NULs skipped between records.
    nuls: u64,
    /// Start of the next record, or of NULs before it.
    start: usize,
    /// End of the physical line in which NULs ended a record.
    torn_line_end: usize,
    /// First line of the next record, if it was inspected already.
    head: Option<Line<'a>>,
    /// True if the end of a record depends on bytes that are not available.
    is_open: bool,
    reader: LineReader,
}

/// A physical line.
#[derive(Debug, Clone, Copy)]
struct Line<'a> {
    /// The line without its line feed.
    bytes: &'a [u8],
    start: usize,
    /// Start of the next line, or of the run of NULs that ends this one.
    next: usize,
    /// End of the physical line, if a run of NULs ends this one before.
    torn: Option<usize>,
    /// True if the line holds no terminal codes, and no carriage return except at its end.
    is_clean: bool,
    look: LineStart,
}

impl<'a> Line<'a> {
    /// Returns the line that begins at `start`; `None` at the end.
    fn at(bytes: &'a [u8], start: usize) -> Option<Self> {
        let rest = bytes.get(start..).filter(|rest| !rest.is_empty())?;
        // Very short lines are frequent in hostile input, and a search per line would take most of the time.
        if let Some(length) = rest.iter().take(MAX_LOOSE + 1).position(|&byte| byte == b'\n')
            && let line = &rest[..length]
            && (line == b"\r" || !line.iter().any(|byte| matches!(byte, b'\r' | 0x1b | 0)))
        {
            return Some(Self {
                bytes: line,
                start,
                next: start + length + 1,
                torn: None,
                is_clean: true,
                look: LineStart::LOOSE,
            });
        }
        // One search finds the end of the line or the first unusual byte before it.
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
        if let Some(end) = text_end(line) {
            return Some(Self::before_nuls(bytes, start, start + end, start + length));
        }
        let next = (start + length + 1).min(bytes.len());
        let trimmed = line.strip_suffix(b"\r").unwrap_or(line);
        Some(Self { bytes: line, start, next, torn: None, is_clean, look: look(trimmed, is_clean) })
    }

    /// Returns the line that begins at `start` of a physical line whose end is known.
    fn within(bytes: &'a [u8], start: usize, line_end: usize) -> Option<Self> {
        match text_end(bytes.get(start..line_end)?) {
            Some(end) => Some(Self::before_nuls(bytes, start, start + end, line_end)),
            None => Self::at(bytes, start),
        }
    }

    fn before_nuls(bytes: &'a [u8], start: usize, end: usize, line_end: usize) -> Self {
        let line = &bytes[start..end];
        let is_clean = memchr::memchr2(b'\r', 0x1b, line).is_none();
        Self { bytes: line, start, next: end, torn: Some(line_end), is_clean, look: look(line, is_clean) }
    }

    /// Returns 1 if the physical line ends with this one, otherwise 0.
    fn count(&self) -> u64 {
        u64::from(self.torn.is_none())
    }
}

/// Returns the end of the text before the first run of NULs in a line; `None` if there is none.
fn text_end(line: &[u8]) -> Option<usize> {
    let run = first_run(line).map(|run| run.start);
    run.or_else(|| {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        line.ends_with(&[0]).then(|| line.len() - trailing_nuls(line))
    })
}

impl<'a> Lines<'a> {
    /// Creates the iterator over `bytes`, whose last line lacks `dropped` bytes.
    pub fn new(bytes: &'a [u8], dropped: u64) -> Self {
        let reader = LineReader::default();
        Self {
            bytes,
            line: 0,
            dropped,
            nuls: 0,
            start: 0,
            torn_line_end: 0,
            head: None,
            is_open: false,
            reader,
        }
    }

    /// Returns the number of NULs skipped so far.
    pub(crate) fn nul_count(&self) -> u64 {
        self.nuls
    }

    /// Returns the number of lines read so far; a last line without a line end counts.
    pub fn line_count(&self) -> u64 {
        self.line
    }

    /// Returns true if the first line of the next record has no known format.
    #[inline(always)]
    pub(super) fn is_loose(&self) -> bool {
        self.head.is_some_and(|head| head.look == LineStart::LOOSE)
    }

    /// Returns the envelope and the line of the next record if its envelope repeats a known one. Needs no search for the line's
    /// end.
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
        let line = WholeLine { bytes, next: end + 1, format: Format::FileLog, time: None, is_dated: false };
        (bytes.len() <= MAX_RECORD).then_some((envelope, line))
    }

    /// Returns the line of the next record if it begins with a time of the known form.
    #[inline(always)]
    pub(super) fn timed<S: Simd>(&mut self, simd: S) -> Option<TimedLine<'a>> {
        self.reader.read(simd, self.bytes, self.start).filter(|line| line.whole.bytes.len() <= MAX_RECORD)
    }

    /// Returns the line of the next record if it has a known template.
    #[inline(always)]
    pub(super) fn template<S: Simd>(
        &mut self,
        simd: S,
        templates: &mut LineTemplates,
    ) -> Option<(Found, WholeLine<'a>)> {
        self.reader.find_template(simd, self.bytes, self.start, templates)
    }

    /// Skips the next record, which consists of this line.
    #[inline(always)]
    pub(super) fn pass(&mut self, line: &WholeLine<'a>) {
        self.line += 1;
        self.start = line.next;
        self.head = None;
    }

    /// Returns the next record, which consists of this line.
    #[inline(always)]
    pub(super) fn take(&mut self, line: &WholeLine<'a>) -> RawRecord<'a> {
        let &WholeLine { bytes, format, time, is_dated, .. } = line;
        let (offset, number) = (self.start, self.line);
        self.pass(line);
        RawRecord { bytes, offset, line: number, dropped: 0, format, is_clean: true, time, is_dated }
    }
}

impl<'a> Lines<'a> {
    /// Skips NULs at the start of a line, and the empty lines after them.
    fn skip_nuls(&mut self) {
        while let rest = &self.bytes[self.start..]
            && rest.first() == Some(&0)
        {
            let nuls = leading_nuls(rest);
            self.nuls += nuls as u64;
            self.start += nuls;
            // The NULs may end the last line, which then lacks a line end.
            self.line += u64::from(nuls == rest.len());
            while let Some(end) =
                [&b"\n"[..], b"\r\n"].iter().find(|e| self.bytes[self.start..].starts_with(e))
            {
                self.start += end.len();
                self.line += 1;
            }
        }
    }

    /// Returns the first line of the next record.
    fn first(&mut self) -> Option<Line<'a>> {
        if let Some(head) = self.head.take() {
            return Some(head);
        }
        self.skip_nuls();
        // A physical line is searched for its end once, however many runs of NULs it holds.
        match self.start < self.torn_line_end {
            true => Line::within(self.bytes, self.start, self.torn_line_end),
            false => Line::at(self.bytes, self.start),
        }
    }

    /// Reads a record that is an object spread over lines: returns its format, its last line, and the number of line ends before
    /// that line.
    fn spread(&mut self, head: &Line<'a>) -> Option<(Format, Line<'a>, u64)> {
        // Most lines that consist of an opening brace are not followed by the rest of an object.
        let goes_on = matches!(self.bytes.get(head.next), None | Some(b' ' | b'\t' | b'}'));
        if head.torn.is_some() || !spread::opens(head.bytes) || !goes_on {
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
        let mut head = self.first()?;
        let first_line = self.line;
        self.line += head.count();
        let (mut last, mut is_clean) = (head, head.is_clean);
        if let Some((format, end, lines)) = self.spread(&head) {
            head.look.format = format;
            last = end;
            self.line += lines;
        }

        // Only a record with a certain start is continued by any line, and an object ends with its closing brace; loose text is
        // continued only by lines of a continuing form.
        let is_object = is_json(head.look.format);
        let began = head.look.begins;
        self.head = loop {
            // No text goes on after NULs.
            let goes_on = last.torn.is_none() && self.bytes.get(last.next) != Some(&0);
            let Some(line) = goes_on.then(|| Line::at(self.bytes, last.next)).flatten() else { break None };
            let joins = !is_object
                && !line.look.begins
                && (began
                    || continues(line.bytes)
                    || are_of_npm(head.bytes, line.bytes)
                    || control_ui::continues(head.bytes, self.line - first_line, line.bytes))
                && self.spread(&line).is_none();
            let fits =
                self.line - first_line <= MAX_JOINED_LINES && line.next - head.next <= MAX_JOINED_BYTES;
            if !joins || !fits {
                break Some(line);
            }
            is_clean &= line.is_clean && !last.bytes.ends_with(b"\r");
            last = line;
            self.line += line.count();
        };

        self.start = last.next;
        self.torn_line_end = last.torn.unwrap_or(self.torn_line_end);
        head.look.time.into_iter().for_each(|time| self.reader.learn(&head.bytes[..time]));

        let mut bytes = &self.bytes[head.start..last.start + last.bytes.len()];
        while let [rest @ .., b'\n' | b'\r'] = bytes {
            bytes = rest;
        }
        // NULs may end the bytes of a line that is too long.
        let is_last = |rest: &[u8]| rest.is_empty() || leading_nuls(rest) == rest.len();
        let is_cut = self.dropped > 0 && is_last(&self.bytes[self.start..]);
        let dropped = if is_cut { self.dropped } else { 0 };
        Some(RawRecord {
            bytes,
            offset: head.start,
            line: first_line,
            dropped,
            format: head.look.format,
            is_clean,
            time: head.look.time,
            is_dated: head.look.is_dated,
        })
    }
}

/// Returns the offset of the last record start that later bytes cannot change; `None` if that is only offset 0. `bytes` must
/// start at a record.
fn last_boundary(bytes: &[u8]) -> Option<usize> {
    let whole = memchr::memrchr(b'\n', bytes).map_or(0, |newline| newline + 1);
    // A last line that is too long to be joined begins a record in any case.
    if whole > 0 && bytes.len() - whole > MAX_JOINED_BYTES {
        return Some(whole);
    }
    let mut lines = Lines::new(&bytes[..whole], 0);
    let mut last = None;
    while let Some(raw) = lines.next() {
        // A record after NULs on a line of its own begins with them. One on the line of the record before is no boundary.
        let start = raw.offset - trailing_nuls(&bytes[..raw.offset]);
        if start > 0 && bytes[start - 1] == b'\n' {
            last = Some(start);
        }
        if lines.is_open {
            break;
        }
    }
    last
}

/// Returns true if each record of the format is a JSON object.
fn is_json(format: Format) -> bool {
    matches!(format, Format::FileLog | Format::LogsJson | Format::ConsoleJson | Format::Transcript)
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

    #[test]
    fn nuls_end_a_record_and_are_none() {
        let nuls = "\0".repeat(4096);
        for (line, next) in [
            ("2026-11-22T00:00:01Z error x y", "2026-11-22T00:00:02Z info y z"),
            ("{\"0\":\"a\",\"_meta\":{}}", "{\"0\":\"b\",\"_meta\":{}}"),
            ("08:42:54 [agent/embedded] x", "08:42:55 [ws] y"),
            ("loose", "text"),
            ("2026-11-22T00:00:01Z error x y", "    the rest of a line"),
        ] {
            for (between, second) in [
                (nuls.clone(), 0),
                (format!("\n{nuls}"), 1),
                (format!("{nuls}\n"), 1),
                (format!("\r\n\0\r\n\n{nuls}"), 3),
                ("\0\0\r\n".to_owned(), 1),
                ("\0\0\0\0".to_owned(), 0),
            ] {
                for (before, after) in [("", ""), ("\0", "\n"), (nuls.as_str(), nuls.as_str()), ("", "\0\n")]
                {
                    let text = format!("{before}{line}{between}{next}{after}");
                    let mut lines = Lines::new(text.as_bytes(), 0);
                    let found: Vec<_> =
                        lines.by_ref().map(|raw| (raw.line, raw.offset, raw.bytes.to_vec())).collect();
                    let expected = [(0, line), (second, next)].map(|(number, line)| {
                        (number, text.find(line).expect("the line"), line.as_bytes().to_vec())
                    });
                    assert_eq!(found, expected, "{text:?}");
                    assert_eq!(lines.line_count(), second + 1, "{text:?}");
                }
            }
        }
    }

    #[test]
    fn a_few_nuls_within_a_line_are_text() {
        let text = "2026-11-22T00:00:01Z error x \0\0\0y\n";
        assert_eq!(records(text), [(0, text.trim_end().to_owned())]);
    }

    /// A line is searched for its end once, not once per run of NULs.
    #[test]
    fn a_line_of_many_runs_of_nuls_takes_linear_time() {
        let text = "{\"0\":1\0\0\0\0".repeat(1 << 20);
        let start = std::time::Instant::now();
        assert_eq!(Lines::new(text.as_bytes(), 0).count(), 1 << 20);
        assert!(start.elapsed().as_secs() < 10);
    }
}
