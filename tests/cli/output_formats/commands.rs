//! CI commands in a log, a rule file or a file name: no output passes them on.

use std::fs;
use std::path::Path;

use clap::ValueEnum;
use clawsift::render::Format;

use crate::program::clawsift;

/// A text with each command, first the one that must be at the start of a line.
const COMMANDS: &str = "::error file=a.rs::pwned ##vso[task.setvariable variable=PATH]/x ##[error]y ##VSO[task.complete] \
                        ##teamcity[buildStatus status='SUCCESS'] ##TeamCity[x]";

/// Returns the commands in an output that a CI system would execute.
fn obeyed(output: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(output).into_owned();
    let lines = text.split(['\n', '\r']);
    let is_command = |line: &&str| {
        let line = line.to_lowercase();
        line.trim_start().starts_with("::")
            || ["##[", "##vso[", "##teamcity["].iter().any(|mark| line.contains(mark))
    };
    lines.filter(is_command).map(str::to_owned).collect()
}

/// Creates a folder with a log, a broken log and a rule file that contain commands; the name of the log contains one
/// too.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let record =
        |minute: u8, text: &str| format!("2026-11-22T00:{minute:02}:00Z error agent/embedded {text}\n");
    let log = [
        record(0, &format!("{COMMANDS} 401 Incorrect API key provided")),
        record(1, &format!("{COMMANDS} odd thing in the cellar")),
        record(2, &format!("odd thing 2\n{COMMANDS}\n\u{a0}\t{COMMANDS}")),
        record(3, "connect ECONNREFUSED 127.0.0.1:11434 provider=##vso[x] model=::error::y"),
        record(4, "odd cellar"),
    ];
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("a file");
    write("::error::##vso[x] ##[y].log", &log.concat());
    write("before.log", "2026-11-22T00:00:00Z info gateway http server listening\n");
    let text = serde_json::to_string(&format!("{COMMANDS}\n{COMMANDS}")).expect("JSON");
    write(
        "rules.yaml",
        &format!(
            "category: auth\nrules:\n  - id: auth/odd-cellar\n    title: '::error::x ##[y]'\n    severity: error\n    any:\n      \
             - literal: odd cellar\n    causes: [{text}]\n    fixes:\n      - say: {text}\n        run: {text}\n        config: {text}\n    \
             examples: [\"odd cellar\", {text}]\n    counter_examples: [\"odd cellar ##vso[x]\"]\n"
        ),
    );
    write("broken.yaml", &format!("category: auth\nrules:\n  - id: {text}\n    {text}: 1\n"));
    folder
}

/// Returns all output of the program when run in this folder.
fn written(folder: &Path, columns: &str, arguments: &[&str]) -> Vec<u8> {
    let output = clawsift()
        .current_dir(folder)
        .env("COLUMNS", columns)
        .args(arguments)
        .output()
        .expect("the program runs");
    [output.stdout, b"\n".to_vec(), output.stderr].concat()
}

const LOG: &str = "./::error::##vso[x] ##[y].log";

fn assert_inert(folder: &Path, arguments: &[&str]) {
    for columns in ["100", "40"] {
        let output = written(folder, columns, arguments);
        assert!(output.len() > 10, "{arguments:?} writes nothing");
        let obeyed = obeyed(&output);
        assert!(obeyed.is_empty(), "{arguments:?}: {obeyed:#?}");
    }
}

#[test]
fn no_format_hands_a_command_on() {
    let folder = folder();
    let folder = folder.path();
    assert_eq!(obeyed(COMMANDS.as_bytes()).len(), 1);
    for format in Format::value_variants() {
        let format = format.to_possible_value().expect("a name");
        let format = format.get_name();
        for rules in [&[][..], &["--rules", "rules.yaml"]] {
            let arguments = [&[LOG, "--format", format][..], rules].concat();
            assert_inert(folder, &arguments);
            let output = written(folder, "100", &[&arguments[..], &["--output", "out"]].concat());
            assert_eq!(output, b"\n", "{}", String::from_utf8_lossy(&output));
            let obeyed = obeyed(&fs::read(folder.join("out")).expect("a report"));
            assert!(obeyed.is_empty(), "{arguments:?}: {obeyed:#?}");
        }
    }
    for more in [&["--share"][..], &["--color", "always"], &["--no-redact"], &["--summary"]] {
        assert_inert(folder, &[&[LOG, "--rules", "rules.yaml"][..], more].concat());
    }
}

