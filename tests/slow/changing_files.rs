//! A log that is truncated, rewritten, renamed or deleted while it is read: no crash, no match that is in neither text,
//! and a note in the report.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, mpsc};
use std::thread;
use std::time::{Duration, SystemTime};

use clawsift::catalogue;
use clawsift::engine::Engine;
use clawsift::report::Report;
use clawsift::scan::{Options, scan, scan_bytes};
use clawsift::source::{Input, allow_maps};

static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::new(catalogue::embedded().expect("good rules")));

const CHUNK: usize = 64 << 10;
/// Long enough to be mapped if the file is old, in bytes.
const LENGTH: usize = 2 << 20;

/// Change of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    Truncate,
    TruncateAndRewrite,
    Overwrite,
    Append,
    Rename,
    Replace,
    Delete,
}

const ACTS: [Act; 7] = [
    Act::Truncate,
    Act::TruncateAndRewrite,
    Act::Overwrite,
    Act::Append,
    Act::Rename,
    Act::Replace,
    Act::Delete,
];

/// A log and the texts of all its matches.
struct Text {
    bytes: Vec<u8>,
    matches: BTreeSet<(String, String)>,
}

impl Text {
    /// Returns the records of some logs, repeated.
    fn new(logs: &[&str]) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/logs");
        let once: Vec<u8> =
            logs.iter().flat_map(|log| fs::read(folder.join(log).join("file.log")).expect(log)).collect();
        let mut bytes = once.repeat(LENGTH / once.len() + 1);
        let end = memchr::memrchr(b'\n', &bytes[..LENGTH]).expect("a line end");
        bytes.truncate(end + 1);
        let options = Options::new().keep_matches(true);
        let matches = matches(&scan_bytes(&ENGINE, "x", &once, &options));
        assert!(!matches.is_empty());
        Self { bytes, matches }
    }
}

fn matches(report: &Report) -> BTreeSet<(String, String)> {
    report.matches.iter().map(|row| row.expect("a match")).map(|row| (row.rule, row.text)).collect()
}

/// Result of a round.
struct Outcome {
    report: Report,
    /// `true` if the log was changed before its last chunk was scanned.
    is_during: bool,
}

/// Scans the log at `path` and applies the change after `after` chunks.
fn round(path: &Path, act: Act, after: usize, new: &[u8], length: u64) -> Outcome {
    let scanned = AtomicUsize::new(0);
    let (start, started) = mpsc::channel();
    let (report, acted_at) = thread::scope(|scope| {
        let writer = scope.spawn({
            let scanned = &scanned;
            move || {
                let _ = started.recv();
                perform(act, path, new, length);
                scanned.load(Ordering::SeqCst)
            }
        });
        let progress = |_: &_| {
            if scanned.fetch_add(1, Ordering::SeqCst) == after {
                let _ = start.send(());
            }
        };
        let options = Options::new().chunk(CHUNK).jobs(2).keep_matches(true).progress(&progress);
        let report = scan(&ENGINE, &[Input::Path(path.to_owned())], &[], &options);
        let _ = start.send(());
        (report, writer.join().expect("the writer"))
    });
    Outcome { report, is_during: acted_at < scanned.load(Ordering::SeqCst) }
}

fn perform(act: Act, path: &Path, new: &[u8], length: u64) {
    let open = || File::options().write(true).open(path).expect("the log");
    let aside = PathBuf::from(format!("{}.1", path.display()));
    match act {
        Act::Truncate => open().set_len(length).expect("cutting"),
        Act::TruncateAndRewrite => fs::write(path, new).expect("writing"),
        Act::Overwrite => open().write_all(new).expect("writing"),
        Act::Append => {
            let mut file = open();
            file.seek(SeekFrom::End(0)).expect("the end");
            file.write_all(new).expect("writing");
        }
        Act::Rename => fs::rename(path, aside).expect("renaming"),
        Act::Replace => {
            fs::rename(path, aside).expect("renaming");
            fs::write(path, new).expect("writing");
        }
        Act::Delete => fs::remove_file(path).expect("deleting"),
    }
}

#[test]
fn a_log_that_changes_while_it_is_read_is_read_safely_and_the_change_is_told() {
    let rounds = std::env::var("CLAWSIFT_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(14);
    let _permit = allow_maps();
    let old = Text::new(&["mixed"]);
    let new = Text::new(&["openai-429-quota", "dns-notfound"]);
    let known: BTreeSet<_> = old.matches.union(&new.matches).cloned().collect();
    let mut random = fastrand::Rng::with_seed(7);
    let mut told = 0;
    for number in 0..rounds {
        let act = ACTS[number % ACTS.len()];
        let is_settled = (number / ACTS.len()).is_multiple_of(2);
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("openclaw.log");
        fs::write(&path, &old.bytes).expect("the log");
        if is_settled {
            let file = File::options().write(true).open(&path).expect("the log");
            file.set_modified(SystemTime::now() - Duration::from_secs(3600)).expect("a time");
        }
        let after = random.usize(..LENGTH / CHUNK);
        let length = random.u64(..old.bytes.len() as u64);
        let Outcome { report, is_during } = round(&path, act, after, &new.bytes, length);
        let what = format!("round {number}: {act:?} after {after} chunks, settled: {is_settled}");

        let mut unknown: Vec<_> = matches(&report).difference(&known).cloned().collect();
        // If a stream ends in the middle of a line, that line is a record like any other.
        if !is_settled {
            unknown.retain(|(rule, _)| !known.iter().any(|(other, _)| other == rule));
        }
        assert_eq!(unknown, [], "{what}");
        let source = &report.sources[0];
        let is_loss = matches!(act, Act::Truncate | Act::TruncateAndRewrite | Act::Overwrite);
        if is_during {
            told += 1;
            assert_eq!(!source.problems.is_empty(), is_loss, "{what}: {:?}", source.problems);
            let is_move = matches!(act, Act::Rename | Act::Replace | Act::Delete);
            assert_eq!(
                source.notes.iter().any(|note| note.contains("renamed or deleted")),
                is_move,
                "{what}"
            );
        }
        if !is_loss {
            assert!(known.is_superset(&matches(&report)), "{what}");
            assert!(source.records > 0 && report.matches.iter().count() > known.len(), "{what}");
        }
    }
    assert!(told > rounds / 3, "only {told} of {rounds} rounds changed the log while it was read");
}
