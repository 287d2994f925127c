//! `clawsift rules new`.

use std::fs;

use insta_cmd::assert_cmd_snapshot;

use crate::{clawsift, clawsift_in, json, piped, stderr, stdout};

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
    assert!(stderr(&again).contains("name a file that does not exist yet"), "{}", stderr(&again));
    let none = new("3");
    assert!(stderr(&none).contains("no unexplained pattern 3"), "{}", stderr(&none));

    let output = clawsift().arg(&log).arg("--rules").arg(&draft).args(["--format", "json"]).output();
    let report = json(&output.expect("output"));
    assert_eq!(report["totals"]["matched"], 7, "{}", fs::read_to_string(&draft).expect("a draft"));
    assert_eq!(report["totals"]["unclassified"], 1);
}

#[test]
fn a_rule_is_drafted_for_a_line() {
    let line = "Error: disk 3 is full on node-7.internal:5432 after 30s, Bearer sk-abcdefghijklmnop1234";
    assert_cmd_snapshot!(clawsift().args(["rules", "new", "--from-line", line]));
    let mut command = clawsift();
    command.args(["rules", "new", "--from-line", "-"]);
    let piped = piped(command, format!("{line}\n").as_bytes());
    let given = clawsift().args(["rules", "new", "--from-line", line]).output().expect("output");
    assert_eq!(stdout(&piped), stdout(&given));
    assert!(!stdout(&piped).contains("sk-abc"));
}

#[test]
fn a_draft_is_an_overlay_that_wins_its_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let line = "error: connect ECONNREFUSED 10.0.0.7:8081 while the flux was away";
    let new = || {
        clawsift_in(folder.path())
            .args(["rules", "new", "--from-line", line, "--output", "flux.yaml"])
            .output()
            .expect("output")
    };
    let output = new();
    assert_eq!((output.status.code(), stdout(&output)), (Some(0), String::new()));
    assert!(stderr(&output).contains("already explained by connection/refused"), "{}", stderr(&output));
    let draft = fs::read(folder.path().join("flux.yaml")).expect("a draft");
    assert_eq!(new().status.code(), Some(2));
    assert_eq!(fs::read(folder.path().join("flux.yaml")).expect("a draft"), draft);

    let mut command = clawsift_in(folder.path());
    command.args(["--rules", "flux.yaml", "--format", "json"]);
    let report = json(&piped(command, b"error: connect ECONNREFUSED 10.9.9.9:81 while the flux was away\n"));
    assert_eq!(report["findings"][0]["rule"], "connection/connect-econnrefused-while-flux");
    assert_eq!(report["findings"][0]["fixes"][0]["say"], "TODO: what to do about 10.9.9.9, 81");
}

#[test]
fn without_anything_to_draft_for_it_says_what_to_give() {
    assert_cmd_snapshot!(clawsift().args(["rules", "new"]));
    let info = "2026-11-22T10:04:00.228+00:00 info gateway resolving authentication";
    assert_cmd_snapshot!(clawsift().args(["rules", "new", "--from-line", info]));
}
