//! Restriction of the files that an agent may read: OpenClaw's log folders, and paths that the user has allowed.

use std::path::{Path, PathBuf};

use crate::source::{Fence, log_folders};

/// The folders and files that may be read.
#[derive(Debug, Clone)]
pub struct Folders {
    fence: Fence,
}

/// Error: the path may not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{path} was not found, or is outside the folders that may be read; the user can allow it: clawsift mcp --allow PATH \
     (allowed now: {folders})"
)]
pub struct Refused {
    path: String,
    folders: String,
}

impl Folders {
    /// Allows OpenClaw's log folders on this machine, and the paths in `allow`.
    pub fn new(allow: &[PathBuf]) -> Self {
        let own = log_folders().into_iter().filter(|folder| is_own(folder));
        Self { fence: Fence::around(own.chain(allow.iter().cloned())) }
    }

    /// Returns the fence through which every file is opened.
    pub fn fence(&self) -> &Fence {
        &self.fence
    }

    /// Returns the path with all links resolved. A missing path gets the same error as a forbidden one, so that an
    /// agent cannot find out which files exist elsewhere.
    ///
    /// # Errors
    /// Fails if the path may not be read.
    pub fn admit(&self, path: &Path) -> Result<PathBuf, Refused> {
        self.fence.real(path).ok_or_else(|| self.refused(path))
    }

    /// Returns the error for a path.
    pub fn refused(&self, path: &Path) -> Refused {
        let folders = self.fence.roots().unwrap_or_default().iter();
        let names: Vec<String> = folders.map(|folder| folder.display().to_string()).collect();
        Refused {
            path: path.display().to_string(),
            folders: if names.is_empty() { "none on this machine".to_owned() } else { names.join(", ") },
        }
    }
}

/// Returns true if a folder, or the link that leads to it, is trustworthy: the owner of the link must own the folder.
/// In `/tmp`, anyone can create a link that looks like OpenClaw's folder but leads to another user's.
fn is_own(folder: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let (link, there) = (folder.symlink_metadata(), folder.metadata());
        matches!((link, there), (Ok(link), Ok(there)) if link.uid() == there.uid())
    }
    #[cfg(not(unix))]
    {
        folder.symlink_metadata().is_ok_and(|metadata| metadata.is_dir())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_log_folder_that_is_a_link_of_somebody_else_is_not_allowed() {
        use std::os::unix::fs::{lchown, symlink};
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        std::fs::create_dir(path("logs")).expect("a folder");
        symlink(path("logs"), path("own")).expect("a link");
        symlink("/etc", path("foreign")).expect("a link");
        // Root owns `/etc`, so the test gives the link to another user.
        let _ = lchown(path("foreign"), Some(4242), None);
        assert!(is_own(&path("logs")) && is_own(&path("own")));
        assert!(!is_own(&path("foreign")) && !is_own(&path("no-such-folder")));
    }

    #[test]
    fn no_way_leads_out_of_an_allowed_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        for name in ["logs", "logs-of-others"] {
            std::fs::create_dir(path(name)).expect("a folder");
            std::fs::write(path(name).join("x.log"), "x").expect("a file");
        }
        let folders = Folders::new(&[path("logs")]);
        assert!(folders.admit(&path("logs")).is_ok());
        assert!(folders.admit(&path("logs/x.log")).is_ok());
        assert!(folders.admit(&path("logs/../logs/x.log")).is_ok());
        for refused in ["logs/../logs-of-others/x.log", "logs-of-others/x.log", "logs/no.log", "no.log", "."]
        {
            let error = folders.admit(&path(refused)).expect_err(refused);
            assert!(error.to_string().contains("--allow"), "{error}");
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(path("logs-of-others/x.log"), path("logs/link.log")).expect("a link");
            assert!(folders.admit(&path("logs/link.log")).is_err());
        }
    }
}
