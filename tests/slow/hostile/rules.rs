//! Untrusted rule files: they are rejected with a clear message, or they work; they never run anything.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use super::measured::{MIB, Outcome, fed_within, run};
use super::scale;
use crate::program::clawsift;

const HEAD: &str = "category: dns\nrules:\n";

fn rule(number: usize, signature: &str) -> String {
    format!(
        "  - id: x/r{number}\n    title: t\n    severity: error\n    any: [{signature}]\n    causes: [c]\n    \
         fixes: [{{ say: s, run: 'touch x' }}]\n"
    )
}

fn write(folder: &Path, text: &str) -> PathBuf {
    let path = folder.join("rules.yaml");
    fs::write(&path, text).expect("a file");
    path
}

/// Returns a scan of one line with these rules.
/// Memory limit for ten thousand rules: 32 KiB for each.
const MAX_MEMORY: u64 = 320 * MIB;

fn scan(rules: &Path, line: &str) -> Outcome {
    let mut command = clawsift();
    command.args(["--format", "json", "--rules"]).arg(rules).arg("-");
    fed_within(command, MAX_MEMORY, |out| out.write_all(line.as_bytes()))
}

/// Asserts that the rules are rejected with this message.
fn assert_refused(text: &str, words: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let outcome = scan(&write(folder.path(), text), "x\n");
    assert_eq!(outcome.status, Some(2), "{}", outcome.stderr);
    assert!(outcome.stderr.contains(words), "{words}: {:.500}", outcome.stderr);
    assert!(outcome.stderr.contains("rules.yaml"), "{:.500}", outcome.stderr);
    assert!(outcome.stderr.len() < 100_000, "{} bytes of message", outcome.stderr.len());
}

#[test]
fn a_file_that_is_too_large() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = write(folder.path(), HEAD);
    fs::File::options().write(true).open(&path).and_then(|file| file.set_len(100 << 20)).expect("a length");
    let outcome = scan(&path, "x\n");
    assert_eq!(outcome.status, Some(2));
    assert!(outcome.stderr.contains("larger than 8 MiB"), "{}", outcome.stderr);
}

#[test]
fn files_that_are_too_large_together() {
    let folder = tempfile::tempdir().expect("a folder");
    for number in 0..9 {
        let comment = "#".repeat((8 << 20) - 200);
        let text = format!("{HEAD}{}{comment}\n", rule(number, "literal: flurb"));
        fs::write(folder.path().join(format!("{number}.yaml")), text).expect("a file");
    }
    let outcome = scan(folder.path(), "x\n");
    assert_eq!(outcome.status, Some(2));
    assert!(outcome.stderr.contains("larger than 64 MiB in total"), "{:.500}", outcome.stderr);
}

#[test]
fn aliases_that_multiply() {
    let mut text = "category: dns\nrules:\n  - &a [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for (from, to) in ('a'..'p').zip('b'..'q') {
        writeln!(text, "  - &{to} [{}]", [format!("*{from}").as_str(); 9].join(", ")).expect("a text");
    }
    assert_refused(&text, "rules.yaml:");
}

#[test]
fn nesting_without_end() {
    for (open, close) in [("[", "]"), ("{a: ", "}"), ("- ", "")] {
        assert_refused(
            &format!("category: dns\nrules: {}{}", open.repeat(100_000), close.repeat(100_000)),
            "rules.yaml:",
        );
    }
    let nested = format!("regex: '{}a{}'", "(".repeat(100_000), ")".repeat(100_000));
    assert_refused(&format!("{HEAD}{}", rule(1, &nested)), "regex");
}

#[test]
fn expressions_that_are_too_large() {
    for pattern in ["(a{1000}){1000}", r"((((\w{50}){50}){50}){50}){50}", r"(\pL{100}){60}abc", "a{100000}"] {
        assert_refused(&format!("{HEAD}{}", rule(1, &format!("regex: '{pattern}'"))), "too large");
    }
    // Each one is accepted, all together are not.
    let all: String = (0..400).map(|n| rule(n, &format!("regex: 'abc{n}[a-z]{{20000}}'"))).collect();
    assert_refused(&format!("{HEAD}{all}"), "too large");
}

