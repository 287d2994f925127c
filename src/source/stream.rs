//! Streams in bounded memory: chunks that end at a record end, as bytes arrive.

use std::io::{self, Read};

use super::chunk::{Boundaries, REACH, after_last_line, has_long_line, last_record};
use super::limits::MAX_LINE;
use super::nuls::{Gap, LongLine, last_run};

/// Number of bytes per read while the rest of an overlong line is skipped.
const SKIPPED: u64 = 64 << 10;

/// A part of a stream.
#[derive(Debug)]
pub struct StreamChunk {
    /// The bytes, which begin at the start of a record.
    pub bytes: Vec<u8>,
    /// Offset of the bytes in the stream.
    pub offset: u64,
    /// Bytes after these that were skipped because the line is longer than [`MAX_LINE`].
    pub gap: Gap,
}

/// Reads a stream in chunks.
pub struct ChunkReader<R> {
    reader: R,
    target: usize,
    boundaries: Boundaries,
    /// Bytes that were read and not yet returned.
    pending: Vec<u8>,
    offset: u64,
    ended: bool,
}

impl<R: Read> ChunkReader<R> {
    /// Creates a reader of chunks of about `target` bytes.
    pub fn new(reader: R, target: usize, boundaries: Boundaries) -> Self {
        let target = target.clamp(1, MAX_LINE);
        Self { reader, target, boundaries, pending: Vec::new(), offset: 0, ended: false }
    }

    /// Returns the next chunk; `None` at the end.
    ///
    /// # Errors
    /// An error of the reader. The bytes before it are returned by the next call.
    pub fn next_chunk(&mut self) -> io::Result<Option<StreamChunk>> {
        let mut wanted = self.target;
        loop {
            self.fill(wanted)?;
            if has_long_line(&self.pending) {
                return self.take_long_line();
            }
            if self.ended {
                return Ok(self.take(self.pending.len(), Gap::default()));
            }
            let certain = last_record(&self.pending, self.boundaries.begins);
            if let Some(end) = certain.or_else(|| (self.boundaries.last)(&self.pending)) {
                return Ok(self.take(end, Gap::default()));
            }
            // A record that does not end within this distance has no known format.
            if self.pending.len() >= REACH {
                return Ok(self.take(after_last_line(&self.pending), Gap::default()));
            }
            wanted = (self.pending.len() * 2).min(REACH);
        }
    }

    /// Returns an iterator over all chunks. If reading fails, it yields the chunks before the error, and stores the error in
    /// `failure`.
    pub fn chunks(mut self, failure: &mut Option<io::Error>) -> impl Iterator<Item = StreamChunk> {
        std::iter::from_fn(move || {
            loop {
                match self.next_chunk() {
                    Ok(chunk) => return chunk,
                    // The next call returns the bytes before the error.
                    Err(error) => *failure = Some(error),
                }
            }
        })
    }

    fn fill(&mut self, wanted: usize) -> io::Result<()> {
        let missing = wanted.saturating_sub(self.pending.len());
        if self.ended || missing == 0 {
            return Ok(());
        }
        let limit = u64::try_from(missing).unwrap_or(u64::MAX);
        // Growing by doubling would take up to twice the memory that the longest lines need.
        self.pending.reserve_exact(missing);
        match self.reader.by_ref().take(limit).read_to_end(&mut self.pending) {
            Ok(read) => {
                self.ended = read < missing;
                Ok(())
            }
            Err(error) => {
                // After an error the stream counts as ended, so that the caller gets the bytes before it.
                self.ended = true;
                Err(error)
            }
        }
    }

