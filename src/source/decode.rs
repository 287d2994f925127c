//! Decodes streams that are compressed, tar archives or UTF-16, as their first bytes show.

use std::io::{self, Read};

use encoding_rs_io::DecodeReaderBytesBuilder;

use super::content::Content;
use super::decompress::decompressor;
use super::packing::{HEAD, Packing, packing};
use super::peek::Peeked;
use super::reason::Reason;
use super::tar::{TarMember, TarReader};

/// Maximum nesting depth of archives. Deeper nesting is an attack rather than a log.
const MAX_NESTING: u32 = 3;
/// Maximum memory in bytes for decompression, halved for each level of nesting. Streams that need more are refused. It is enough
/// for `xz -9` and `zstd --ultra -22`.
const MAX_MEMORY: u64 = 128 << 20;

/// Error for a stream that decompresses to more than the limit, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "decompresses to more than {0} bytes, where reading stopped; raise the limit with --max-decompressed"
)]
pub struct TooLarge(u64);

/// Returns true if the first bytes of a file (512 for a tar archive) show that it is compressed, an archive, or UTF-16.
pub fn is_packed(head: &[u8]) -> bool {
    packing(head).is_some()
}

/// Returns the text of a stream that may be compressed. At most `limit` bytes are decompressed, also in nested archives. A tar
/// archive is returned as it is.
///
/// ```
/// use std::io::{Cursor, Read};
///
/// let mut text = String::new();
/// clawsift::source::unpack(Box::new(Cursor::new("a log\n")), 100)?.read_to_string(&mut text)?;
/// assert_eq!(text, "a log\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// If the first bytes cannot be read, or show a zip archive, too deep a nesting, or a compression in a build without the feature
/// `archives`. Damage further on, and too much data, is an error of the returned stream.
pub fn unpack(reader: Box<dyn Read + Send>, limit: u64) -> Result<Box<dyn Read + Send>, Reason> {
    decoded(reader, limit, 0).map(|decoded| decoded.reader)
}

/// Returns the content of a stream that may be compressed or a tar archive, at this depth of nesting.
///
/// # Errors
/// As [`unpack`].
pub(crate) fn content(reader: Box<dyn Read + Send>, limit: u64, depth: u32) -> Result<Content, Reason> {
    let Decoded { reader, depth, is_tar } = decoded(reader, limit, depth)?;
    match is_tar {
        true => TarReader::new(reader, limit, depth).map(Content::Archive),
        false => Ok(Content::Stream(reader)),
    }
}

impl TarMember {
    /// Opens the member, which may be compressed or an archive itself.
    ///
    /// # Errors
    /// As for any stream.
    pub fn open(self) -> Result<Content, Reason> {
        content(Box::new(self.reader), self.limit, self.depth)
    }
}

/// A decompressed stream.
struct Decoded {
    reader: Box<dyn Read + Send>,
    /// Depth of nesting of the stream.
    depth: u32,
    is_tar: bool,
}

fn decoded(mut reader: Box<dyn Read + Send>, limit: u64, depth: u32) -> Result<Decoded, Reason> {
    for depth in depth..=MAX_NESTING {
        let mut whole = Peeked::new(reader, HEAD);
        if let Some(error) = whole.failure() {
            return Err(if depth == 0 { error.into() } else { Reason::damaged(error) });
        }
        let packing = packing(whole.head());
        let inner: Box<dyn Read + Send> = match packing {
            None | Some(Packing::Tar) => {
                return Ok(Decoded { reader: Box::new(whole), depth, is_tar: packing.is_some() });
            }
            Some(Packing::Utf16) => {
                let text = DecodeReaderBytesBuilder::new().bom_sniffing(true).build(whole);
                return Ok(Decoded { reader: Box::new(text), depth, is_tar: false });
            }
            Some(packing) => decompressor(packing, whole, MAX_MEMORY >> depth)?,
        };
        reader = Box::new(Limited::new(inner, limit));
    }
    Err(Reason::Nested)
}

/// Reader that fails after `limit` bytes instead of reporting the end of the stream.
pub(super) struct Limited<R> {
    inner: R,
    limit: u64,
    left: u64,
}

impl<R> Limited<R> {
    pub fn new(inner: R, limit: u64) -> Self {
        Self { inner, limit, left: limit }
    }
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return match self.inner.read(&mut [0; 1])? {
                0 => Ok(0),
                _ => Err(io::Error::other(TooLarge(self.limit))),
            };
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.inner.read(&mut buffer[..most])?;
        self.left -= read as u64;
        Ok(read)
    }
}

