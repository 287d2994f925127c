//! Failures are counted as a person counts them, in each format of the log.

mod merge;
mod parts;
mod reports;
mod script;
mod splits;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use clawsift::catalogue;
use clawsift::engine::Engine;
use clawsift::report::{Report, Status};
use clawsift::scan::{Options, scan_bytes};

use script::{Fault, Model, Script, Turn};

static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::new(catalogue::embedded().expect("rules")));

fn options() -> Options<'static> {
    Options::new().jobs(1).zone(jiff::tz::TimeZone::UTC)
}

fn report(log: &str) -> Report {
    scan_bytes(&ENGINE, "log", log.as_bytes(), &options())
}

fn by_category(report: &Report) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for finding in &report.findings {
        *counts.entry(finding.category.to_string()).or_default() += finding.incidents;
    }
    counts
}

/// Asserts the same counts and statuses in each format.
fn assert_counts(script: &Script, expected: &[(&str, u64, Status)]) {
    for (form, log) in [("file", &script.file), ("console", &script.console), ("plain", &script.plain)] {
        assert_form(form, log, expected);
    }
}

fn assert_form(form: &str, log: &str, expected: &[(&str, u64, Status)]) {
    let report = report(log);
    let counts: BTreeMap<String, u64> =
        expected.iter().map(|(category, n, _)| ((*category).to_owned(), *n)).collect();
    assert_eq!(by_category(&report), counts, "{form}\n{log}");
    for (category, _, status) in expected {
        let finding =
            report.findings.iter().find(|f| f.category.to_string() == *category).expect("a finding");
        assert_eq!(finding.status, *status, "{form} {}\n{log}", finding.rule);
    }
}

