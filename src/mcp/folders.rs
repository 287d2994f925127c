//! Which files an agent may have read: those in OpenClaw's log folders, and what the user has allowed.

use std::path::{Path, PathBuf};

use crate::source::{Fence, log_folders};

/// The folders and files that may be read.
#[derive(Debug, Clone)]
pub struct Folders {
    fence: Fence,
}

/// Why a path is not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{path} is not in a folder that may be read, or is not there; the user can allow it: clawsift mcp --allow PATH \
     (now allowed, OpenClaw's log folders among them: {folders})"
)]
pub struct Refused {
    path: String,
    folders: String,
}

impl Folders {
    /// OpenClaw's log folders on this machine, and these.
    pub fn new(allow: &[PathBuf]) -> Self {
        let own = log_folders().into_iter().filter(|folder| is_own(folder));
        Self { fence: Fence::around(own.chain(allow.iter().cloned())) }
    }

    /// What every file is opened through.
    pub fn fence(&self) -> &Fence {
        &self.fence
    }

    /// The path with all links followed, where it may be read. What is not there is refused in the same words, so that
    /// nobody can find out which files exist elsewhere.
    ///
    /// # Errors
    /// When it lies elsewhere.
    pub fn admit(&self, path: &Path) -> Result<PathBuf, Refused> {
        self.fence.real(path).ok_or_else(|| self.refused(path))
    }

    /// The refusal of a path.
    pub fn refused(&self, path: &Path) -> Refused {
        let folders = self.fence.roots().unwrap_or_default().iter();
        let names: Vec<String> = folders.map(|folder| folder.display().to_string()).collect();
        Refused {
            path: path.display().to_string(),
            folders: if names.is_empty() { "none on this machine".to_owned() } else { names.join(", ") },
        }
    }
}

/// Whether a folder belongs to who made the link that leads to it, if it is a link: in `/tmp` anybody can lay one that looks
/// like OpenClaw's folder and leads to somebody else's.
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
        // Whoever is root owns `/etc`, but can give the link away.
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