#[cfg(test)]
#[cfg(feature = "archives")]
mod tests {
    use std::io::{Cursor, Write};

    use liblzma::stream::Stream;

    use super::*;

    const TEXT: &[u8] = b"2026-11-22T00:00:00Z error x/y boom\n";

    fn read(packed: Vec<u8>, limit: u64) -> (Vec<u8>, Option<String>) {
        let mut reader = unpack(Box::new(Cursor::new(packed)), limit).expect("a known compression");
        let mut text = Vec::new();
        let error = reader.read_to_end(&mut text).err().map(|e| e.to_string());
        (text, error)
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(text).expect("a write");
        encoder.finish().expect("an end")
    }

    #[test]
    fn unpacks_each_kind_by_its_first_bytes() {
        let mut xz = liblzma::write::XzEncoder::new(Vec::new(), 6);
        xz.write_all(TEXT).expect("a write");
        let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::default());
        bzip2.write_all(TEXT).expect("a write");
        let utf16: Vec<u8> = std::iter::once(0xfeff)
            .chain(String::from_utf8_lossy(TEXT).encode_utf16().collect::<Vec<_>>())
            .flat_map(u16::to_le_bytes)
            .collect();
        let swapped: Vec<u8> = utf16.chunks(2).flat_map(|pair| [pair[1], pair[0]]).collect();
        for packed in [
            TEXT.to_vec(),
            gzip(TEXT),
            gzip(&gzip(TEXT)),
            zstd::encode_all(TEXT, 3).expect("zstd"),
            xz.finish().expect("an end"),
            bzip2.finish().expect("an end"),
            utf16,
            swapped,
        ] {
            assert_eq!(read(packed, 1000), (TEXT.to_vec(), None));
        }
        let twice = [gzip(TEXT), gzip(TEXT)].concat();
        assert_eq!(read(twice, 1000).0, TEXT.repeat(2), "joined archives are one");
        assert_eq!(read(Vec::new(), 1000), (Vec::new(), None));
    }

    #[test]
    fn a_bomb_ends_with_an_error_and_not_in_silence() {
        let packed = gzip(&vec![b'a'; 100_000]);
        let (text, error) = read(packed.clone(), 1000);
        assert_eq!(text.len(), 1000);
        assert!(error.expect("an error").contains("more than 1000 bytes"));
        assert_eq!(read(packed, 100_000).1, None, "exactly the limit is fine");
    }

    #[test]
    fn a_bomb_in_a_bomb_is_one_too() {
        let packed = gzip(&gzip(&vec![b'a'; 1_000_000]));
        let (text, error) = read(packed, 10_000);
        assert_eq!(text.len(), 10_000);
        assert!(error.expect("an error").contains("more than 10000 bytes"));
    }

    #[test]
    fn what_needs_too_much_memory_is_refused() {
        let options = liblzma::stream::LzmaOptions::new_preset(0).and_then(|mut options| {
            let mut filters = liblzma::stream::Filters::new();
            filters.lzma2(options.dict_size(512 << 20));
            Stream::new_stream_encoder(&filters, liblzma::stream::Check::Crc32)
        });
        let mut xz = liblzma::write::XzEncoder::new_stream(Vec::new(), options.expect("options"));
        xz.write_all(TEXT).expect("a write");
        let mut zstd = zstd::Encoder::new(Vec::new(), 1).expect("an encoder");
        zstd.window_log(28).expect("a window");
        zstd.include_contentsize(false).expect("an option");
        zstd.write_all(TEXT).expect("a write");
        for packed in [xz.finish().expect("an end"), zstd.finish().expect("an end")] {
            let reason = unpack(Box::new(Cursor::new(packed)), 1 << 30).err();
            assert!(matches!(&reason, Some(Reason::Archive(text)) if text.contains("memory")), "{reason:?}");
        }
    }

    #[test]
    fn what_came_before_the_damage_is_read() {
        let text = TEXT.repeat(10_000);
        let mut packed = gzip(&text);
        packed.truncate(packed.len() - 20);
        let (read, error) = read(packed, u64::MAX);
        assert!(!read.is_empty() && text.starts_with(&read));
        assert!(error.is_some());
    }

    #[test]
    fn nesting_is_bounded() {
        let mut packed = TEXT.to_vec();
        for _ in 0..10 {
            packed = gzip(&packed);
        }
        assert_eq!(unpack(Box::new(Cursor::new(packed)), 1 << 20).err(), Some(Reason::Nested));
    }
}
