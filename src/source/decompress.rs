//! The decompressors (feature `archives`).

use std::io::{self, BufReader, Read};

use liblzma::stream::{CONCATENATED, Stream};

use super::packing::Packing;
use super::reason::Reason;

/// Creates the decompressor of a stream, which may use at most `max_memory` bytes.
///
/// # Errors
/// If it cannot be created, or the stream is a zip archive.
pub(super) fn decompressor(
    packing: Packing,
    packed: impl Read + Send + 'static,
    max_memory: u64,
) -> Result<Box<dyn Read + Send>, Reason> {
    Ok(match packing {
        Packing::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(BufReader::new(packed))),
        Packing::Zstd => {
            let mut decoder = zstd::Decoder::new(packed)?;
            decoder.window_log_max(max_memory.ilog2())?;
            Box::new(decoder)
        }
        Packing::Xz => {
            let stream = Stream::new_stream_decoder(max_memory, CONCATENATED).map_err(io::Error::from)?;
            Box::new(liblzma::read::XzDecoder::new_stream(packed, stream))
        }
        Packing::Bzip2 => Box::new(bzip2::read::MultiBzDecoder::new(packed)),
        Packing::Zip => return Err(Reason::PipedZip),
        // Neither is a compression.
        Packing::Tar | Packing::Utf16 => Box::new(packed),
    })
}
