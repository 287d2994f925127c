//! CSV output (RFC 4180): one row per finding, for spreadsheets and data frames.

use std::borrow::Cow;
use std::io::{self, Write};

use csv::{Terminator, WriterBuilder};

use crate::report::{Finding, Report};

use super::digest::{facts, visible};

const HEAD: [&str; 23] = [
    "rank",
    "severity",
    "category",
    "rule",
    "fingerprint",
    "title",
    "status",
    "incidents",
    "records",
    "first_seen",
    "last_seen",
    "provider",
    "model",
    "host",
    "code",
    "facts",
    "source",
    "line",
    "text",
    "cause",
    "fix",
    "run",
    "confidence",
];

pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out);
    writer.write_record(HEAD)?;
    for finding in &report.findings {
        let row = row(finding);
        writer.write_record(row.iter().map(|value| inert(&visible(value)).into_owned()))?;
    }
    writer.flush()
}

fn row(finding: &Finding) -> [String; HEAD.len()] {
    let fact = |name: &str| finding.captures.get(name).and_then(|values| Some(values.first()?.value.clone()));
    let time = |time: Option<jiff::Timestamp>| time.map(|time| time.to_string()).unwrap_or_default();
    let sample = finding.samples.first();
    let fix = finding.fixes.first();
    [
        finding.rank.to_string(),
        finding.severity.to_string(),
        finding.category.to_string(),
        finding.rule.clone(),
        finding.fingerprint.clone(),
        finding.title.clone(),
        finding.status.name().to_owned(),
        finding.incidents.to_string(),
        finding.records.to_string(),
        time(finding.first_seen),
        time(finding.last_seen),
        fact("provider").unwrap_or_default(),
        fact("model").unwrap_or_default(),
        fact("host").unwrap_or_default(),
        fact("code").or_else(|| fact("status")).unwrap_or_default(),
        facts(finding),
        sample.map(|sample| sample.source.clone()).unwrap_or_default(),
        sample.map(|sample| sample.line.to_string()).unwrap_or_default(),
        sample.map(|sample| sample.text.clone()).unwrap_or_default(),
        finding.causes.first().cloned().unwrap_or_default(),
        fix.map(|fix| fix.say.clone()).unwrap_or_default(),
        fix.and_then(|fix| fix.run.clone()).unwrap_or_default(),
        finding.confidence.to_string(),
    ]
}

/// Prevents a spreadsheet from reading the value as a formula: a leading apostrophe makes it text.
fn inert(value: &str) -> Cow<'_, str> {
    let first = value.trim_start_matches([' ', '"', '\'', '\u{a0}']).chars().next();
    let is_formula =
        |c: char| matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠');
    match first {
        Some(c) if is_formula(c) => Cow::Owned(format!("'{value}")),
        _ => Cow::Borrowed(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_a_formula() {
        for value in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\"=1", "＝1", "'=1"] {
            assert_eq!(inert(value), format!("'{value}"));
        }
        for value in ["", "a=1", "openclaw status", "1", "2026-11-22T10:19:02Z", "'", "mail@x"] {
            assert_eq!(inert(value), value);
        }
    }
}
