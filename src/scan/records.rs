//! Iteration over the raw records of a source, for tools that do not need a scan.

use std::io::Read;

use crate::record::{BOUNDARIES, Lines, RawRecord};
use crate::source::{
    Cancellation, ChunkReader, Content, Fence, Input, MAX_DECOMPRESSED, Reason, SourceError, map_chunks,
};

use super::CHUNK;

/// Calls `take` with each record of a source in order, until `stop` is non-zero.
///
/// # Errors
/// Fails if the source cannot be opened or read to its end.
pub fn each_record(
    input: &Input,
    stop: &Cancellation,
    mut take: impl FnMut(&RawRecord<'_>),
) -> Result<(), SourceError> {
    let content = input.open(&Fence::default(), MAX_DECOMPRESSED, stop)?.content;
    each_of(content, stop, &mut take).map_err(|reason| SourceError { name: input.name(), reason })
}

fn each_of(
    content: Content,
    stop: &Cancellation,
    take: &mut impl FnMut(&RawRecord<'_>),
) -> Result<(), Reason> {
    match content {
        Content::Mapped(map) => {
            let mut copy = Vec::new();
            let parts = map_chunks(&map, CHUNK, BOUNDARIES);
            for part in parts.take_while(|_| !stop.is_cancelled()) {
                map.copy(part.range, &mut copy)?;
                Lines::new(&copy, part.gap.dropped).for_each(|raw| take(&raw));
            }
        }
        Content::Stream(reader) => each_of_stream(reader, take)?,
        Content::Archive(mut archive) => {
            while !stop.is_cancelled()
                && let Some(member) = archive.next_member()
            {
                each_of(member?.open()?, stop, take)?;
            }
        }
    }
    Ok(())
}

fn each_of_stream(reader: impl Read, take: &mut impl FnMut(&RawRecord<'_>)) -> std::io::Result<()> {
    let mut failure = None;
    for chunk in ChunkReader::new(reader, CHUNK, BOUNDARIES).chunks(&mut failure) {
        Lines::new(&chunk.bytes, chunk.gap.dropped).for_each(|raw| take(&raw));
    }
    failure.map_or(Ok(()), Err)
}
