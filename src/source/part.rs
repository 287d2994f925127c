//! Parts of a file, cut at record ends, so that independent machines can each read one.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::chunk::LineTest;
use super::decode;
use super::fence::Fence;
use super::limits::MAX_LINE;
use super::packing::HEAD;
use super::reason::{Reason, SourceError};

/// Number of bytes per read.
const BLOCK: usize = 256 << 10;

/// A file, or the records of it that begin in a range of its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilePart {
    /// Path of the file.
    pub path: PathBuf,
    /// The range of bytes; `None` for the whole file.
    pub range: Option<Range<u64>>,
}

/// Opens the part of a file that belongs to a range of its bytes.
///
/// # Errors
/// If the file cannot be opened or read, or is compressed.
pub fn open_part(
    path: &Path,
    range: Range<u64>,
    starts_record: LineTest,
    fence: &Fence,
) -> Result<PartReader<BufReader<File>>, SourceError> {
    let open = || {
        let mut file = fence.open(path)?;
        let mut head = Vec::new();
        file.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
        if decode::is_packed(&head) {
            return Err(Reason::PackedPart);
        }
        file.seek(SeekFrom::Start(range.start.saturating_sub(1)))?;
        Ok(PartReader::new(BufReader::with_capacity(BLOCK, file), range.clone(), starts_record)?)
    };
    open().map_err(|reason| SourceError { name: path.display().to_string(), reason })
}

/// Reader of the records of a file that begin in a range of its bytes.
///
/// The part begins with the first record that begins at or after the range's start, and extends to the first one that begins at
/// or after its end. So the parts of adjacent ranges cover each byte once, wherever the ranges were cut. Bytes before the first
/// record of the file belong to the range that begins at 0.
pub struct PartReader<R> {
    reader: R,
    starts_record: LineTest,
    /// Offset in the file of the next byte to return.
    at: u64,
    end: u64,
    start: u64,
    step: Step,
    /// A line that was examined and must still be returned.
    held: Vec<u8>,
    handed: usize,
}

/// The state of the reader.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Returns bytes of the range.
    Inside,
    /// Returns the rest of the line that crosses the range's end.
    LastLine,
    /// Returns lines up to the first one that begins a record.
    After,
    /// The part has ended.
    Done,
}

impl<R: BufRead> PartReader<R> {
    /// Reads the part of `range` from a reader that is positioned one byte before the range's start, or at 0 if the range begins
    /// there.
    ///
    /// # Errors
    /// An error of the reader during the search for the first record.
    pub fn new(reader: R, range: Range<u64>, starts_record: LineTest) -> io::Result<Self> {
        let Range { start, end } = range;
        let step = if end <= start { Step::Done } else { Step::Inside };
        let mut part =
            Self { reader, starts_record, at: start, end, start, step, held: Vec::new(), handed: 0 };
        if start > 0 && part.step == Step::Inside {
            part.at -= 1;
            part.begin()?;
        }
        Ok(part)
    }

    /// Returns the offset in the file of the part's first record. If the part has no record, it is somewhere after the range.
    pub fn start(&self) -> u64 {
        self.start
    }

    /// Skips the bytes that belong to the previous part.
    fn begin(&mut self) -> io::Result<()> {
        self.skip_line()?;
        loop {
            self.start = self.at;
            if self.at >= self.end || !self.hold_line()? {
                self.step = Step::Done;
                self.held.clear();
                return Ok(());
            }
            let length = self.held.len() as u64;
            if (self.starts_record)(without_end(&self.held)) {
                let next = self.at + length;
                self.step = match self.held.ends_with(b"\n") {
                    true if next >= self.end => Step::After,
                    false if next >= self.end => Step::LastLine,
                    _ => Step::Inside,
                };
                return Ok(());
            }
            self.at += length;
            if !self.held.ends_with(b"\n") {
                self.skip_line()?;
            }
        }
    }

