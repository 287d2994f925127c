//! Zip archives: each member that is a file is a source.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use flate2::CrcReader;
use zip::{CompressionMethod, ZipArchive};

use super::content::Content;
use super::decode::Limited;
use super::fence::Fence;
use super::limits::MAX_MEMBERS;
use super::member::{Member, Method};
use super::packing::{Packing, packing};
use super::reason::Reason;
use super::{broken_zip, decode};

/// Maximum distance in bytes of the end-of-list record from the archive's end.
const LIST_END: u64 = 22 + 0xffff;

/// Returns true if a file is a zip archive.
pub(super) fn is_zip(path: &Path, fence: &Fence) -> bool {
    // Opening a pipe to test it would take its writer away.
    if !path.is_file() {
        return false;
    }
    let mut head = [0; 4];
    let read = fence.open(path).and_then(|mut file| file.read(&mut head));
    read.is_ok_and(|length| packing(&head[..length]) == Some(Packing::Zip))
}

/// Returns the members that are files, in order; of a damaged archive the members that can still be found, and the reason.
pub(super) fn members(path: &Path, fence: &Fence) -> (Vec<Member>, Option<Reason>) {
    match archive(path, fence) {
        Ok((archive, count)) => listed(path, archive, count),
        // If the list at the end is lost, the headers before the members still describe them.
        Err(reason @ Reason::Archive(_)) => {
            (broken_zip::members(path, fence).unwrap_or_default(), Some(reason))
        }
        Err(reason) => (Vec::new(), Some(reason)),
    }
}

/// Opens the archive, and returns the number of members that it declares.
fn archive(path: &Path, fence: &Fence) -> Result<(ZipArchive<File>, u64), Reason> {
    let mut file = fence.open(path)?;
    let count = count(&mut file)?.unwrap_or_default();
    // The list of members is held in memory.
    if count > MAX_MEMBERS {
        return Err(Reason::ManyMembers(count, MAX_MEMBERS));
    }
    file.rewind()?;
    Ok((ZipArchive::new(file).map_err(fail)?, count))
}

/// Returns the members in the archive's list, and why some of them cannot be read.
fn listed(path: &Path, mut archive: ZipArchive<File>, count: u64) -> (Vec<Member>, Option<Reason>) {
    // Of several members with the same name, the list keeps only the last.
    let hidden = count.saturating_sub(archive.len() as u64);
    let mut problem = (hidden > 0).then(|| {
        Reason::Archive(format!("members not read because another member has the same name: {hidden}"))
    });
    let mut members = Vec::new();
    for index in 0..archive.len() {
        match member(path, &mut archive, index) {
            Ok(member) => members.extend(member),
            Err(reason) => problem = Some(reason),
        }
    }
    let mut places: Vec<_> = members.iter().map(|member| (member.start, member.length)).collect();
    places.sort_unstable();
    if places.windows(2).any(|pair| pair[0].0.saturating_add(pair[0].1) > pair[1].0) {
        return (Vec::new(), Some(Reason::Overlap));
    }
    (members, problem)
}

/// Returns a member; `None` if it is not a file.
fn member(path: &Path, archive: &mut ZipArchive<File>, index: usize) -> Result<Option<Member>, Reason> {
    let member = archive.by_index_raw(index).map_err(fail)?;
    if !member.is_file() {
        return Ok(None);
    }
    Ok(Some(Member {
        archive: path.to_owned(),
        name: member.name().map_err(fail)?.into_owned(),
        start: member.data_start().ok_or_else(|| Reason::Archive("a member is damaged".to_owned()))?,
        length: member.compressed_size(),
        method: match member.compression() {
            CompressionMethod::Stored => Method::Stored,
            CompressionMethod::Deflated => Method::Deflated,
            _ => Method::Other,
        },
        encrypted: member.encrypted(),
        crc: Some(member.crc32()),
    }))
}

/// Returns the number of members in the end-of-list record, before the list is read.
fn count(file: &mut File) -> io::Result<Option<u64>> {
    let length = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(length.saturating_sub(LIST_END)))?;
    let mut end = Vec::new();
    file.take(LIST_END).read_to_end(&mut end)?;
    let number = |bytes: &[u8], at: usize, size: usize| {
        let bytes = bytes.get(at..at + size)?;
        Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    };
    let Some(at) = memchr::memmem::rfind(&end, b"PK\x05\x06") else { return Ok(None) };
    let count = number(&end, at + 10, 2);
    // A count that exceeds 16 bits is in another record, whose position the locator before this one holds.
    let locator =
        at.checked_sub(20).and_then(|at| end.get(at..)).filter(|rest| rest.starts_with(b"PK\x06\x07"));
    let Some(place) = locator.and_then(|rest| number(rest, 8, 8)) else { return Ok(count) };
    file.seek(SeekFrom::Start(place.min(length)))?;
    let mut long = Vec::new();
    file.take(56).read_to_end(&mut long)?;
    Ok(number(&long, 32, 8).max(count))
}

