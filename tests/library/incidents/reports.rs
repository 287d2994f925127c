//! Complete reports, as a person reads them.

use std::fs;
use std::path::Path;

use anstream::AutoStream;
use clawsift::render::{Format, Style, render};
use clawsift::report::Report;
use clawsift::scan::scan;
use clawsift::source::Input;

use super::script::Script;
use super::{A, B, BUSY, ENGINE, EXPIRED, KEY, ONE, OTHER, THREE, TWO, options};

fn page(report: &Report) -> String {
    let zone = jiff::tz::TimeZone::UTC;
    let style = Style::new(100, zone);
    let mut text = Vec::new();
    render(report, Format::Table, &style, &mut AutoStream::never(&mut text)).expect("a page");
    String::from_utf8(text).expect("UTF-8")
}

/// Reads a fixture by its relative path, so that the report names it the same on every machine. Tests run in the
/// package's folder.
fn of_fixture(path: &str) -> String {
    let file = Path::new("fixtures/logs").join(path);
    let report = scan(&ENGINE, &[Input::Path(file)], &[], &options());
    assert_eq!(report.sources[0].problems, [""; 0]);
    page(&report)
}

fn of_text(log: &str) -> String {
    page(&super::report(log))
}

/// The certificate of the first provider expires, the fallback's key is rejected and then on cooldown, and finally the
/// certificate is renewed.
fn cascade() -> Script {
    let mut script = Script::new();
    script.wait(23 * 3600);
    for (turn, is_first) in [(ONE, true), (TWO, false)] {
        script.attempt(turn, A, EXPIRED);
        (1..4).for_each(|n| script.retry(turn, A, EXPIRED, n));
        script.lanes(turn, &EXPIRED.sentence(A.0, A.1));
        script.decision(turn, "candidate_failed", A, A, Some(B), "timeout");
        if is_first {
            script.attempt(turn, B, KEY);
            script.lanes(turn, &KEY.sentence(B.0, B.1));
            script.decision(turn, "candidate_failed", A, B, None, "auth");
        } else {
            script.decision(turn, "skip_candidate", A, B, None, "auth");
        }
        script.refuse(turn, "All models failed (2): alpha/a1: LLM request failed: network connection error. (timeout) | beta/b1: Authentication failed (auth)");
        script.wait(30);
    }
    script.wait(3600);
    script.record("info", "reload", "config hot reload applied (models)", &serde_json::json!(null), "", None);
    script.succeed(THREE);
    script
}

#[test]
fn a_cascade_is_led_by_what_came_first() {
    let script = cascade();
    insta::assert_snapshot!("cascade_file_log", of_text(&script.file));
    insta::assert_snapshot!("cascade_plain", of_text(&script.plain));
}

#[test]
fn a_provider_that_rests() {
    let mut script = Script::new();
    script.fail(ONE, A, KEY);
    script.wait(20);
    script.skip(TWO, A);
    script.wait(20);
    script.decision(THREE, "skip_candidate", A, A, Some(B), "auth");
    script.decision(THREE, "candidate_succeeded", A, B, None, "auth");
    script.succeed(THREE);
    insta::assert_snapshot!("resting_provider", of_text(&script.console));
}

#[test]
fn an_outage_with_recoveries() {
    let mut script = Script::new();
    for turn in [ONE, TWO, THREE, OTHER] {
        script.attempt(turn, A, BUSY);
        script.retry(turn, A, BUSY, 1);
        script.succeed(turn);
        script.wait(900);
    }
    insta::assert_snapshot!("outage", of_text(&script.file));
}

#[test]
fn what_no_rule_explains() {
    let mut script = Script::new();
    script.fail(ONE, A, KEY);
    for n in 0..12 {
        let message = format!("motor of \"blender {n}\" overheated after {} minutes", n * 7);
        script.record("warn", "kitchen/blender", &message, &serde_json::json!(null), "", None);
    }
    script.record("error", "kitchen", "jar 7 is not seated", &serde_json::json!(null), "", None);
    insta::assert_snapshot!("unknown_shapes", of_text(&script.file));
}

#[test]
fn real_logs() {
    for (name, path) in [
        ("mixed_file_log", "mixed/file.log"),
        ("mixed_plain", "mixed/logs-plain.txt"),
        ("restart_between", "follow/file.log"),
        ("channel_down", "telegram-502/console.txt"),
        ("database_locked", "session-db-locked/file.log"),
        ("recovered", "anthropic-529-recovers/file.log"),
        ("does_not_start", "config-bad-type/file.log"),
        ("healthy", "ok-anthropic/file.log"),
    ] {
        insta::assert_snapshot!(name, of_fixture(path));
    }
}

/// The snapshots above show the lifecycle events in the table; this tests the report itself.
#[test]
fn starts_and_reloads_are_marks() {
    let report = super::report(&cascade().file);
    let marks: Vec<String> =
        report.marks.iter().map(|mark| serde_json::to_value(&mark.what).expect("JSON").to_string()).collect();
    assert_eq!(marks, ["\"gateway_start\"", "\"config_reload\""]);
    let began = report.findings[0].began.as_ref().expect("a mark before it");
    assert_eq!(began.seconds, 23 * 3600);
    let text =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/logs/follow/logs-plain.txt"));
    assert_eq!(super::report(&text.expect("a log")).marks.len(), 2);
}