    /// Takes the start of an overlong line, and skips the rest; or takes the part of the line before the last run of NULs.
    fn take_long_line(&mut self) -> io::Result<Option<StreamChunk>> {
        if let Some(run) = last_run(&self.pending[..MAX_LINE]) {
            return Ok(self.take(run.end - 1, Gap::TORN));
        }
        let mut block = self.pending.split_off(MAX_LINE);
        let mut line = LongLine::after(&self.pending);
        let rest = loop {
            if let Some(end) = line.end(&block) {
                let mut rest = block.split_off(end);
                // The last NUL begins the next chunk.
                line.is_torn().then(|| rest.insert(0, 0));
                break rest;
            }
            block.clear();
            match self.reader.by_ref().take(SKIPPED).read_to_end(&mut block) {
                Ok(0) => {
                    self.ended = true;
                    break Vec::new();
                }
                Ok(_) => {}
                Err(error) => {
                    self.ended = true;
                    return Err(error);
                }
            }
        };
        let chunk = self.take(self.pending.len(), line.gap());
        self.pending = rest;
        Ok(chunk)
    }

    fn take(&mut self, end: usize, gap: Gap) -> Option<StreamChunk> {
        if end == 0 {
            return None;
        }
        let rest = self.pending.split_off(end);
        let chunk =
            StreamChunk { bytes: std::mem::replace(&mut self.pending, rest), offset: self.offset, gap };
        self.offset += end as u64 + gap.length();
        Some(chunk)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASHES: Boundaries = Boundaries { begins: |line| line.starts_with(b"#"), last: |_| None };

    fn read_all(text: &[u8], target: usize) -> Vec<StreamChunk> {
        let mut reader = ChunkReader::new(text, target, HASHES);
        let mut chunks = Vec::new();
        while let Some(chunk) = reader.next_chunk().expect("reading") {
            chunks.push(chunk);
        }
        chunks
    }

    #[test]
    fn chunks_of_any_size_join_to_the_whole() {
        let text = b"x\n#1\n a\n#2\n#3 long line\n b\n#4\n";
        for target in 1..=text.len() + 1 {
            let chunks = read_all(text, target);
            let joined: Vec<u8> = chunks.iter().flat_map(|c| c.bytes.clone()).collect();
            assert_eq!(joined, text, "target {target}");
            let mut offset = 0;
            for chunk in chunks {
                assert_eq!(chunk.offset, offset);
                offset += chunk.bytes.len() as u64;
            }
        }
        assert!(read_all(b"", 4).is_empty());
    }

    #[test]
    fn a_line_that_is_too_long_is_cut_and_the_next_one_is_kept() {
        let mut text = vec![b'a'; 3 * MAX_LINE];
        text.extend_from_slice(b"\n#2\n");
        let chunks = read_all(&text, 1 << 20);
        assert_eq!(chunks[0].bytes.len(), MAX_LINE);
        assert_eq!(chunks[0].gap.dropped, 2 * MAX_LINE as u64 + 1, "includes the line end");
        let rest: Vec<u8> = chunks[1..].iter().flat_map(|c| c.bytes.clone()).collect();
        assert_eq!(rest, b"#2\n");
        assert_eq!(chunks[1].offset, 3 * MAX_LINE as u64 + 1);
    }

    #[test]
    fn the_lines_around_a_very_long_run_of_nuls_are_kept() {
        for start in [&b"#1"[..], &b"#1".repeat(MAX_LINE)] {
            let mut text = start.to_vec();
            text.resize(text.len() + 2 * MAX_LINE, 0);
            text.extend_from_slice(b"#2\n#3\n");
            let chunks = read_all(&text, 1 << 20);
            let read: Vec<u8> = chunks.iter().flat_map(|chunk| chunk.bytes.clone()).collect();
            let lines: Vec<&[u8]> =
                read.split(|byte| matches!(byte, 0 | b'\n')).filter(|l| !l.is_empty()).collect();
            assert_eq!(lines, [&start[..start.len().min(MAX_LINE)], b"#2", b"#3"]);
            let end = chunks.last().map(|chunk| chunk.offset + chunk.bytes.len() as u64);
            assert_eq!(end, Some(text.len() as u64));
            // A text in memory is cut alike.
            let parts = crate::source::chunks(&text, 1 << 20, HASHES);
            let parts: Vec<_> = parts.map(|part| (part.range.start as u64, part.gap)).collect();
            assert_eq!(parts, chunks.iter().map(|chunk| (chunk.offset, chunk.gap)).collect::<Vec<_>>());
        }
    }
}
