//! Sample of the beginning of a source, which shows how much of the log the source contains.

use crate::record::{FILE_LOG, Format, Level, Program, RawRecord, Record};
use crate::report::incidents::Hint;

/// Default number of records that `openclaw logs` prints.
pub(crate) const DEFAULT_LIMIT: u64 = 200;

/// Minimum number of records in the form of another program for a source to be that program's.
const MIN_FOREIGN: usize = 2;
/// The same for a source with failures whose sender is not known.
const MIN_FOREIGN_BESIDE_FAILURES: usize = 4;

/// Sample of the first records of a source, which shows how much of the log the source contains.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InputSample {
    looks: Vec<Observation>,
}

/// Observation of one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Observation {
    program: Program,
    look: Look,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    /// Line that `openclaw logs` prints before the first record.
    Header,
    /// A record: its kind of format, and whether it contains a word that people grep for.
    Record { kind: Kind, alarming: bool },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plain,
    Json,
    Other,
}

impl InputSample {
    /// Maximum number of records in the sample.
    pub const RECORDS: usize = 400;
    /// Largest offset of a record in the sample, in bytes.
    pub const BYTES: u64 = 1 << 20;

    /// Adds a record.
    pub fn add(&mut self, raw: &RawRecord<'_>) {
        // After one record without a word that people grep for, the content of the other records is irrelevant.
        let is_mixed =
            self.looks.iter().any(|seen| matches!(seen.look, Look::Record { alarming: false, .. }));
        if is_mixed && raw.bytes.starts_with(FILE_LOG) {
            let look = Look::Record { kind: Kind::Json, alarming: true };
            return self.looks.push(Observation { program: Program::OpenClaw, look });
        }
        let record = Record::parse(raw);
        let program = record.program(raw);
        let parts = &record.parts;
        if (record.format != Format::FileLog && parts.message.starts_with("Log file: "))
            || (record.format == Format::LogsJson && parts.quoted && parts.stamp.is_none())
        {
            return self.looks.push(Observation { program, look: Look::Header });
        }
        let kind = match record.format {
            Format::Plain => Kind::Plain,
            Format::FileLog | Format::LogsJson => Kind::Json,
            Format::Console | Format::ConsoleJson | Format::Transcript | Format::Text => Kind::Other,
        };
        let text = parts.message.to_ascii_lowercase();
        let grave = parts.level.is_some_and(|level| level >= Level::Warn);
        let alarming = grave || ["error", "fail", "timeout", "warn"].iter().any(|word| text.contains(word));
        self.looks.push(Observation { program, look: Look::Record { kind, alarming } });
    }

    /// Adds the sample of the following records.
    pub(crate) fn extend(&mut self, next: &Self) {
        let room = Self::RECORDS.saturating_sub(self.looks.len());
        self.looks.extend(next.looks.iter().take(room));
    }

    /// Returns true if the source is a log of OpenClaw: one of its records is OpenClaw's.
    pub(crate) fn is_own(&self) -> bool {
        self.of(&[Program::OpenClaw]) > 0
    }

    /// Returns true if the source is a log of another program: no record is OpenClaw's, and enough have the form of another
    /// program's. A short paste is judged like a log.
    pub(crate) fn is_foreign(&self) -> bool {
        self.is_mostly(&[Program::Other])
    }

    /// Returns true if no record is OpenClaw's, and enough are those of these programs: more if there are failures that may be
    /// OpenClaw's.
    fn is_mostly(&self, programs: &[Program]) -> bool {
        let (count, records) = (self.of(programs), self.looks.len());
        let is_enough = match self.of(&[Program::Failure]) {
            0 => count >= MIN_FOREIGN && count * 3 >= records,
            _ => count >= MIN_FOREIGN_BESIDE_FAILURES && count * 2 >= records,
        };
        !self.is_own() && is_enough
    }

    /// Returns the number of records of these programs.
    fn of(&self, programs: &[Program]) -> usize {
        self.looks.iter().filter(|seen| programs.contains(&seen.program)).count()
    }

    /// Returns true if no further records are sampled after this number of records and bytes.
    pub(crate) fn is_complete(&self, bytes: u64) -> bool {
        self.looks.len() >= Self::RECORDS || bytes >= Self::BYTES
    }

    /// Returns the number of records for which `fits` returns true.
    fn count(&self, fits: impl Fn(Kind, bool) -> bool) -> usize {
        let is = |seen: &&Observation| matches!(seen.look, Look::Record { kind, alarming } if fits(kind, alarming));
        self.looks.iter().filter(is).count()
    }

    /// Returns the signs of an incomplete source. `records` counts the whole source; `truncated` is set if OpenClaw
    /// itself reported a truncation.
    pub(crate) fn hints(&self, records: u64, truncated: bool) -> Vec<Hint> {
        // The records of other services in a journal are no evidence, whatever else the source holds.
        if self.is_mostly(&[Program::Other, Program::Service]) {
            return vec![Hint::Foreign];
        }
        let mut hints = Vec::new();
        let seen = self.count(|_, _| true);
        let has_header = self.looks.iter().any(|seen| seen.look == Look::Header);
        let is_plain = self.count(|kind, _| kind == Kind::Plain) > seen / 2;
        if is_plain {
            hints.push(Hint::Plain);
        }
        let log_records = records.saturating_sub(u64::from(has_header));
        if truncated || (is_plain && log_records == DEFAULT_LIMIT) {
            hints.push(Hint::Tail);
        }
        // A genuine tail of a log contains some info records without any of the words people grep for.
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
        let mut survey = InputSample::default();
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
    fn logs_of_other_programs_are_known_by_most_of_their_lines() {
        let python = "2026-05-01 10:00:01,123 - app.db - ERROR - Connection refused\n";
        let failure = "TypeError: fetch failed\n";
        for (text, is_foreign) in [
            (python.repeat(2), true),
            (python.repeat(4) + failure, true),
            // A paste with a failure whose sender is not known is judged.
            (python.to_owned() + failure, false),
            (python.repeat(4) + &failure.repeat(5), false),
            (python.repeat(9) + "[gateway] started\n", false),
            (
                r#"{"level":"error","msg":"connection refused","caller":"main.go:42","service":"orders"}"#
                    .to_owned()
                    + "\n"
                    + python,
                true,
            ),
            (failure.to_owned(), false),
        ] {
            assert_eq!(hints(&text).contains(&Hint::Foreign), is_foreign, "{text}");
        }
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
}
