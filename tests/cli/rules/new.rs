//! `clawsift rules new`.

use std::fs;

use crate::{clawsift, json, stderr};

#[test]
fn a_rule_is_drafted_for_what_no_rule_explains() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("gateway.log");
    let line =
        |n: u32, text: &str| format!("2026-11-22T10:00:{n:02}.000+00:00 warn kitchen/blender {text}\n");
    let text: String = (1..8)
        .map(|n| line(n, &format!("motor of \"blender {n}\" overheated after {n} minutes")))
        .chain([line(8, "jar 7 is not seated")])
        .collect();
    fs::write(&log, text).expect("a log");
    let draft = folder.path().join("draft.yaml");
    let new = |number: &str| {
        let mut command = clawsift();
        command.args(["rules", "new", "--from-unknown", number]).arg(&log).arg("--output").arg(&draft);
        command.output().expect("output")
    };
    assert!(new("1").status.success());
    let again = new("1");
    assert_eq!(again.status.code(), Some(2));
    assert!(stderr(&again).contains("name a file that is not there yet"), "{}", stderr(&again));
    let none = new("3");
    assert!(stderr(&none).contains("there is no shape 3"), "{}", stderr(&none));

    let output = clawsift().arg(&log).arg("--rules").arg(&draft).args(["--format", "json"]).output();
    let report = json(&output.expect("output"));
    assert_eq!(report["totals"]["matched"], 7, "{}", fs::read_to_string(&draft).expect("a draft"));
    assert_eq!(report["totals"]["unclassified"], 1);
}
