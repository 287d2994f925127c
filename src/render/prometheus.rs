//! Prometheus text format, for the textfile collector of node_exporter.
//!
//! The number of series is bounded: at most four per rule of the catalogue, plus a fixed number. Values of logs never
//! become labels. All metrics are gauges, because log rotation lowers the counts.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use jiff::Timestamp;

use crate::catalogue::Severity;
use crate::report::{Finding, Report, Status};

use super::digest::visible;

const SEVERITIES: [Severity; 4] = [Severity::Critical, Severity::Error, Severity::Warning, Severity::Info];

/// Families of gauges, each with one help line and one type line.
#[derive(Default)]
struct Page {
    out: String,
}

/// Names and values of labels.
type Labels<'l> = [(&'l str, &'l str)];

pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::default();
    page.maker(report);
    page.findings(report);
    page.severities(report);
    page.totals(report);
    page.sources(report);
    out.write_all(page.out.as_bytes())
}

impl Page {
    fn maker(&mut self, report: &Report) {
        let labels =
            [("version", report.tool.version.as_str()), ("catalogue", report.catalogue.fingerprint.as_str())];
        self.family("report_info", "Version of clawsift and of its catalogue.");
        self.gauge("report_info", &labels, 1);
        self.family("catalogue_rules", "Active rules.");
        self.gauge("catalogue_rules", &[], report.catalogue.rules);
    }

    fn findings(&mut self, report: &Report) {
        let findings = &report.findings;
        self.family("incidents", "Incidents per rule.");
        self.of_each(findings, "incidents", |finding| Some(finding.incidents));
        self.family("incident_records", "Records of these incidents, related records included.");
        self.of_each(findings, "incident_records", |finding| Some(finding.records));
        self.family("first_seen_timestamp_seconds", "Time of the first record that the rule explains.");
        self.of_each(findings, "first_seen_timestamp_seconds", |finding| finding.first_seen.map(seconds));
        self.family("last_seen_timestamp_seconds", "Time of the last record that the rule explains.");
        self.of_each(findings, "last_seen_timestamp_seconds", |finding| finding.last_seen.map(seconds));
    }

    fn of_each<V: std::fmt::Display>(
        &mut self,
        findings: &[Finding],
        name: &str,
        value: impl Fn(&Finding) -> Option<V>,
    ) {
        for finding in findings {
            let Some(value) = value(finding) else { continue };
            let (category, severity) = (finding.category.to_string(), finding.severity.to_string());
            let labels = [
                ("rule", finding.rule.as_str()),
                ("category", &category),
                ("severity", &severity),
                ("status", finding.status.name()),
            ];
            self.gauge(name, &labels, value);
        }
    }

    /// Adds the gauges for alerts, which are present even without findings.
    fn severities(&mut self, report: &Report) {
        let (mut all, mut ongoing): (BTreeMap<Severity, usize>, BTreeMap<Severity, usize>) =
            Default::default();
        for finding in &report.findings {
            *all.entry(finding.severity).or_default() += 1;
            *ongoing.entry(finding.severity).or_default() += usize::from(finding.status == Status::Ongoing);
        }
        for (name, help, counts) in [
            ("findings", "Findings per severity.", all),
            ("ongoing_findings", "Findings per severity that are ongoing at the end of the log.", ongoing),
        ] {
            self.family(name, help);
            for severity in SEVERITIES {
                let count = counts.get(&severity).copied().unwrap_or(0);
                self.gauge(name, &[("severity", &severity.to_string())], count);
            }
        }
    }

    fn totals(&mut self, report: &Report) {
        let totals = &report.totals;
        for (name, help, value) in [
            ("log_bytes", "Bytes read.", totals.bytes),
            ("log_lines", "Physical lines read.", totals.lines),
            ("log_records", "Records read.", totals.records),
            ("matched_records", "Records that a rule explains as part of an incident.", totals.matched),
            ("warning_records", "Warning and error records, explained or not.", totals.warnings),
            ("unclassified_records", "Unexplained warning and error records.", totals.unclassified),
            ("unclassified_shapes", "Patterns of unexplained records.", totals.shapes),
        ] {
            self.family(name, help);
            self.gauge(name, &[], value);
        }
    }

    fn sources(&mut self, report: &Report) {
        let sources = &report.sources;
        let unread = sources.iter().filter(|source| !source.problems.is_empty()).count();
        for (name, help, value) in [
            ("sources", "Sources given.", sources.len()),
            ("unread_sources", "Sources that could not be read completely.", unread),
        ] {
            self.family(name, help);
            self.gauge(name, &[], value);
        }
        for (name, help, time) in [
            (
                "log_start_timestamp_seconds",
                "Time of the first record with a timestamp.",
                report.first_time(),
            ),
            ("log_end_timestamp_seconds", "Time of the last record with a timestamp.", report.last_time()),
        ] {
            self.family(name, help);
            if let Some(time) = time {
                self.gauge(name, &[], seconds(time));
            }
        }
    }

    fn family(&mut self, name: &str, help: &str) {
        let _ = writeln!(self.out, "# HELP clawsift_{name} {help}\n# TYPE clawsift_{name} gauge");
    }

    fn gauge(&mut self, name: &str, labels: &Labels<'_>, value: impl std::fmt::Display) {
        let labels: Vec<String> =
            labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
        let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        let _ = writeln!(self.out, "clawsift_{name}{labels} {value}");
    }
}

/// Returns seconds since the epoch; a float is exact enough for milliseconds.
fn seconds(time: Timestamp) -> f64 {
    time.as_millisecond() as f64 / 1000.0
}

fn escaped(value: &str) -> String {
    visible(value).replace('\\', r"\\").replace('"', "\\\"").replace('\n', "\\n")
}
