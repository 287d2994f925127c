//! A chunk: the part of a source that one worker scans at a time.

use std::borrow::Cow;
use std::ops::Range;

use crate::classify::{ChunkBytes, text_of_first};
use crate::record::Lines;
use crate::redact::Redactor;
use crate::source::{Gap, Map, Part, StreamChunk};

/// Number of bytes copied from a map in the first attempt to read one record.
const ONE_RECORD: usize = 16 << 10;

/// A part of a source that begins and ends at record boundaries.
pub(super) struct Chunk<'b> {
    pub bytes: Bytes<'b>,
    /// Start offset in the source, in bytes.
    pub offset: u64,
    /// Bytes of the last line that were skipped on reading.
    pub gap: Gap,
}

/// Storage of a chunk's bytes.
pub(super) enum Bytes<'b> {
    /// In memory.
    Held(Cow<'b, [u8]>),
    /// In this range of a memory map.
    Mapped(&'b Map, Range<usize>),
}

impl<'b> Chunk<'b> {
    /// Creates a chunk from a part of a text in memory.
    pub fn of_text(text: &'b [u8], Part { range, gap }: Part) -> Self {
        Self { offset: range.start as u64, bytes: Bytes::Held(text[range].into()), gap }
    }

    /// Creates a chunk from a part of a memory map.
    pub fn of_map(map: &'b Map, Part { range, gap }: Part) -> Self {
        Self { offset: range.start as u64, bytes: Bytes::Mapped(map, range), gap }
    }

    /// Returns the memory that the chunk uses, in bytes. It may grow while the chunk is scanned, but never shrinks.
    pub fn held(&self) -> usize {
        match &self.bytes {
            Bytes::Held(Cow::Owned(bytes)) => bytes.len(),
            Bytes::Held(Cow::Borrowed(_)) | Bytes::Mapped(..) => 0,
        }
    }
}

impl ChunkBytes for Chunk<'_> {
    fn length(&self) -> usize {
        match &self.bytes {
            Bytes::Held(bytes) => bytes.len(),
            Bytes::Mapped(_, range) => range.len(),
        }
    }

    fn part(&self, part: Range<usize>) -> Cow<'_, [u8]> {
        match &self.bytes {
            Bytes::Held(bytes) => Cow::Borrowed(bytes.get(part).unwrap_or_default()),
            Bytes::Mapped(map, range) => {
                let mut copy = Vec::new();
                let is_had = map.copy(range.start + part.start..range.start + part.end, &mut copy).is_ok()
                    && map.is_unchanged();
                if is_had { Cow::Owned(copy) } else { Cow::default() }
            }
        }
    }

    fn text_at(&self, redactor: Redactor, offset: u64) -> Option<String> {
        let (start, end) = (usize::try_from(offset).ok()?, self.length());
        if let Bytes::Held(bytes) = &self.bytes {
            return text_of_first(redactor, bytes.get(start..)?, self.gap.dropped);
        }
        let mut length = ONE_RECORD;
        loop {
            let until = end.min(start.saturating_add(length));
            let copy = self.part(start..until);
            // A record is complete if another one follows it.
            if until == end || copy.is_empty() || Lines::new(&copy, 0).nth(1).is_some() {
                return text_of_first(redactor, &copy, if until == end { self.gap.dropped } else { 0 });
            }
            length *= 4;
        }
    }
}

impl From<StreamChunk> for Chunk<'_> {
    fn from(StreamChunk { bytes, offset, gap }: StreamChunk) -> Self {
        Self { bytes: Bytes::Held(bytes.into()), offset, gap }
    }
}
