//! Real logs of OpenClaw 2026.9.6 under injected faults: the category of the fault comes first in the report.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use clawsift::catalogue::Severity;
use clawsift::report::{Report, Status};
use clawsift::scan::scan;
use clawsift::source::Input;

use super::{ENGINE, options};

fn logs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/logs")
}

fn report(path: PathBuf) -> Report {
    let report = scan(&ENGINE, &[Input::Path(path.clone())], &[], &options());
    assert!(report.sources[0].problems.is_empty(), "{}: {:?}", path.display(), report.sources[0].problems);
    report
}

/// One row of `labels.tsv`.
struct Label {
    case: String,
    category: String,
    also_right: Vec<String>,
    plain_only: Vec<String>,
}

fn labels() -> Vec<Label> {
    let list = |text: &str| text.split(',').filter(|word| *word != "-").map(str::to_owned).collect();
    let text = fs::read_to_string(logs().join("labels.tsv")).expect("labels");
    let labels: Vec<Label> = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let columns: Vec<&str> = line.split('\t').collect();
            Label {
                case: columns[0].to_owned(),
                category: columns[1].to_owned(),
                also_right: list(columns[2]),
                plain_only: list(columns[3]),
            }
        })
        .collect();
    assert!(labels.len() >= 40, "only {} labels", labels.len());
    labels
}

#[test]
fn the_injected_fault_comes_first() {
    let mut wrong = Vec::new();
    for label in labels().iter().filter(|label| label.category != "none") {
        for file in ["file.log", "logs-plain.txt", "logs-json.txt", "console.txt"] {
            let path = logs().join(&label.case).join(file);
            if !path.exists() {
                continue;
            }
            let report = report(path);
            let first =
                report.findings.first().map(|finding| finding.category.to_string()).unwrap_or_default();
            let is_plain = file == "logs-plain.txt";
            let is_right = first == label.category
                || label.also_right.contains(&first)
                || (is_plain && label.plain_only.contains(&first));
            if !is_right {
                wrong.push(format!("{} {file}: {} expected, {first:?} first", label.case, label.category));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_healthy_log_is_not_alarming() {
    for label in labels().iter().filter(|label| label.category == "none") {
        for file in ["file.log", "logs-plain.txt"] {
            let report = report(logs().join(&label.case).join(file));
            let alarming: Vec<&str> = report
                .findings
                .iter()
                .filter(|finding| finding.severity >= Severity::Warning)
                .map(|finding| finding.rule.as_str())
                .collect();
            assert!(alarming.is_empty(), "{} {file}: {alarming:?}", label.case);
            assert_eq!(report.totals.unclassified, 0, "{} {file}: {:?}", label.case, report.unclassified);
        }
    }
}

/// One gateway log with 27 turns, whose faults were counted when they were injected.
#[test]
fn incidents_are_counted_as_the_faults_were() {
    let truth = BTreeMap::from([
        ("auth", 1),
        ("bad_request", 1),
        ("billing", 1),
        ("connection", 2),
        ("context_overflow", 1),
        ("dns", 1),
        ("model_not_found", 1),
        ("overloaded", 2),
        ("permission", 1),
        ("rate_limit", 2),
        ("request_timeout", 1),
        ("server_error", 1),
        ("tls", 1),
        ("tool", 1),
    ]);
    let truth: BTreeMap<String, u64> = truth.iter().map(|(name, n)| ((*name).to_owned(), *n)).collect();
    for file in FORMS {
        let report = report(logs().join("mixed").join(file));
        let mut counted: BTreeMap<String, u64> = BTreeMap::new();
        for finding in &report.findings {
            *counted.entry(finding.category.to_string()).or_default() += finding.incidents;
        }
        // Plain text has neither ids nor the provider's response bodies, but all of these turns can be separated in it.
        assert_eq!(counted, truth, "{file}");
        assert_eq!(report.totals.incidents, 17, "{file}");
    }
}

/// The file log, `openclaw logs --json`, the console, and plain `openclaw logs` of one gateway.
const FORMS: [&str; 4] = ["file.log", "logs-json.txt.gz", "console.txt", "logs-plain.txt"];

/// The status of a failure does not depend on the format of the log.
#[test]
fn each_form_tells_the_same_status() {
    let of_form = |file: &str| -> BTreeMap<String, Status> {
        let findings = report(logs().join("mixed").join(file)).findings;
        findings.into_iter().map(|finding| (finding.category.to_string(), finding.status)).collect()
    };
    let expected = of_form("file.log");
    for file in FORMS {
        assert_eq!(of_form(file), expected, "{file}");
    }
}

/// A later run with another provider says nothing about a failed one.
#[test]
fn what_nobody_mended_is_not_called_recovered() {
    for file in ["file.log", "logs-plain.txt"] {
        let report = report(logs().join("mixed").join(file));
        for finding in report.findings.iter().filter(|finding| {
            matches!(finding.category.to_string().as_str(), "auth" | "billing" | "permission" | "dns" | "tls")
        }) {
            assert_eq!(finding.status, Status::Ongoing, "{file}: {}", finding.rule);
        }
        let rate_limit = report.findings.iter().find(|finding| finding.category.to_string() == "rate_limit");
        assert!(rate_limit.is_some());
    }
    let recovered = report(logs().join("anthropic-529-recovers/file.log"));
    assert_eq!(recovered.findings[0].status, Status::Recovered);
}
