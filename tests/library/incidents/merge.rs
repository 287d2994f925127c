//! Reports of parts merge to the report of the whole.

use std::fs;
use std::path::{Path, PathBuf};

use clawsift::report::{MergeError, Report, View, merge};
use clawsift::scan::scan;
use clawsift::source::Input;
use proptest::prelude::*;

use super::{ENGINE, by_category, options};

fn fixture(path: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/logs").join(path);
    fs::read_to_string(file).expect(path)
}

fn scan_all(paths: &[PathBuf]) -> Report {
    let inputs: Vec<Input> = paths.iter().cloned().map(Input::Path).collect();
    scan(&ENGINE, &inputs, &[], &options())
}

/// Returns the report after writing and reading it as JSON.
fn through_json(report: &Report) -> Report {
    serde_json::from_str(&json(report)).expect("a report")
}

fn json(report: &Report) -> String {
    serde_json::to_string_pretty(report).expect("JSON")
}

/// Writes a log as files of one rotated set, cut at these lines if a record begins there.
fn rotated(folder: &Path, log: &str, cuts: &[prop::sample::Index]) -> Vec<PathBuf> {
    let lines: Vec<&str> = log.split_inclusive('\n').collect();
    let begins: Vec<usize> =
        (1..lines.len()).filter(|&at| clawsift::record::starts_record(lines[at].as_bytes())).collect();
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| begins[cut.index(begins.len())]).collect();
    cuts.extend([0, lines.len()]);
    cuts.sort_unstable();
    cuts.dedup();
    let parts: Vec<&[usize]> = cuts.windows(2).collect();
    parts
        .iter()
        .enumerate()
        .map(|(index, part)| {
            let path = folder.join(match parts.len() - 1 - index {
                0 => "openclaw-2026-11-22.log".to_owned(),
                number => format!("openclaw-2026-11-22.{number}.log"),
            });
            fs::write(&path, lines[part[0]..part[1]].concat()).expect("a file");
            path
        })
        .collect()
}

const LOGS: [&str; 6] = [
    "mixed/file.log",
    "mixed/console.txt",
    "mixed/logs-plain.txt",
    "follow/file.log",
    "session-db-locked/file.log",
    "telegram-502/console.txt",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    /// In any order and grouping, with or without JSON, the merged report equals that of one scan of all files.
    #[test]
    fn reports_add_up_in_any_order(
        log in prop::sample::select(LOGS.to_vec()),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 1..5),
        order in Just((0..6).collect::<Vec<usize>>()).prop_shuffle(),
        groups in 1_usize..4,
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        let paths = rotated(folder.path(), &fixture(log), &cuts);
        let whole = scan_all(&paths);
        let order: Vec<usize> = order.into_iter().filter(|index| *index < paths.len()).collect();
        let mut merged: Vec<Report> = order
            .chunks(groups)
            .map(|group| {
                let parts = group.iter().map(|&index| through_json(&scan_all(&paths[index..=index])));
                through_json(&merge(parts, &View::default()).expect("a sum"))
            })
            .collect();
        while merged.len() > 1 {
            let last = merged.pop().expect("one");
            let first = merged.remove(0);
            merged.push(merge([last, first], &View::default()).expect("a sum"));
        }
        let (merged, whole) = (json(&merged[0]), json(&whole));
        let differs = merged.lines().zip(whole.lines()).find(|(a, b)| a != b);
        prop_assert!(merged == whole, "{log} {cuts:?}: {differs:?}");
    }

    /// Wherever a log is cut in two, the failures are those of the whole log.
    #[test]
    fn failures_that_straddle_two_files_are_counted_once(
        log in prop::sample::select(LOGS.to_vec()),
        cut in any::<prop::sample::Index>(),
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        let text = fixture(log);
        let parts = scan_all(&rotated(folder.path(), &text, &[cut]));
        let whole = super::report(&text);
        prop_assert_eq!(by_category(&parts), by_category(&whole), "{} {:?}", log, cut);
    }
}

#[test]
fn what_cannot_be_merged_is_refused() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/logs/mixed/file.log");
    let report = scan_all(&[path]);
    let refused = |report: Report| merge([report], &View::default()).expect_err("an error");
    let mut cut = through_json(&report);
    cut.mergeable = None;
    assert_eq!(refused(cut), MergeError::Cut);
    let mut other = through_json(&report);
    other.schema = "x/v9".to_owned();
    assert_eq!(refused(other), MergeError::Schema("x/v9".to_owned()));
    let edited = json(&report).replace("\"rule\": 1,", "\"rule\": 4711,");
    assert_eq!(refused(serde_json::from_str(&edited).expect("a report")), MergeError::Broken);
    assert_eq!(merge([], &View::default()).expect_err("an error"), MergeError::None);
}

/// Merged counts cannot be subtracted, so a report merged twice counts twice; a note says so.
#[test]
fn a_report_that_is_merged_twice_is_told() {
    let logs = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/logs");
    let of = |case: &str| scan_all(&[logs.join(case).join("file.log")]);
    let once = merge([of("mixed"), of("dns-notfound")], &View::default()).expect("a sum");
    assert!(!once.notes.iter().any(|note| note.contains("merged reports")), "{:?}", once.notes);
    let twice = merge([once.clone(), of("dns-notfound")], &View::default()).expect("a sum");
    let notes: Vec<&String> = twice.notes.iter().filter(|note| note.contains("merged reports")).collect();
    assert_eq!(notes.len(), 1);
    assert!(notes[0].contains("dns-notfound/file.log is part of 2 of the merged reports"), "{notes:?}");
    assert_eq!(twice.totals.records, once.totals.records + of("dns-notfound").totals.records);
}

/// Gateways in different folders are independent, except for a run that both name.
#[test]
fn gateways_in_different_folders_fail_apart() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut paths = Vec::new();
    for (gateway, log) in [("a", "dns-notfound/logs-plain.txt"), ("b", "dns-notfound/logs-plain.txt")] {
        fs::create_dir(folder.path().join(gateway)).expect("a folder");
        paths.push(folder.path().join(gateway).join("gateway.log"));
        fs::write(paths.last().expect("a path"), fixture(log).replace("runId=", "run=")).expect("a file");
    }
    assert_eq!(scan_all(&paths).totals.incidents, 2);
    for path in &paths {
        fs::write(path, fixture("dns-notfound/file.log")).expect("a file");
    }
    assert_eq!(scan_all(&paths).totals.incidents, 1);
}

/// The file log and the console log of one gateway contain the same failures.
#[test]
fn two_logs_of_one_gateway_are_not_counted_twice() {
    let logs = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/logs");
    for case in ["dns-notfound", "anthropic-401", "tls-expired", "openai-500-recovers"] {
        let paths = ["file.log", "console.txt"].map(|file| logs.join(case).join(file));
        assert_eq!(scan_all(&paths).totals.incidents, 1, "{case}");
    }
}
