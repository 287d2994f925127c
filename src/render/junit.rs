//! JUnit XML, which CI shows as tests: each finding is a test that failed, and each source one that passed when it was read.

use std::io::{self, Write};

use quick_junit::{NonSuccessKind, Property, TestCase, TestCaseStatus, TestSuite, XmlString};

use crate::catalogue::Severity;
use crate::report::{Finding, Report, SourceInfo};

use super::digest::{advice, seen, visible};

/// Writes a report. Findings of at least that severity fail (`--fail-on`, so that the tests say the same as the exit
/// status), and errors where none is given; those below pass, with what there is to say as their output.
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
    // So that there is a test also where nothing is wrong: CI takes an empty file for a fault of its own.
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

/// A text without the characters that XML 1.0 forbids in any spelling.
fn text(text: &str) -> XmlString {
    XmlString::new(visible(text))
}
