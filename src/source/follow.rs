//! Follows a file that is being written, also when it is rotated, truncated or continued in the next day's file.
//!
//! The follower polls the length of the file a few times per second. File system notifications would be faster by less than a
//! person can notice, and do not work for network folders and some containers.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use super::fence::{Fence, Outside};
use super::identity::Identity;
use super::packing;
use super::rotation::{newest_log, next_day};

/// Maximum number of bytes per step.
const BLOCK: u64 = 256 << 10;
/// Number of leading bytes that are compared to distinguish a file that was rewritten from one that grew. OpenClaw's records
/// begin with a time.
const HEAD: usize = 256;
/// Interval between searches of the folder for the next day's file.
const LOOK_AROUND: Duration = Duration::from_millis(500);

/// Follows a file.
#[derive(Debug)]
pub struct Follower {
    path: PathBuf,
    fence: Fence,
    open: Option<Open>,
    /// True if a file was open before, so that a new one replaces it.
    was_open: bool,
    /// The file that continues the open one, which is read to its end once more first.
    next: Option<PathBuf>,
    looked: Option<Instant>,
}

/// A result of polling.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// The next bytes.
    Bytes(Vec<u8>),
    /// The following bytes do not continue the last line.
    Turn(Turn),
}

/// The reason why the following bytes are the first of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Turn {
    /// The file did not exist before.
    Appeared,
    /// The file was renamed, and another one has replaced it.
    Rotated,
    /// The file was truncated or rewritten.
    Truncated,
    /// The gateway continues in the file of another day.
    NextDay(PathBuf),
}

#[derive(Debug)]
struct Open {
    file: File,
    identity: Identity,
    offset: u64,
    head: Vec<u8>,
    /// Length and modification time when the head was last compared.
    compared: Option<(u64, Option<SystemTime>)>,
}

impl Follower {
    /// Follows a file, or the newest log in a folder. A file that does not exist yet is waited for.
    ///
    /// # Errors
    /// If a folder holds no log, or if the file is compressed, which means that it is not being written.
    pub fn new(path: &Path) -> io::Result<Self> {
        Self::within(path, Fence::default())
    }

    /// Like [`new`](Self::new), but follows only files that the fence allows, also after a rotation.
    ///
    /// # Errors
    /// As for [`new`](Self::new), and if the file lies outside the fence.
    pub fn within(path: &Path, fence: Fence) -> io::Result<Self> {
        let path = match fence.admits(path) && path.is_dir() {
            true => newest_log(path, &fence).ok_or_else(|| no_log(path))?,
            false => path.to_owned(),
        };
        let mut follower = Self { path, fence, open: None, was_open: false, next: None, looked: None };
        if let Some(open) = follower.open_file(&follower.path)? {
            follower.open = Some(open);
            follower.was_open = true;
        }
        Ok(follower)
    }

