//! Secrets and control characters must not leave the program.

use crate::{clawsift, piped, stdout};

const SECRET: &str = "sk-ant-api03-AbCdEfGhIjKlMnOpQrStUvWxYz0123456789";

const FORMATS: [&str; 9] =
    ["table", "json", "ndjson", "markdown", "html", "sarif", "csv", "prometheus", "junit"];

fn log() -> String {
    format!(
        "2026-11-22T00:00:00Z error agent/embedded 401 Incorrect API key provided: {SECRET} for http://joe:hunter2pass@proxy:3128\n\
         2026-11-22T00:00:01Z warn odd/thing something odd with token={SECRET}\n"
    )
}

#[test]
fn secrets_are_masked_in_every_format() {
    for format in FORMATS {
        let mut command = clawsift();
        command.args(["--format", format]);
        let text = stdout(&piped(command, log().as_bytes()));
        // The Prometheus format contains no values of logs, and SARIF and Markdown write a bracket in another form.
        assert!(text.contains("redacted") || format == "prometheus", "{format}: {text}");
        assert!(!text.contains("AbCdEfGh"), "{format}: {text}");
        assert!(!text.contains("hunter2pass"), "{format}: {text}");
    }
}

#[test]
fn secrets_are_shown_when_asked_for() {
    let mut command = clawsift();
    command.args(["--format", "json", "--no-redact"]);
    assert!(stdout(&piped(command, log().as_bytes())).contains(SECRET));
}

#[test]
fn a_rule_cannot_command_the_terminal() {
    let folder = tempfile::tempdir().expect("a folder");
    let rules = folder.path().join("rules.yaml");
    let odd = r#""odd \e]0;owned\a \u009b2J \u202e end""#;
    let rule = format!(
        "category: tool\nrules:\n  - id: tool/odd-cellar\n    title: {odd}\n    severity: error\n    any:\n      - literal: odd cellar\n    \
         causes: [{odd}]\n    fixes:\n      - say: {odd}\n        run: {odd}\n        config: {odd}\n    examples: [odd cellar]\n    \
         counter_examples: [{odd}]\n"
    );
    std::fs::write(&rules, rule).expect("a file");
    let rules = rules.to_str().expect("a path");
    let shown = |arguments: &[&str]| {
        let mut command = clawsift();
        command.args(arguments);
        let output = piped(command, b"2026-11-22T00:00:00Z error x/y odd cellar\n");
        let text = stdout(&output);
        assert!(text.contains("owned") || arguments.contains(&"prometheus"), "{arguments:?}: {text}");
        assert!(!text.contains(['\u{7}', '\u{9b}', '\u{202e}']), "{arguments:?}: {text:?}");
    };
    for format in FORMATS {
        if format != "ndjson" {
            shown(&["--rules", rules, "--format", format, "--color", "always"]);
        }
    }
    shown(&["explain", "tool/odd-cellar", "--rules", rules, "--color", "always"]);
    shown(&["rules", "show", "tool/odd-cellar", "--rules", rules, "--color", "always"]);
    shown(&["rules", "list", "--rules", rules]);
}

#[test]
fn a_log_cannot_command_the_terminal() {
    let log = "2026-11-22T00:00:00Z error x/y \u{1b}]0;owned\u{7}\u{1b}[2J\u{202e}connect ETIMEDOUT 10.0.0.1:443\n\
               2026-11-22T00:00:01Z error x/y \u{1b}[31modd\u{9b}31m\n";
    for format in FORMATS {
        let mut command = clawsift();
        command.args(["--format", format, "--color", "never"]);
        let text = stdout(&piped(command, log.as_bytes()));
        assert!(text.contains("ETIMEDOUT") || format == "prometheus", "{format}: {text}");
        let hostile = |c: char| (c.is_control() && c != '\n' && c != '\r') || c == '\u{202e}';
        assert!(!text.contains(hostile), "{format}: {text:?}");
    }
}
