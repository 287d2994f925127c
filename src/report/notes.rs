//! Honesty about what was not seen: plain text that hides details, a cut tail, a filter in the pipe.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::record::{FILE_LOG, Format, Level, RawRecord, Record};
use crate::source::rotated_name;

use super::summary::SourceSummary;

/// `openclaw logs` prints this many records unless told otherwise.
const DEFAULT_LIMIT: u64 = 200;
/// The better command, which the notes name.
const BETTER: &str = "openclaw logs --json --limit 5000 --max-bytes 1000000 | clawsift";

/// A look at the first records of a source, to judge how much of the log it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Survey {
    looks: Vec<Look>,
}

/// What a source seems to lack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Hint {
    /// It is plain text.
    Plain,
    /// It holds the newest records only.
    Tail,
    /// Something has filtered it.
    Filtered,
}

impl Hint {
    fn text(self) -> String {
        match self {
            Self::Plain => format!(
                "Plain `openclaw logs` text leaves out the provider's answer and other details; for a surer report: \
                 {BETTER}"
            ),
            Self::Tail => format!(
                "Only the newest records may be here: `openclaw logs` prints {DEFAULT_LIMIT} unless told otherwise, and \
                 250,000 bytes; for more: {BETTER}"
            ),
            Self::Filtered => format!(
                "This looks filtered (grep, or a log level of warn): the information records that carry the HTTP status \
                 are missing; better unfiltered: {BETTER}"
            ),
        }
    }
}

/// What the reader should know about what was not seen in the sources, which are in the order of time.
pub(super) fn texts(sources: &[&SourceSummary], has_findings: bool) -> Vec<String> {
    let hints: BTreeSet<Hint> = sources.iter().flat_map(|source| source.hints.iter().copied()).collect();
    // What plain text leaves out matters only where something is wrong.
    let matters = |hint: &Hint| has_findings || *hint != Hint::Plain;
    let gaps = gaps(sources.iter().map(|source| (source.gateway.as_str(), source.file_name())));
    let unread = sources.iter().filter_map(|source| {
        let older = source.unread_older.as_ref()?;
        Some(format!("The log goes back further: {older} lies beside {} and was not read", source.info.name))
    });
    let hints = hints.into_iter().filter(matters).map(Hint::text);
    hints.chain(gaps).chain(unread).chain(repeated(sources)).collect()
}

/// Sources that are there more than once, as when a report was merged with itself: their failures count as often, since what
/// was added cannot be taken out again.
fn repeated(sources: &[&SourceSummary]) -> Vec<String> {
    sources
        .chunk_by(|a, b| a.is_same(b))
        .filter(|same| same.len() > 1)
        .map(|same| {
            format!(
                "{} is in {} of the merged reports, and its failures are counted as often; merge each report once",
                same[0].info.name,
                same.len()
            )
        })
        .collect()
}

/// The files that are missing in rotated sets: numbers that were left out, and days.
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
                notes.push(format!("A rotated file is missing among the sources: {}", missing.join(", ")));
            }
            let days_between =
                before.and_then(|before| before.until(date).ok()).map_or(0, |span| span.get_days());
            if let Some(before) = before.filter(|_| days_between > 1) {
                notes.push(format!(
                    "There is no log between {stem}{before}.log and {stem}{date}.log: the gateway did not run, or the \
                     files are gone (OpenClaw keeps its dated files for a day)"
                ));
            }
            before = Some(date);
        }
    }
    notes
}

/// What is seen of one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    /// What `openclaw logs` says before the first record.
    Header,
    /// A record: of which kind of format, and whether it holds a word that people grep for.
    Record { kind: Kind, alarming: bool },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plain,
    Json,
    Other,
}

impl Survey {
    /// Records looked at, at most.
    pub const RECORDS: usize = 400;
    /// Records that begin further from the start of the source are not looked at.
    pub const BYTES: u64 = 1 << 20;