    /// Skips the rest of the line.
    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            let bytes = self.reader.fill_buf()?;
            let newline = memchr::memchr(b'\n', bytes);
            let length = newline.map_or(bytes.len(), |at| at + 1);
            let is_end = newline.is_some() || bytes.is_empty();
            self.reader.consume(length);
            self.at += length as u64;
            if is_end {
                return Ok(());
            }
        }
    }

    /// Reads the next line, up to [`MAX_LINE`] bytes of it; returns false at the end.
    fn hold_line(&mut self) -> io::Result<bool> {
        self.held.clear();
        self.handed = 0;
        self.reader.by_ref().take(MAX_LINE as u64).read_until(b'\n', &mut self.held)?;
        Ok(!self.held.is_empty())
    }

    /// Returns bytes of the line that was examined.
    fn hand_out(&mut self, buffer: &mut [u8]) -> usize {
        let rest = &self.held[self.handed..];
        let length = rest.len().min(buffer.len());
        buffer[..length].copy_from_slice(&rest[..length]);
        self.handed += length;
        self.at += length as u64;
        length
    }
}

impl<R: BufRead> Read for PartReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.handed < self.held.len() || buffer.is_empty() {
                return Ok(self.hand_out(buffer));
            }
            match self.step {
                Step::Done => return Ok(0),
                // The line that holds the byte before the end is the last one that certainly belongs to the range.
                Step::Inside if self.at + 1 >= self.end => self.step = Step::LastLine,
                Step::Inside => {
                    let left = usize::try_from(self.end - 1 - self.at).unwrap_or(usize::MAX);
                    let length = left.min(buffer.len());
                    let read = self.reader.read(&mut buffer[..length])?;
                    self.at += read as u64;
                    return Ok(read);
                }
                Step::LastLine => {
                    let bytes = self.reader.fill_buf()?;
                    let newline = memchr::memchr(b'\n', bytes);
                    let length = newline.map_or(bytes.len(), |at| at + 1).min(buffer.len());
                    buffer[..length].copy_from_slice(&bytes[..length]);
                    if newline.is_some_and(|at| at < length) {
                        self.step = Step::After;
                    }
                    self.reader.consume(length);
                    self.at += length as u64;
                    return Ok(length);
                }
                Step::After => {
                    if !self.hold_line()? || (self.starts_record)(without_end(&self.held)) {
                        self.held.clear();
                        self.step = Step::Done;
                    } else if !self.held.ends_with(b"\n") {
                        self.step = Step::LastLine;
                    }
                }
            }
        }
    }
}

fn without_end(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\n").unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use std::io::{BufReader, Cursor};

    use super::*;

    fn starts(line: &[u8]) -> bool {
        line.starts_with(b"#")
    }

    /// Returns the part of a range, and its reported start.
    fn part(text: &[u8], range: Range<u64>, buffer: usize) -> (u64, Vec<u8>) {
        let from = usize::try_from(range.start.saturating_sub(1)).expect("an offset").min(text.len());
        let reader = BufReader::with_capacity(buffer, Cursor::new(&text[from..]));
        let mut part = PartReader::new(reader, range, starts).expect("a part");
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).expect("reading");
        (part.start(), bytes)
    }

    #[test]
    fn parts_that_meet_cover_each_byte_once_and_begin_with_records() {
        for text in
            [&b"x\n#1\n a\n\n#2\n#3 a long line\n b\n#4"[..], b"#1\n", b"", b"a\nb\n", b"#1\r\n#2\r\n"]
        {
            let length = text.len() as u64;
            for first in 0..=length {
                for second in first..=length {
                    for buffer in [1, 3, 100] {
                        let ranges = [0..first, first..second, second..length + 1];
                        let parts = ranges.map(|range| part(text, range, buffer));
                        let joined: Vec<u8> = parts.iter().flat_map(|(_, bytes)| bytes.clone()).collect();
                        assert_eq!(joined, text, "{first} {second} {buffer}");
                        for (start, bytes) in
                            parts.iter().filter(|(start, bytes)| *start > 0 && !bytes.is_empty())
                        {
                            let start = usize::try_from(*start).expect("an offset");
                            assert!(bytes.starts_with(b"#") && text[start..].starts_with(bytes));
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_line_that_is_too_long_belongs_to_one_part() {
        let text = [&b"#1\n"[..], &vec![b'a'; MAX_LINE + 100], b"\n#2\n"].concat();
        let length = text.len() as u64;
        for cut in [3, 4, MAX_LINE as u64, MAX_LINE as u64 + 50, length - 4, length - 3] {
            let (first, second) = (part(&text, 0..cut, 1 << 16).1, part(&text, cut..length, 1 << 16).1);
            assert_eq!(second, b"#2\n", "{cut}");
            assert_eq!(first.len() + second.len(), text.len());
        }
    }
}