#[test]
fn no_command_hands_one_on() {
    let folder = folder();
    let folder = folder.path();
    let report = written(folder, "100", &[LOG, "--format", "json", "--output", "report.json"]);
    assert_eq!(report, b"\n");
    for arguments in [
        &["explain", COMMANDS][..],
        &["explain", "::error::401 Incorrect API key provided ##vso[x]"],
        &["explain", "auth/odd-cellar", "--rules", "rules.yaml"],
        &["diff", "before.log", LOG, "--rules", "rules.yaml"],
        &["diff", "before.log", LOG, "--format", "json"],
        &["diff", "before.log", LOG, "--format", "markdown", "--rules", "rules.yaml"],
        &["diff", "report.json", LOG],
        &["merge", "report.json"],
        &["merge", "report.json", "--share"],
        &["watch", LOG, "--lines", "--rules", "rules.yaml"],
        &["watch", LOG, "--format", "ndjson", "--rules", "rules.yaml"],
        &["rules", "check", "rules.yaml"],
        &["rules", "check", "rules.yaml", "--format", "json"],
        &["rules", "check", "broken.yaml"],
        &["rules", "check", "broken.yaml", "--format", "sarif"],
        &["rules", "test", "rules.yaml"],
        &["rules", "test", "rules.yaml", "--format", "json"],
        &["rules", "test", "rules.yaml", "--mutate"],
        &["rules", "list", "--rules", "rules.yaml"],
        &["rules", "list", "--rules", "rules.yaml", "--format", "markdown"],
        &["rules", "show", "auth/odd-cellar", "--rules", "rules.yaml"],
        &["rules", "new", "--from-line", COMMANDS],
        &["rules", "new", "--from-unknown", "1", LOG],
        &["rules", "bench", LOG, "--rules", "rules.yaml"],
    ] {
        // A watch of a file runs until it is stopped, so the log is piped here.
        if arguments[0] == "watch" {
            let output = watched(folder, &arguments[2..]);
            assert!(output.len() > 100, "{arguments:?}");
            assert_eq!(obeyed(&output), Vec::<String>::new(), "{arguments:?}");
            continue;
        }
        assert_inert(folder, arguments);
    }
}

/// Returns all output of a watch of the log.
fn watched(folder: &Path, options: &[&str]) -> Vec<u8> {
    let log = fs::File::open(folder.join(LOG)).expect("the log");
    let mut command = clawsift();
    command.current_dir(folder).args(["watch", "-"]).args(options).stdin(log);
    let output = command.output().expect("the program runs");
    [output.stdout, b"\n".to_vec(), output.stderr].concat()
}

#[test]
fn no_message_hands_a_command_on() {
    let folder = folder();
    let lines = format!("x\n{COMMANDS}\r{COMMANDS}");
    for arguments in [
        &["##vso[x].log"][..],
        &["::error::x"],
        &[lines.as_str()],
        &["--format", &lines],
        &["--tz", &lines],
        &["--since", &lines],
        &["diff", &lines, "x"],
        &["merge", &lines],
        &["rules", &lines],
        &["rules", "show", &lines],
        &["rules", "test", &lines],
        &["--rules", "broken.yaml", LOG],
        &["man", &lines],
        &["mcp", &lines],
    ] {
        assert_inert(folder.path(), arguments);
    }
}

#[test]
fn commands_of_its_own_stay_and_hold_no_others() {
    let folder = folder();
    for file in ["rules.yaml", "broken.yaml"] {
        let output = written(folder.path(), "100", &["rules", "check", file, "--format", "github"]);
        for line in obeyed(&output) {
            let data = line.strip_prefix("::error file=").or_else(|| line.strip_prefix("::warning file="));
            let data = data.unwrap_or_else(|| panic!("{line}"));
            assert_eq!(obeyed(data.as_bytes()), Vec::<String>::new());
        }
        assert!(!obeyed(&output).is_empty());
    }
}

#[test]
fn what_is_broken_is_the_same_to_a_reader() {
    let folder = folder();
    let json = written(folder.path(), "100", &[LOG, "--format", "json"]);
    let report: serde_json::Value = serde_json::from_slice(&json).expect("JSON");
    let report = report.to_string();
    assert!(report.contains("##vso[task.setvariable variable=PATH]/x ##[error]y"), "{report}");
    let xml = String::from_utf8(written(folder.path(), "100", &[LOG, "--format", "junit"])).expect("UTF-8");
    let document = roxmltree::Document::parse(xml.trim()).expect("XML");
    let texts: String = document.descendants().filter_map(|node| node.text()).collect();
    assert!(texts.contains("##vso[task.setvariable variable=PATH]/x ##[error]y"), "{texts}");
}
