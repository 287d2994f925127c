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
        self.family("report_info", "Which clawsift made the report, and with which catalogue.");
        self.gauge("report_info", &labels, 1);
        self.family("catalogue_rules", "Rules in force.");
        self.gauge("catalogue_rules", &[], report.catalogue.rules);
    }

    fn findings(&mut self, report: &Report) {
        let findings = &report.findings;
        self.family("incidents", "Failures as a person would count them, by the rule that explains them.");
        self.of_each(findings, "incidents", |finding| Some(finding.incidents));
        self.family("incident_records", "Records of these failures, echoes included.");
        self.of_each(findings, "incident_records", |finding| Some(finding.records));
        self.family("first_seen_timestamp_seconds", "When the rule first explained a record of the log.");
        self.of_each(findings, "first_seen_timestamp_seconds", |finding| finding.first_seen.map(seconds));
        self.family("last_seen_timestamp_seconds", "When the rule last explained a record of the log.");
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
            ("findings", "Rules that explain a failure, by severity.", all),
            (
                "ongoing_findings",
                "Of these, those seen up to the end of the log without a success since.",
                ongoing,
            ),
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
            ("matched_records", "Records that a rule explains as part of a failure.", totals.matched),
            ("warning_records", "Warnings and errors, explained or not.", totals.warnings),
            ("unclassified_records", "Warnings and errors that no rule explains.", totals.unclassified),
            ("unclassified_shapes", "In how many shapes these come.", totals.shapes),
        ] {
            self.family(name, help);
            self.gauge(name, &[], value);
        }
    }

    fn sources(&mut self, report: &Report) {
        let sources = &report.sources;
        let unread = sources.iter().filter(|source| !source.problems.is_empty()).count();
        for (name, help, value) in [
            ("sources", "Files and streams that were to be read.", sources.len()),
            ("unread_sources", "Of these, those that could not be read, or not whole.", unread),
        ] {
            self.family(name, help);
            self.gauge(name, &[], value);
        }
        for (name, help, time) in [
            ("log_start_timestamp_seconds", "Time of the first record that has one.", report.first_time()),
            ("log_end_timestamp_seconds", "Time of the last record that has one.", report.last_time()),
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
