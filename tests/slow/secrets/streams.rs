//! The program itself: standard error, files and names of files.

use std::fs;

use super::kinds::{Secret, secret};
use super::outputs::leak;
use super::writings::Writing;
use crate::program::clawsift;

/// Returns all output of the program.
fn said(arguments: &[&str]) -> String {
    let output = clawsift().args(arguments).output().expect("the program runs");
    String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
}

fn key() -> Secret {
    secret(0, 99)
}

#[test]
fn names_of_files_are_masked_on_both_streams() {
    let folder = tempfile::tempdir().expect("a folder");
    let key = key();
    let there = folder.path().join(format!("{}.log", key.text));
    let log = Writing::Plain.log(&key).expect("a log");
    fs::write(&there, log.text).expect("a file");
    let there = there.to_str().expect("a path");
    let missing = format!("{there}.missing");
    let text = said(&[there, &missing, "--format", "json"]);
    assert!(text.contains("[redacted]") && text.contains("clawsift: "), "{text}");
    assert_eq!(leak(&text, &key), None, "{text}");
}

#[test]
fn errors_do_not_repeat_secrets() {
    let key = key();
    let folder = tempfile::tempdir().expect("a folder");
    let no_report = folder.path().join(format!("{}.json", key.text));
    fs::write(&no_report, "{}").expect("a file");
    let rules = folder.path().join("rules.yaml");
    fs::write(&rules, format!("category: auth\nrules:\n  - id: {}\n    title: [x\n", key.text))
        .expect("a file");
    for arguments in [
        vec!["merge", no_report.to_str().expect("a path")],
        vec!["explain", key.text.as_str()],
        vec!["rules", "show", key.text.as_str()],
        vec!["fixtures/logs/quiet/file.log", "--rules", rules.to_str().expect("a path")],
        vec!["rules", "check", rules.to_str().expect("a path")],
        vec!["fixtures/logs/quiet/file.log", "--tz", key.text.as_str()],
        vec!["fixtures/logs/quiet/file.log", "--since", key.text.as_str()],
    ] {
        let text = said(&arguments);
        assert!(!text.is_empty(), "{arguments:?}");
        assert_eq!(leak(&text, &key), None, "{arguments:?}: {text}");
    }
}

#[test]
fn keys_given_as_arguments_are_not_repeated() {
    let key = key();
    let text = key.text.as_str();
    let option = format!("--{text}");
    // Nothing can be created below a file, not even by root.
    let file = format!("Cargo.toml/{text}/x");
    let log = "fixtures/logs/quiet/file.log";
    let mut all: Vec<Vec<&str>> = [
        "--format",
        "--since",
        "--until",
        "--tz",
        "--min-severity",
        "--category",
        "--sort",
        "--top",
        "--budget",
        "--details",
        "--fail-on",
        "--color",
        "--jobs",
        "--max-decompressed",
        "--disable",
        "--rules",
    ]
    .iter()
    .map(|option| vec![log, *option, text])
    .collect();
    all.extend([
        vec![text],
        vec![text, text],
        vec![option.as_str()],
        vec![log, "--output", &file],
        vec!["help", text],
        vec!["explain", text],
        vec!["explain", "429", "--color", text],
        vec!["explain", "429", &option],
        vec!["diff", text, text],
        vec!["diff", log, text],
        vec!["diff", text],
        vec!["diff", log, log, text],
        vec!["diff", log, log, "--at", text],
        vec!["diff", log, log, "--format", text],
        vec!["diff", log, text, "--format", "json"],
        vec!["diff", log, text, "--format", "markdown"],
        vec!["diff", "--since-restart", text],
        vec!["diff", log, log, &option],
        vec!["merge", text],
        vec!["merge", text, "--format", text],
        vec!["merge", text, "--format", "ndjson"],
        vec!["watch", log, text],
        vec!["watch", log, "--format", text],
        vec!["watch", log, "--notify-at", text],
        vec!["watch", log, "--notify", "'x", "--tz", text],
        vec!["mcp", text],
        vec!["mcp", "--tz", text],
        vec!["mcp", "--rules", text],
        vec!["rules", text],
        vec!["rules", "help", text],
        vec!["rules", "check", text],
        vec!["rules", "check", text, "--format", "json"],
        vec!["rules", "check", text, "--format", "sarif"],
        vec!["rules", "check", text, "--format", "github"],
        vec!["rules", "check", "--deny", text],
        vec!["rules", "test", text],
        vec!["rules", "test", "--mutate", "--min-score", text],
        vec!["rules", "list", "--category", text],
        vec!["rules", "list", "--rules", text],
        vec!["rules", "show", text],
        vec!["rules", "new", "--from-unknown", text],
        vec!["rules", "new", "--from-unknown", "1", text],
        vec!["rules", "new", "--from-line", "Error: the odd cellar 17 is full", "--output", &file],
        vec!["rules", "bench", text],
        vec!["schema", text],
        vec!["completions", text],
        vec!["man", text],
        vec!["man", "--folder", &file],
    ]);
    let leaks: Vec<Vec<&str>> = all
        .into_iter()
        .filter(|arguments| {
            let said = said(arguments);
            assert!(!said.is_empty(), "{arguments:?}");
            leak(&said, &key).is_some()
        })
        .collect();
    assert!(leaks.is_empty(), "{} places: {leaks:#?}", leaks.len());
}

