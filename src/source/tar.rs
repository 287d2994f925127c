//! Tar archives: each member that is a file is a source. The archive is read once, from its start to its end, so it may be
//! compressed or come from a pipe. Nothing is unpacked to a disk: links, devices and paths in the archive lead nowhere.

use std::io::{self, ErrorKind, Read};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use tar::{Archive, Entry};

use super::limits::MAX_MEMBERS;
use super::reason::Reason;

/// Number of bytes per block.
const BLOCK: usize = 128 << 10;
/// Number of blocks that wait to be taken.
const WAITING: usize = 4;
/// Maximum number of bytes of the headers before a member: name, attributes, and list of holes.
const MAX_HEADERS: u64 = 1 << 20;
/// Maximum length in bytes of a member's name.
const MAX_NAME: usize = 4 << 10;

/// Reads the members of a tar archive one after the other.
pub struct TarReader {
    arriving: Arc<Mutex<Receiver<Arrival>>>,
    /// Maximum number of bytes to decompress per member.
    limit: u64,
    /// Nesting depth of the members.
    depth: u32,
}

/// A member of a tar archive that is a file.
pub struct TarMember {
    /// Name of the member in the archive.
    pub name: String,
    pub(super) reader: MemberReader,
    /// Maximum number of bytes to decompress.
    pub(super) limit: u64,
    /// Nesting depth of the member.
    pub(super) depth: u32,
}

/// A message from the thread that reads the archive.
enum Arrival {
    Member(String),
    Bytes(Vec<u8>),
    EndOfMember,
    Failed(io::Error),
    /// The archive has more than [`MAX_MEMBERS`] files.
    TooMany,
}

impl TarReader {
    /// Reads an archive at this nesting depth, each of whose members is decompressed to at most `limit` bytes.
    ///
    /// # Errors
    /// If no thread can be started.
    pub(super) fn new(reader: impl Read + Send + 'static, limit: u64, depth: u32) -> Result<Self, Reason> {
        let (sender, arriving) = sync_channel(WAITING);
        // The thread ends with its reader, or when the receiver is dropped.
        thread::Builder::new().spawn(move || {
            if let Err(error) = read_members(reader, &sender) {
                // If the receiver is gone, the error is not needed.
                drop(sender.send(Arrival::Failed(error)));
            }
        })?;
        Ok(Self { arriving: Arc::new(Mutex::new(arriving)), limit, depth: depth + 1 })
    }

    /// Returns the next member that is a file; `None` at the end, or after an error while a member was read. Skips the rest of
    /// the member before.
    ///
    /// # Errors
    /// If the archive cannot be read any further, or has too many members.
    pub fn next_member(&mut self) -> Option<Result<TarMember, Reason>> {
        loop {
            match receive(&self.arriving)? {
                Arrival::Member(name) => {
                    let reader = MemberReader::new(self.arriving.clone());
                    return Some(Ok(TarMember { name, reader, limit: self.limit, depth: self.depth }));
                }
                Arrival::Failed(error) => return Some(Err(Reason::damaged(error))),
                Arrival::TooMany => return Some(Err(Reason::TooManyMembers(MAX_MEMBERS))),
                Arrival::Bytes(_) | Arrival::EndOfMember => {}
            }
        }
    }
}

fn receive(arriving: &Mutex<Receiver<Arrival>>) -> Option<Arrival> {
    arriving.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

/// Reads the member that was announced last.
pub(super) struct MemberReader {
    arriving: Arc<Mutex<Receiver<Arrival>>>,
    block: Vec<u8>,
    taken: usize,
    /// True after the end of the member, or after an error.
    is_over: bool,
}

impl MemberReader {
    fn new(arriving: Arc<Mutex<Receiver<Arrival>>>) -> Self {
        Self { arriving, block: Vec::new(), taken: 0, is_over: false }
    }
}

impl Read for MemberReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.taken == self.block.len() {
            // What arrives after the end belongs to the next member.
            if self.is_over {
                return Ok(0);
            }
            match receive(&self.arriving) {
                Some(Arrival::Bytes(block)) => (self.block, self.taken) = (block, 0),
                Some(Arrival::Failed(error)) => {
                    self.is_over = true;
                    return Err(error);
                }
                Some(Arrival::EndOfMember | Arrival::Member(_) | Arrival::TooMany) | None => {
                    self.is_over = true;
                }
            }
        }
        let length = buffer.len().min(self.block.len() - self.taken);
        buffer[..length].copy_from_slice(&self.block[self.taken..self.taken + length]);
        self.taken += length;
        Ok(length)
    }
}

