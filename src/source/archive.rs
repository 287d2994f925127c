//! Zip archives: each member that is a file is a source of its own.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use zip::{CompressionMethod, ZipArchive};

use super::decode::{Limited, Packing, packing};
use super::{Reason, decode};

/// Whether a file is a zip archive.
pub(super) fn is_zip(path: &Path) -> bool {
    // Opening a pipe only to look at it would take its writer away.
    if !path.is_file() {
        return false;
    }
    let mut head = [0; 4];
    let read = File::open(path).and_then(|mut file| file.read(&mut head));
    read.is_ok_and(|length| packing(&head[..length]) == Some(Packing::Zip))
}

/// The names of the members that are files, in their order.
pub(super) fn members(path: &Path) -> Result<Vec<String>, Reason> {
    let mut archive = open(path)?;
    let mut names = Vec::new();
    for index in 0..archive.len() {
        let member = archive.by_index_raw(index).map_err(fail)?;
        if member.is_file() {
            names.push(member.name().map_err(fail)?.into_owned());
        }
    }
    Ok(names)
}

/// Opens a member as a stream of text.
pub(super) fn open_member(path: &Path, name: &str, limit: u64) -> Result<Box<dyn Read + Send>, Reason> {
    let mut archive = open(path)?;
    let (start, length, method, encrypted) = {
        let index = archive.index_for_name(name).ok_or(Reason::NotFound)?;
        let member = archive.by_index_raw(index).map_err(fail)?;
        let start =
            member.data_start().ok_or_else(|| Reason::Archive("the archive is damaged".to_owned()))?;
        (start, member.compressed_size(), member.compression(), member.encrypted())
    };
    if encrypted {
        return Err(Reason::Archive("the member is encrypted".to_owned()));
    }
    let mut file = archive.into_inner();
    file.seek(SeekFrom::Start(start))?;
    let packed = file.take(length);
    let reader: Box<dyn Read + Send> = match method {
        CompressionMethod::Stored => Box::new(packed),
        CompressionMethod::Deflated => {
            Box::new(Limited::new(flate2::bufread::DeflateDecoder::new(io::BufReader::new(packed)), limit))
        }
        other => {
            return Err(Reason::Archive(format!(
                "the member is compressed in a way not supported ({other})"
            )));
        }
    };
    decode::unpack(reader, limit)
}

fn open(path: &Path) -> Result<ZipArchive<File>, Reason> {
    let file = File::open(path)?;
    ZipArchive::new(file).map_err(fail)
}

fn fail(error: zip::result::ZipError) -> Reason {
    match error {
        zip::result::ZipError::Io(error) => error.into(),
        other => Reason::Archive(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::write::SimpleFileOptions;

    use super::*;

    #[test]
    fn members_are_listed_and_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("logs.zip");
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

        assert!(is_zip(&path));
        assert_eq!(members(&path), Ok(vec!["logs/a.log".to_owned(), "b.log".to_owned()]));
        for name in ["logs/a.log", "b.log"] {
            let mut text = String::new();
            let mut member = open_member(&path, name, 10_000).expect("a member");
            member.read_to_string(&mut text).expect("text");
            assert_eq!(text, name.repeat(100));
        }
        let mut bomb = open_member(&path, "b.log", 10).expect("a member");
        assert!(bomb.read_to_end(&mut Vec::new()).is_err());
        assert_eq!(open_member(&path, "c.log", 10).err(), Some(Reason::NotFound));
    }
}
