//! Resolves arguments to sources: files, folders (recursively, sorted), glob patterns, members of archives, and `-`.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::archive;
use super::fence::Fence;
use super::input::Input;
use super::reason::{Reason, SourceError};

/// Result of resolving arguments.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Expansion {
    /// The sources without duplicates, in the order of the arguments. Within a folder or pattern they are sorted by path, with
    /// the files of a rotated set oldest first.
    pub inputs: Vec<Input>,
    /// Errors for arguments that were not found or could not be listed.
    pub errors: Vec<SourceError>,
}

/// Resolves `arguments` to sources.
pub fn expand(arguments: &[PathBuf]) -> Expansion {
    expand_within(arguments, &Fence::default())
}

/// Resolves `arguments` to the sources that the fence allows. Others are reported as errors.
pub fn expand_within(arguments: &[PathBuf], fence: &Fence) -> Expansion {
    let mut expansion = Expansion::default();
    for argument in arguments {
        if !fence.admits(argument) {
            expansion.fail(argument, Reason::Outside);
        } else if argument.as_os_str() == "-" {
            expansion.inputs.push(Input::Stdin);
        } else {
            expansion.add(argument, fence);
        }
    }
    expansion.keep_first_of_each();
    expansion.open_archives(fence);
    expansion
}

impl Expansion {
    fn add(&mut self, path: &Path, fence: &Fence) {
        let text = path.to_string_lossy();
        // An existing file with a name such as `a[1].log` is not a pattern.
        if !path.exists() && text.contains(['*', '?', '[']) {
            self.add_pattern(&text, fence);
        } else if path.is_dir() {
            self.add_folder(path, fence);
        } else if fs::symlink_metadata(path).is_ok() {
            self.inputs.push(Input::Path(path.to_owned()));
        } else {
            self.fail(path, Reason::NotFound);
        }
    }

    fn add_pattern(&mut self, pattern: &str, fence: &Fence) {
        let paths = match glob::glob(pattern) {
            Ok(paths) => paths,
            Err(error) => {
                return self.fail(Path::new(pattern), Reason::BadPattern(error.to_string()));
            }
        };
        let mut found = false;
        for path in paths {
            found = true;
            match path {
                Ok(path) if path.is_dir() => self.add_folder(&path, fence),
                Ok(path) => self.inputs.push(Input::Path(path)),
                Err(error) => self.fail(error.path(), Reason::Io(error.error().to_string())),
            }
        }
        if !found {
            self.fail(Path::new(pattern), Reason::NoMatch);
        }
    }

    fn add_folder(&mut self, folder: &Path, fence: &Fence) {
        let before = self.inputs.len() + self.errors.len();
        let age = |entry: &DirEntry| age(&entry.file_name().to_string_lossy());
        let mut outside = 0;
        // Only a link can lead out of a folder.
        let is_within = |entry: &DirEntry| {
            let is_within = !entry.path_is_symlink() || fence.admits(entry.path());
            outside += u64::from(!is_within);
            is_within
        };
        let entries = WalkDir::new(folder).follow_links(true).sort_by_key(age).into_iter();
        for entry in entries.filter_entry(is_within) {
            match entry {
                // Skip pipes and devices in a folder: reading one could block forever.
                Ok(entry) if entry.file_type().is_file() => self.inputs.push(Input::Path(entry.into_path())),
                Ok(_) => {}
                // A link to a parent folder leads to files that are listed already.
                Err(error) if error.loop_ancestor().is_some() => {}
                Err(error) => {
                    let path = error.path().unwrap_or(folder).to_owned();
                    let reason = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
                    self.fail(&path, Reason::Io(reason));
                }
            }
        }
        if outside > 0 {
            self.fail(folder, Reason::LinksOutside(outside));
        }
        if self.inputs.len() + self.errors.len() == before {
            self.fail(folder, Reason::EmptyFolder);
        }
    }

    fn fail(&mut self, path: &Path, reason: Reason) {
        self.errors.push(SourceError { name: path.display().to_string(), reason });
    }

