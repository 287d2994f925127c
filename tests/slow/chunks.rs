//! The report does not depend on the chunk size or on the order in which chunks are finished.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::LazyLock;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

use clawsift::catalogue;
use clawsift::engine::Engine;
use clawsift::redact::Redactor;
use clawsift::report::{ChunkTally, Report, View};
use clawsift::scan::{Options, scan, scan_bytes};
use clawsift::source::{Fence, Input};
use proptest::prelude::*;

static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let catalogue = catalogue::embedded().expect("good rules");
    Engine::new(catalogue)
});

/// Lines of real logs in every format, with continuation lines and lines that are no records.
static LINES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let logs = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/logs");
    let mut lines: Vec<Vec<u8>> = Vec::new();
    for file in [
        "mixed/file.log",
        "mixed/logs-plain.txt",
        "dns-notfound/logs-json.txt",
        "mixed/console.txt",
        "follow/tty.txt",
    ] {
        let text = fs::read(logs.join(file)).expect(file);
        let wanted = text.split(|&b| b == b'\n').enumerate().filter(|(index, _)| index % 7 == 0);
        lines.extend(wanted.map(|(_, line)| line.to_vec()));
    }
    let others: [&[u8]; 37] = [
        // A crash or `copytruncate` leaves NULs within lines and between them.
        &[0; 4096],
        &[0; 3],
        b"{\"0\":\"x\0\0\0\0\0\0\0\0{\"0\":\"{\\\"subsystem\\\":\\\"a\\\"}\",\"1\":\"connect ETIMEDOUT 10.0.0.1:443\",\"_meta\":{\"logLevelName\":\"ERROR\"}}",
        b"2026-11-22T09:47:00Z error x/y HTTP 429\0\0\0\0\0\0\0\0\0\x002026-11-22T09:47:01Z error x/y HTTP 401\0\0",
        b"\0\0\0\0\0\0\0\0\x0023:59:57 [agent/embedded] HTTP 500: no",
        b"torn\0\0\0\0\0    at f (a.js:1:1)\0\0\0\0\0",
        b"",
        b"\r",
        b"    at f (a.js:1:1)",
        b"  [cause]: Error: getaddrinfo ENOTFOUND a.b",
        b"}",
        b"TypeError: fetch failed",
        b"Error: connect ETIMEDOUT 10.0.0.1:443",
        b"plain words",
        b"{\"error\":{\"code\":429,\"message\":\"Too Many Requests\"}}",
        b"<html><head><title>502 Bad Gateway</title></head>",
        b"\xff\xfe\x00 not text",
        b"Nov 22 09:51:12 host openclaw[7]: 2026-11-22T09:51:12.000+00:00 [agent/embedded] error=429 slow down",
        b"Nov 22 09:51:12 host openclaw[7]:     at f (a.js:1:1)",
        b"Nov 22 09:51:13 host systemd[1]: openclaw.service: Main process exited",
        b"gw-1  | 2026-11-22T09:51:12.000Z [diagnostic] lane task error: lane=main error=\"HTTP 401: no\"",
        b"gw-1  |   continued",
        b"0|openclaw  | 23:59:59 [ws] x",
        b"23:59:58 [agent/embedded] HTTP 500: no",
        b"00:00:01 [agent/embedded] HTTP 500: no",
        b"{\"log\":\"2026-11-22T09:51:12.000Z [x] connect ECONNREFUSED 127.0.0.1:11434\\n\",\"stream\":\"stderr\"}",
        b"{\"log\":\"    at f\\n\",\"stream\":\"stderr\"}",
        b"{\"_PID\":\"7\",\"MESSAGE\":\"[x] read ECONNRESET\",\"__REALTIME_TIMESTAMP\":\"1795341072000000\"}",
        b"npm error code ENOTFOUND",
        b"npm error network",
        b"{",
        b"  \"type\": \"log\",",
        b"  \"raw\": \"2026-11-22T09:47:00Z error x/y connect ETIMEDOUT 10.0.0.1:443\"",
        b"}",
        b"{\n  \"type\": \"raw\",\n  \"raw\": \"2026-11-22T09:47:00Z error x/y getaddrinfo ENOTFOUND a.b\"\n}",
        b"{\n    \"time\": \"2026-11-22T09:47:01Z\",\n    \"level\": \"error\",\n    \"message\": \"HTTP 429\"\n}",
        b"{\"time\": \"2026-11-22T09:47:01Z\", \"level\": \"error\", \"message\": \"HTTP 401\"}",
    ];
    lines.extend(others.map(<[u8]>::to_vec));
    lines
});