/// Opens a member, which may be compressed or a tar archive.
pub(super) fn open_member(member: &Member, fence: &Fence, limit: u64) -> Result<Content, Reason> {
    if member.encrypted {
        return Err(Reason::Archive("the member is encrypted".to_owned()));
    }
    let mut file = fence.open(&member.archive)?;
    file.seek(SeekFrom::Start(member.start))?;
    let packed = file.take(member.length);
    let reader: Box<dyn Read + Send> = match member.method {
        Method::Stored => Box::new(packed),
        Method::Deflated => {
            Box::new(Limited::new(flate2::bufread::DeflateDecoder::new(io::BufReader::new(packed)), limit))
        }
        Method::Other => {
            return Err(Reason::Archive("the member uses an unsupported compression method".to_owned()));
        }
    };
    let reader = match member.crc {
        Some(crc) => Box::new(Checked { inner: CrcReader::new(reader), crc }),
        None => reader,
    };
    decode::content(reader, limit, 0)
}

/// Reader that fails at the end if the data does not match the member's checksum.
struct Checked<R> {
    inner: CrcReader<R>,
    crc: u32,
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        if read == 0 && !buffer.is_empty() && self.inner.crc().sum() != self.crc {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "the checksum of the member does not match",
            ));
        }
        Ok(read)
    }
}

fn fail(error: zip::result::ZipError) -> Reason {
    match error {
        zip::result::ZipError::Io(error) if error.kind() != io::ErrorKind::UnexpectedEof => error.into(),
        other => Reason::Archive(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::write::SimpleFileOptions;

    use std::path::PathBuf;

    use super::*;

    /// Creates an archive with a folder and two members, one of them compressed.
    fn archive(folder: &Path) -> PathBuf {
        let path = folder.join("logs.zip");
        let mut writer = zip::ZipWriter::new(File::create(&path).expect("a file"));
        let options = SimpleFileOptions::default();
        writer.add_directory("logs", options).expect("a folder");
        for (name, method) in
            [("logs/a.log", CompressionMethod::Stored), ("b.log", CompressionMethod::Deflated)]
        {
            writer.start_file(name, options.compression_method(method)).expect("a member");
            writer.write_all(name.repeat(100).as_bytes()).expect("a write");
        }
        writer.finish().expect("an end");
        path
    }

    fn read(member: &Member, limit: u64) -> (String, Option<String>) {
        let mut bytes = Vec::new();
        let Ok(Content::Stream(mut reader)) = open_member(member, &Fence::default(), limit) else {
            panic!("a member that is a stream")
        };
        let error = reader.read_to_end(&mut bytes).err();
        (String::from_utf8_lossy(&bytes).into_owned(), error.map(|error| error.to_string()))
    }

    #[test]
    fn members_are_listed_and_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = archive(folder.path());
        assert!(is_zip(&path, &Fence::default()));
        let (members, problem) = members(&path, &Fence::default());
        assert_eq!(problem, None);
        assert_eq!(
            members.iter().map(|member| member.name.as_str()).collect::<Vec<_>>(),
            ["logs/a.log", "b.log"]
        );
        for member in &members {
            assert_eq!(read(member, 10_000), (member.name.repeat(100), None));
        }
        assert!(read(&members[1], 10).1.expect("an error").contains("more than 10 bytes"));
    }

    #[test]
    fn a_member_that_is_not_what_it_was_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = archive(folder.path());
        let mut bytes = std::fs::read(&path).expect("the archive");
        let at = memchr::memmem::find(&bytes, b"a.loglogs/a.log").expect("its text") + b"a.log".len();
        bytes[at] ^= 1;
        std::fs::write(&path, &bytes).expect("a file");
        let (members, _) = members(&path, &Fence::default());
        let (text, error) = read(&members[0], 10_000);
        assert_eq!(text.len(), 1000, "what there is, is read");
        assert!(error.expect("an error").contains("checksum"));
    }

    #[test]
    fn an_archive_that_lost_its_end_still_has_members() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = archive(folder.path());
        let whole = members(&path, &Fence::default()).0;
        let bytes = std::fs::read(&path).expect("the archive");
        let list = memchr::memmem::find(&bytes, b"PK\x01\x02").expect("the list");
        for kept in [bytes.len() - 1, list, list - 1] {
            std::fs::write(&path, &bytes[..kept]).expect("a file");
            let (found, problem) = members(&path, &Fence::default());
            assert!(matches!(problem, Some(Reason::Archive(_))), "{problem:?}");
            assert_eq!(found[0], whole[0]);
            assert_eq!((found.len(), &found[1].name), (2, &whole[1].name), "{kept}");
        }
        // The end of the last member is cut off: what comes before it is read.
        let (found, _) = members(&path, &Fence::default());
        assert_eq!(read(&found[0], 10_000), (found[0].name.repeat(100), None));
        assert!(read(&found[1], 10_000).1.is_some());
    }
}
