//! Text from a chat user or a tool must not be taken for a failure of the gateway.

use std::sync::LazyLock;

use clawsift::catalogue::{self, Severity};
use clawsift::engine::Engine;
use clawsift::render::{Format, Style, render};
use clawsift::report::Report;
use clawsift::scan::{Options, scan_bytes};
use jiff::tz::TimeZone;
use serde_json::json as object;

static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::new(catalogue::embedded().expect("good rules")));

/// Pasted text: records of every format, each of which is a finding if the gateway itself wrote it.
const PASTED: [&str; 6] = [
    "2026-11-22T08:00:00.000+00:00 error agent/embedded 401 Incorrect API key provided",
    "2026-11-22T08:00:00.000+00:00 [agent/embedded] embedded run agent end: error=401 Incorrect API key provided",
    "[agent/embedded] 401 Incorrect API key provided",
    r#"{"0":"{\"subsystem\":\"agent/embedded\"}","1":"401 Incorrect API key provided","_meta":{"date":"2026-11-22T08:00:00.000Z","logLevelName":"ERROR"},"time":"2026-11-22T08:00:00.000Z","message":"401 Incorrect API key provided"}"#,
    r#"{"type":"log","time":"2026-11-22T08:00:00.000Z","level":"error","subsystem":"agent/embedded","message":"401 Incorrect API key provided"}"#,
    "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory",
];

fn scanned(log: &str, chunk: usize) -> Report {
    let options = Options::new().jobs(1).keep_matches(true).chunk(chunk).zone(TimeZone::UTC);
    scan_bytes(&ENGINE, "gateway.log", log.as_bytes(), &options)
}

fn report(log: &str) -> Report {
    scanned(log, 512 << 10)
}

fn rules(report: &Report) -> Vec<&str> {
    report.findings.iter().map(|finding| finding.rule.as_str()).collect()
}

fn file_log(level: &str, label: &str, message: &str, fields: serde_json::Value) -> String {
    let name = object!({"subsystem": label}).to_string();
    let record = object!({
        "0": name, "1": fields, "2": message, "message": message, "time": "2026-11-22T10:00:00.000Z",
        "_meta": {"date": "2026-11-22T10:00:00.000Z", "logLevelName": level, "name": name},
    });
    format!("{record}\n")
}

#[test]
fn what_is_pasted_is_a_finding_where_the_gateway_writes_it() {
    for pasted in PASTED {
        let report = report(&format!("{pasted}\n"));
        let worst = report.findings.first().map(|finding| finding.severity);
        assert!(worst >= Some(Severity::Error), "{pasted}: {:?}", rules(&report));
        assert!(report.findings.iter().all(|finding| !finding.quoted), "{pasted}");
    }
}

#[test]
fn where_the_record_shows_who_wrote_it_nothing_is_found() {
    for pasted in PASTED {
        let escaped = object!(pasted).to_string();
        let content = object!([{"type": "text", "text": pasted}]);
        let message = |role: &str| {
            let message =
                object!({"role": role, "content": content, "isError": true, "details": {"error": pasted}});
            format!(
                "{{\"type\":\"message\",\"timestamp\":\"2026-11-22T10:00:00.000Z\",\"message\":{message}}}\n"
            )
        };
        let own_error =
            object!({"role": "user", "content": content, "errorMessage": pasted, "stopReason": "error"});
        for log in [
            message("user"),
            message("assistant"),
            message("toolResult"),
            message("tool"),
            format!(
                "{{\"type\":\"message\",\"timestamp\":\"2026-11-22T10:00:00.000Z\",\"message\":{own_error}}}\n"
            ),
            file_log(
                "INFO",
                "channels/telegram",
                &format!("inbound message from joe: {pasted}"),
                object!({}),
            ),
            file_log(
                "WARN",
                "channels/telegram",
                &format!("[default] Inbound message dropped: {pasted}"),
                object!({}),
            ),
            file_log("INFO", "channels/whatsapp", "message", object!({"text": pasted, "body": pasted})),
            file_log("DEBUG", "tools", &format!("exec printed {pasted}"), object!({"stdout": pasted})),
            file_log("WARN", "channels/slack", &format!("ignored text={escaped}"), object!({})),
            file_log("WARN", "gateway/ws", &format!("client sent prompt={escaped}"), object!({})),
            file_log("INFO", "gateway/ws", &format!("⇄ res ✓ chat.history {pasted}"), object!({})),
            format!("2026-11-22T10:00:00.000+00:00 info {pasted}\n"),
            format!("2026-11-22T10:00:00.000+00:00 [telegram] inbound message from joe: {pasted}\n"),
            format!("2026-11-22T10:00:00.000+00:00 [telegram] ignored text={escaped}\n"),
        ] {
            let report = report(&log);
            assert!(report.findings.is_empty(), "{log}: {:?}", rules(&report));
        }
    }
}

