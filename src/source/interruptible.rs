//! Reading that an interrupt can end while no data arrives.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use super::cancellation::Cancellation;

const BLOCK: usize = 256 << 10;
/// Maximum number of blocks that wait in the channel.
const WAITING: usize = 4;
/// Maximum delay until an interrupt takes effect.
const PATIENCE: Duration = Duration::from_millis(50);

/// Error of a read that an interrupt ended.
#[derive(Debug, thiserror::Error)]
#[error("interrupted")]
pub(super) struct Interrupt;

/// Reader whose source is opened and read in a separate thread, so that blocking calls can be abandoned.
pub(super) struct Interruptible {
    blocks: Receiver<io::Result<Vec<u8>>>,
    block: Vec<u8>,
    taken: usize,
    stop: Cancellation,
}

impl Interruptible {
    /// Reads from the result of `open` until it ends or `stop` is non-zero. Opening happens in the thread because opening a pipe
    /// waits for its writer.
    ///
    /// # Errors
    /// If no thread can be started. An error of `open` is returned by the first read.
    pub fn new<R: Read>(
        open: impl FnOnce() -> io::Result<R> + Send + 'static,
        stop: Cancellation,
    ) -> io::Result<Self> {
        let (sender, blocks) = sync_channel(WAITING);
        // The thread ends with its reader, with the program, or when the receiver is dropped.
        let work = move || {
            let mut reader = match open() {
                Ok(reader) => reader,
                // If the receiver is gone, the error is not needed.
                Err(error) => return drop(sender.send(Err(error))),
            };
            loop {
                let mut block = vec![0; BLOCK];
                let read = match reader.read(&mut block) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    other => other,
                };
                let is_last = !matches!(read, Ok(1..));
                let sent = sender.send(read.map(|length| {
                    block.truncate(length);
                    block
                }));
                if is_last || sent.is_err() {
                    break;
                }
            }
        };
        thread::Builder::new().spawn(work)?;
        Ok(Self { blocks, block: Vec::new(), taken: 0, stop })
    }
}

impl Read for Interruptible {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.taken == self.block.len() {
            if self.stop.is_cancelled() {
                return Err(io::Error::other(Interrupt));
            }
            match self.blocks.recv_timeout(PATIENCE) {
                Ok(block) => {
                    self.block = block?;
                    self.taken = 0;
                    if self.block.is_empty() {
                        return Ok(0);
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(0),
            }
        }
        let length = buffer.len().min(self.block.len() - self.taken);
        buffer[..length].copy_from_slice(&self.block[self.taken..self.taken + length]);
        self.taken += length;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_to_the_end() {
        let text: Vec<u8> = (0..1_000_000_u32).flat_map(u32::to_le_bytes).collect();
        let bytes = text.clone();
        let mut reader =
            Interruptible::new(|| Ok(io::Cursor::new(bytes)), Cancellation::new()).expect("a thread");
        let mut read = Vec::new();
        reader.read_to_end(&mut read).expect("reading");
        assert!(read == text);
    }

    #[test]
    fn an_interrupt_ends_a_read_that_waits() {
        struct Silent;
        impl Read for Silent {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                thread::sleep(Duration::from_secs(3600));
                Ok(0)
            }
        }
        let stop = Cancellation::new();
        let mut reader = Interruptible::new(|| Ok(Silent), stop.clone()).expect("a thread");
        stop.cancel_with(130);
        assert_eq!(reader.read(&mut [0; 1]).expect_err("an interrupt").to_string(), "interrupted");
    }
}
