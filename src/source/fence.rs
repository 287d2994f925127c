//! Restricts which files may be opened: all of them, or only those in some folders.
//!
//! A path does not prove the location of a file: links lead elsewhere, and somebody can replace one between a check and the
//! opening. So the check applies to the file that is already open. Every file of a source is opened here, whatever kind of source
//! it is.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[cfg(any(test, not(target_os = "linux")))]
use super::identity::Identity;

/// A restriction on the files that may be opened. The default allows every file.
///
/// ```
/// use clawsift::source::Fence;
///
/// let folder = tempfile::tempdir()?;
/// let fence = Fence::around([folder.path()]);
/// std::fs::write(folder.path().join("x.log"), "x")?;
/// assert!(fence.open(&folder.path().join("x.log")).is_ok());
/// assert!(fence.open("/etc/passwd".as_ref()).is_err());
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Fence {
    /// Real paths of the folders and files that may be read; `None` allows every file.
    roots: Option<Arc<[PathBuf]>>,
}

/// Error for a path that a [`Fence`] does not allow. A missing file outside gets the same error, so that callers cannot find out
/// which files exist there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not found, or outside the folders that may be read; allow its folder with --allow PATH")]
pub struct Outside;

impl Fence {
    /// Allows only these files and the content of these folders. A path that does not exist now allows nothing, even if it is
    /// created later.
    pub fn around<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>) -> Self {
        let real = |path: P| path.as_ref().canonicalize().ok();
        Self { roots: Some(paths.into_iter().filter_map(real).collect()) }
    }

    /// Returns the real paths of the folders and files that may be read; `None` if every file may be.
    pub fn roots(&self) -> Option<&[PathBuf]> {
        self.roots.as_deref()
    }

    /// Returns true if a path now leads to something that may be read. This only saves work, because the path can change
    /// afterwards: files are opened with [`open`](Self::open), which checks again.
    pub fn admits(&self, path: &Path) -> bool {
        self.roots.is_none() || self.real(path).is_some()
    }

    /// Returns the path with all links resolved, if it now leads to something that may be read.
    pub fn real(&self, path: &Path) -> Option<PathBuf> {
        path.canonicalize().ok().filter(|real| self.covers(real))
    }

    /// Opens a file for reading. Within a fence only regular files can be opened, so that opening never blocks.
    ///
    /// # Errors
    /// [`Outside`] if the fence does not allow the file; otherwise the system's error.
    pub fn open(&self, path: &Path) -> io::Result<File> {
        match self.roots {
            None => File::open(path),
            Some(_) => self.open_within(path).map_err(|error| self.disclosed(path, error)),
        }
    }

    /// Opens a file in two steps. The first handle (`O_PATH`) only identifies the file: it can neither block nor change anything,
    /// and the system reports its real path. The second handle refers to the same file, whatever its path leads to by then.
    #[cfg(target_os = "linux")]
    fn open_within(&self, path: &Path) -> io::Result<File> {
        use std::os::fd::AsRawFd;
        use std::os::unix::fs::OpenOptionsExt;
        let named = File::options().read(true).custom_flags(libc::O_PATH).open(path)?;
        let handle = PathBuf::from(format!("/proc/self/fd/{}", named.as_raw_fd()));
        self.check(&fs::read_link(&handle)?, &named)?;
        File::open(handle)
    }

    #[cfg(not(target_os = "linux"))]
    fn open_within(&self, path: &Path) -> io::Result<File> {
        self.open_by_name(path)
    }

    /// Opens the real path, and checks afterwards that the path still names the opened file.
    #[cfg(any(test, not(target_os = "linux")))]
    fn open_by_name(&self, path: &Path) -> io::Result<File> {
        let real = path.canonicalize()?;
        if !self.covers(&real) {
            return Err(io::Error::other(Outside));
        }
        let mut options = File::options();
        options.read(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NOFOLLOW | libc::O_NONBLOCK);
        let file = options.open(&real)?;
        self.check(&real.canonicalize()?, &file)?;
        let there = Identity::of(&fs::symlink_metadata(&real)?);
        match there == Identity::of(&file.metadata()?) {
            true => Ok(file),
            false => Err(io::Error::other(Outside)),
        }
    }

    /// Checks an open file by its real path.
    fn check(&self, real: &Path, file: &File) -> io::Result<()> {
        if !self.covers(real) {
            return Err(io::Error::other(Outside));
        }
        match file.metadata()?.is_file() {
            true => Ok(()),
            false => Err(io::Error::other("only regular files are read here")),
        }
    }

    /// Returns true if something at this real path may be read.
    fn covers(&self, real: &Path) -> bool {
        self.roots.as_ref().is_none_or(|roots| roots.iter().any(|root| real.starts_with(root)))
    }

    /// Returns the error that may be disclosed: a missing file is reported as missing only within the allowed folders.
    fn disclosed(&self, path: &Path, error: io::Error) -> io::Error {
        let is_missing = error.kind() == io::ErrorKind::NotFound && fs::symlink_metadata(path).is_err();
        let is_within =
            || path.file_name().is_some() && path.parent().is_some_and(|folder| self.admits(folder));
        let is_checked = error.get_ref().is_some();
        match is_checked || (is_missing && is_within()) || self.admits(path) {
            true => error,
            false => io::Error::other(Outside),
        }
    }
}

