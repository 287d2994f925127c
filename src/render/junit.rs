//! JUnit XML output, which CI systems show as tests: each finding is a failed test, and each source a test that passes
//! if it was read.

use std::io::{self, Write};

use quick_junit::{NonSuccessKind, Property, TestCase, TestCaseStatus, TestSuite, XmlString};

use crate::catalogue::Severity;
use crate::report::{Finding, Report, SourceInfo};

use super::digest::{advice, seen, visible};

/// Writes a report. Findings at or above `fail_on` fail (`--fail-on`, so that the tests agree with the exit status;
/// default: errors). Lower ones pass, with their text as output.
pub(super) fn write(report: &Report, fail_on: Option<Severity>, out: &mut dyn Write) -> io::Result<()> {
    let least = fail_on.unwrap_or(Severity::Error);
    let mut suite = TestSuite::new("clawsift");
    for (name, value) in [
        ("clawsift.version", report.tool.version.clone()),
        ("clawsift.catalogue", report.catalogue.fingerprint.clone()),
        ("clawsift.records", report.totals.records.to_string()),
        ("clawsift.incidents", report.totals.incidents.to_string()),
        ("clawsift.unclassified", report.totals.unclassified.to_string()),
    ] {
        suite.add_property(Property::new(name, text(&value)));
    }
    // One test per source, so that there is always a test: CI systems treat an empty file as an error.
    suite.add_test_cases(report.sources.iter().map(source));
    suite.add_test_cases(report.findings.iter().map(|finding| case(finding, finding.severity >= least)));
    if !report.notes.is_empty() {
        suite.set_system_out(text(&report.notes.join("\n")));
    }
    let mut all = quick_junit::Report::new("clawsift");
    all.add_test_suite(suite);
    all.serialize(out).map_err(io::Error::other)
}

fn source(source: &SourceInfo) -> TestCase {
    let status = match source.problems.is_empty() {
        true => TestCaseStatus::success(),
        false => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_type("unread_source").set_message(text(&source.problems.join("; ")));
            status
        }
    };
    let mut case = TestCase::new(text(&format!("read {}", source.name)), status);
    case.set_classname("clawsift.sources");
    case
}

fn case(finding: &Finding, fails: bool) -> TestCase {
    let story = story(finding);
    let status = match fails {
        true => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status
                .set_type(finding.severity.to_string())
                .set_message(text(&format!("{}: {}", finding.title, seen(finding))))
                .set_description(text(&story));
            status
        }
        false => TestCaseStatus::success(),
    };
    let mut case = TestCase::new(text(&finding.rule), status);
    case.set_classname(format!("clawsift.{}", finding.category));
    case.add_property(Property::new("fingerprint", text(&finding.fingerprint)));
    if !fails {
        case.set_system_out(text(&format!(
            "{} ({})\n{}\n{story}",
            finding.title,
            finding.severity,
            seen(finding)
        )));
    }
    case
}

fn story(finding: &Finding) -> String {
    let samples: Vec<String> = finding
        .samples
        .iter()
        .map(|sample| format!("{}:{}: {}", sample.source, sample.line, sample.text))
        .collect();
    format!("{}\n\n{}", samples.join("\n"), advice(finding))
}

/// Removes the characters that XML 1.0 forbids even as character references.
fn text(text: &str) -> XmlString {
    XmlString::new(visible(text))
}
