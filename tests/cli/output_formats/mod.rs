//! Output formats as their readers parse them: snapshots of real logs, a hostile log and a hostile catalogue through
//! real parsers, and CI commands in the output.

mod commands;
mod csv;
mod fingerprint;
mod junit;
mod markdown;
mod prometheus;
mod sarif;
mod schema;
mod share;

use std::path::Path;
use std::process::Output;

use crate::program::clawsift;
use clap::ValueEnum;
use clawsift::render::Format;

/// A log with a single failure, visible in each of its records.
const LOG: &str = "fixtures/logs/dns-notfound/file.log";
/// A log whose texts try to break out of every format.
const HOSTILE: [&str; 3] = [
    "--rules",
    "tests/cli/output_formats/hostile/rules.yaml",
    "tests/cli/output_formats/hostile/gateway.log",
];
/// Formats that programs read.
const MACHINE: [&str; 6] = ["json", "ndjson", "sarif", "csv", "prometheus", "junit"];

fn run(arguments: &[&str]) -> Output {
    clawsift().args(arguments).output().expect("the program runs")
}

/// Returns the output of a successful run.
fn written(arguments: &[&str]) -> String {
    let output = run(arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!((output.status.code(), said.as_str()), (Some(0), ""), "{arguments:?}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn hostile(format: &str) -> String {
    written(&[&HOSTILE[..], &["--format", format]].concat())
}

fn json(arguments: &[&str]) -> serde_json::Value {
    serde_json::from_str(&written(arguments)).expect("JSON")
}

/// Returns every log of the fixtures.
fn fixtures() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/logs");
    let cases = std::fs::read_dir(folder).expect("fixtures").map(|entry| entry.expect("an entry"));
    let cases = cases.filter(|case| case.path().is_dir());
    let mut names: Vec<String> =
        cases.map(|case| format!("fixtures/logs/{}", case.file_name().to_string_lossy())).collect();
    names.sort();
    names
}

/// Compares a snapshot without the parts that change with each rule or version.
fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"catalogue `[0-9a-f]{16}` of \d+ rules", "catalogue `[catalogue]` of [n] rules");
    settings
        .add_filter(r#"(catalogue=|catalogue" value=|"fingerprint": )"[0-9a-f]{16}""#, "$1\"[catalogue]\"");
    settings.add_filter(r#"("rules": |catalogue_rules )\d+"#, "$1[n]");
    settings.add_filter(&regex_escape(env!("CARGO_PKG_VERSION")), "[version]");
    settings.bind(|| insta::assert_snapshot!(name, text));
}

fn regex_escape(text: &str) -> String {
    text.replace('.', r"\.")
}

/// Returns true for a character that acts instead of being displayed.
fn is_invisible(c: char) -> bool {
    let acts = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{ad}' | '\u{e0000}'..='\u{e007f}');
    (c.is_control() && c != '\n' && c != '\r') || acts(c) || matches!(c, '\u{fffe}' | '\u{ffff}')
}

#[test]
fn nothing_invisible_comes_through_any_format() {
    // In JSON, texts of rules are data; the program that displays them must escape them.
    for format in MACHINE.iter().filter(|format| **format != "json").chain(&["markdown"]) {
        let text = hostile(format);
        let found: Vec<char> = text.chars().filter(|c| is_invisible(*c)).collect();
        assert!(found.is_empty(), "{format}: {found:?}");
        // The Prometheus format contains no values of logs.
        assert!(text.contains("202e") || *format == "prometheus", "{format}");
    }
}

#[test]
fn standard_output_holds_nothing_but_the_format() {
    for format in MACHINE {
        let noisy = run(&["--format", format, "--color", "always", LOG]);
        let quiet = run(&["--format", format, "--quiet", LOG]);
        assert_eq!(noisy.stdout, quiet.stdout, "{format}");
        let text = String::from_utf8(quiet.stdout).expect("UTF-8");
        assert!(!text.contains('\u{1b}'), "{format}");
    }
}

#[test]
fn each_format_is_on_the_page_of_formats() {
    let page = include_str!("../../../docs/FORMATS.md");
    for format in Format::value_variants() {
        let value = format.to_possible_value().expect("a name");
        assert!(page.contains(&format!("\n| `{}` | ", value.get_name())), "docs/FORMATS.md lacks {format:?}");
    }
}

#[test]
fn merged_reports_come_in_each_format() {
    let folder = tempfile::tempdir().expect("a folder");
    let report = folder.path().join("report.json");
    let path = report.to_str().expect("a path");
    let scanned = run(&["--format", "json", "--output", path, "fixtures/logs/mixed/file.log"]);
    assert!(scanned.status.success());
    for format in ["table", "json", "markdown", "sarif", "csv", "prometheus", "junit"] {
        let whole = run(&["--format", format, "fixtures/logs/mixed/file.log"]);
        let merged = run(&["merge", "--format", format, path]);
        assert_eq!(merged.status.code(), Some(0), "{format}");
        assert_eq!(
            String::from_utf8_lossy(&merged.stdout),
            String::from_utf8_lossy(&whole.stdout),
            "{format}"
        );
    }
    let shared = written(&["merge", "--share", path]);
    assert_eq!(shared, written(&["--share", "fixtures/logs/mixed/file.log"]));
    let ndjson = run(&["merge", "--format", "ndjson", path]);
    assert_eq!(ndjson.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&ndjson.stderr).contains("does not contain single matches"));
}