/// Sends the members of an archive until it ends or the receiver is gone.
fn read_members(reader: impl Read, sender: &SyncSender<Arrival>) -> io::Result<()> {
    let state = Arc::new(State::default());
    let mut archive = Archive::new(Budgeted { reader, state: Arc::clone(&state) });
    let mut entries = archive.entries()?;
    let mut count = 0;
    loop {
        state.left.store(MAX_HEADERS, Relaxed);
        let Some(entry) = entries.next() else { break };
        let mut entry = entry.map_err(|error| state.explain(error))?;
        state.left.store(u64::MAX, Relaxed);
        let Some(name) = file_name(&mut entry) else {
            io::copy(&mut entry, &mut io::sink())?;
            continue;
        };
        count += 1;
        if count > MAX_MEMBERS {
            drop(sender.send(Arrival::TooMany));
            return Ok(());
        }
        if sender.send(Arrival::Member(name)).is_err() || !send_content(&mut entry, sender)? {
            return Ok(());
        }
    }
    // The checksum of a compressed archive is behind its end.
    state.left.store(u64::MAX, Relaxed);
    io::copy(&mut archive.into_inner(), &mut io::sink()).map(|_| ())
}

/// Sends the content of a member. Returns false if the receiver is gone.
fn send_content<R: Read>(entry: &mut Entry<'_, R>, sender: &SyncSender<Arrival>) -> io::Result<bool> {
    let mut missing = entry.size();
    loop {
        let mut block = Vec::new();
        let outcome = entry.by_ref().take(BLOCK as u64).read_to_end(&mut block);
        let is_end = block.is_empty();
        missing = missing.saturating_sub(block.len() as u64);
        // The bytes before an error count.
        if !is_end && sender.send(Arrival::Bytes(block)).is_err() {
            return Ok(false);
        }
        outcome?;
        if is_end {
            break;
        }
    }
    match missing {
        0 => Ok(sender.send(Arrival::EndOfMember).is_ok()),
        _ => Err(io::Error::new(ErrorKind::UnexpectedEof, "the archive ends within this member")),
    }
}

/// Returns the name of an entry; `None` if it is not a file.
fn file_name<R: Read>(entry: &mut Entry<'_, R>) -> Option<String> {
    let kind = entry.header().entry_type();
    if !(kind.is_file() || kind.is_contiguous() || kind.is_gnu_sparse()) {
        return None;
    }
    let mut name = name_of_sparse(entry).unwrap_or_else(|| entry.path_bytes().into_owned());
    // Old programs mark a folder only by its name.
    if name.ends_with(b"/") {
        return None;
    }
    name.truncate(MAX_NAME);
    Some(String::from_utf8_lossy(&name).into_owned())
}

/// Returns the real name of a sparse file in the POSIX form, in which the header names a temporary file.
fn name_of_sparse<R: Read>(entry: &mut Entry<'_, R>) -> Option<Vec<u8>> {
    let mut attributes = entry.pax_extensions().ok()??.flatten();
    let name = attributes.find(|attribute| attribute.key_bytes() == b"GNU.sparse.name")?;
    Some(name.value_bytes().to_vec())
}

/// Error for headers that are too long.
#[derive(Debug, thiserror::Error)]
#[error("the headers of a member take more than {MAX_HEADERS} bytes")]
struct LongHeaders;

/// State of a [`Budgeted`] reader.
#[derive(Default)]
struct State {
    /// Number of bytes that may be read.
    left: AtomicU64,
    /// True after an error of the reader itself.
    has_failed: AtomicBool,
}

