//! Notes on the limits of the input: plain text without details, a truncated tail, a filter in the pipe.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::report::incidents::{Hint, SourceSummary};
use crate::report::tally::DEFAULT_LIMIT;
use crate::source::rotated_name;

/// The recommended command, which the notes name.
const BETTER: &str = "openclaw logs --json --limit 5000 --max-bytes 1000000 | clawsift";

impl Hint {
    fn text(self) -> String {
        match self {
            Self::Plain => format!(
                "Plain `openclaw logs` text leaves out the provider's answer and other details; for a more reliable report: \
                 {BETTER}"
            ),
            Self::Tail => format!(
                "The input may contain only the newest records: by default `openclaw logs` prints {DEFAULT_LIMIT} records and at most \
                 250,000 bytes; for more: {BETTER}"
            ),
            Self::Filtered => format!(
                "The input looks filtered (by grep, or by log level warn): the info records that carry the HTTP status are \
                 missing; for an unfiltered log: {BETTER}"
            ),
            Self::Foreign => "Some input does not look like a log of OpenClaw: what it reports is shown as information only, and its \
                              unexplained records are not counted"
                .to_owned(),
        }
    }
}

/// Returns the notes on what the sources do not contain. `sources` must be in order of time.
pub(crate) fn texts(sources: &[&SourceSummary], has_findings: bool) -> Vec<String> {
    let hints: BTreeSet<Hint> = sources.iter().flat_map(|source| source.hints.iter().copied()).collect();
    // The details missing from plain text matter only if there are findings.
    let matters = |hint: &Hint| has_findings || *hint != Hint::Plain;
    let gaps = gaps(sources.iter().map(|source| (source.gateway.as_str(), source.file_name())));
    let unread = sources.iter().filter_map(|source| {
        let older = source.unread_older.as_ref()?;
        Some(format!("Earlier log file not read: {older}, in the same folder as {}", source.info.name))
    });
    let hints = hints.into_iter().filter(matters).map(Hint::text);
    hints.chain(gaps).chain(unread).chain(repeated(sources)).collect()
}

/// Returns a note per source that is present more than once, as after merging a report with itself. Its failures are
/// counted more than once, because merged counts cannot be subtracted.
fn repeated(sources: &[&SourceSummary]) -> Vec<String> {
    sources
        .chunk_by(|a, b| a.is_same(b))
        .filter(|same| same.len() > 1)
        .map(|same| {
            format!(
                "{} is part of {} of the merged reports, so its incidents are counted that many times; merge each report once",
                same[0].info.name,
                same.len()
            )
        })
        .collect()
}

/// Returns a note per gap in a set of rotated files: missing numbers and missing days.
fn gaps<'s>(sources: impl Iterator<Item = (&'s str, &'s str)>) -> Vec<String> {
    let mut sets: BTreeMap<(&str, &str), BTreeMap<Date, BTreeSet<u32>>> = BTreeMap::new();
    for (gateway, file) in sources {
        if let Some((stem, date, number)) = rotated_name(file) {
            sets.entry((gateway, stem)).or_default().entry(date).or_default().insert(number);
        }
    }
    let mut notes = Vec::new();
    for ((_, stem), days) in sets {
        let mut before: Option<Date> = None;
        for (&date, numbers) in &days {
            let last = numbers.last().copied().unwrap_or(0);
            let missing: Vec<String> = (0..last)
                .filter(|number| !numbers.contains(number))
                .map(|number| match number {
                    0 => format!("{stem}{date}.log"),
                    number => format!("{stem}{date}.{number}.log"),
                })
                .collect();
            if !missing.is_empty() {
                notes.push(format!("Rotated file missing from the sources: {}", missing.join(", ")));
            }
            let days_between =
                before.and_then(|before| before.until(date).ok()).map_or(0, |span| span.get_days());
            if let Some(before) = before.filter(|_| days_between > 1) {
                notes.push(format!(
                    "No log between {stem}{before}.log and {stem}{date}.log: the gateway did not run, or the files were \
                     deleted (OpenClaw keeps its dated files for one day)"
                ));
            }
            before = Some(date);
        }
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_files_of_a_rotated_set_are_noticed() {
        let gaps = |names: &[&str]| gaps(names.iter().map(|name| ("g", *name)));
        assert_eq!(gaps(&["openclaw-2026-11-21.log", "openclaw-2026-11-22.log", "x.log"]).len(), 0);
        assert_eq!(gaps(&["openclaw-2026-11-22.log", "openclaw-2026-11-22.1.log.gz"]).len(), 0);
        let numbers = gaps(&["openclaw-2026-11-22.log", "openclaw-2026-11-22.3.log"]);
        assert!(numbers[0].ends_with("openclaw-2026-11-22.1.log, openclaw-2026-11-22.2.log"), "{numbers:?}");
        let days = gaps(&["openclaw-dev-2026-10-31.log", "openclaw-dev-2026-11-03.log"]);
        assert!(days[0].contains("between openclaw-dev-2026-10-31.log"), "{days:?}");
        assert_eq!(gaps(&["openclaw-2026-11-22.4000000000.log", "openclaw-2026-11-22.log"]).len(), 0);
    }
}