#[test]
fn wrong_usage_is_told_as_it_was_where_it_holds_no_secret() {
    let output = clawsift().args(["--format", "tabel"]).output().expect("the program runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2));
    assert!(said.starts_with("error: invalid value 'tabel' for '--format <FORMAT>'"), "{said}");
    assert!(said.contains("a similar value exists: 'table'"), "{said}");
    let coloured =
        clawsift().env("CLICOLOR_FORCE", "1").args(["--format", "tabel"]).output().expect("the program runs");
    assert!(coloured.stderr.starts_with(b"\x1b["), "{}", String::from_utf8_lossy(&coloured.stderr));
    let help = clawsift().arg("--help").output().expect("the program runs");
    assert!(
        help.status.success() && help.stderr.is_empty() && help.stdout.starts_with(b"Find out what is wrong")
    );
}

#[test]
fn examples_of_an_author_are_masked_when_they_fail() {
    let key = key();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rules.yaml");
    let rule = format!(
        "category: auth\nrules:\n  - id: auth/odd-cellar\n    title: Odd\n    severity: error\n    any:\n      - literal: odd cellar\n    \
         causes: [x]\n    fixes:\n      - say: y\n    examples: [\"no match {0}\", \"odd cellar {0}\"]\n    counter_examples: [\"odd cellar x-api-key: {0}\"]\n",
        key.text
    );
    fs::write(&path, rule).expect("a file");
    let path = path.to_str().expect("a path");
    for arguments in [
        vec!["rules", "test", path],
        vec!["rules", "test", path, "--format", "json"],
        vec!["rules", "check", path],
        vec!["rules", "check", path, "--format", "json"],
        vec!["rules", "show", "auth/odd-cellar", "--rules", path],
        vec!["explain", "auth/odd-cellar", "--rules", path],
    ] {
        let text = said(&arguments);
        assert!(text.contains("odd-cellar"), "{arguments:?}: {text}");
        assert_eq!(leak(&text, &key), None, "{arguments:?}: {text}");
    }
}

#[test]
fn people_are_masked_where_that_is_asked_for() {
    let log = "2026-11-22T00:00:00Z error channels/whatsapp connect ETIMEDOUT 10.0.0.1:443 for +49 151 12345678 joe@x.org\n\
               2026-11-22T00:00:01Z warn odd/thing odd call of 4915112345678@s.whatsapp.net\n";
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("gateway.log");
    fs::write(&path, log).expect("a file");
    let path = path.to_str().expect("a path");
    let people = |text: &str| ["12345678", "joe@x"].iter().filter(|who| text.contains(**who)).count();
    let open = said(&[path, "--format", "json"]);
    assert_eq!(people(&open), 2, "{open}");
    let masked = said(&[path, "--format", "json", "--redact-personal"]);
    assert!(people(&masked) == 0 && masked.contains("[phone]") && masked.contains("[email]"), "{masked}");
    let report = folder.path().join("report.json");
    fs::write(&report, open).expect("a file");
    let report = report.to_str().expect("a path");
    for arguments in [
        vec!["merge", report, "--redact-personal", "--format", "json"],
        vec!["merge", report, "--share"],
        vec![path, "--share"],
        vec!["explain", log.lines().next().expect("a line"), "--redact-personal"],
    ] {
        let text = said(&arguments);
        assert_eq!(people(&text), 0, "{arguments:?}: {text}");
    }
}

/// A mask reveals nothing about the secret, unless the reader has the key.
#[test]
fn a_mask_is_no_oracle_for_passwords() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let line = |time: u32, password: &str| {
        format!(
            "2026-11-22T00:00:0{time}Z error agent/embedded 401 Incorrect API key provided: password={password} end\n"
        )
    };
    let log = |a: &str, b: &str| line(0, a) + &line(1, b) + &line(2, a);
    fs::write(path("one.log"), log("hunter2", "swordfish9")).expect("a file");
    fs::write(path("two.log"), log("sunday7", "princess77")).expect("a file");
    fs::write(path("key"), "a key of thirty-two bytes or more\n").expect("a file");
    fs::write(path("short"), "key\n").expect("a file");
    let report = |log: &str, rest: &[&str]| {
        let name = path(log);
        said(&[&[name.as_str(), "--format", "ndjson"][..], rest].concat()).replace(log, "x.log")
    };
    // Two logs that differ only in their passwords give the same report.
    assert_eq!(report("one.log", &[]), report("two.log", &[]));
    assert!(report("one.log", &[]).contains("password=[redacted] end"));
    let (key, short) = (path("key"), path("short"));
    let keyed = report("one.log", &["--tag-key", &key]);
    assert_eq!(keyed, report("one.log", &["--tag-key", &key]));
    let tags: Vec<&str> =
        keyed.split("[redacted:").skip(1).filter_map(|rest| rest.split(']').next()).collect();
    assert!(tags.len() >= 3 && tags[0] == tags[2] && tags[0] != tags[1] && tags[0].len() >= 12, "{tags:?}");
    for unusable in [&short, &path("none")] {
        let text = report("one.log", &["--tag-key", unusable]);
        assert!(text.contains("--tag-key"), "{text}");
    }
    let (one, two) = (path("one.log"), path("two.log"));
    let shared = said(&[&one, "--share"]);
    assert!(shared.contains("[redacted 1]") && !shared.contains("[redacted:"), "{shared}");
    assert_eq!(shared, said(&[&two, "--share"]).replace("two.log", "one.log"));
    assert_eq!(shared, said(&[&one, "--share", "--tag-key", &key]));
}