fn report(chunk: usize, jobs: usize, run: impl FnOnce(&Options<'_>) -> Report) -> String {
    let options = Options::new()
        .jobs(jobs)
        .redactor(Redactor::MASKING)
        .view(View::default())
        .zone(jiff::tz::TimeZone::UTC)
        .chunk(chunk)
        .fence(Fence::default())
        .max_decompressed(u64::MAX)
        .keep_matches(chunk.is_multiple_of(2));
    let report = run(&options);
    serde_json::to_string_pretty(&report).expect("JSON")
}

/// Returns the first line in which two reports differ.
fn difference(parts: &str, whole: &str) -> String {
    let differs = parts.lines().zip(whole.lines()).find(|(a, b)| a != b);
    format!("in parts and as a whole: {differs:?}")
}

fn assert_same_in_parts(log: &str) {
    let scan_whole = |options: &Options<'_>| scan_bytes(&ENGINE, "log", log.as_bytes(), options);
    let whole = report(log.len() + 2, 1, scan_whole);
    for chunk in [1, 80, 300] {
        let parts = report(chunk, 1, scan_whole);
        assert!(parts == whole, "{}", difference(&parts, &whole));
    }
}

#[test]
fn a_time_of_day_that_goes_back_in_small_steps_stays_of_its_day() {
    assert_same_in_parts(
        "2026-11-22T08:00:00.000+00:00 [gateway] agent model: openai/x (thinking=off, fast=off)\n\
         23:00:00 [agent/embedded] HTTP 500: no\n13:00:00 [ws] x\n10:00:00 [agent/embedded] HTTP 500: no\n",
    );
}

#[test]
fn a_time_of_day_that_seemed_to_be_pasted_keeps_the_date_it_had() {
    let words = "2026-11-22T10:00:00.000+00:00 [telegram] inbound message from joe: look\n";
    let doubtful = "00:00:01 [agent/embedded] HTTP 500: no\n23:59:59 [ws] x\n";
    let older = "2026-11-22T09:00:00.000+00:00 [agent/embedded] HTTP 500: no\n".repeat(70);
    assert_same_in_parts(&format!("{words}{doubtful}{older}"));
}

#[test]
fn a_time_of_day_before_the_log_says_its_date_has_none() {
    assert_same_in_parts("23:59:59 [ws] x\nLog file: /tmp/openclaw/openclaw-2026-11-22.log\n");
    assert_same_in_parts(
        "Log file: /tmp/openclaw/openclaw-2026-11-22.log\n23:00:00 [ws] x\n\
         00:10:00 [gateway] log file: /tmp/openclaw/openclaw-2026-11-23.log\n23:10:00 [ws] x\n\
         Log file: /tmp/openclaw/openclaw-2026-11-22.log\nx\n",
    );
}

/// A panic propagates out of the scan, and no worker waits for the one that panicked.
#[test]
fn a_worker_that_panics_ends_the_scan() {
    let log = "2026-11-22T09:00:00.000+00:00 [agent/embedded] HTTP 500: no\n".repeat(400);
    for number in [0, 1, 2, 3, 50, 51, 399] {
        let scanned = AtomicUsize::new(0);
        let progress = |_: &ChunkTally| assert!(scanned.fetch_add(1, Relaxed) != number, "as it should be");
        let options = Options::new().jobs(4).chunk(1).progress(&progress);
        let outcome = catch_unwind(AssertUnwindSafe(|| scan_bytes(&ENGINE, "log", log.as_bytes(), &options)));
        assert!(outcome.is_err(), "chunk {number}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn any_chunk_size_gives_the_same_report(
        picks in prop::collection::vec(any::<prop::sample::Index>(), 0..120),
        chunk in 1_usize..2000,
        ends_with_newline in any::<bool>(),
        crlf in any::<bool>(),
    ) {
        let end: &[u8] = if crlf { b"\r\n" } else { b"\n" };
        // Two bytes at the start of a file could be a UTF-16 byte order mark.
        let mut log = b"begin".to_vec();
        log.extend_from_slice(end);
        for pick in picks {
            log.extend_from_slice(&LINES[pick.index(LINES.len())]);
            log.extend_from_slice(end);
        }
        if !ends_with_newline {
            log.truncate(log.len().saturating_sub(end.len()));
        }
        let scan_whole = |options: &Options<'_>| scan_bytes(&ENGINE, "log", &log, options);
        let whole = report(log.len() + 2, 1, scan_whole);
        for (chunk, jobs) in [(1, 1), (chunk, 1), (chunk, 3), (chunk * 16 + 1, 1)] {
            let parts = report(chunk, jobs, scan_whole);
            prop_assert!(parts == whole, "{}", difference(&parts, &whole));
        }

        // A small file that was just written is read as a stream.
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("log"), &log).expect("a file");
        let name = folder.path().join("log").display().to_string();
        let input = [Input::Path(name.clone().into())];
        let streamed = report(chunk, 2, |options| scan(&ENGINE, &input, &[], options));
        let streamed = streamed.replace(&name, "log").replace(&folder.path().display().to_string(), "");
        prop_assert!(streamed == whole, "{}", difference(&streamed, &whole));
    }
}
