//! Line output of a watch: one line per new or changed finding, for a log file or a script.

use std::collections::BTreeMap;

use anstyle::{AnsiColor, Style as Paint};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::catalogue::{Category, Severity};
use crate::redact::Redactor;
use crate::report::{FilledFix, Finding, Report, Status, Totals};
use crate::watch::{Change, ChangeKind};

use super::super::words::count;

/// Returns one line for a person, with colour codes: the time, the change of the finding, and the first command for a
/// new one.
pub fn change_line(change: &Change, zone: &TimeZone) -> String {
    let Change { kind, finding } = change;
    let time = finding
        .last_seen
        .map_or("-".to_owned(), |time| time.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string());
    let paint = paint(*kind, finding.severity);
    let mut line = format!(
        "{time}  {paint}{:<9} {:<8}{paint:#}  {} ({}); {}, {}",
        kind.name(),
        finding.severity.to_string(),
        finding.title,
        finding.rule,
        count(finding.incidents, "incident"),
        finding.status.name(),
    );
    let wants_fix = matches!(kind, ChangeKind::New | ChangeKind::Back | ChangeKind::Known)
        && finding.status.is_going_on();
    if let Some(command) = finding.first_command().filter(|_| wants_fix) {
        // Only the report contains all lines of a command.
        line.push_str(&format!("; try: {}", command.lines().next().unwrap_or_default()));
    }
    line
}

fn paint(kind: ChangeKind, severity: Severity) -> Paint {
    match (kind, severity) {
        (ChangeKind::Recovered | ChangeKind::Quiet, _) => AnsiColor::Green.on_default(),
        (ChangeKind::Withdrawn, _) => Paint::new().dimmed(),
        (_, Severity::Critical) => AnsiColor::Magenta.on_default(),
        (_, Severity::Error) => AnsiColor::Red.on_default(),
        (_, Severity::Warning) => AnsiColor::Yellow.on_default(),
        (_, Severity::Info) => AnsiColor::Blue.on_default(),
    }
}

#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Line<'r> {
    Finding {
        change: ChangeKind,
        rule: &'r str,
        fingerprint: &'r str,
        title: &'r str,
        category: Category,
        severity: Severity,
        status: Status,
        incidents: u64,
        records: u64,
        first_seen: Option<Timestamp>,
        last_seen: Option<Timestamp>,
        captures: BTreeMap<&'r str, &'r str>,
        fixes: &'r [FilledFix],
    },
    Log {
        text: &'r str,
    },
    End {
        totals: &'r Totals,
        first_time: Option<Timestamp>,
        last_time: Option<Timestamp>,
        findings: Vec<Standing<'r>>,
        notes: &'r [String],
    },
}

/// State of a finding at the end of a watch.
#[derive(Serialize)]
struct Standing<'r> {
    rule: &'r str,
    severity: Severity,
    status: Status,
    incidents: u64,
}

/// Returns a change as a one-line JSON object.
pub fn change_json(change: &Change) -> String {
    let Change { kind, finding } = change;
    let facts = finding.captures.iter();
    let facts = facts.filter_map(|(name, values)| Some((name.as_str(), values.first()?.value.as_str())));
    json(&Line::Finding {
        change: *kind,
        rule: &finding.rule,
        fingerprint: &finding.fingerprint,
        title: &finding.title,
        category: finding.category,
        severity: finding.severity,
        status: finding.status,
        incidents: finding.incidents,
        records: finding.records,
        first_seen: finding.first_seen,
        last_seen: finding.last_seen,
        captures: facts.collect(),
        fixes: &finding.fixes,
    })
}

/// Returns an event of the log file itself as a one-line JSON object.
pub fn event_json(text: &str) -> String {
    json(&Line::Log { text: &Redactor::MASKING.clean(text) })
}

/// Returns the final state of all findings as a one-line JSON object.
pub fn end_json(report: &Report) -> String {
    let findings = report.findings.iter().map(|Finding { rule, severity, status, incidents, .. }| Standing {
        rule,
        severity: *severity,
        status: *status,
        incidents: *incidents,
    });
    json(&Line::End {
        totals: &report.totals,
        first_time: report.first_time(),
        last_time: report.last_time(),
        findings: findings.collect(),
        notes: &report.notes,
    })
}

fn json(line: &Line<'_>) -> String {
    // Strings and numbers only, so serialization cannot fail.
    serde_json::to_string(line).unwrap_or_default()
}