/// Returns true if an error says that a [`Fence`] does not allow the file.
pub(super) fn is_outside(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<Outside>())
}

// Links and pipes are made as Unix makes them.
#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::os::unix::fs::symlink;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread;

    use super::*;

    /// Creates an allowed folder `logs` and a folder `others`, each with a file that holds the folder's name.
    fn folders() -> (tempfile::TempDir, Fence) {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["logs", "others"] {
            fs::create_dir(folder.path().join(name)).expect("a folder");
            fs::write(folder.path().join(name).join("x.log"), name).expect("a file");
        }
        let fence = Fence::around([folder.path().join("logs"), folder.path().join("no-such-folder")]);
        (folder, fence)
    }

    fn text(file: io::Result<File>) -> Result<String, io::Error> {
        let mut text = String::new();
        file?.read_to_string(&mut text)?;
        Ok(text)
    }

    #[test]
    fn no_path_leads_out_of_a_fence() {
        let (folder, fence) = folders();
        let path = |name: &str| folder.path().join(name);
        symlink(path("others/x.log"), path("logs/link.log")).expect("a link");
        symlink("../others", path("logs/folder")).expect("a link");
        symlink(path("others/no.log"), path("logs/dangling.log")).expect("a link");
        symlink("x.log", path("logs/inner.log")).expect("a link");
        for allowed in ["logs/x.log", "logs/../logs/x.log", "others/../logs/x.log", "logs/inner.log"] {
            assert_eq!(text(fence.open(&path(allowed))).expect(allowed), "logs");
            assert_eq!(text(fence.open_by_name(&path(allowed))).expect(allowed), "logs");
        }
        let root =
            PathBuf::from("/proc/self/root").join(path("others/x.log").strip_prefix("/").expect("a path"));
        let handle = File::open(path("others/x.log")).expect("a file");
        let handle = PathBuf::from(format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&handle)));
        let refused = [
            "logs/../others/x.log",
            "others/x.log",
            "others/no.log",
            "logs/../no.log",
            "logs/link.log",
            "logs/folder/x.log",
            "logs/folder/no.log",
            "logs/dangling.log",
            "logs/..",
        ];
        for refused in
            refused.map(path).into_iter().chain([root, handle, "/proc/self/environ".into(), "".into()])
        {
            let error = fence.open(&refused).expect_err("an error");
            assert!(is_outside(&error), "{}: {error}", refused.display());
            let by_name = fence.open_by_name(&refused).map_err(|error| fence.disclosed(&refused, error));
            assert!(is_outside(&by_name.expect_err("an error")), "{}", refused.display());
        }
        assert_eq!(fence.open(&path("logs/no.log")).expect_err("an error").kind(), io::ErrorKind::NotFound);
        assert!(fence.open(&path("logs")).expect_err("an error").to_string().contains("regular files"));
    }

    #[test]
    fn a_pipe_within_a_fence_is_refused_and_not_waited_for() {
        let (folder, fence) = folders();
        let pipe = folder.path().join("logs/pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo");
        assert!(made.success());
        assert!(fence.open(&pipe).is_err());
        assert!(fence.open_by_name(&pipe).is_err());
    }

    #[test]
    fn a_link_that_is_swapped_all_the_time_never_leads_out() {
        let (folder, fence) = folders();
        let path = |name: &str| folder.path().join(name);
        let (link, is_over) = (path("logs/swapped"), AtomicBool::new(false));
        thread::scope(|scope| {
            scope.spawn(|| {
                for target in
                    ["../others", "."].iter().cycle().take_while(|_| !is_over.load(Ordering::Relaxed))
                {
                    let new = path("logs/new");
                    symlink(target, &new).and_then(|()| fs::rename(&new, &link)).expect("a link");
                }
            });
            let swapped = link.join("x.log");
            let mut allowed = 0;
            for _ in 0..5000 {
                for opened in [fence.open(&swapped), fence.open_by_name(&swapped)] {
                    if let Ok(text) = text(opened) {
                        assert_eq!(text, "logs");
                        allowed += 1;
                    }
                }
            }
            is_over.store(true, Ordering::Relaxed);
            assert!(allowed > 0);
        });
    }

    /// A file that is opened without the fence could be outside of it.
    #[test]
    fn every_file_of_a_source_is_opened_through_the_fence() {
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/source");
        for entry in fs::read_dir(sources).expect("the folder").map(|entry| entry.expect("an entry").path()) {
            let is_free = entry.is_dir() || entry.ends_with("fence.rs");
            let text = if is_free { String::new() } else { fs::read_to_string(&entry).expect("a file") };
            let program = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
            for opening in ["File::open", "File::options", "OpenOptions", "fs::read(", "fs::read_to_string("]
            {
                assert!(!program.contains(opening), "{}: {opening}", entry.display());
            }
        }
    }
}
