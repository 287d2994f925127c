//! Honesty about what was not seen: plain text that hides details, a cut tail, a filter in the pipe.

use crate::record::{Format, Level, Record};

/// `openclaw logs` prints this many records unless told otherwise.
const DEFAULT_LIMIT: u64 = 200;
/// The better command, which the notes name.
const BETTER: &str = "openclaw logs --json --limit 5000 --max-bytes 1000000 | clawsift";

/// A look at the first records of a source, to judge how much of the log it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Survey {
    looks: Vec<Look>,
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
    pub fn add(&mut self, record: &Record<'_>) {
        let parts = &record.parts;
        if parts.message.starts_with("Log file: ")
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

    /// What the reader should know. `records` counts the whole source, `truncated` tells that OpenClaw said so itself.
    pub(super) fn notes(&self, records: u64, truncated: bool, has_findings: bool) -> Vec<String> {
        let mut notes = Vec::new();
        let seen = self.count(|_, _| true);
        let has_header = self.looks.contains(&Look::Header);
        let is_plain = self.count(|kind, _| kind == Kind::Plain) > seen / 2;
        if is_plain && has_findings {
            notes.push(format!(
                "Plain `openclaw logs` text leaves out the provider's answer and other details; for a surer report: \
                 {BETTER}"
            ));
        }
        let log_records = records.saturating_sub(u64::from(has_header));
        if truncated || (is_plain && log_records == DEFAULT_LIMIT) {
            notes.push(format!(
                "Only the newest records may be here: `openclaw logs` prints {DEFAULT_LIMIT} unless told otherwise, and \
                 250,000 bytes; for more: {BETTER}"
            ));
        }
        // A real tail of a log always holds some information records that contain none of the words people grep for.
        let all_alarming = self.count(|kind, alarming| kind != Kind::Other && alarming) == seen;
        if seen >= 3 && !has_header && all_alarming {
            notes.push(format!(
                "This looks filtered (grep, or a log level of warn): the information records that carry the HTTP status \
                 are missing; better unfiltered: {BETTER}"
            ));
        }
        notes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Lines;

    fn notes(text: &str) -> Vec<String> {
        let mut survey = Survey::default();
        let mut records = 0;
        for raw in Lines::new(text.as_bytes(), 0) {
            survey.add(&Record::parse(&raw));
            records += 1;
        }
        survey.notes(records, false, true)
    }

    const INFO: &str = "2026-11-22T00:00:00Z info cron cron: started\n";
    const ERROR: &str = "2026-11-22T00:00:00Z error diagnostic lane task error: x\n";

    #[test]
    fn plain_text_is_said_to_hide_details() {
        assert_eq!(notes(&format!("Log file: /tmp/x\n{INFO}{ERROR}")).len(), 1);
        let json = r#"{"0":"m","_meta":{"logLevelName":"INFO"},"message":"m"}"#;
        assert_eq!(notes(&format!("{json}\n")).len(), 0);
    }

    #[test]
    fn a_full_default_tail_is_noticed() {
        let text = format!("Log file: /tmp/x\n{}", INFO.repeat(200));
        assert!(notes(&text)[1].contains("200"));
        assert_eq!(notes(&text[..text.len() - INFO.len()]).len(), 1);
    }

    #[test]
    fn a_filter_is_noticed() {
        assert!(notes(&ERROR.repeat(3)).iter().any(|note| note.contains("filtered")));
        assert!(!notes(&format!("{INFO}{}", ERROR.repeat(3))).iter().any(|note| note.contains("filtered")));
        assert!(!notes("some text\nerror\nerror\nerror\n").iter().any(|note| note.contains("filtered")));
    }
}
