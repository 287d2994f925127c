//! A reader whose first bytes can be examined before they are read.

use std::io::{self, Cursor, Read};

use super::nuls::leading_nuls;

/// A reader whose first bytes can be examined before they are read.
pub(crate) struct Peeked<R> {
    /// Number of NULs to return before the head.
    nuls: u64,
    head: Cursor<Vec<u8>>,
    /// The error that ended the head, which is returned after it.
    error: Option<io::Error>,
    reader: R,
}

impl<R: Read> Peeked<R> {
    /// Reads up to `length` bytes ahead.
    pub fn new(reader: R, length: usize) -> Self {
        let mut peeked = Self { nuls: 0, head: Cursor::new(Vec::with_capacity(length)), error: None, reader };
        peeked.fill(length);
        peeked
    }

    /// Reads up to `length` bytes ahead that follow the NULs at the start. The NULs take no memory.
    pub fn past_nuls(reader: R, length: usize) -> Self {
        let mut peeked = Self::new(reader, length);
        loop {
            let head = peeked.head.get_mut();
            let nuls = leading_nuls(head);
            if nuls == 0 {
                return peeked;
            }
            head.drain(..nuls);
            peeked.nuls += nuls as u64;
            peeked.fill(length);
        }
    }

    /// Returns the bytes read ahead; fewer than wanted if the stream or reading ends before.
    pub fn head(&self) -> &[u8] {
        self.head.get_ref()
    }

    /// Returns the error that ended reading before the first byte.
    pub(super) fn failure(&mut self) -> Option<io::Error> {
        if self.head().is_empty() { self.error.take() } else { None }
    }

    fn fill(&mut self, length: usize) {
        let missing = length.saturating_sub(self.head.get_ref().len()) as u64;
        if self.error.is_none() {
            self.error = self.reader.by_ref().take(missing).read_to_end(self.head.get_mut()).err();
        }
    }
}

impl<R: Read> Read for Peeked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.nuls > 0 {
            let length = usize::try_from(self.nuls).unwrap_or(usize::MAX).min(buffer.len());
            buffer[..length].fill(0);
            self.nuls -= length as u64;
            return Ok(length);
        }
        match self.head.read(buffer)? {
            0 => self.error.take().map_or_else(|| self.reader.read(buffer), Err),
            read => Ok(read),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_examined_is_read_and_then_the_error_that_ended_it() {
        struct Failing(&'static [u8]);
        impl Read for Failing {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                match self.0.read(buffer)? {
                    0 => Err(io::Error::other("broken")),
                    read => Ok(read),
                }
            }
        }
        for (text, head) in
            [(&b"\0\0\0abcdef"[..], &b"abcde"[..]), (b"abc", b"abc"), (b"\0\0\0\0\0\0\0", b"")]
        {
            let mut peeked = Peeked::past_nuls(Failing(text), 5);
            assert_eq!(peeked.head(), head);
            let mut read = Vec::new();
            assert_eq!(peeked.read_to_end(&mut read).expect_err("an error").to_string(), "broken");
            assert_eq!(read, text);
        }
    }
}
