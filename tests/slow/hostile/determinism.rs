//! Equal input gives a byte-identical report, for any number of workers, any chunk size, and any order in which workers
//! finish.

use std::fs::{self, File, FileTimes};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, SystemTime};

use clawsift::catalogue;
use clawsift::engine::Engine;
use clawsift::render::{Format, Style, render};
use clawsift::scan::{Options, scan};
use clawsift::source::Input;
use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::{fixture, scale};

static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::new(catalogue::embedded().expect("good rules")));

/// Pieces of logs in each format, cut between two lines.
static PIECES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let mut pieces = Vec::new();
    for name in [
        "mixed/file.log",
        "mixed/logs-plain.txt",
        "mixed/console.txt",
        "follow/tty.txt",
        "dns-notfound/logs-json.txt",
    ] {
        let log = fixture(name);
        let lines: Vec<&[u8]> = log.split_inclusive(|&b| b == b'\n').collect();
        pieces.extend(lines.chunks(9).map(<[&[u8]]>::concat));
    }
    for odd in [
        &b"{\n  \"type\": \"raw\",\n  \"raw\": \"2026-11-22T09:47:00Z error x/y getaddrinfo ENOTFOUND a.b\"\n}\n"[..],
        b"\xff\xfe\n\0\n{\n}\n\n\n",
        b"23:59:59 [ws] x\n00:00:01 [agent/embedded] HTTP 500: no\n",
    ] {
        pieces.push(odd.to_vec());
    }
    // More continuation lines, and longer ones, than are joined to one record.
    pieces.push([b"2026-11-22T09:47:00Z error x/y HTTP 429\n".to_vec(), b"loose\n".repeat(600)].concat());
    pieces.push([vec![b'x'; 300_000], b"\n  more\n".to_vec()].concat());
    pieces
});

/// Parameters of a scan.
#[derive(Debug, Clone, Copy)]
struct Way {
    jobs: usize,
    chunk: usize,
    /// Seed of the delay of each worker per chunk; 0 for no delay.
    delays: u64,
}

fn reports(inputs: &[Input], way: Way) -> Vec<String> {
    let state = AtomicU64::new(way.delays);
    let delay = |_: &_| {
        if way.delays != 0 {
            let turn = state.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
            thread::sleep(Duration::from_micros((turn >> 33) % 400));
        }
    };
    let options = Options::new()
        .jobs(way.jobs)
        .chunk(way.chunk)
        .zone(TimeZone::UTC)
        .keep_matches(true)
        .progress(&delay);
    let report = scan(&ENGINE, inputs, &[], &options);
    let style = Style::new(100, TimeZone::UTC);
    [Format::Table, Format::Json, Format::Ndjson, Format::Markdown, Format::Sarif, Format::Csv]
        .map(|format| {
            let mut text = Vec::new();
            render(&report, format, &style, &mut text).expect("a report");
            String::from_utf8(text).expect("text")
        })
        .to_vec()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: scale(4, 500) as u32, ..ProptestConfig::default() })]

    #[test]
    fn the_same_bytes_give_the_same_report(
        picks in prop::collection::vec((any::<prop::sample::Index>(), 0..3_usize), 1..60),
        jobs in 1..=8_usize,
        chunk in 1..40_000_usize,
        delays in any::<u64>(),
        is_old in any::<bool>(),
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        let paths = [0, 1, 2].map(|number| folder.path().join(format!("{number}.log")));
        for (number, path) in paths.iter().enumerate() {
            // Two bytes at the start of a file could be a UTF-16 byte order mark.
            let mut log = b"begin\n".to_vec();
            for (pick, _) in picks.iter().filter(|(_, file)| *file == number) {
                log.extend_from_slice(&PIECES[pick.index(PIECES.len())]);
            }
            // Large old files are mapped, others are read as streams.
            if is_old && number == 1 {
                log.extend_from_slice(&[&[b'x'; 4000][..], b"\n"].concat().repeat(300));
            }
            fs::write(path, &log).expect("a file");
            if is_old {
                let old = SystemTime::now() - Duration::from_secs(3600);
                let file = File::options().write(true).open(path).expect("the file");
                file.set_times(FileTimes::new().set_modified(old)).expect("a time");
            }
        }
        let inputs = paths.map(Input::Path);
        let plain = reports(&inputs, Way { jobs: 1, chunk: 512 << 10, delays: 0 });
        for way in [Way { jobs, chunk, delays: 0 }, Way { jobs, chunk, delays }, Way { jobs: 1, chunk, delays: 0 }] {
            let way = if is_old { Way { chunk: way.chunk.max(10_000), ..way } } else { way };
            for (other, plain) in reports(&inputs, way).iter().zip(&plain) {
                let differs = other.lines().zip(plain.lines()).find(|(a, b)| a != b);
                prop_assert!(other == plain, "{way:?}: {differs:?}");
            }
        }
    }
}

/// A line above the limit, and the lines around it, give the same result from a map and from a stream.
#[test]
fn long_lines_are_the_same_however_they_are_read() {
    const LONG: usize = 17 << 20;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.log");
    let mut log = b"2026-11-22T09:47:00Z error x/y HTTP 429\n  at f\n".to_vec();
    log.extend_from_slice(b"2026-11-22T09:47:01Z error x/y getaddrinfo ENOTFOUND a.b ");
    log.resize(log.len() + LONG, b'z');
    log.extend_from_slice(b"\x1b[31m\n  at g\nloose\n2026-11-22T09:47:02Z error x/y HTTP 401\n");
    fs::write(&path, &log).expect("a file");
    let inputs = [Input::Path(path.clone())];
    let streamed = reports(&inputs, Way { jobs: 2, chunk: 512 << 10, delays: 0 });
    let old = SystemTime::now() - Duration::from_secs(3600);
    let file = File::options().write(true).open(&path).expect("the file");
    file.set_times(FileTimes::new().set_modified(old)).expect("a time");
    for chunk in [1000, 64 << 20].into_iter().take(scale(1, 2)) {
        let mapped = reports(&inputs, Way { jobs: 3, chunk, delays: 7 });
        assert!(mapped == streamed, "chunks of {chunk} bytes");
    }
    assert!(streamed[0].contains("dns/not-found"), "{}", streamed[0]);
}