    /// Skips the current content of the file.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn skip(&mut self) -> io::Result<()> {
        if let Some(open) = &mut self.open {
            open.read()?;
            open.offset = open.file.metadata()?.len();
        }
        Ok(())
    }

    /// Returns the path of the file that is followed now.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns true if the file does not exist yet.
    pub fn is_waiting(&self) -> bool {
        self.open.is_none()
    }

    /// Returns the next step; `None` if there is nothing new yet.
    ///
    /// # Errors
    /// If the file cannot be read; the call can be repeated.
    pub fn step(&mut self) -> io::Result<Option<Step>> {
        let Some(open) = &mut self.open else { return self.appear() };
        if open.was_rewritten()? {
            open.offset = 0;
            open.head.clear();
            return Ok(Some(Step::Turn(Turn::Truncated)));
        }
        let block = open.read()?;
        if !block.is_empty() {
            return Ok(Some(Step::Bytes(block)));
        }
        if let Some(next) = self.next.take() {
            return self.turn_to(next);
        }
        self.next = self.find_next();
        Ok(None)
    }

    /// Returns true if the next step is known to have a result.
    pub fn is_turning(&self) -> bool {
        self.next.is_some()
    }

    fn open_file(&self, path: &Path) -> io::Result<Option<Open>> {
        let mut file = match self.fence.open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            other => other?,
        };
        let mut head = [0; packing::HEAD];
        let length = file.read(&mut head)?;
        if packing::packing(&head[..length]).is_some() {
            return Err(io::Error::other(
                "a compressed file, an archive or UTF-16 text cannot be followed; scan it instead: clawsift FILE",
            ));
        }
        let identity = Identity::of(&file.metadata()?);
        Ok(Some(Open { file, identity, offset: 0, head: Vec::new(), compared: None }))
    }

    fn appear(&mut self) -> io::Result<Option<Step>> {
        self.open = self.open_file(&self.path)?;
        if self.open.is_none() {
            return Ok(None);
        }
        let turn = if self.was_open { Turn::Rotated } else { Turn::Appeared };
        self.was_open = true;
        Ok(Some(Step::Turn(turn)))
    }

    /// Returns the file that continues the open one: a new file at its path, or that of a later day.
    fn find_next(&mut self) -> Option<PathBuf> {
        let open = self.open.as_ref()?;
        if let Ok(metadata) = fs::metadata(&self.path) {
            // As long as the new file is empty, the writer may not use it yet.
            if Identity::of(&metadata) != open.identity && metadata.len() > 0 {
                return Some(self.path.clone());
            }
        }
        if self.looked.is_some_and(|last| last.elapsed() < LOOK_AROUND) {
            return None;
        }
        self.looked = Some(Instant::now());
        next_day(&self.path, &self.fence)
    }

    fn turn_to(&mut self, next: PathBuf) -> io::Result<Option<Step>> {
        let turn = if next == self.path { Turn::Rotated } else { Turn::NextDay(next.clone()) };
        // If the next file cannot be opened, the previous one has still been read.
        self.open = self.open_file(&next)?;
        self.path = next;
        self.looked = None;
        Ok(self.open.as_ref().map(|_| Step::Turn(turn)))
    }
}

/// Returns the error for a folder without a log that may be followed.
fn no_log(folder: &Path) -> io::Error {
    match newest_log(folder, &Fence::default()) {
        Some(_) => io::Error::other(Outside),
        None => io::Error::new(io::ErrorKind::NotFound, "no log in this folder; name the file to wait for"),
    }
}

impl Open {
    fn read(&mut self) -> io::Result<Vec<u8>> {
        self.file.seek(SeekFrom::Start(self.offset))?;
        let mut block = Vec::new();
        self.file.by_ref().take(BLOCK).read_to_end(&mut block)?;
        if self.offset == self.head.len() as u64 && self.head.len() < HEAD {
            let room = HEAD - self.head.len();
            self.head.extend(block.iter().take(room));
        }
        self.offset += block.len() as u64;
        Ok(block)
    }

    /// Returns true if the file is shorter than the part that was read, or begins with other bytes.
    fn was_rewritten(&mut self) -> io::Result<bool> {
        let metadata = self.file.metadata()?;
        if metadata.len() < self.offset {
            return Ok(true);
        }
        let now = (metadata.len(), metadata.modified().ok());
        if self.compared.replace(now) == Some(now) || self.head.is_empty() {
            return Ok(false);
        }
        let mut head = vec![0; self.head.len()];
        self.file.seek(SeekFrom::Start(0))?;
        let is_whole = self.file.read_exact(&mut head).is_ok();
        Ok(!is_whole || head != self.head)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    /// Returns all steps as text, with a marker for each turn.
    fn all(follower: &mut Follower) -> String {
        let mut text = String::new();
        let mut nothing = 0;
        follower.looked = None;
        while nothing < 3 {
            match follower.step().expect("a step") {
                Some(Step::Bytes(bytes)) => text.push_str(&String::from_utf8(bytes).expect("text")),
                Some(Step::Turn(turn)) => text.push_str(match turn {
                    Turn::Appeared => "<appeared>",
                    Turn::Rotated => "<rotated>",
                    Turn::Truncated => "<truncated>",
                    Turn::NextDay(_) => "<next day>",
                }),
                None => nothing += 1,
            }
        }
        text
    }

    fn append(path: &Path, text: &str) {
        let mut file = File::options().create(true).append(true).open(path).expect("a file");
        file.write_all(text.as_bytes()).expect("writing");
    }

    #[test]
    fn follows_a_file_that_appears_grows_and_is_rotated() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("gateway.log");
        let mut follower = Follower::new(&path).expect("a follower");
        assert!(follower.is_waiting());
        assert_eq!(all(&mut follower), "");
        append(&path, "a\nb");
        assert_eq!(all(&mut follower), "<appeared>a\nb");
        append(&path, "c\n");
        assert_eq!(all(&mut follower), "c\n");
        fs::rename(&path, folder.path().join("gateway.1.log")).expect("renaming");
        append(&folder.path().join("gateway.1.log"), "late\n");
        assert_eq!(all(&mut follower), "late\n", "the old file is read until a new one exists");
        append(&path, "");
        append(&folder.path().join("gateway.1.log"), "later\n");
        assert_eq!(all(&mut follower), "later\n", "also while it is empty");
        append(&path, "new\n");
        assert_eq!(all(&mut follower), "<rotated>new\n");
    }