/// Returns a message of several lines, the last of which is the pasted text.
fn multi_line(pasted: &str) -> Vec<String> {
    let after = "2026-11-22T10:00:09.000+00:00 [gateway] all is well\n";
    [
        "2026-11-22T10:00:00.000+00:00 [telegram] inbound message from joe: look at this",
        "2026-11-22T10:00:00.000+00:00 [telegram] inbound message from joe: look\nat this\n\n",
        "2026-11-22T10:00:00.000+00:00 info Here is what the log says, as I read it.",
        "2026-11-22T10:00:00.000+00:00 [tools] read printed lines:",
        "2026-11-22T10:00:00.000+00:00 [telegram] inbound message from joe: a\n2026-11-22T07:59:59.000+00:00 [ws] b",
    ]
    .map(|words| format!("2026-11-22T09:59:00.000+00:00 [gateway] ready\n{words}\n{pasted}\n{after}"))
    .to_vec()
}

#[test]
fn where_it_cannot_be_told_it_is_seen_in_quoted_text_and_no_more_than_information() {
    for log in PASTED.iter().flat_map(|pasted| multi_line(pasted)) {
        for chunk in [1, 64, 300, 512 << 10] {
            let report = scanned(&log, chunk);
            assert!(!report.findings.is_empty(), "{log}");
            for finding in &report.findings {
                assert!(finding.quoted && finding.severity == Severity::Info, "{chunk}: {log}\n{finding:?}");
                assert!(finding.title.ends_with("(not in OpenClaw's own records)"), "{}", finding.title);
            }
            let mut rows = report.matches.iter().map(|row| row.expect("a match"));
            assert!(rows.all(|row| row.quoted && row.severity == Severity::Info), "{log}");
            assert!(report.next_steps.is_empty() && report.worst <= Some(Severity::Info), "{log}");
            assert_eq!(report.totals.matched, 0, "{log}");
        }
        let mut out = Vec::new();
        let style = Style::new(200, TimeZone::UTC);
        render(&report(&log), Format::Table, &style, &mut out).expect("a table");
        assert!(String::from_utf8_lossy(&out).contains("not in OpenClaw's own records"), "{log}");
    }
}

#[test]
fn a_paste_is_one_incident_and_takes_nothing_from_what_is_real() {
    let error = "error agent/embedded 401 Incorrect API key provided";
    let words = "2026-11-22T10:00:00.000+00:00 info I found these lines in the log:\n";
    let old = |second: u8| format!("2026-11-20T08:00:{second:02}.000+00:00 {error}\n");
    let new = |second: u8| format!("2026-11-22T10:00:{second:02}.000+00:00 {error}\n");
    let paste = format!("{words}{}{}", old(1), old(2));
    let only = report(&paste);
    let finding = only.findings.first().expect("a finding");
    assert_eq!((finding.incidents, finding.records, finding.quoted), (1, 2, true));
    // The same failure, this time real, directly after it.
    let both = report(&format!("{paste}{}", new(1)));
    let finding = both.findings.first().expect("a finding");
    assert_eq!((both.findings.len(), finding.incidents, finding.records, finding.quoted), (1, 1, 1, false));
    assert!(finding.severity >= Severity::Error);
    assert_eq!(finding.first_seen, "2026-11-22T10:00:01Z".parse().ok());
    // Reports of the parts merge to the report of the whole.
    let view = clawsift::report::View::default();
    let parts = [report(&paste), report(&format!("{words}{}", old(3)))];
    let merged = clawsift::report::merge(parts, &view).expect("a report");
    let finding = merged.findings.first().expect("a finding");
    assert_eq!((finding.incidents, finding.records, finding.quoted), (2, 3, true));
}

#[test]
fn what_the_gateway_says_after_somebodys_words_stays_what_it_is() {
    let real = "2026-11-22T10:00:00.400+00:00 [agent/embedded] 401 Incorrect API key provided\n";
    for words in [
        "2026-11-22T10:00:00.000+00:00 [telegram] inbound message from joe: look at this\n",
        "2026-11-22T10:00:01.000+00:00 [telegram] inbound message from joe: two writers, one log\n",
        "2026-11-22T10:00:00.000+00:00 info An answer.\n",
        "09:59:59 [telegram] a line that some other program wrote\n",
        "",
    ] {
        let report = report(&format!("{words}{real}"));
        let finding = report.findings.first().expect("a finding");
        assert!(!finding.quoted && finding.severity >= Severity::Error, "{words}");
    }
}

#[test]
fn another_log_that_was_put_behind_is_no_paste() {
    let record = |day: u8, n: u32| {
        format!(
            "2026-11-{day}T10:{:02}:{:02}.000+00:00 error agent/embedded 401 Incorrect API key provided\n",
            n / 60,
            n % 60
        )
    };
    let log = |day: u8| (0..200).map(|n| record(day, n)).collect::<String>();
    let answer = "2026-11-22T10:59:00.000+00:00 info An answer.\n";
    let (in_order, swapped) = (log(21) + &log(22) + answer, log(22) + answer + &log(21));
    let [in_order, swapped] = [in_order, swapped].map(|text| report(&text));
    assert_eq!(swapped.totals.matched, in_order.totals.matched);
    assert!(swapped.findings.iter().all(|finding| !finding.quoted));
}