    /// Replaces each archive by its members.
    fn open_archives(&mut self, fence: &Fence) {
        for input in std::mem::take(&mut self.inputs) {
            match input {
                Input::Path(path) if archive::is_zip(&path, fence) => {
                    let (members, problem) = archive::members(&path, fence);
                    self.inputs.extend(members.into_iter().map(Input::Member));
                    problem.into_iter().for_each(|reason| self.fail(&path, reason));
                }
                other => self.inputs.push(other),
            }
        }
    }

    /// Removes duplicates, because a file that is named twice would be counted twice.
    fn keep_first_of_each(&mut self) {
        let mut seen = HashSet::new();
        self.inputs.retain(|input| match input {
            Input::Path(path) => seen.insert(fs::canonicalize(path).unwrap_or_else(|_| path.clone())),
            Input::Member(..) => true,
            Input::Stdin => seen.insert(PathBuf::from("-")),
        });
    }
}

/// Returns the sort key of a name in a folder: alphabetical, except that a rotated set (`x.log`, `x.1.log` to `x.5.log`, or
/// `x.log.1`) begins with the highest number, which is the oldest file.
fn age(name: &str) -> (String, Reverse<u32>, String) {
    let plain =
        ["gz", "zst", "xz", "bz2"].iter().find_map(|ending| name.strip_suffix(ending)?.strip_suffix('.'));
    let mut stem = plain.unwrap_or(name);
    let mut number = 0;
    if let Some(without) = stem.strip_suffix(".log") {
        stem = without;
    }
    if let Some((rest, digits)) = stem.rsplit_once('.')
        && digits.len() <= 3
        && let Ok(rotation) = digits.parse()
    {
        stem = rest.strip_suffix(".log").unwrap_or(rest);
        number = rotation;
    }
    (stem.to_owned(), Reverse(number), name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expands_files_folders_and_patterns_in_order_and_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path("b")).expect("a folder");
        for name in ["b/2.log", "b/1.log", "a.log", "c[1].log"] {
            fs::write(path(name), "x").expect("a file");
        }
        let all =
            expand(&[path("c[1].log"), folder.path().to_owned(), path("*.log"), "-".into(), "-".into()]);
        assert_eq!(all.errors, []);
        let files = ["c[1].log", "a.log", "b/1.log", "b/2.log"].map(|name| Input::Path(path(name)));
        assert_eq!(all.inputs[..4], files);
        assert_eq!(all.inputs[4..], [Input::Stdin]);
    }

    #[test]
    fn a_rotated_set_is_read_oldest_first() {
        let mut names = vec![
            "openclaw-2026-11-22.log",
            "openclaw-2026-11-22.1.log",
            "openclaw-2026-11-22.5.log.gz",
            "openclaw-2026-11-21.log",
            "gateway.log",
            "gateway.log.2",
            "gateway.log.1.gz",
        ];
        names.sort_by_key(|name| age(name));
        assert_eq!(
            names,
            [
                "gateway.log.2",
                "gateway.log.1.gz",
                "gateway.log",
                "openclaw-2026-11-21.log",
                "openclaw-2026-11-22.5.log.gz",
                "openclaw-2026-11-22.1.log",
                "openclaw-2026-11-22.log",
            ]
        );
    }

    #[test]
    fn what_is_not_there_is_an_error_and_the_rest_is_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        fs::write(path("a.log"), "x").expect("a file");
        fs::create_dir(path("empty")).expect("a folder");
        let all = expand(&[path("no.log"), path("*.txt"), path("empty"), path("a.log")]);
        let reasons: Vec<&Reason> = all.errors.iter().map(|e| &e.reason).collect();
        assert_eq!(reasons, [&Reason::NotFound, &Reason::NoMatch, &Reason::EmptyFolder]);
        assert_eq!(all.inputs, [Input::Path(path("a.log"))]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_a_folder_above_is_no_endless_way() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("a.log"), "x").expect("a file");
        std::os::unix::fs::symlink(folder.path(), folder.path().join("up")).expect("a link");
        let all = expand(&[folder.path().to_owned()]);
        assert_eq!(all.inputs.len(), 1);
        assert_eq!(all.errors, []);
    }
}
