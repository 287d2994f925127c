//! Logs of six OpenClaw releases under injected faults, in each shape, and what people pasted into bug reports: the share of right
//! results must not fall. `tests/library/accuracy/score.py` scores other material.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use clawsift::catalogue::Severity;
use clawsift::report::Report;
use clawsift::scan::{scan, scan_bytes};
use clawsift::source::Input;

use super::{ENGINE, options};

/// Per shape of a log: the lowest share of right first findings, and of right numbers of incidents, in percent.
const FLOORS: [(&str, usize, usize); 4] =
    [("file.log", 97, 95), ("logs-json.txt", 97, 95), ("logs-plain.txt", 95, 92), ("console.txt", 97, 94)];
/// Lowest share of excerpts whose first finding is right, in percent.
const EXCERPTS: usize = 97;
/// Most excerpts of which the report says nothing at all.
const SILENT: usize = 1;

fn fixtures(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

/// One row of `labels.tsv`.
struct Case {
    folder: PathBuf,
    right: Vec<String>,
    right_for_plain: Vec<String>,
    fewest: u64,
    most: Option<u64>,
}

impl Case {
    fn new(row: &str) -> Self {
        let columns: Vec<&str> = row.split('\t').collect();
        let list = |at: usize| columns[at].split(',').filter(|word| *word != "-").map(str::to_owned);
        Self {
            folder: fixtures("versions").join(columns[0]).join(columns[1]),
            right: list(2).chain(list(3)).collect(),
            right_for_plain: list(4).collect(),
            fewest: columns[5].parse().expect("a number"),
            most: columns[6].parse().ok(),
        }
    }

    fn is_healthy(&self) -> bool {
        self.right[0] == "none"
    }

    fn accepts(&self, report: &Report, shape: &str) -> bool {
        let accepts = |name: &str| {
            let also = self.right_for_plain.iter().filter(|_| shape == "logs-plain.txt");
            self.right.iter().chain(also).any(|right| right == name)
        };
        (accepts("none") && alarms(report).is_empty())
            || report.findings.first().is_some_and(|first| accepts(&first.category.to_string()))
    }

    fn counts(&self, report: &Report) -> bool {
        let findings = report.findings.iter();
        let counted = findings.filter(|finding| {
            finding.severity > Severity::Warning || self.right.contains(&finding.category.to_string())
        });
        let incidents: u64 = counted.map(|finding| finding.incidents).sum();
        incidents >= self.fewest && self.most.is_none_or(|most| incidents <= most)
    }
}

/// Returns the findings above `info`, but for the warning that memory search has no key of its own.
fn alarms(report: &Report) -> Vec<&str> {
    let findings = report.findings.iter();
    let alarming =
        findings.filter(|finding| finding.severity > Severity::Info && finding.rule != "auth/memory-search");
    alarming.map(|finding| finding.rule.as_str()).collect()
}

fn cases() -> Vec<Case> {
    let text = fs::read_to_string(fixtures("versions/labels.tsv")).expect("labels");
    let cases: Vec<Case> = text.lines().filter(|line| !line.starts_with('#')).map(Case::new).collect();
    assert!(cases.len() >= 60, "only {} cases", cases.len());
    cases
}

/// Returns a message if fewer than `floor` percent of `all` are right.
fn below(floor: usize, all: usize, wrong: &[String]) -> Option<String> {
    assert!(all > 0, "nothing was scored");
    let right = all - wrong.len();
    (right * 100 < floor * all)
        .then(|| format!("{right} of {all} right, {floor} % wanted:\n{}", wrong.join("\n")))
}

#[test]
fn each_version_and_shape_gets_right_results() {
    let cases = cases();
    let mut failed = Vec::new();
    for (shape, first_floor, count_floor) in FLOORS {
        let (mut wrong, mut miscounted, mut all) = (Vec::new(), Vec::new(), 0);
        for case in &cases {
            let path = case.folder.join(shape);
            if !path.exists() {
                continue;
            }
            all += 1;
            let report = scan(&ENGINE, &[Input::Path(path.clone())], &[], &options());
            let found: BTreeMap<&str, u64> =
                report.findings.iter().map(|finding| (finding.rule.as_str(), finding.incidents)).collect();
            if case.is_healthy() {
                assert!(alarms(&report).is_empty(), "{}: {found:?}", path.display());
            }
            if !case.accepts(&report, shape) {
                wrong.push(format!("{}: {found:?}, {:?} expected", path.display(), case.right));
            }
            if !case.is_healthy() && !case.counts(&report) {
                miscounted.push(format!(
                    "{}: {found:?}, {} to {:?} expected",
                    path.display(),
                    case.fewest,
                    case.most
                ));
            }
        }
        failed.extend(below(first_floor, all, &wrong).map(|text| format!("{shape}, first finding: {text}")));
        failed.extend(below(count_floor, all, &miscounted).map(|text| format!("{shape}, incidents: {text}")));
    }
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
}

#[derive(serde::Deserialize)]
struct Excerpt {
    id: String,
    category: String,
    accept: Vec<String>,
    text: String,
}

#[test]
fn what_people_paste_gets_right_results() {
    let text = fs::read_to_string(fixtures("real/reports.jsonl")).expect("excerpts");
    let (mut wrong, mut silent, mut all) = (Vec::new(), Vec::new(), 0);
    for line in text.lines() {
        let excerpt: Excerpt = serde_json::from_str(line).expect("an excerpt");
        all += 1;
        let report = scan_bytes(&ENGINE, "paste", excerpt.text.as_bytes(), &options());
        let accepted =
            |name: &str| excerpt.category == name || excerpt.accept.iter().any(|other| other == name);
        let is_right = match report.findings.first() {
            Some(first) => accepted(&first.category.to_string()),
            None => accepted("none"),
        };
        if !is_right {
            let found: Vec<&str> = report.findings.iter().map(|finding| finding.rule.as_str()).collect();
            if found.is_empty() && report.totals.unclassified == 0 {
                silent.push(excerpt.id.clone());
            }
            wrong.push(format!("{}: {found:?}, {} expected", excerpt.id, excerpt.category));
        }
    }
    assert_eq!(below(EXCERPTS, all, &wrong), None);
    assert!(silent.len() <= SILENT, "nothing was said of {silent:?}");
}
