//! A log cut in two at any record is the same log: scanned as two files, and merged from two reports.
//!
//! `CLAWSIFT_LOGS=FOLDER cargo test --test library incidents::splits` cuts each log of a folder, `CLAWSIFT_SEED` at other records.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use clawsift::record::Lines;
use clawsift::report::{Report, Status, View, merge};
use clawsift::scan::scan;
use clawsift::source::Input;

use super::{ENGINE, options};

/// Number of cuts per log: of the fixtures, and of a folder given by the user.
const CUTS: usize = 6;
const CUTS_OF_FOLDER: usize = 50;
const SEED: u64 = 23;

/// Logs in every format with most of the failures, small enough to be read within seconds.
const LOGS: [&str; 16] = [
    "mixed/file.log",
    "mixed/console.txt",
    "mixed/logs-plain.txt",
    "mixed/logs-json.txt.gz",
    "follow/file.log",
    "follow/tty.txt",
    "session-db-locked/file.log",
    "telegram-502/console.txt",
    "openai-500-recovers/logs-plain.txt",
    "anthropic-529-recovers/file.log",
    "config-bad-json/console.txt",
    "gw-eaddrinuse/console.txt",
    "mcp-crash/logs-plain.txt",
    "ollama-refused/logs-plain.txt",
    "stall-headers/logs-plain.txt",
    "tls-hostname/file.log",
];

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/logs")
}

/// Returns the logs to cut, the number of cuts, and the seed.
fn logs() -> (Vec<PathBuf>, usize, u64) {
    let seed = std::env::var("CLAWSIFT_SEED").map_or(SEED, |seed| seed.parse().expect("a number"));
    match std::env::var_os("CLAWSIFT_LOGS") {
        None => (LOGS.iter().map(|log| fixtures().join(log)).collect(), CUTS, seed),
        Some(folder) => {
            let mut logs = Vec::new();
            collect(Path::new(&folder), &mut logs);
            logs.sort();
            assert!(!logs.is_empty(), "no logs in {}", folder.display());
            (logs, CUTS_OF_FOLDER, seed)
        }
    }
}

fn collect(folder: &Path, logs: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let is_log = [".log", ".txt", ".gz"].iter().any(|end| name.ends_with(end));
        if path.is_dir() {
            collect(&path, logs);
        } else if is_log && !name.starts_with("label") && !name.starts_with("truth") {
            logs.push(path);
        }
    }
}

fn scan_all(paths: &[&Path]) -> Report {
    let inputs: Vec<Input> = paths.iter().map(|path| Input::Path((*path).to_owned())).collect();
    scan(&ENGINE, &inputs, &[], &options())
}

fn json(report: &Report) -> String {
    serde_json::to_string_pretty(report).expect("JSON")
}

fn through_json(report: &Report) -> Report {
    serde_json::from_str(&json(report)).expect("a report")
}

/// The results of a log that must not depend on the cut.
#[derive(Debug, PartialEq, Eq)]
struct Essence {
    /// Incidents, records, status and times by rule.
    findings: BTreeMap<String, (u64, u64, Status, String)>,
    /// Numbers of matched, unexplained and all records.
    totals: (u64, u64, u64),
}

impl Essence {
    fn of(report: &Report) -> Self {
        let finding = |finding: &clawsift::report::Finding| {
            let times = format!("{:?} {:?}", finding.first_seen, finding.last_seen);
            (finding.rule.clone(), (finding.incidents, finding.records, finding.status, times))
        };
        let totals = &report.totals;
        Self {
            findings: report.findings.iter().map(finding).collect(),
            totals: (totals.matched, totals.unclassified, totals.records),
        }
    }
}

/// Returns the first difference between two results.
fn difference(parts: &Essence, whole: &Essence) -> Option<String> {
    let rules = parts.findings.keys().chain(whole.findings.keys());
    for rule in rules {
        let (a, b) = (parts.findings.get(rule), whole.findings.get(rule));
        if a != b {
            return Some(format!("{rule}: {a:?} and not {b:?}"));
        }
    }
    (parts.totals != whole.totals).then(|| format!("{:?} and not {:?}", parts.totals, whole.totals))
}

fn differing_line(a: &str, b: &str) -> Option<String> {
    let (_, (a, b)) = a.lines().zip(b.lines()).enumerate().find(|(_, (a, b))| a != b)?;
    Some(format!("{} and not {}", a.trim(), b.trim()))
}

/// A log as one file, and as two consecutive files.
struct Cut {
    folder: tempfile::TempDir,
    text: Vec<u8>,
    whole: Essence,
    /// Offsets of the records.
    begins: Vec<usize>,
}

impl Cut {
    fn new(log: &Path) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut text = fs::read(log).expect("a log");
        if log.extension().is_some_and(|end| end == "gz") {
            let packed = std::mem::take(&mut text);
            std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&packed[..]), &mut text)
                .expect("text");
        }
        let path = folder.path().join("whole.log");
        fs::write(&path, &text).expect("a file");
        let whole = Essence::of(&scan_all(&[&path]));
        fs::remove_file(&path).expect("a file");
        let begins = Lines::new(&text, 0).map(|raw| raw.offset).skip(1).collect();
        Self { folder, text, whole, begins }
    }

    /// Returns the errors when the log is cut at this record.
    fn faults(&self, at: usize) -> Vec<String> {
        let paths = ["openclaw-2026-11-22.1.log", "openclaw-2026-11-22.log"];
        let [first, second] = paths.map(|name| self.folder.path().join(name));
        fs::write(&first, &self.text[..at]).expect("a file");
        fs::write(&second, &self.text[at..]).expect("a file");
        let both = scan_all(&[&first, &second]);
        let mut faults = Vec::new();
        let mut note = |what: &str, differs: Option<String>| {
            faults.extend(differs.map(|differs| format!("{what}: {differs}")));
        };
        let [a, b] = [&first, &second].map(|path| through_json(&scan_all(&[path])));
        // Without a date, a part is not known to follow the other.
        if [&a, &b].iter().all(|part| part.sources[0].first_time.is_some()) {
            note("two files are not the whole", difference(&Essence::of(&both), &self.whole));
        }
        let both = json(&both);
        let forth = json(&merge([a.clone(), b.clone()], &View::default()).expect("a sum"));
        let back = json(&merge([b, a], &View::default()).expect("a sum"));
        note("merged is not scanned together", differing_line(&forth, &both));
        note("merged backwards is not scanned together", differing_line(&back, &both));
        faults
    }
}

#[test]
fn a_log_cut_in_two_is_the_same_log() {
    let (logs, cuts, seed) = logs();
    let (mut faults, mut tried) = (String::new(), 0);
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for log in logs {
        let cut = Cut::new(&log);
        let mut random = fastrand::Rng::with_seed(seed);
        for at in random.choose_multiple(cut.begins.iter().copied(), cuts) {
            tried += 1;
            for fault in cut.faults(at) {
                *counts.entry(fault.split(':').next().unwrap_or_default().to_owned()).or_default() += 1;
                writeln!(faults, "{} cut at byte {at}: {fault}", log.display()).expect("a string");
            }
        }
    }
    println!("{tried} cuts");
    assert!(faults.is_empty(), "{faults}seed {seed}: {counts:?} of {tried} cuts");
}