    #[test]
    fn notices_that_a_file_was_emptied_or_written_anew() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("gateway.log");
        append(&path, "2026-11-22 one\n2026-11-22 two\n");
        let mut follower = Follower::new(&path).expect("a follower");
        all(&mut follower);
        File::options().write(true).open(&path).expect("a file").set_len(0).expect("emptying");
        append(&path, "2026-11-23 x\n");
        assert_eq!(all(&mut follower), "<truncated>2026-11-23 x\n");
        // The file is longer than before at the next poll, so only its first bytes reveal the change.
        fs::write(&path, "2026-11-24 something that is longer\n").expect("writing");
        assert_eq!(all(&mut follower), "<truncated>2026-11-24 something that is longer\n");
    }

    #[test]
    fn what_was_there_before_can_be_left_out() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("gateway.log");
        append(&path, "old\n");
        let mut follower = Follower::new(&path).expect("a follower");
        follower.skip().expect("skipping");
        append(&path, "new\n");
        assert_eq!(all(&mut follower), "new\n");
        fs::write(&path, "and now another one\n").expect("writing");
        assert_eq!(all(&mut follower), "<truncated>and now another one\n");
    }

    #[test]
    fn goes_on_with_the_next_day() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        append(&path("openclaw-2026-11-21.log"), "old\n");
        append(&path("openclaw-2026-11-22.1.log"), "before\n");
        append(&path("openclaw-dev-2026-11-29.log"), "another profile\n");
        append(&path("openclaw-2026-11-22.log"), "today\n");
        for (number, name) in
            ["openclaw-2026-11-21.log", "openclaw-2026-11-22.1.log", "openclaw-dev-2026-11-29.log"]
                .iter()
                .enumerate()
        {
            let time = SystemTime::UNIX_EPOCH + Duration::from_secs(number as u64);
            File::options().write(true).open(path(name)).expect("a file").set_modified(time).expect("a time");
        }
        let mut follower = Follower::new(folder.path()).expect("a follower");
        assert_eq!(follower.path(), path("openclaw-2026-11-22.log"), "the latest modified log");
        assert_eq!(all(&mut follower), "today\n");
        append(&path("openclaw-2026-11-24.log"), "later\n");
        append(&path("openclaw-2026-11-23.log"), "tomorrow\n");
        append(&path("openclaw-2026-11-22.log"), "the last\n");
        assert_eq!(all(&mut follower), "the last\n<next day>tomorrow\n<next day>later\n");
    }

    #[test]
    fn what_cannot_be_followed_is_said() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(Follower::new(folder.path()).is_err());
        let path = folder.path().join("x.log.gz");
        fs::write(&path, [0x1f, 0x8b, 8, 0, 0, 0, 0, 0]).expect("a file");
        assert!(Follower::new(&path).expect_err("an error").to_string().contains("compressed"));
    }
}
