//! Fingerprints of findings: equal for the same failure on any machine and at any time.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use super::{fixtures, json, run};

fn fingerprints(report: &Value) -> BTreeMap<String, String> {
    let findings = report["findings"].as_array().expect("findings").iter();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    findings.map(|finding| (text(&finding["rule"]), text(&finding["fingerprint"]))).collect()
}

#[test]
fn order_time_place_and_number_do_not_matter() {
    let base = fingerprints(&json(&["--format", "json", "fixtures/logs/mixed/file.log"]));
    assert_eq!(base.len(), 16);
    let sorted =
        json(&["--format", "json", "--sort", "count", "--jobs", "1", "fixtures/logs/mixed/file.log"]);
    assert_eq!(fingerprints(&sorted), base);

    // Another day, another machine, twice as often, with other ids.
    let folder = tempfile::tempdir().expect("a folder");
    let log = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/logs/mixed/file.log"));
    let log = log.expect("a log").replace("clawbox", "elsewhere");
    let (first, second) =
        (log.replace("2026-11-22T", "2026-12-01T"), log.replace("2026-11-22T", "2026-12-02T"));
    let path = folder.path().join("other.log");
    fs::write(&path, first + &second).expect("a log");
    let path = path.to_str().expect("a path");
    assert_eq!(fingerprints(&json(&["--format", "json", path])), base);
}

#[test]
fn merging_gives_the_fingerprint_of_the_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let logs = ["fixtures/logs/mixed/file.log", "fixtures/logs/dns-notfound/file.log"];
    let mut reports = Vec::new();
    for (index, log) in logs.iter().enumerate() {
        let report = folder.path().join(format!("{index}.json"));
        assert!(
            run(&["--format", "json", "--output", report.to_str().expect("a path"), log]).status.success()
        );
        reports.push(report);
    }
    let whole = fingerprints(&json(&["--format", "json", logs[0], logs[1]]));
    for order in [[0, 1], [1, 0]] {
        let [a, b] = order.map(|index| reports[index].to_str().expect("a path"));
        assert_eq!(fingerprints(&json(&["merge", "--format", "json", a, b])), whole);
    }
}

#[test]
fn failures_of_one_rule_differ_by_their_facts() {
    let mut seen: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for case in fixtures() {
        let report = json(&["--format", "json", &case]);
        for finding in report["findings"].as_array().expect("findings") {
            seen.entry(finding["fingerprint"].to_string()).or_default().push(finding["rule"].clone());
        }
    }
    assert!(seen.values().all(|rules| rules.iter().all(|rule| rule == &rules[0])), "{seen:#?}");
    assert!(seen.len() > 40, "{}", seen.len());
}
