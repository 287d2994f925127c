//! Rotated sets: the files that one log was split into as it grew.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::fence::Fence;

/// Maximum number of a rotated file. OpenClaw keeps five; other programs keep more.
const MAX_ROTATED: u32 = 100;

/// Parses a name such as `openclaw-2026-11-22.3.log`, and returns the text before the date, the date and the number. Number 0 is
/// the file that is written to, 1 the one before it.
///
/// ```
/// let parts = clawsift::source::rotated_name("openclaw-2026-11-22.3.log.gz");
/// assert_eq!(parts, Some(("openclaw-", jiff::civil::date(2026, 11, 22), 3)));
/// ```
pub fn rotated_name(file: &str) -> Option<(&str, Date, u32)> {
    let stem = file.split_once(".log")?.0;
    let (stem, number) = match stem.rsplit_once('.') {
        Some((stem, number)) => (stem, number.parse().ok().filter(|n| *n <= MAX_ROTATED)?),
        None => (stem, 0),
    };
    let at = stem.len().checked_sub(10)?;
    let date = stem.get(at..)?.parse().ok()?;
    Some((&stem[..at], date, number))
}

/// Returns the file of the same set that was written just before this one, if it exists in the same folder and is not in `read`.
pub fn unread_older(path: &Path, read: &HashSet<&Path>) -> Option<String> {
    let (stem, date, number) = rotated_name(path.file_name()?.to_str()?)?;
    let folder = path.parent().unwrap_or(Path::new(""));
    ["log", "log.gz"].iter().find_map(|extension| {
        let older = format!("{stem}{date}.{}.{extension}", number + 1);
        let path = folder.join(&older);
        (!read.contains(path.as_path()) && path.is_file()).then_some(older)
    })
}

/// Returns the most recently modified log of a folder that may be read.
pub(super) fn newest_log(folder: &Path, fence: &Fence) -> Option<PathBuf> {
    let is_log = |path: &PathBuf| path.extension().is_some_and(|e| e == "log") && fence.admits(path);
    let logs = entries(folder).filter(|path| is_log(path) && path.is_file());
    logs.max_by_key(|path| (fs::metadata(path).and_then(|m| m.modified()).ok(), path.clone()))
}

/// Returns the log of the next later day in the folder of a dated log, if it has content and may be read.
pub(super) fn next_day(path: &Path, fence: &Fence) -> Option<PathBuf> {
    let (stem, date, _) = rotated_name(path.file_name()?.to_str()?)?;
    let dated = entries(path.parent()?).filter_map(|other| {
        let name = other.file_name()?.to_str()?.to_owned();
        let (other_stem, other_date, number) = rotated_name(&name)?;
        let is_later = other_stem == stem && other_date > date && number == 0 && name.ends_with(".log");
        let is_begun = || fs::metadata(&other).is_ok_and(|m| m.is_file() && m.len() > 0);
        (is_later && fence.admits(&other) && is_begun()).then_some((other_date, other))
    });
    dated.min().map(|(_, path)| path)
}

/// Returns the entries of a folder; none if it cannot be read.
fn entries(folder: &Path) -> impl Iterator<Item = PathBuf> {
    fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_before_is_missed_where_it_is_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let [new, old] =
            ["openclaw-2026-11-22.log", "openclaw-2026-11-22.1.log"].map(|name| folder.path().join(name));
        for path in [&new, &old] {
            std::fs::write(path, "x").expect("a file");
        }
        let missed = |path: &Path, read: &[&Path]| unread_older(path, &read.iter().copied().collect());
        assert_eq!(missed(&new, &[&new]).as_deref(), Some("openclaw-2026-11-22.1.log"));
        assert_eq!(missed(&new, &[&new, &old]), None);
        assert_eq!(missed(&old, &[&old]), None);
    }
}
