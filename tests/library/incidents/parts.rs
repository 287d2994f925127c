//! A log read in parts, as on a cluster, gives the report of the whole log.

use std::fs;
use std::ops::Range;
use std::path::Path;

use clawsift::report::{Report, View, merge};
use clawsift::scan::{scan, scan_parts};
use clawsift::source::{FilePart, Input};
use clawsift_catalogue::pattern::Pattern;
use proptest::prelude::*;
use serde_json::Value;

use super::{ENGINE, options};

/// Logs whose records contain date and run: only these are read in parts.
const LOGS: [&str; 8] = [
    "mixed/file.log",
    "follow/file.log",
    "session-db-locked/file.log",
    "telegram-502/file.log",
    "openai-500-recovers/file.log",
    "anthropic-529-recovers/file.log",
    "mcp-crash/file.log",
    "proxy-407-env/file.log",
];

fn fixture(path: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/logs").join(path)).expect(path)
}

/// Returns the report of each range, after writing and reading it as JSON.
fn of_ranges(path: &Path, ranges: impl Iterator<Item = Range<u64>>) -> Vec<Report> {
    ranges
        .map(|range| {
            let part = FilePart { path: path.to_owned(), range: Some(range) };
            let report = scan_parts(&ENGINE, &[part], &options());
            serde_json::from_str(&serde_json::to_string(&report).expect("JSON")).expect("a report")
        })
        .collect()
}

/// Returns the parts of a report that must be equal: everything except the merge data and all samples but the first,
/// because each part has up to three samples.
fn essence(report: &Report) -> Value {
    let mut value = serde_json::to_value(report).expect("JSON");
    value.as_object_mut().expect("an object").remove("mergeable");
    for finding in value["findings"].as_array_mut().expect("findings") {
        finding["samples"].as_array_mut().expect("samples").truncate(1);
    }
    value
}

/// Returns the first difference between two reports, shortened for display.
fn difference(a: &Value, b: &Value, at: &str) -> Option<String> {
    match (a, b) {
        (Value::Object(mine), Value::Object(other)) if mine.keys().eq(other.keys()) => {
            mine.iter().find_map(|(key, value)| difference(value, &other[key], &format!("{at}.{key}")))
        }
        (Value::Array(mine), Value::Array(other)) if mine.len() == other.len() => {
            mine.iter().zip(other).enumerate().find_map(|(n, (a, b))| difference(a, b, &format!("{at}[{n}]")))
        }
        _ => (a != b).then(|| format!("{at}: {a} and not {b}")),
    }
}

fn assert_same(log: &[u8], cuts: &[u64], backwards: bool) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("openclaw-2026-11-22.log");
    fs::write(&path, log).expect("a file");
    let whole = scan(&ENGINE, &[Input::Path(path.clone())], &[], &options());
    let ends = cuts.iter().copied().chain([log.len() as u64]);
    let starts = [0].into_iter().chain(cuts.iter().copied());
    let mut parts = of_ranges(&path, starts.zip(ends).map(|(start, end)| start..end));
    if backwards {
        parts.reverse();
    }
    let merged = merge(parts, &View::default()).expect("a sum");
    let differs = difference(&essence(&merged), &essence(&whole), "");
    assert_eq!(differs, None, "{cuts:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn parts_of_any_size_add_up_to_the_whole(
        log in prop::sample::select(LOGS.to_vec()),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 1..6),
        backwards in any::<bool>(),
    ) {
        let text = fixture(log);
        let mut cuts: Vec<u64> = cuts.iter().map(|cut| cut.index(text.len()) as u64).collect();
        cuts.sort_unstable();
        assert_same(&text, &cuts, backwards);
    }
}

/// Returns a log of several hours: real logs one after another, repeated with other hours and ids.
fn hours() -> Vec<u8> {
    let logs =
        ["mixed", "tls-old-version", "proxy-refused-env", "mcp-crash", "dns-no-server", "ollama-refused-v1"];
    let logs = logs.iter().chain(&["ok-anthropic", "tls-expired", "ollama-refused"]);
    let text: Vec<u8> = logs.flat_map(|log| fixture(&format!("{log}/file.log"))).collect();
    let text = String::from_utf8(text).expect("text");
    let id = Pattern::new("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}").expect("a pattern");
    let turn = |hour: usize| {
        let text = id.replace_all(&text, |groups| format!("{hour:02x}{}", &groups.whole()[2..]));
        let (before, then) = (format!("-22T{:02}:", hour - 1), format!("-22T{hour:02}:"));
        text.replace("-22T09:", &before).replace("-22T10:", &then).into_bytes()
    };
    [1, 2, 5, 6, 7, 12].into_iter().flat_map(turn).collect()
}

#[test]
fn a_long_log_in_many_parts_is_the_same() {
    let text = hours();
    let length = text.len() as u64;
    for count in [2, 7, 40, 200] {
        let cuts: Vec<u64> = (1..count).map(|n| length * n / count).collect();
        assert_same(&text, &cuts, count == 7);
    }
}

#[test]
fn a_part_that_is_missing_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.log");
    let text = fixture("mixed/file.log");
    fs::write(&path, &text).expect("a file");
    let length = text.len() as u64;
    let mut parts = of_ranges(&path, [0..9000, 9000..20_000, 20_000..length].into_iter());
    parts.remove(1);
    let merged = merge(parts, &View::default()).expect("a sum");
    assert_eq!(merged.sources.len(), 1);
    assert_eq!(merged.sources[0].notes, ["parts of this source that are missing from the report: 1"]);
}

#[test]
fn what_is_compressed_has_no_parts() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.log.gz");
    fs::write(&path, [0x1f, 0x8b, 8, 0, 0, 0, 0, 0]).expect("a file");
    let report = &of_ranges(&path, std::iter::once(0..4))[0];
    assert_eq!(report.sources[0].problems, ["a compressed file or an archive cannot be read in parts"]);
}

/// Only logs with a date in each record can be divided.
#[test]
fn which_logs_can_be_cut() {
    let logs = [
        ("mixed/file.log", true),
        ("mixed/logs-json.txt.gz", false),
        ("mixed/console.txt", false),
        ("mixed/logs-plain.txt", false),
    ];
    for (log, can) in logs {
        assert_eq!(clawsift::scan::is_divisible(&fixture(log)), can, "{log}");
    }
    assert!(!clawsift::scan::is_divisible(b"{\"half\": \"a line"));
}
