//! Zip archives without a readable list of members. The list is at the end, so a broken download or disk loses it. The members
//! are found one after the other by the headers before them.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use flate2::bufread::DeflateDecoder;

use super::fence::Fence;
use super::member::{Member, Method};

/// Maximum number of members to search for.
const MAX_MEMBERS: usize = 10_000;
/// Maximum number of bytes to decompress in order to find the end of a member of unknown length.
const MAX_UNPACKED: u64 = 1 << 30;

/// Returns the members up to the first data that is not a member.
pub(super) fn members(path: &Path, fence: &Fence) -> io::Result<Vec<Member>> {
    let mut file = fence.open(path)?;
    let end = file.seek(SeekFrom::End(0))?;
    let (mut members, mut at) = (Vec::new(), 0);
    while members.len() < MAX_MEMBERS
        && let Some((member, next)) = member(path, &mut file, at, end)?
    {
        at = next;
        if !member.name.ends_with('/') {
            members.push(member);
        }
    }
    Ok(members)
}

/// Reads the member whose header is at `at`, and returns the position of the next one. The last member may be cut off.
fn member(path: &Path, file: &mut File, at: u64, end: u64) -> io::Result<Option<(Member, u64)>> {
    let mut header = [0; 30];
    file.seek(SeekFrom::Start(at))?;
    if at >= end || file.read_exact(&mut header).is_err() || !header.starts_with(b"PK\x03\x04") {
        return Ok(None);
    }
    let short = |at: usize| u16::from_le_bytes([header[at], header[at + 1]]);
    let long = |at: usize| u32::from(short(at)) | u32::from(short(at + 2)) << 16;
    let flags = short(6);
    let method = match short(8) {
        0 => Method::Stored,
        8 => Method::Deflated,
        _ => Method::Other,
    };
    let mut name = vec![0; usize::from(short(26))];
    if file.read_exact(&mut name).is_err() {
        return Ok(None);
    }
    let start = at + header.len() as u64 + name.len() as u64 + u64::from(short(28));
    let rest = end.saturating_sub(start);
    // A writer that streams the archive puts checksum and length after the member.
    let is_known = flags & 8 == 0 && long(18) != u32::MAX;
    let (length, crc) = match is_known {
        true => (u64::from(long(18)), Some(long(14))),
        false if method == Method::Deflated => (packed_length(file, start)?, None),
        false => (rest, None),
    };
    let member = Member {
        archive: path.to_owned(),
        name: String::from_utf8_lossy(&name).into_owned(),
        start,
        length: length.min(rest),
        method,
        encrypted: flags & 1 != 0,
        crc,
    };
    Ok(Some((member, start + length + if is_known { 0 } else { described(file, start + length)? })))
}

/// Returns the length in bytes of a compressed member whose header does not hold it.
fn packed_length(file: &mut File, start: u64) -> io::Result<u64> {
    file.seek(SeekFrom::Start(start))?;
    let mut decoder = DeflateDecoder::new(BufReader::new(&mut *file));
    // A member that is cut off or damaged is the last one.
    let whole = io::copy(&mut decoder.by_ref().take(MAX_UNPACKED), &mut io::sink()).is_ok();
    let is_over = whole && decoder.read(&mut [0]).is_ok_and(|read| read == 0);
    Ok(if is_over { decoder.total_in() } else { u64::MAX / 2 })
}

/// Returns the length of the data descriptor after a member: checksum and two lengths, with or without a signature.
fn described(file: &mut File, at: u64) -> io::Result<u64> {
    let mut signature = [0; 4];
    file.seek(SeekFrom::Start(at))?;
    let is_signed = file.read_exact(&mut signature).is_ok() && signature == *b"PK\x07\x08";
    Ok(if is_signed { 16 } else { 12 })
}
