//! Names the sources that could not be read whole.

use crate::report::Report;

use super::outlet::say;

/// Maximum number of skipped files that are named.
const MAX_SKIPPED: usize = 3;

/// A text in which control characters, but for those that may stand there, are written as escapes: the name of a file may hold
/// any.
fn printable(text: &str, allowed: &str) -> String {
    let is_plain = |c: char| !c.is_control() || allowed.contains(c);
    text.chars().map(|c| if is_plain(c) { c.to_string() } else { c.escape_default().to_string() }).collect()
}

/// Says which sources could not be read whole, and why.
pub(super) fn say_problems(report: &Report) {
    for source in &report.sources {
        for problem in &source.problems {
            say(&format_args!("{}: {problem}", printable(&source.name, "")));
        }
    }
    if report.is_skipped() {
        let skipped = report.sources.iter().filter_map(|source| Some((&source.name, source.skipped?)));
        for (name, skipped) in skipped.take(MAX_SKIPPED) {
            say(&format_args!("{}: {}", printable(name, ""), skipped.reason()));
        }
        if let Some(others @ 1..) = report.sources.len().checked_sub(MAX_SKIPPED) {
            say(&format_args!("{others} more binary files"));
        }
    }
}

/// Returns true if a source could not be read whole, or nothing was read because all sources are binary files.
pub(super) fn has_problems(report: &Report) -> bool {
    report.is_skipped() || report.sources.iter().any(|source| !source.problems.is_empty())
}