impl State {
    /// Returns the error for a header that could not be read.
    fn explain(&self, error: io::Error) -> io::Error {
        match self.has_failed.load(Relaxed) {
            true => error,
            false => io::Error::new(
                ErrorKind::InvalidData,
                format!(
                    "the tar archive is damaged, and the members after the damage were not read: {error}"
                ),
            ),
        }
    }
}

/// Reader that fails after the number of bytes that may be read at the moment. The tar crate reads long names into memory, whatever
/// their length.
struct Budgeted<R> {
    reader: R,
    state: Arc<State>,
}

impl<R: Read> Read for Budgeted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.state.left.load(Relaxed);
        if left == 0 {
            return Err(io::Error::other(LongHeaders));
        }
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.reader.read(&mut buffer[..most]);
        match &read {
            Ok(read) => self.state.left.store(left - *read as u64, Relaxed),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => self.state.has_failed.store(true, Relaxed),
        }
        read
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::source::{Content, content};

    /// Creates an archive with files of this name and content.
    fn archive(members: &[(&str, &[u8])]) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        for (name, content) in members {
            let mut header = tar::Header::new_gnu();
            header.set_size(content.len() as u64);
            builder.append_data(&mut header, name, *content).expect("a member");
        }
        builder.into_inner().expect("an archive")
    }

    /// A member's name, its text, and why reading it stopped.
    type ReadMember = (String, String, Option<String>);

    /// Returns the members, and why reading the archive stopped.
    fn read(bytes: Vec<u8>) -> (Vec<ReadMember>, Option<String>) {
        let Ok(Content::Archive(mut archive)) = content(Box::new(Cursor::new(bytes)), 1 << 30, 0) else {
            panic!("an archive")
        };
        let mut members = Vec::new();
        while let Some(member) = archive.next_member() {
            let member = match member {
                Ok(member) => member,
                Err(reason) => return (members, Some(reason.to_string())),
            };
            let (name, mut text) = (member.name.clone(), Vec::new());
            let error = match member.open() {
                Ok(Content::Stream(mut reader)) => {
                    reader.read_to_end(&mut text).err().map(|error| error.to_string())
                }
                Ok(_) => Some("no stream".to_owned()),
                Err(reason) => Some(reason.to_string()),
            };
            members.push((name, String::from_utf8_lossy(&text).into_owned(), error));
        }
        (members, None)
    }

    #[test]
    fn files_are_members_and_links_devices_and_folders_are_none() {
        let mut builder = tar::Builder::new(Vec::new());
        for (name, kind) in [
            ("folder/", tar::EntryType::Directory),
            ("link.log", tar::EntryType::Symlink),
            ("hard.log", tar::EntryType::Link),
            ("device", tar::EntryType::Char),
            ("pipe", tar::EntryType::Fifo),
        ] {
            let mut header = tar::Header::new_gnu();
            header.set_entry_type(kind);
            header.set_size(0);
            let target = if kind == tar::EntryType::Directory { "" } else { "/etc/passwd" };
            match target {
                "" => builder.append_data(&mut header, name, io::empty()),
                target => builder.append_link(&mut header, name, target),
            }
            .expect("an entry");
        }
        let long = "folder/".repeat(40) + "a.log";
        let mut header = tar::Header::new_gnu();
        header.set_size(4);
        builder.append_data(&mut header, &long, &b"text"[..]).expect("a member");
        // The builder refuses such names.
        let mut header = tar::Header::new_ustar();
        header.set_size(2);
        header.as_mut_bytes()[..14].copy_from_slice(b"/../etc/passwd");
        header.set_cksum();
        builder.append(&header, &b"x\n"[..]).expect("a member");
        let (members, problem) = read(builder.into_inner().expect("an archive"));
        let expected =
            [(long, "text".to_owned(), None), ("/../etc/passwd".to_owned(), "x\n".to_owned(), None)];
        assert_eq!((members, problem), (expected.to_vec(), None));
    }

    #[test]
    fn the_holes_of_a_sparse_file_are_nuls() {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(tar::EntryType::GNUSparse);
        header.set_path("sparse.log").expect("a name");
        header.set_size(5);
        let octal = |field: &mut [u8; 12], number: u64| {
            field.copy_from_slice(format!("{number:011o}\0").as_bytes());
        };
        let gnu = header.as_gnu_mut().expect("a GNU header");
        octal(&mut gnu.realsize, 1_000_005);
        octal(&mut gnu.sparse[0].offset, 1_000_000);
        octal(&mut gnu.sparse[0].numbytes, 5);
        header.set_cksum();
        let mut builder = tar::Builder::new(Vec::new());
        builder.append(&header, &b"text\n"[..]).expect("a member");
        let (members, problem) = read(builder.into_inner().expect("an archive"));
        assert_eq!(problem, None);
        assert_eq!((members[0].0.as_str(), members[0].1.len()), ("sparse.log", 1_000_005));
        assert_eq!(members[0].1.trim_start_matches('\0'), "text\n");
    }

    #[test]
    fn what_comes_before_the_damage_is_read() {
        let content = b"a line\n".repeat(1000);
        let whole = archive(&[("a.log", &content), ("b.log", &content)]);
        let second = whole.len() / 2 / 512 * 512;
        let second = (second - 4096..second + 4096)
            .step_by(512)
            .find(|at| whole[*at..].starts_with(b"b.log"))
            .expect("the second header");
        let (members, problem) = read(whole[..second + 512 + 70].to_vec());
        assert_eq!((members[0].2.as_deref(), members[1].1.len(), problem), (None, 70, None));
        assert!(members[1].2.as_deref().is_some_and(|error| error.contains("ends within this member")));
        for cut in [1, 100, 511] {
            let (members, problem) = read(whole[..second + cut].to_vec());
            assert_eq!(members.len(), 1, "{cut}");
            assert!(problem.is_some_and(|problem| problem.contains("damaged")), "{cut}");
        }
        let mut damaged = whole;
        damaged[second] ^= 1;
        let (members, problem) = read(damaged);
        assert_eq!((members.len(), members[0].1.len()), (1, 7000));
        assert!(problem.is_some_and(|problem| problem.contains("checksum")));
    }

    #[test]
    fn names_that_never_end_take_bounded_memory() {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(tar::EntryType::GNULongName);
        header.set_size(1 << 40);
        header.set_cksum();
        let endless = Cursor::new(header.as_bytes().to_vec()).chain(io::repeat(b'x'));
        let Ok(Content::Archive(mut archive)) = content(Box::new(endless), 1 << 30, 0) else {
            panic!("an archive")
        };
        let reason = archive.next_member().expect("an error").err().expect("an error");
        assert!(reason.to_string().contains("headers of a member"), "{reason}");
    }

    #[test]
    fn nesting_is_bounded() {
        let mut bytes = b"text\n".to_vec();
        for _ in 0..6 {
            bytes = archive(&[("inner.tar", &bytes)]);
        }
        let mut content = content(Box::new(Cursor::new(bytes)), 1 << 30, 0);
        for _ in 0..10 {
            match content {
                Ok(Content::Archive(mut archive)) => {
                    content = archive.next_member().expect("a member").expect("a member").open();
                }
                Ok(_) => panic!("an archive"),
                Err(reason) => return assert_eq!(reason, Reason::Nested),
            }
        }
        panic!("no end");
    }

    #[test]
    fn a_member_that_is_skipped_does_not_hide_the_next_one() {
        let bytes = archive(&[("a.log", &vec![b'x'; 3 << 20]), ("b.log", b"text")]);
        let Ok(Content::Archive(mut archive)) = content(Box::new(Cursor::new(bytes)), 1 << 30, 0) else {
            panic!("an archive")
        };
        assert_eq!(archive.next_member().expect("a member").expect("a member").name, "a.log");
        assert_eq!(archive.next_member().expect("a member").expect("a member").name, "b.log");
        assert!(archive.next_member().is_none());
    }
}
