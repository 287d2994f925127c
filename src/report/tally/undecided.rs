//! The first chunks of a source of which it is not known yet whether it is a log of OpenClaw.

use std::borrow::Cow;
use std::ops::Range;

use crate::classify::{ChunkBytes, text_of_first};
use crate::redact::Redactor;

use super::chunk_tally::ChunkTally;

/// A chunk that waits, with its bytes.
#[derive(Debug, Clone)]
pub(super) struct WaitingChunk {
    pub tally: ChunkTally,
    pub bytes: OwnBytes,
}

/// A copy of the bytes of a chunk.
#[derive(Debug, Clone)]
pub(super) struct OwnBytes {
    bytes: Vec<u8>,
    /// Number of bytes that the last line lacks.
    dropped: u64,
}

impl WaitingChunk {
    pub fn new(tally: ChunkTally, bytes: &impl ChunkBytes) -> Self {
        let bytes = bytes.part(0..bytes.length()).into_owned();
        let dropped = tally.bytes.saturating_sub(bytes.len() as u64);
        Self { tally, bytes: OwnBytes { bytes, dropped } }
    }
}

impl ChunkBytes for OwnBytes {
    fn length(&self) -> usize {
        self.bytes.len()
    }

    fn part(&self, range: Range<usize>) -> Cow<'_, [u8]> {
        Cow::Borrowed(self.bytes.get(range).unwrap_or_default())
    }

    fn text_at(&self, redactor: Redactor, offset: u64) -> Option<String> {
        text_of_first(redactor, self.bytes.get(usize::try_from(offset).ok()?..)?, self.dropped)
    }
}
