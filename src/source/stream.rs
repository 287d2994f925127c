//! Streams in bounded memory: chunks that end where a record ends, as bytes arrive.

use std::io::{self, Read};

use super::MAX_LINE;
use super::chunk::{LineTest, last_record};

/// A part of a stream.
#[derive(Debug)]
pub struct StreamChunk {
    /// The bytes, beginning where a record begins.
    pub bytes: Vec<u8>,
    /// Where they begin in the stream.
    pub offset: u64,
    /// Bytes of the last line that were read and left out before its end, because the line is longer than
    /// [`MAX_LINE`].
    pub dropped: u64,
}

/// Reads a stream chunk by chunk.
pub struct ChunkReader<R> {
    reader: R,
    target: usize,
    starts_record: LineTest,
    /// What was read and not yet handed out.
    pending: Vec<u8>,
    offset: u64,
    ended: bool,
}

impl<R: Read> ChunkReader<R> {
    /// Reads from `reader` in chunks of about `target` bytes.
    pub fn new(reader: R, target: usize, starts_record: LineTest) -> Self {
        Self { reader, target: target.max(1), starts_record, pending: Vec::new(), offset: 0, ended: false }
    }

    /// The next chunk, or `None` at the end.
    ///
    /// # Errors
    /// What the reader reports; what was read before can still be had by calling again.
    pub fn next_chunk(&mut self) -> io::Result<Option<StreamChunk>> {
        let mut wanted = self.target;
        loop {
            self.fill(wanted)?;
            if self.ended {
                return Ok(self.take(self.pending.len(), 0));
            }
            if let Some(end) = last_record(&self.pending, self.starts_record) {
                return Ok(self.take(end, 0));
            }
            if self.pending.len() >= 2 * MAX_LINE {
                return self.take_without_record_end();
            }
            wanted = (self.pending.len() * 2).min(2 * MAX_LINE);
        }
    }

    /// All chunks; where reading fails, those of what came before the error, which is left in `failure`.
    pub fn chunks(mut self, failure: &mut Option<io::Error>) -> impl Iterator<Item = StreamChunk> {
        std::iter::from_fn(move || {
            loop {
                match self.next_chunk() {
                    Ok(chunk) => return chunk,
                    // What came before the error is handed out by the next call.
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
        match self.reader.by_ref().take(limit).read_to_end(&mut self.pending) {
            Ok(read) => {
                self.ended = read < missing;
                Ok(())
            }
            Err(error) => {
                // After an error the stream counts as ended, so that the caller gets what came before it.
                self.ended = true;
                Err(error)
            }
        }
    }

    /// Ends a chunk where no record ends: after the last whole line, or inside a line that is too long, whose rest is
    /// skipped.
    fn take_without_record_end(&mut self) -> io::Result<Option<StreamChunk>> {
        if let Some(newline) = memchr::memrchr(b'\n', &self.pending) {
            return Ok(self.take(newline + 1, 0));
        }
        let mut dropped = self.pending.len() - MAX_LINE;
        self.pending.truncate(MAX_LINE);
        let mut rest = Vec::new();
        let mut block = vec![0; 1 << 16];
        loop {
            let read = match self.reader.read(&mut block) {
                Ok(0) => {
                    self.ended = true;
                    break;
                }
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    self.ended = true;
                    return Err(error);
                }
            };
            if let Some(newline) = memchr::memchr(b'\n', &block[..read]) {
                dropped += newline;
                self.pending.push(b'\n');
                rest.extend_from_slice(&block[newline + 1..read]);
                break;
            }
            dropped += read;
        }
        let chunk = self.take(self.pending.len(), dropped as u64);
        self.pending = rest;
        Ok(chunk)
    }

    fn take(&mut self, end: usize, dropped: u64) -> Option<StreamChunk> {
        if end == 0 {
            return None;
        }
        let rest = self.pending.split_off(end);
        let chunk =
            StreamChunk { bytes: std::mem::replace(&mut self.pending, rest), offset: self.offset, dropped };
        self.offset += end as u64 + dropped;
        Some(chunk)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn starts(line: &[u8]) -> bool {
        line.starts_with(b"#")
    }

    fn read_all(text: &[u8], target: usize) -> Vec<StreamChunk> {
        let mut reader = ChunkReader::new(text, target, starts);
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
        assert_eq!(chunks[0].bytes.len(), MAX_LINE + 1, "with its line end");
        assert_eq!(chunks[0].dropped, 2 * MAX_LINE as u64);
        let rest: Vec<u8> = chunks[1..].iter().flat_map(|c| c.bytes.clone()).collect();
        assert_eq!(rest, b"#2\n");
        assert_eq!(chunks[1].offset, 3 * MAX_LINE as u64 + 1);
    }
}