/// The name of a field does not show who wrote its value if a channel passes on messages of people.
#[test]
fn what_a_channel_passes_on_in_a_field_is_no_finding_whatever_its_name() {
    const NAMES: [&str; 14] = [
        "body", "text", "content", "caption", "message", "detail", "details", "name", "warning", "stderr",
        "note", "payload", "stdout", "whatever",
    ];
    let messages =
        ["message received", "[default] message queued", "update skipped", "Incoming message from joe"];
    let subsystems =
        ["gateway/channels/telegram", "channels/acme", "telegram/inbound", "acme", "gateway/hooks"];
    for (level, label) in ["WARN", "ERROR"].iter().flat_map(|level| subsystems.map(|label| (level, label))) {
        for (pasted, message) in PASTED.iter().flat_map(|pasted| messages.map(|message| (pasted, message))) {
            for name in NAMES {
                let quoted = object!(pasted).to_string();
                let spread = object!({name: {"text": pasted, "message": pasted}});
                for log in [
                    file_log(level, label, message, object!({name: pasted})),
                    file_log(level, label, message, spread),
                    file_log(level, label, &format!("{message} {}", object!({name: pasted})), object!({})),
                    format!("2026-11-22T10:00:00.000+00:00 [telegram] {message} {name}={quoted} chatId=7\n"),
                ] {
                    let report = report(&log);
                    assert!(report.findings.is_empty(), "{log}: {:?}", rules(&report));
                }
            }
        }
    }
}

#[test]
fn what_a_channel_says_of_its_own_failure_is_a_finding() {
    for (message, fields) in [
        ("send", object!({"error": "401: Unauthorized"})),
        ("send", object!({"err": {"message": "connect ECONNREFUSED 10.0.0.1:443"}})),
        ("update skipped", object!({"body": "hello", "errorMessage": "Request failed with status code 502"})),
        ("sendMessage failed: status=429 chatId=7", object!({})),
        (r#"send failed: {"ok":false,"error_code":401,"description":"Unauthorized"}"#, object!({})),
    ] {
        let log = file_log("ERROR", "gateway/channels/telegram", message, fields);
        assert!(!report(&log).findings.is_empty(), "{log}");
    }
}

/// Starts, reloads, versions and successes count only from the part of OpenClaw that logs them.
#[test]
fn what_a_channel_passes_on_is_no_event_of_the_gateway() {
    const EVENTS: [&str; 7] = [
        "http server listening (14 plugins)",
        "listening on ws://127.0.0.1:18789",
        "config reloaded",
        "config hot reload applied (agents)",
        "updated to 2026.9.6",
        "OpenClaw 2026.9.6 (abc123)",
        "agent model: acme/large",
    ];
    let marks = |log: &str| report(log).marks.len();
    for said in EVENTS {
        let own = marks(&file_log("INFO", "gateway", said, object!({})));
        assert_eq!(own, usize::from(!said.starts_with("agent")), "{said}");
        for label in
            ["gateway/channels/telegram", "channels/acme", "telegram", "gateway/hooks", "tools", "acme"]
        {
            assert_eq!(marks(&file_log("INFO", label, said, object!({}))), 0, "{label}: {said}");
        }
        for line in [
            format!("2026-11-22T10:00:00.000+00:00 [telegram] {said}\n"),
            format!("2026-11-22T10:00:00.000+00:00 {said}\n"),
            format!("2026-11-22T10:00:00.000+00:00 info {said}\n"),
            format!("2026-11-22T10:00:00.000+00:00 info telegram {said}\n"),
        ] {
            assert_eq!(marks(&line), 0, "{line}");
        }
    }
    // A failure does not recover because a message says so.
    let failed = "2026-11-22T10:00:00.000+00:00 [agent/embedded] embedded run agent end: runId=r1 provider=acme error=401 Incorrect API key provided\n";
    let channel = "2026-11-22T10:00:00.000+00:00 [telegram] [default] channel exited: 401: Unauthorized\n";
    for (before, said) in [
        (failed, "[telegram] [agent] run r1 ended with stopReason=stop"),
        (failed, "[telegram] model fallback decision: decision=candidate_succeeded runId=r1 provider=acme"),
        (channel, r#"[telegram] message received text="I have reconnected""#),
        (channel, "[telegram] inbound message from joe: reconnected"),
        (channel, "[telegram] message received: reconnected"),
    ] {
        let report = report(&format!("{before}2026-11-22T10:00:01.000+00:00 {said}\n"));
        let finding = report.findings.first().expect("a finding");
        assert_eq!(finding.status, clawsift::report::Status::Ongoing, "{said}");
    }
}