    /// Looks at a record.
    pub fn add(&mut self, raw: &RawRecord<'_>) {
        // Once a record holds no word that people grep for, it no longer matters which of the others do.
        let is_mixed = self.looks.iter().any(|look| matches!(look, Look::Record { alarming: false, .. }));
        if is_mixed && raw.bytes.starts_with(FILE_LOG) {
            return self.looks.push(Look::Record { kind: Kind::Json, alarming: true });
        }
        let record = Record::parse(raw);
        let parts = &record.parts;
        if (record.format != Format::FileLog && parts.message.starts_with("Log file: "))
            || (record.format == Format::LogsJson && parts.quoted && parts.stamp.is_none())
        {
            return self.looks.push(Look::Header);
        }
        let kind = match record.format {
            Format::Plain => Kind::Plain,
            Format::FileLog | Format::LogsJson => Kind::Json,
            Format::Console | Format::ConsoleJson | Format::Transcript | Format::Text => Kind::Other,
        };
        let text = parts.message.to_ascii_lowercase();
        let grave = parts.level.is_some_and(|level| level >= Level::Warn);
        let alarming = grave || ["error", "fail", "timeout", "warn"].iter().any(|word| text.contains(word));
        self.looks.push(Look::Record { kind, alarming });
    }

    /// Adds what was seen of the records that follow.
    pub(super) fn extend(&mut self, next: &Self) {
        let room = Self::RECORDS.saturating_sub(self.looks.len());
        self.looks.extend(next.looks.iter().take(room));
    }

    /// How many looks fit.
    fn count(&self, fits: impl Fn(Kind, bool) -> bool) -> usize {
        let is = |look: &&Look| matches!(look, Look::Record { kind, alarming } if fits(*kind, *alarming));
        self.looks.iter().filter(is).count()
    }

    /// What the source seems to lack. `records` counts the whole source, `truncated` tells that OpenClaw said so itself.
    pub(super) fn hints(&self, records: u64, truncated: bool) -> Vec<Hint> {
        let mut hints = Vec::new();
        let seen = self.count(|_, _| true);
        let has_header = self.looks.contains(&Look::Header);
        let is_plain = self.count(|kind, _| kind == Kind::Plain) > seen / 2;
        if is_plain {
            hints.push(Hint::Plain);
        }
        let log_records = records.saturating_sub(u64::from(has_header));
        if truncated || (is_plain && log_records == DEFAULT_LIMIT) {
            hints.push(Hint::Tail);
        }
        // A real tail of a log always holds some information records that contain none of the words people grep for.
        let all_alarming = self.count(|kind, alarming| kind != Kind::Other && alarming) == seen;
        if seen >= 3 && !has_header && all_alarming {
            hints.push(Hint::Filtered);
        }
        hints
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Lines;

    fn hints(text: &str) -> Vec<Hint> {
        let mut survey = Survey::default();
        let mut records = 0;
        for raw in Lines::new(text.as_bytes(), 0) {
            survey.add(&raw);
            records += 1;
        }
        survey.hints(records, false)
    }

    const INFO: &str = "2026-11-22T00:00:00Z info cron cron: started\n";
    const ERROR: &str = "2026-11-22T00:00:00Z error diagnostic lane task error: x\n";

    #[test]
    fn plain_text_is_said_to_hide_details() {
        assert_eq!(hints(&format!("Log file: /tmp/x\n{INFO}{ERROR}")), [Hint::Plain]);
        let json = r#"{"0":"m","_meta":{"logLevelName":"INFO"},"message":"m"}"#;
        assert_eq!(hints(&format!("{json}\n")), []);
    }

    #[test]
    fn a_full_default_tail_is_noticed() {
        let text = format!("Log file: /tmp/x\n{}", INFO.repeat(200));
        assert_eq!(hints(&text), [Hint::Plain, Hint::Tail]);
        assert_eq!(hints(&text[..text.len() - INFO.len()]), [Hint::Plain]);
    }

    #[test]
    fn a_filter_is_noticed() {
        assert!(hints(&ERROR.repeat(3)).contains(&Hint::Filtered));
        assert!(!hints(&format!("{INFO}{}", ERROR.repeat(3))).contains(&Hint::Filtered));
        assert!(!hints("some text\nerror\nerror\nerror\n").contains(&Hint::Filtered));
        let json = |message: &str| {
            format!(
                "{{\"0\":\"{message}\",\"_meta\":{{\"logLevelName\":\"INFO\"}},\"message\":\"{message}\"}}\n"
            )
        };
        let failures = json("it failed").repeat(3);
        assert_eq!(hints(&failures), [Hint::Filtered]);
        for mixed in [json("started") + &failures, failures + &json("started")] {
            assert_eq!(hints(&mixed), [], "{mixed}");
        }
    }

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
