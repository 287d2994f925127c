//! Every output of the program other than reports: comparisons, a watch and its notifications, answers to agents,
//! drafts of rules, and standard error of each command.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::json;

use super::kinds::{self, Secret, secret};
use super::outputs::leak;
use super::writings;
use crate::program::clawsift;

/// A log that contains a secret in each writing, and the secrets.
struct Everything {
    secrets: Vec<Secret>,
    folder: tempfile::TempDir,
}

impl Everything {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (mut secrets, mut text) = (Vec::new(), String::new());
        for (index, writing) in writings::ALL.iter().enumerate() {
            // Tries other kinds and other secrets until one can be written this way.
            let logs = (0..40).map(|turn| secret(7 * index + turn, (index * 100 + turn) as u64 + 1));
            let found = logs
                .filter_map(|secret| Some((writing.log(&secret)?, secret)))
                .find(|(log, _)| log.name == "gateway.log");
            let Some((log, secret)) = found else { continue };
            text.push_str(&log.text);
            secrets.push(secret);
        }
        assert!(secrets.len() >= 40, "{}", secrets.len());
        fs::write(folder.path().join("gateway.log"), text).expect("a log");
        fs::write(folder.path().join("before.log"), "2026-11-21T00:00:00Z info gateway ready\n")
            .expect("a log");
        Self { secrets, folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn log(&self) -> String {
        self.path("gateway.log").display().to_string()
    }

    fn text(&self) -> String {
        fs::read_to_string(self.path("gateway.log")).expect("a log")
    }

    /// Asserts that a text contains none of the secrets, but a mask.
    fn holds(&self, name: &str, text: &str) {
        assert!(text.contains("[redacted"), "{name}: nothing was masked in {text}");
        self.tells_nothing(name, text);
    }

    fn tells_nothing(&self, name: &str, text: &str) {
        for secret in &self.secrets {
            let piece = leak(text, secret);
            assert_eq!(piece, None, "{name}: {} of {}", secret.kind, secret.text);
        }
    }
}

/// Returns all output of the program.
fn said(arguments: &[&str], input: Option<&Path>) -> String {
    let stdin = input.map_or_else(Stdio::null, |path| File::open(path).expect("a file").into());
    let output = clawsift().args(arguments).stdin(stdin).output().expect("the program runs");
    String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
}

#[test]
fn no_command_shows_a_secret() {
    let all = Everything::new();
    let (log, before) = (all.log(), all.path("before.log").display().to_string());
    let reports = ["json", "ndjson", "html", "table", "markdown", "sarif", "csv", "junit"];
    for format in reports {
        all.holds(format, &said(&[&log, "--format", format, "--color", "always"], None));
    }
    all.tells_nothing("prometheus", &said(&[&log, "--format", "prometheus"], None));
    all.holds("share", &said(&[&log, "--share"], None));
    all.holds("standard input", &said(&["-", "--format", "json"], Some(Path::new(&log))));
    for format in ["table", "json", "markdown"] {
        all.tells_nothing("diff", &said(&["diff", &before, &log, "--format", format], None));
    }
    all.tells_nothing("watch", &said(&["watch"], Some(Path::new(&log))));
    all.tells_nothing("watch in JSON", &said(&["watch", "--format", "ndjson"], Some(Path::new(&log))));
    all.holds("a draft", &said(&["rules", "new", "--from-unknown", "1", &log], None));
    all.tells_nothing("a bench", &said(&["rules", "bench", &log], None));
}

#[test]
fn nor_does_any_command_that_is_given_a_line() {
    let all = Everything::new();
    // If a secret spans two lines, one half alone cannot be recognized.
    let text = all.text();
    let lines: Vec<&str> =
        text.lines().filter(|line| line.starts_with("2026") && line.ends_with("end")).collect();
    for line in lines.iter().step_by(3) {
        all.tells_nothing("explain", &said(&["explain", line], None));
        all.tells_nothing("a draft", &said(&["rules", "new", "--from-line", line], None));
        all.tells_nothing("a wrong option", &said(&["--since", line, "x.log"], None));
    }
}

#[cfg(unix)]
#[test]
fn nobody_who_is_notified_is_told_a_secret() {
    use std::os::unix::fs::PermissionsExt;
    use std::thread;
    use std::time::{Duration, Instant};

    /// Time after which a notification is not expected any more.
    const PATIENCE: Duration = Duration::from_secs(30);
    let all = Everything::new();
    let (script, told) = (all.path("tell"), all.path("told"));
    fs::write(&script, format!("#!/bin/sh\n{{ printf '%s|' \"$@\"; env; }} >>'{}'\n", told.display()))
        .expect("a script");
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).expect("permissions");
    let command = format!("'{}' {{title}} {{fix}} {{command}}", script.display());
    let mut child = clawsift()
        .args(["watch", "--notify", &command])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("the program runs");
    let mut stdin = child.stdin.take().expect("standard input");
    stdin.write_all(all.text().as_bytes()).expect("a reader");
    let begin = Instant::now();
    while !told.exists() && begin.elapsed() < PATIENCE {
        thread::sleep(Duration::from_millis(50));
    }
    // Other notifications arrive at the same time.
    thread::sleep(Duration::from_millis(500));
    drop(stdin);
    child.wait().expect("an end");
    let text = fs::read_to_string(told).expect("a notification");
    assert!(text.contains("CLAWSIFT_RULE="), "{text}");
    all.tells_nothing("--notify", &text);
}

#[test]
fn no_agent_is_told_a_secret() {
    let all = Everything::new();
    let mut child = clawsift()
        .args(["mcp", "--allow"])
        .arg(all.folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let mut stdin = child.stdin.take().expect("standard input");
    let mut answers = BufReader::new(child.stdout.take().expect("standard output")).lines();
    let hello = json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {
        "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}});
    writeln!(stdin, "{hello}\n{}", json!({"jsonrpc": "2.0", "method": "notifications/initialized"}))
        .expect("a reader");
    answers.next().expect("an answer").expect("UTF-8");
    let mut ask = |name: &str, arguments: serde_json::Value| {
        let request = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name, "arguments": arguments}});
        writeln!(stdin, "{request}").expect("a reader");
        answers.next().expect("an answer").expect("UTF-8")
    };
    all.holds("scan", &ask("scan", json!({"paths": [all.log()], "budget": 100_000})));
    all.tells_nothing("watch_status", &ask("watch_status", json!({"path": all.log(), "budget": 100_000})));
    let text = all.text();
    for line in text.lines().filter(|line| line.starts_with("2026") && line.ends_with("end")).step_by(5) {
        all.tells_nothing("explain", &ask("explain", json!({"what": line})));
        all.tells_nothing("a refusal", &ask("scan", json!({"paths": [line]})));
        all.tells_nothing("an unknown argument", &ask("scan", json!({ line: 1 })));
    }
    let secret = secret(0, kinds::COMMON as u64);
    assert_eq!(leak(&ask("scan", json!({"min_severity": secret.text})), &secret), None);
    drop(stdin);
    child.wait().expect("an end");
}
