//! `diff`: stopped, new and worse failures, and the exit status for each.

use crate::{clawsift, fixture, json, piped, stderr, stdout};

const FOLLOW: &str = "fixtures/logs/follow/file.log";
const MIXED: &str = "fixtures/logs/mixed/file.log";

fn diff(args: &[&str]) -> std::process::Output {
    clawsift().arg("diff").args(args).output().expect("the program runs")
}

fn changes(comparison: &serde_json::Value) -> Vec<(String, String)> {
    let text = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
    let rows = comparison["findings"].as_array().expect("findings");
    rows.iter().map(|row| (text(&row["change"]), text(&row["rule"]))).collect()
}

#[test]
fn a_restart_that_helped_is_told_from_what_came_before_it() {
    let output = diff(&["--since-restart", FOLLOW]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    insta::assert_snapshot!(stdout(&output));
}

#[test]
fn what_is_new_is_worse_and_ends_with_one() {
    let output = diff(&["fixtures/logs/ok-anthropic/file.log", FOLLOW, "--format", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let comparison = json(&output);
    assert_eq!(comparison["outcome"], "worse");
    assert_eq!(changes(&comparison), [("new".to_owned(), "auth/openai-key".to_owned())]);
    assert!(!comparison["findings"][0]["fixes"].as_array().expect("fixes").is_empty());
    let back = diff(&[FOLLOW, "fixtures/logs/ok-anthropic/file.log", "--format", "json"]);
    assert_eq!(back.status.code(), Some(0));
    assert_eq!(changes(&json(&back))[0].0, "stopped");
}

#[test]
fn a_report_compares_like_its_log() {
    let folder = tempfile::tempdir().expect("a folder");
    let report = folder.path().join("before.json");
    let written = clawsift().args(["--format", "json", "--output"]).arg(&report).arg(MIXED).status();
    assert!(written.expect("the program runs").success());
    let same = diff(&[&report.to_string_lossy(), MIXED, "--format", "json"]);
    assert_eq!(same.status.code(), Some(0), "{}", stderr(&same));
    let same = json(&same);
    assert_eq!(same["outcome"], "same");
    assert!(changes(&same).iter().all(|(change, _)| change == "unchanged"));
    assert_eq!(same["before"]["incidents"], 17);
    assert_eq!(same["before"]["hours"], same["after"]["hours"]);
}

/// Returns a log with `runs` failing runs from 10:00 on, `step` seconds apart.
fn failing(runs: usize, step: usize) -> String {
    let log = String::from_utf8(fixture("dns-notfound/file.log")).expect("UTF-8");
    let record = log.lines().find(|line| line.contains("ENOTFOUND")).expect("a failing record").to_owned();
    let at = record.find("2026-11-22T").expect("a time");
    let time = record[at..at + 19].to_owned();
    let id = |key: &str| {
        let at = record.find(key).expect("an id") + key.len();
        record[at..].split('"').next().expect("an id").to_owned()
    };
    let trace = id("\"traceId\":\"");
    let line = |run: usize| {
        let second = run * step;
        let now = format!("2026-11-22T{:02}:{:02}:{:02}", 10 + second / 3600, second / 60 % 60, second % 60);
        record.replace(&time, &now).replace(&trace, &format!("{run:032x}")) + "\n"
    };
    (0..runs).map(line).collect()
}

#[test]
fn a_rate_counts_and_not_a_number() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    // Twenty in 200 minutes, and twenty in 20 minutes.
    std::fs::write(path("slow.log"), failing(20, 600)).expect("a file");
    std::fs::write(path("fast.log"), failing(20, 60)).expect("a file");
    let worse = diff(&[&path("slow.log"), &path("fast.log")]);
    assert_eq!(worse.status.code(), Some(1), "{}", stderr(&worse));
    assert!(stdout(&worse).starts_with("worse: 1 worse\n"), "{}", stdout(&worse));
    let better = diff(&[&path("fast.log"), &path("slow.log")]);
    assert_eq!(better.status.code(), Some(0));
    assert!(stdout(&better).starts_with("better: 1 better\n"), "{}", stdout(&better));
    let same = diff(&[&path("fast.log"), &path("fast.log")]);
    assert!(stdout(&same).starts_with("no change: 1 unchanged\n"), "{}", stdout(&same));
}

#[test]
fn logs_are_divided_at_a_moment_also_from_a_pipe() {
    let mut command = clawsift();
    command.args(["diff", "--at", "2026-11-22T10:10:00Z", "--format", "json", "-"]);
    let comparison = json(&piped(command, failing(20, 60).as_bytes()));
    assert_eq!(
        (&comparison["before"]["incidents"], &comparison["after"]["incidents"]),
        (&10.into(), &10.into())
    );
    assert_eq!(comparison["after"]["first_time"], "2026-11-22T10:10:00Z");
}

#[test]
fn markdown_holds_the_same() {
    let output = diff(&["fixtures/logs/ok-anthropic/file.log", FOLLOW, "--format", "markdown"]);
    insta::assert_snapshot!(stdout(&output));
}

#[test]
fn what_cannot_be_compared_is_said() {
    let one = diff(&[FOLLOW]);
    assert_eq!(one.status.code(), Some(2));
    assert!(stderr(&one).contains("--since-restart"), "{}", stderr(&one));
    let mut command = clawsift();
    command.args(["diff", "--since-restart", "-"]);
    let none = piped(command, failing(3, 60).as_bytes());
    assert_eq!(none.status.code(), Some(2));
    assert!(stderr(&none).contains("no gateway start"), "{}", stderr(&none));
    let missing = diff(&[FOLLOW, "/nonexistent/x.log"]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(stderr(&missing).contains("no such file"), "{}", stderr(&missing));
    // An empty log does not show that a failure has stopped.
    let folder = tempfile::tempdir().expect("a folder");
    let empty = folder.path().join("empty.log");
    std::fs::write(&empty, "").expect("a file");
    let output = diff(&[FOLLOW, &empty.to_string_lossy()]);
    assert!(stdout(&output).contains("contains no records"), "{}", stdout(&output));
    assert!(stdout(&output).contains("not seen since"), "{}", stdout(&output));
}
