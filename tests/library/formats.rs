//! Every format of OpenClaw's logs: the parsed fields of each, and equal findings in all of them.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use clawsift::catalogue;
use clawsift::engine::Engine;
use clawsift::record::{Format, Lines, Record, Wrapper};
use clawsift::report::Report;
use clawsift::scan::{Options, scan_bytes};
use jiff::tz::TimeZone;

/// Expected fields of a record; `-` for none.
struct Expected {
    text: &'static str,
    format: Format,
    wrapper: Option<Wrapper>,
    time: &'static str,
    level: &'static str,
    subsystem: &'static str,
    message: &'static str,
    fields: &'static [(&'static str, &'static str)],
}

macro_rules! sample {
    ($format:ident, $wrapper:expr, $time:literal, $level:literal, $subsystem:literal, $message:literal, $fields:expr, $text:expr) => {
        Expected {
            text: $text,
            format: Format::$format,
            wrapper: $wrapper,
            time: $time,
            level: $level,
            subsystem: $subsystem,
            message: $message,
            fields: &$fields,
        }
    };
}

#[rustfmt::skip]
fn samples() -> Vec<Expected> {
    vec![
        // 1. The file log.
        sample!(FileLog, None, "2026-11-22T10:19:12.485Z", "warn", "agent/embedded", "transient same-model retry 4/8 for llm06/m1 reason=timeout: delayMs=9536",
            [("provider", "llm06"), ("model", "m1"), ("traceId", "b436"), ("reason", "timeout")],
            r#"{"0":"{\"subsystem\":\"agent/embedded\"}","1":"transient same-model retry 4/8 for llm06/m1 reason=timeout: delayMs=9536","_meta":{"runtime":"node","hostname":"h","date":"2026-11-22T10:19:12.485Z","logLevelId":4,"logLevelName":"WARN","name":"{\"subsystem\":\"agent/embedded\"}","parentNames":["openclaw"]},"time":"2026-11-22T11:19:12.485+01:00","hostname":"h","message":"transient same-model retry 4/8 for llm06/m1 reason=timeout: delayMs=9536","traceId":"b436"}"#),
        sample!(FileLog, None, "2026-11-22T10:19:29.734Z", "warn", "agent/embedded", "embedded run agent end",
            [("runId", "a078"), ("failoverReason", "timeout"), ("httpCode", "401"), ("provider", "p"), ("session_id", "s1")],
            r#"{"0":"{\"subsystem\":\"agent/embedded\"}","1":"{\"event\":\"embedded_run_agent_end\",\"runId\":\"a078\",\"failoverReason\":\"timeout\",\"provider\":\"p\",\"httpCode\":\"401\",\"rawErrorPreview\":\"401: no\"}","2":"embedded run agent end","_meta":{"date":"2026-11-22T10:19:29.734Z","logLevelName":"WARN","name":"{\"subsystem\":\"agent/embedded\"}"},"time":"2026-11-22T10:19:29.734+00:00","message":"embedded run agent end","session_id":"s1"}"#),
        sample!(FileLog, None, "2026-03-02T01:02:03.004Z", "error", "cron", "cron: job failed boom", [("storeKey", "k")],
            r#"{"0":"{\"module\":\"cron\"}","1":"cron: job failed","2":"boom","3":{"storeKey":"k"},"_meta":{"logLevelName":"ERROR","date":"2026-03-02T01:02:03.004Z","path":{"fileName":"x.js"}}}"#),
        sample!(FileLog, None, "2026-11-22T10:00:00Z", "error", "-", "fetch failed", [("name", "TypeError")],
            r#"{"nativeError":{},"name":"TypeError","message":"fetch failed","stack":[],"cause":{"name":"Error","message":"getaddrinfo ENOTFOUND a.b","code":"***"},"_meta":{"logLevelName":"ERROR","name":"openclaw","date":"2026-11-22T10:00:00Z"},"time":"2026-11-22T10:00:00.000+00:00"}"#),
        // 2. openclaw logs --json
        sample!(LogsJson, None, "2026-11-22T10:00:00Z", "warn", "a/b", "m", [("provider", "p")],
            r#"{"type":"log","time":"2026-11-22T10:00:00Z","level":"warn","subsystem":"a/b","message":"m","raw":"{\"0\":\"{\\\"subsystem\\\":\\\"a/b\\\"}\",\"1\":{\"provider\":\"p\"},\"2\":\"m\",\"_meta\":{\"logLevelName\":\"WARN\"},\"time\":\"2026-11-22T10:00:00Z\",\"message\":\"m\"}"}"#),
        sample!(LogsJson, None, "2026-11-22T10:00:00Z", "error", "cron", "no raw record", [],
            r#"{"type":"log","time":"2026-11-22T10:00:00Z","level":"error","module":"cron","message":"no raw record"}"#),
        sample!(LogsJson, None, "-", "info", "logs", "Log tail truncated (increase --limit or --max-bytes).", [],
            r#"{"type":"notice","message":"Log tail truncated (increase --limit or --max-bytes)."}"#),
        sample!(LogsJson, None, "2026-11-22T10:00:00Z", "error", "gateway", "boom", [],
            r#"{"type":"raw","raw":"2026-11-22T10:00:00Z error gateway boom"}"#),
        sample!(LogsJson, None, "-", "error", "-", "gateway connect failed | refused | Run openclaw doctor", [],
            r#"{"type":"error","message":"gateway connect failed","error":"refused","hint":"Run openclaw doctor"}"#),
        sample!(LogsJson, None, "-", "info", "-", "/tmp/openclaw/openclaw-2026-11-22.log", [],
            r#"{"type":"meta","file":"/tmp/openclaw/openclaw-2026-11-22.log","sourceKind":"file","cursor":9,"size":9}"#),
        // 3. openclaw logs, plain and as a terminal shows it
        sample!(Plain, None, "2026-11-22T09:47:00.546Z", "warn", "agent/embedded", "embedded run agent end", [], "2026-11-22T10:47:00.546+01:00 warn agent/embedded embedded run agent end"),
        sample!(Plain, None, "2026-11-22T09:45:06.958Z", "error", "-", "OpenClaw does not know the command \"restart\".", [], "2026-11-22T09:45:06.958+00:00 error OpenClaw does not know the command \"restart\"."),
        sample!(Plain, None, "2026-11-22T09:45:41.884Z", "error", "gateway", "Invalid config:\n- proxy: wrong", [], "2026-11-22T09:45:41.884Z error gateway Invalid config:\n- proxy: wrong\r"),
        sample!(Plain, None, "2026-11-22T10:29:37Z", "error", "diagnostic", "lane task error: lane=main error=\"x\"", [("lane", "main"), ("error", "x")],
            "\u{1b}[38;5;138m10:29:37+00:00\u{1b}[39m \u{1b}[38;5;167merror\u{1b}[39m \u{1b}[38;5;209mdiagnostic\u{1b}[39m \u{1b}[38;5;167mlane task error: lane=main error=\"x\"\u{1b}[39m\r"),
        sample!(Plain, None, "2026-11-22T04:00:03Z", "error", "gateway/channels/whatsapp", "[default] channel exited: {}", [], "04:00:03+00:00 error gateway/channels/whatsapp {\"subsystem\":\"gateway/channels/whatsapp\"} [default] channel exited: {}"),
        sample!(Plain, None, "2026-03-14T02:26:40.545Z", "warn", "agent/embedded", "embedded run agent end: provider=google", [("provider", "google")], "2026-03-14T02:26:40.545+00:00 warn [agent/embedded] embedded run agent end: provider=google"),
        // 4. The gateway's console
        sample!(Console, None, "2026-11-22T09:43:52.554Z", "-", "channels/telegram", "sendMessage failed chatId=12345 error=\"HTTP 429\"", [("chatId", "12345"), ("error", "HTTP 429")], "2026-11-22T09:43:52.554+00:00 [telegram] sendMessage failed chatId=12345 error=\"HTTP 429\""),
        sample!(Console, None, "2026-11-22T08:42:54Z", "-", "agent/embedded", "embedded run agent end: runId=r1 isError=true error=HTTP 500 api_error", [("runId", "r1"), ("isError", "true")], "08:42:54 [agent/embedded] embedded run agent end: runId=r1 isError=true error=HTTP 500 api_error"),
        sample!(Console, None, "-", "-", "session-sqlite", "slow SQLite session write {\"agentId\":\"main\",\"elapsedMs\":2342}", [("agentId", "main"), ("elapsedMs", "2342")], "[session-sqlite] slow SQLite session write {\"agentId\":\"main\",\"elapsedMs\":2342}"),
        sample!(Console, None, "2026-11-22T10:24:13.678Z", "-", "gateway", "loading configuration…", [], "\u{1b}[90m2026-11-22T10:24:13.678+00:00\u{1b}[39m \u{1b}[36m[gateway]\u{1b}[39m \u{1b}[36mloading configuration…\u{1b}[39m"),
        sample!(ConsoleJson, None, "2026-11-22T10:01:33.19Z", "warn", "gateway/channels/telegram", "sendMessage failed", [("chatId", "12345"), ("error", "x")], r#"{"chatId":12345,"error":"x","time":"2026-11-22T10:01:33.190+00:00","level":"warn","subsystem":"gateway/channels/telegram","message":"sendMessage failed"}"#),
        sample!(ConsoleJson, None, "2026-11-22T10:01:42.512Z", "info", "gateway", "agent model: custom/m1 (thinking=off, fast=off)", [], r#"{"time":"2026-11-22T10:01:42.512+00:00","level":"info","subsystem":"gateway","message":"agent model: custom/m1 (thinking=off, fast=off)"}"#),
        sample!(ConsoleJson, None, "2026-11-22T10:01:43Z", "error", "diagnostic", "lane task error: lane=main", [("errorName", "FailoverError"), ("lane", "main")], r#"{"errorName":"FailoverError","time":"2026-11-22T11:01:43.000+01:00","level":"error","subsystem":"diagnostic","message":"lane task error: lane=main"}"#),
        // 5. Text added by other programs
        sample!(Console, Some(Wrapper::Journal), "2026-09-02T22:31:39.076Z", "-", "agent/claude-cli", "claude-cli run failed: exit=1", [("exit", "1")], "Sep 03 04:01:39 ip-10-20-3-17 node[35555]: 2026-09-03T04:01:39.076+05:30 [agent/claude-cli] claude-cli run failed: exit=1"),
        sample!(Console, Some(Wrapper::Journal), "2026-11-22T09:51:12Z", "-", "gateway", "ready", [], "2026-11-22T10:51:12+0100 host openclaw[123]: [gateway] ready"),
        sample!(Text, Some(Wrapper::Journal), "-", "-", "-", "openclaw-gateway.service: Main process exited, code=killed, status=9/KILL", [("code", "killed")], "Nov  2 09:51:12 host systemd[1]: openclaw-gateway.service: Main process exited, code=killed, status=9/KILL"),
        sample!(Console, Some(Wrapper::JournalJson), "2026-11-22T10:01:12Z", "-", "gateway/ws", "x", [], r#"{"__REALTIME_TIMESTAMP":"1795341672000000","_PID":"7","MESSAGE":"10:01:12 [ws] x","PRIORITY":"6"}"#),
        sample!(Console, Some(Wrapper::Docker), "2026-11-22T09:43:52.554123456Z", "-", "gateway", "starting...", [], "2026-11-22T09:43:52.554123456Z [gateway] starting..."),
        sample!(Console, Some(Wrapper::Compose), "2026-09-04T00:32:41.92Z", "-", "agent/embedded", "embedded run agent end: provider=github-copilot", [("provider", "github-copilot")], "openclaw-gateway-1  | 2026-09-04T00:32:41.920Z [agent/embedded] embedded run agent end: provider=github-copilot"),
        sample!(Console, Some(Wrapper::DockerJson), "2026-11-22T09:51:12.1Z", "-", "gateway", "ready", [], r#"{"log":"[gateway] ready\n","stream":"stdout","time":"2026-11-22T09:51:12.1Z"}"#),
        sample!(Console, Some(Wrapper::DockerJson), "2026-11-22T09:43:52.554Z", "-", "gateway/ws", "⇄ res ✗ agent errorCode=UNAVAILABLE", [("errorCode", "UNAVAILABLE")], r#"{"log":"2026-11-22T09:43:52.554Z [ws] ⇄ res ✗ agent errorCode=UNAVAILABLE\r\n","stream":"stderr","time":"2026-11-22T09:51:12.1Z"}"#),
        sample!(FileLog, Some(Wrapper::DockerJson), "2026-11-22T10:00:00Z", "warn", "a/b", "m", [], r#"{"log":"{\"0\":\"{\\\"subsystem\\\":\\\"a/b\\\"}\",\"1\":\"m\",\"_meta\":{\"logLevelName\":\"WARN\"},\"time\":\"2026-11-22T10:00:00Z\",\"message\":\"m\"}\n","stream":"stderr","time":"2026-11-22T09:51:12.1Z"}"#),
        sample!(Console, Some(Wrapper::JournalJson), "2026-11-22T09:43:52.554Z", "-", "gateway", "ready", [], r#"{"MESSAGE":[50,48,50,54,45,49,49,45,50,50,84,48,57,58,52,51,58,53,50,46,53,53,52,90,32,91,103,97,116,101,119,97,121,93,32,114,101,97,100,121],"_PID":"7"}"#),
        sample!(Plain, Some(Wrapper::JournalJson), "2026-11-22T09:43:52Z", "error", "gateway", "boom", [], r#"{"_HOSTNAME":"h","MESSAGE":"2026-11-22T09:43:52Z error gateway boom","PRIORITY":"3"}"#),
        sample!(Console, Some(Wrapper::Docker), "2026-11-22T09:43:52.554Z", "-", "gateway", "starting...", [], "2026-11-22T09:43:59.000000001Z 2026-11-22T09:43:52.554+00:00 [gateway] starting..."),
        sample!(Console, Some(Wrapper::Pm2), "2026-11-22T09:51:12Z", "-", "gateway", "ready", [], "0|openclaw  | 2026-11-22T09:51:12.000Z [gateway] ready"),
        sample!(Console, Some(Wrapper::Pm2), "2026-11-22T09:51:12Z", "-", "gateway", "ready", [], "2026-11-22T09:51:12: [gateway] ready"),
        // 6. Transcripts, cron logs, crashes, older versions
        sample!(Transcript, None, "2026-05-01T10:00:00Z", "error", "transcript", "401 Incorrect API key provided", [("provider", "openai"), ("errorCode", "invalid_api_key")],
            r#"{"type":"message","id":"a","timestamp":"2026-05-01T10:00:00.000Z","message":{"role":"assistant","content":[],"provider":"openai","model":"gpt-5","stopReason":"error","errorMessage":"401 Incorrect API key provided","errorCode":"invalid_api_key"}}"#),
        sample!(Transcript, None, "2026-05-01T10:00:00Z", "info", "-", "session", [], r#"{"type":"session","version":4,"id":"x","timestamp":"2026-05-01T10:00:00.000Z","cwd":"/x"}"#),
        sample!(Transcript, None, "2026-05-01T10:00:00Z", "error", "cron", "cron: job failed: LLM request timed out.", [("jobId", "j1"), ("status", "error")],
            r#"{"ts":1777629600000,"jobId":"j1","action":"finished","status":"error","error":"LLM request timed out."}"#),
        sample!(Text, None, "-", "-", "-", "npm error code ENOTFOUND\nnpm error network x", [], "npm error code ENOTFOUND\nnpm error network x"),
        sample!(Text, None, "-", "-", "-", "TypeError: fetch failed\n    at f (a.js:1:1) {\n  [cause]: Error: getaddrinfo ENOTFOUND a.b\n}", [], "TypeError: fetch failed\n    at f (a.js:1:1) {\n  [cause]: Error: getaddrinfo ENOTFOUND a.b\n}"),
        sample!(Console, None, "-", "-", "openclaw", "Uncaught exception: Error: Fatal Gateway error: 4014", [], "[openclaw] Uncaught exception: Error: Fatal Gateway error: 4014"),
        // 7. Any other text
        sample!(Text, None, "-", "-", "-", "plain words", [], "plain words"),
        sample!(Text, None, "-", "-", "-", "Error: connect ETIMEDOUT 10.0.0.1:443", [], "Error: connect ETIMEDOUT 10.0.0.1:443"),
        sample!(Text, None, "-", "-", "-", "{\"0\":\"cut off", [], "{\"0\":\"cut off"),
    ]
}

#[test]
fn each_shape_is_read_for_what_it_says() {
    let date = jiff::civil::date(2026, 11, 22);
    for sample in samples() {
        let raws: Vec<_> = Lines::new(sample.text.as_bytes(), 0).collect();
        assert_eq!(raws.len(), 1, "one record: {}", sample.text);
        let record = Record::parse(&raws[0]);
        let time = record.parts.stamp.and_then(|stamp| stamp.resolve(&TimeZone::UTC, Some(date)));
        assert_eq!(record.format, sample.format, "format: {}", sample.text);
        assert_eq!(record.wrapper, sample.wrapper, "wrapper: {}", sample.text);
        assert_eq!(time.map_or("-".to_owned(), |t| t.to_string()), sample.time, "time: {}", sample.text);
        assert_eq!(record.parts.level.map_or("-", |l| l.name()), sample.level, "level: {}", sample.text);
        assert_eq!(
            record.parts.subsystem.as_deref().unwrap_or("-"),
            sample.subsystem,
            "subsystem: {}",
            sample.text
        );
        assert_eq!(record.parts.message, sample.message, "message: {}", sample.text);
        for (name, value) in sample.fields {
            assert_eq!(record.field(name), Some(*value), "{name}: {}", sample.text);
        }
    }
}

static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let catalogue = catalogue::embedded().expect("good rules");
    Engine::new(catalogue)
});

fn fixture(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/logs").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Returns the rules and incidents of a log.
fn findings(log: &str) -> Vec<(String, u64)> {
    let options = Options::new().jobs(1).zone(jiff::tz::TimeZone::UTC);
    let report: Report = scan_bytes(&ENGINE, "log", log.as_bytes(), &options);
    let mut findings: Vec<(String, u64)> =
        report.findings.into_iter().map(|f| (f.rule, f.incidents)).collect();
    findings.sort();
    findings
}

/// Returns a log with `wrap` applied to each line.
fn wrapped(log: &str, wrap: impl Fn(&str) -> String) -> String {
    log.lines().map(|line| wrap(line) + "\n").collect()
}

/// Returns the console log as each supervisor stores it.
fn console_shapes(console: &str) -> Vec<(&'static str, String)> {
    let json = |text: &str| serde_json::to_string(text).expect("JSON");
    vec![
        ("console", console.to_owned()),
        (
            "console in colour",
            wrapped(console, |line| match line.split_once(' ') {
                Some((time, rest)) if line.starts_with("2026") => {
                    format!("\u{1b}[90m{time}\u{1b}[39m \u{1b}[36m{rest}\u{1b}[39m")
                }
                _ => line.to_owned(),
            }),
        ),
        ("console with Windows line ends", console.replace('\n', "\r\n")),
        (
            "pretty console",
            wrapped(console, |line| match line.split_once(' ') {
                Some((time, rest)) if line.starts_with("2026") => format!("{} {rest}", &time[11..19]),
                _ => line.to_owned(),
            }),
        ),
        ("journald", wrapped(console, |line| format!("Nov 22 10:00:00 host openclaw[7]: {line}"))),
        ("journald, ISO", wrapped(console, |line| format!("2026-11-22T10:00:00+0000 host node[7]: {line}"))),
        (
            "journald, JSON",
            wrapped(console, |line| {
                format!(
                    r#"{{"__REALTIME_TIMESTAMP":"1795341672000000","_PID":"7","MESSAGE":{}}}"#,
                    json(line)
                )
            }),
        ),
        ("Docker with times", wrapped(console, |line| format!("2026-11-22T10:00:00.123456789Z {line}"))),
        ("Compose", wrapped(console, |line| format!("openclaw-gateway-1  | {line}"))),
        (
            "Docker's own files",
            wrapped(console, |line| {
                format!(
                    r#"{{"log":{},"stream":"stderr","time":"2026-11-22T10:00:00.1Z"}}"#,
                    json(&format!("{line}\n"))
                )
            }),
        ),
        ("PM2", wrapped(console, |line| format!("0|openclaw  | {line}"))),
        (
            "quoted in a mail",
            wrapped(
                console,
                |line| if line.starts_with("2026") { format!("> {line}") } else { line.to_owned() },
            ),
        ),
    ]
}

#[test]
fn the_shape_changes_no_finding() {
    for case in ["dns-notfound", "tls-expired", "openai-429-quota", "anthropic-401"] {
        let truth = findings(&fixture(&format!("{case}/file.log")));
        assert_eq!(truth.len(), 1, "{case}: {truth:?}");
        assert_eq!(findings(&fixture(&format!("{case}/logs-json.txt"))), truth, "{case}: logs --json");
        for (shape, log) in console_shapes(&fixture(&format!("{case}/console.txt"))) {
            assert_eq!(findings(&log), truth, "{case}: {shape}");
        }
    }
}

/// `openclaw logs` without `--json` prints neither the provider's response body nor the fields. Details from them are
/// lost, but not the category and the count.
#[test]
fn plain_text_loses_the_body_and_nothing_else() {
    for (case, known) in [
        ("dns-notfound", "dns/not-found"),
        ("tls-expired", "tls/expired"),
        ("openai-429-quota", "billing/no-credit"), // The body named the quota, not the credit.
        ("anthropic-401", "auth/invalid-key"),     // The body named Anthropic.
    ] {
        let plain = fixture(&format!("{case}/logs-plain.txt"));
        assert_eq!(findings(&plain), [(known.to_owned(), 1)], "{case}");
        let on_a_terminal = wrapped(&plain, |line| match line.split_once(' ') {
            Some((time, rest)) if line.starts_with("2026") => {
                format!(
                    "\u{1b}[38;5;138m{}+00:00\u{1b}[39m \u{1b}[38;5;216m{rest}\u{1b}[39m\r",
                    &time[11..19]
                )
            }
            _ => line.to_owned(),
        });
        assert_eq!(findings(&on_a_terminal), [(known.to_owned(), 1)], "{case} on a terminal");
    }
}

#[test]
fn shapes_may_be_mixed_in_one_file() {
    let log = [
        fixture("tls-expired/console.txt"),
        "node:internal/process/promises:394\n      triggerUncaughtException(err, true);\n      ^\n\n\
         TypeError: fetch failed\n    at f (a.js:1:1) {\n  [cause]: Error: getaddrinfo ENOTFOUND api.x.com\n}\n\nNode.js v24.21.0\n"
            .to_owned(),
        fixture("anthropic-401/file.log"),
    ]
    .concat();
    let rules: Vec<String> = findings(&log).into_iter().map(|(rule, _)| rule).collect();
    assert_eq!(rules, ["auth/anthropic-key", "dns/not-found", "tls/expired"]);
}