const A: Model = Model("alpha", "a1");
const B: Model = Model("beta", "b1");
const KEY: Fault =
    Fault::Status(401, r#"{"error":{"message":"invalid x-api-key","type":"authentication_error"}}"#);
const BUSY: Fault =
    Fault::Status(529, r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#);
const EXPIRED: Fault = Fault::Code("CERT_HAS_EXPIRED");
const REFUSED: Fault = Fault::Code("ECONNREFUSED");

const ONE: Turn = Turn { run: "11111111-0000-4000-8000-000000000001", session: "main", trace: "0a01" };
const TWO: Turn = Turn { run: "22222222-0000-4000-8000-000000000002", session: "main", trace: "0a02" };
const THREE: Turn = Turn { run: "33333333-0000-4000-8000-000000000003", session: "main", trace: "0a03" };
const OTHER: Turn = Turn { run: "44444444-0000-4000-8000-000000000004", session: "chat-2", trace: "0a04" };

#[test]
fn a_run_with_retries_is_one_incident_and_a_success_recovers_it() {
    let mut script = Script::new();
    script.attempt(ONE, A, BUSY);
    (1..4).for_each(|n| script.retry(ONE, A, BUSY, n));
    script.succeed(ONE);
    assert_counts(&script, &[("overloaded", 1, Status::Recovered)]);
}

#[test]
fn runs_that_follow_each_other_closely_are_counted_apart() {
    let mut script = Script::new();
    for turn in [ONE, TWO, THREE] {
        script.fail(turn, A, KEY);
        script.wait(3);
    }
    assert_counts(&script, &[("auth", 3, Status::Ongoing)]);
}

#[test]
fn a_fallback_that_answers_leaves_one_degraded_incident() {
    let mut script = Script::new();
    script.attempt(ONE, A, KEY);
    script.lanes(ONE, &KEY.sentence("alpha", "a1"));
    script.decision(ONE, "candidate_failed", A, A, Some(B), "auth");
    script.wait(2);
    script.decision(ONE, "candidate_succeeded", A, B, None, "auth");
    script.succeed(ONE);
    assert_counts(&script, &[("auth", 1, Status::Degraded)]);
}

#[test]
fn each_cause_of_a_chain_of_fallbacks_that_fails_has_a_finding() {
    let mut script = Script::new();
    script.attempt(ONE, A, KEY);
    script.lanes(ONE, &KEY.sentence("alpha", "a1"));
    script.decision(ONE, "candidate_failed", A, A, Some(B), "auth");
    script.attempt(ONE, B, REFUSED);
    script.retry(ONE, B, REFUSED, 1);
    script.lanes(ONE, &REFUSED.sentence("beta", "b1"));
    script.decision(ONE, "candidate_failed", A, B, None, "timeout");
    script.refuse(ONE, "All models failed (2): alpha/a1: Authentication failed (auth) | beta/b1: LLM request failed (timeout)");
    assert_counts(&script, &[("auth", 1, Status::Ongoing), ("connection", 1, Status::Ongoing)]);
    for log in [&script.file, &script.console, &script.plain] {
        let report = report(log);
        let provider = |finding: usize| &report.findings[finding].captures["provider"][0].value;
        assert_eq!((provider(0).as_str(), provider(1).as_str()), ("alpha", "beta"), "{log}");
        let records: u64 = report.findings.iter().map(|finding| finding.records).sum();
        assert_eq!(records, report.totals.matched, "{log}");
        assert!(!report.findings[0].samples[0].text.contains("REFUSED"), "{:?}", report.findings[0].samples);
    }
}

#[test]
fn providers_that_fail_for_the_same_reason_are_one_incident() {
    let mut script = Script::new();
    script.attempt(ONE, A, REFUSED);
    script.lanes(ONE, &REFUSED.sentence("alpha", "a1"));
    script.decision(ONE, "candidate_failed", A, A, Some(B), "timeout");
    script.attempt(ONE, B, REFUSED);
    script.lanes(ONE, &REFUSED.sentence("beta", "b1"));
    script.decision(ONE, "candidate_failed", A, B, None, "timeout");
    script.refuse(ONE, "All models failed (2): alpha/a1: LLM request failed (timeout) | beta/b1: LLM request failed (timeout)");
    assert_counts(&script, &[("connection", 1, Status::Ongoing)]);
}

#[test]
fn the_port_of_the_gateway_is_read_from_the_log() {
    let refused = "2026-08-01T10:10:00.000Z error connect ECONNREFUSED 127.0.0.1:28999\n";
    for start in [
        "2026-08-01T10:00:00.000Z info gateway listening on ws://127.0.0.1:28999, ws://[::1]:28999\n",
        "Gateway target: ws://127.0.0.1:28999\n",
        "Probe target: ws://127.0.0.1:28999\n",
    ] {
        assert_eq!(report(&format!("{start}{refused}")).findings[0].rule, "gateway/not-running", "{start}");
        let other = start.replace("28999", "28998");
        assert_eq!(report(&format!("{other}{refused}")).findings[0].rule, "connection/refused", "{start}");
    }
}

#[test]
fn a_port_that_the_gateway_itself_holds_is_no_failure() {
    let status = "Runtime: running (pid 5512, state active, sub running)\nRPC probe: ok\n\nListening: 127.0.0.1:18789\nPort 18789 is already in use.\n- pid 5512 openclaw-gateway (127.0.0.1:18789)\n";
    assert!(report(status).findings.is_empty());
    for status in ["Connectivity probe: ok\n", "RPC probe: ok\n"] {
        assert!(report(&format!("{status}Port 18789 is already in use.\n")).findings.is_empty(), "{status}");
    }
    let failed = report("RPC probe: failed\nPort 18789 is already in use.\n");
    assert_eq!(failed.findings[0].rule, "gateway/port-in-use");
    // What the log reports itself at another time is not part of the output.
    let later =
        report("RPC probe: ok\n2026-08-01T10:00:00.000Z error gateway Port 18789 is already in use.\n");
    assert_eq!(later.findings[0].rule, "gateway/port-in-use");
}

#[test]
fn a_turn_that_a_resting_key_blocks_counts_for_what_made_it_rest() {
    let mut script = Script::new();
    script.fail(ONE, A, KEY);
    script.wait(20);
    script.skip(TWO, A);
    script.wait(5);
    script.skip(THREE, A);
    assert_counts(&script, &[("auth", 3, Status::Ongoing)]);
    for log in [&script.file, &script.console, &script.plain] {
        let findings = report(log).findings;
        assert_eq!(findings.len(), 1);
        assert!(findings[0].symptoms.iter().any(|s| s.rule == "auth/resting"), "{:?}", findings[0].symptoms);
    }
}

#[test]
fn a_block_whose_cause_is_not_in_the_log_is_said_to_be_one() {
    let mut script = Script::new();
    script.skip(TWO, A);
    for log in [&script.file, &script.console, &script.plain] {
        assert_eq!(report(log).findings[0].rule, "auth/resting", "{log}");
    }
}

#[test]
fn a_provider_that_is_skipped_while_another_answers_counts_for_what_made_it_rest() {
    let mut script = Script::new();
    script.fail(ONE, A, KEY);
    script.wait(20);
    script.decision(TWO, "skip_candidate", A, A, Some(B), "auth");
    script.decision(TWO, "candidate_succeeded", A, B, None, "auth");
    script.succeed(TWO);
    assert_form("file", &script.file, &[("auth", 2, Status::Degraded)]);
    assert_form("console", &script.console, &[("auth", 2, Status::Degraded)]);
    // Plain text shows only that the second turn succeeded.
    assert_eq!(by_category(&report(&script.plain)), BTreeMap::from([("auth".to_owned(), 1)]));
}

#[test]
fn conversations_that_fail_at_the_same_time_are_counted_apart() {
    let mut script = Script::new();
    script.attempt(ONE, A, EXPIRED);
    script.attempt(OTHER, B, REFUSED);
    script.retry(ONE, A, EXPIRED, 1);
    script.retry(OTHER, B, REFUSED, 1);
    script.give_up(ONE, A, EXPIRED);
    script.give_up(OTHER, B, REFUSED);
    assert_counts(&script, &[("tls", 1, Status::Ongoing), ("connection", 1, Status::Ongoing)]);
}

#[test]
fn conversations_that_fail_of_the_same_at_the_same_time_are_counted_apart() {
    let mut script = Script::new();
    for (turn, n) in [(ONE, 0), (OTHER, 0), (ONE, 1), (OTHER, 1)] {
        match n {
            0 => script.attempt(turn, A, EXPIRED),
            n => script.retry(turn, A, EXPIRED, n),
        }
    }
    script.give_up(ONE, A, EXPIRED);
    script.give_up(OTHER, A, EXPIRED);
    assert_counts(&script, &[("tls", 2, Status::Ongoing)]);
}

#[test]
fn a_success_of_the_provider_ends_a_failure_and_one_of_another_does_not() {
    let mut script = Script::new();
    script.fail(ONE, A, KEY);
    script.fail(TWO, B, REFUSED);
    script.wait(60);
    // The gateway's default provider is alpha.
    script.succeed(THREE);
    assert_counts(&script, &[("auth", 1, Status::Recovered), ("connection", 1, Status::Ongoing)]);
}

#[test]
fn what_was_not_seen_for_hours_before_the_end_of_the_log_is_quiet() {
    let mut script = Script::new();
    script.fail(ONE, A, KEY);
    script.wait(3 * 3600);
    script.record("info", "cron", "cron: job added", &serde_json::json!(null), "", None);
    assert_counts(&script, &[("auth", 1, Status::Quiet)]);
}

#[test]
fn a_tool_that_fails_in_two_runs_fails_twice() {
    let mut script = Script::new();
    for turn in [ONE, TWO] {
        for _ in 0..2 {
            let message =
                "read failed: File not found: /home/a/notes.txt raw_params={\"path\":\"notes.txt\"}";
            script.record("error", "tools", message, &serde_json::json!(null), "", Some(turn));
        }
        script.succeed(turn);
    }
    assert_counts(&script, &[("tool", 2, Status::Ongoing)]);
}

#[test]
fn a_success_in_another_conversation_ends_nothing() {
    let mut script = Script::new();
    script.start(ONE);
    script.attempt(ONE, B, REFUSED);
    for (n, turn) in [(1, TWO), (2, THREE), (3, OTHER)] {
        script.start(turn);
        script.succeed(turn);
        script.retry(ONE, B, REFUSED, n);
    }
    assert_counts(&script, &[("connection", 1, Status::Ongoing)]);
}

#[test]
fn a_restart_ends_what_was_under_way() {
    let mut script = Script::new();
    script.attempt(ONE, A, EXPIRED);
    script.retry(ONE, A, EXPIRED, 1);
    script.record(
        "info",
        "gateway",
        "http server listening (14 plugins: x; 2.3s)",
        &serde_json::json!(null),
        "",
        None,
    );
    script.fail(TWO, A, EXPIRED);
    assert_counts(&script, &[("tls", 2, Status::Ongoing)]);
}

#[test]
fn a_small_model_that_fails_beside_the_runs_own_is_no_failure_of_its_own() {
    let mut script = Script::new();
    script.fail(ONE, A, KEY);
    script.attempt(ONE, Model("alpha", "tiny"), KEY);
    assert_counts(&script, &[("auth", 1, Status::Ongoing)]);
}

#[test]
fn a_retry_soon_after_another_run_failed_begins_a_failure() {
    let mut script = Script::new();
    let unknown = Fault::Status(
        404,
        r#"{"error":{"message":"The model `a1` does not exist","code":"model_not_found"}}"#,
    );
    script.fail(ONE, A, unknown);
    script.wait(4);
    let message = "transient same-model retry 1/8 for alpha/a1 reason=timeout: delayMs=1011";
    script.record("warn", "agent/embedded", message, &serde_json::json!(null), "", Some(TWO));
    script.succeed(TWO);
    let counts = by_category(&report(&script.plain));
    assert_eq!(counts["connection"], 1, "{counts:?}");
    assert_eq!(counts.len(), 2, "{counts:?}");
}

#[test]
fn records_without_times_are_joined_by_their_places() {
    let mut script = Script::new();
    for turn in [ONE, TWO, THREE] {
        script.fail(turn, A, KEY);
    }
    let timeless = |log: &str| -> String {
        log.lines().map(|line| format!("{}\n", line.split_once(' ').map_or("", |(_, rest)| rest))).collect()
    };
    assert_eq!(by_category(&report(&timeless(&script.console))), BTreeMap::from([("auth".to_owned(), 3)]));
}

#[test]
fn the_accounts_of_a_channel_fail_apart_and_a_recovery_ends_an_episode() {
    let mut script = Script::new();
    let mut say = |level: &str, message: &str| {
        script.record(level, "channels/telegram", message, &serde_json::json!(null), "", None);
    };
    say("error", "[work] channel exited: Call to 'getMe' failed! (401: Unauthorized)");
    say("error", "[home] channel exited: Network request for 'deleteWebhook' failed!");
    say("info", "[home] reconnected after 3 attempts");
    say("error", "[home] channel exited: Network request for 'deleteWebhook' failed!");
    for log in [&script.file, &script.console, &script.plain] {
        let findings = report(log).findings;
        let counts: BTreeMap<&str, u64> = findings.iter().map(|f| (f.rule.as_str(), f.incidents)).collect();
        assert_eq!(
            counts,
            BTreeMap::from([("channel/telegram-network", 2), ("channel/telegram-token", 1)]),
            "{log}"
        );
    }
}