/// A backtracking engine would practically never finish.
#[test]
fn expressions_that_backtrack() {
    let folder = tempfile::tempdir().expect("a folder");
    for pattern in ["(x+x+)+y", "(x*)*y", "(x|x)*y", "(x|xx)+y", "(.*x){12}y", "^(([a-z])+.)+[A-Z]([a-z])+$"]
    {
        let path = write(folder.path(), &format!("{HEAD}{}", rule(1, &format!("regex: 'xxx{pattern}'"))));
        let line = format!("2026-11-22T00:00:00Z error a/b {}!\n", "x".repeat(scale(20_000, 1_000_000)));
        let outcome = scan(&path, &line);
        assert_eq!(outcome.status, Some(0), "{pattern}: {}", outcome.stderr);
        assert_eq!(outcome.json()["totals"]["records"], 1);
    }
}

#[test]
fn ten_thousand_rules() {
    let folder = tempfile::tempdir().expect("a folder");
    let count = scale(500, 10_000);
    let expression = |n: usize| rule(n, &format!("regex: 'flurb{n} of (?<host>[a-z0-9.]+) [0-9]{{1,5}}'"));
    let text = format!("{HEAD}{}", (0..count).map(expression).collect::<String>());
    // Each rule matches a line.
    let log: String =
        (0..count).map(|n| format!("2026-11-22T00:00:00Z error a/b flurb{n} of a.example 17\n")).collect();
    let outcome = scan(&write(folder.path(), &text), &log);
    assert_eq!(outcome.status, Some(0), "{:.500}", outcome.stderr);
    assert_eq!(outcome.json()["totals"]["matched"], count);
}

/// The number of reported problems is limited.
#[test]
fn very_many_faults() {
    let count = scale(1_000, 8_000);
    let unknown = |n: usize| {
        rule(n, "literal: flurb").replace("    causes", &format!("    overrides: [x/q{n}]\n    causes"))
    };
    let text = format!("{HEAD}{}", (0..count).map(unknown).collect::<String>());
    assert_refused(&text, "unknown rule `x/q0`");
}

#[test]
fn a_file_of_too_many_values() {
    assert_refused(&format!("{HEAD}{}", "  - {}\n".repeat(260_000)), "rules.yaml:");
    let many = format!(
        "{HEAD}{}",
        rule(1, "literal: flurb").replace("[c]", &format!("[{}c]", "c, ".repeat(260_000)))
    );
    assert_refused(&many, "the file exceeds a limit");
}

/// A command in a rule is text, wherever it is.
#[test]
fn a_rule_runs_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let trap = folder.path().join("trap");
    let trap = trap.display();
    let text = format!(
        "category: dns\nrules:\n  - id: x/trap\n    title: 'flurb $(touch {trap}) `touch {trap}`'\n    severity: error\n    \
         any: [{{ literal: flurb }}, {{ regex: 'host=(?<host>\\S+)' }}]\n    causes: ['$(touch {trap})']\n    \
         fixes: [{{ say: 'Do $(touch {trap})', run: 'touch {trap}; touch {{host}}', config: '{{ a: 1 }}' }}]\n    \
         examples: ['flurb $(touch {trap})', 'a host=$(touch${{IFS}}{trap})']\n    counter_examples: [x]\n"
    );
    let path = write(folder.path(), &text);
    let path = path.to_str().expect("a path");
    let log = folder.path().join("a.log");
    fs::write(&log, format!("2026-11-22T00:00:00Z error a/b flurb host=$(touch${{IFS}}{trap})\n"))
        .expect("a log");
    let log = log.to_str().expect("a path");
    for arguments in [
        &["--rules", path, log][..],
        &["--rules", path, "--format", "markdown", log],
        &["explain", "--rules", path, "x/trap"],
        &["rules", "check", path],
        &["rules", "test", path],
        &["rules", "test", path, "--mutate"],
        &["rules", "show", "--rules", path, "x/trap"],
        &["rules", "list", "--rules", path],
        &["rules", "bench", "--rules", path, log],
    ] {
        let mut command = clawsift();
        command.args(arguments);
        let outcome = run(command);
        assert!(!outcome.stderr.contains("unexpected argument"), "{arguments:?}: {}", outcome.stderr);
        assert!(!folder.path().join("trap").exists(), "{arguments:?}");
    }
}
