//! OpenClaw's own log files on this machine.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// Returns the log files of OpenClaw on this machine, oldest first; empty if there are none.
///
/// OpenClaw writes `openclaw-[PROFILE-]YYYY-MM-DD.log` and the rotated `.1.log` to `.5.log` to `/tmp/openclaw`. If that folder is
/// unsafe, and always on Windows, it uses `openclaw[-UID]` in the temporary folder. If it runs as a service, its output goes to
/// `~/Library/Logs/openclaw` (macOS) or `~/.openclaw/logs`.
pub fn installed_logs() -> Vec<PathBuf> {
    let mut logs =
        log_files(&temporary_folders(), |name| name.starts_with("openclaw-") && name.ends_with(".log"));
    if logs.is_empty() {
        logs = log_files(&service_folders(), |name| name.starts_with("gateway") && name.ends_with(".log"));
    }
    logs
}

/// Returns the folders in which OpenClaw keeps its logs on this machine, including those that do not exist.
pub fn log_folders() -> Vec<PathBuf> {
    let mut folders = temporary_folders();
    folders.extend(service_folders());
    folders
}

/// Returns the folders that OpenClaw writes its log files to.
fn temporary_folders() -> Vec<PathBuf> {
    let temporary = env::temp_dir();
    let mut folders = vec![PathBuf::from("/tmp/openclaw")];
    for parent in [Path::new("/tmp"), &temporary] {
        folders.extend(list(parent, |name| name == "openclaw" || name.starts_with("openclaw-")));
    }
    folders
}

/// Returns the folders for the output of OpenClaw as a service.
fn service_folders() -> Vec<PathBuf> {
    let home = env::home_dir();
    home.into_iter()
        .flat_map(|home| [home.join("Library/Logs/openclaw"), home.join(".openclaw/logs")])
        .collect()
}

fn log_files(folders: &[PathBuf], is_log: impl Fn(&str) -> bool + Copy) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = folders.iter().flat_map(|folder| list(folder, is_log)).collect();
    files.retain(|path| path.is_file());
    files.sort();
    files.dedup();
    files.sort_by_key(|path| fs::metadata(path).and_then(|m| m.modified()).ok());
    files
}

/// Returns the entries of a folder whose names satisfy `fits`; empty for an unreadable folder.
fn list(folder: &Path, fits: impl Fn(&str) -> bool) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    entries
        .filter_map(Result::ok)
        .map(|entry| entry.file_name())
        .filter(|name: &OsString| name.to_str().is_some_and(&fits))
        .map(|name| folder.join(name))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_dated_and_rotated_logs_oldest_first() {
        let folder = tempfile::tempdir().expect("a folder");
        let names = ["openclaw-2026-11-22.log", "openclaw-2026-11-22.1.log", "notes.txt"];
        for (age, name) in names.iter().enumerate() {
            let path = folder.path().join(name);
            fs::write(&path, "x").expect("a file");
            let time = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1000 - age as u64);
            fs::File::options().write(true).open(path).expect("a file").set_modified(time).expect("a time");
        }
        let found =
            log_files(&[folder.path().to_owned()], |n| n.starts_with("openclaw-") && n.ends_with(".log"));
        let found: Vec<_> = found.iter().filter_map(|p| p.file_name()?.to_str()).collect();
        assert_eq!(found, ["openclaw-2026-11-22.1.log", "openclaw-2026-11-22.log"]);
    }
}
