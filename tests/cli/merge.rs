//! `clawsift merge`.

use std::fs;

use insta_cmd::assert_cmd_snapshot;

use crate::{clawsift, json, stderr, stdout};

#[test]
fn reports_of_parts_are_merged() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut reports = Vec::new();
    for case in ["dns-notfound", "tls-expired", "mixed"] {
        let report = folder.path().join(format!("{case}.json"));
        let log = format!("fixtures/logs/{case}/file.log");
        let output = clawsift().args([&log, "--format", "json", "--output"]).arg(&report).output();
        assert!(output.expect("output").status.success());
        reports.push(report);
    }
    let merged = clawsift().args(["merge", "--format", "json"]).args(&reports).output().expect("output");
    assert!(merged.status.success(), "{}", stderr(&merged));
    let scan = ["dns-notfound", "tls-expired", "mixed"].map(|case| format!("fixtures/logs/{case}/file.log"));
    let whole = clawsift().args(["--format", "json"]).args(scan).output().expect("output");
    assert_eq!(stdout(&merged), stdout(&whole));

    reports.reverse();
    let table = clawsift().arg("merge").args(&reports).args(["--top", "1", "--fail-on", "error"]).output();
    let table = table.expect("output");
    assert_eq!(table.status.code(), Some(1));
    assert!(stdout(&table).starts_with("19 incidents in "), "{}", stdout(&table));
}

#[test]
fn what_is_no_report_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let cut = folder.path().join("cut.json");
    let output = clawsift().args(["fixtures/logs/mixed/file.log", "--top", "1", "--format", "json"]).output();
    let output = output.expect("output");
    assert_eq!(json(&output)["mergeable"], serde_json::Value::Null);
    fs::write(&cut, &output.stdout).expect("a file");
    let output = clawsift().arg("merge").arg(&cut).output().expect("output");
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output)
            .contains("cut.json cannot be merged: the report was shortened with --top or --budget"),
        "{}",
        stderr(&output)
    );
    assert_cmd_snapshot!(clawsift().args(["merge", "fixtures/logs/labels.tsv", "nowhere.json"]));
}
