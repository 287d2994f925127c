//! The memory of a watch does not grow with the number of records. `CLAWSIFT_REPLAYED` sets the number of records; the
//! default takes seconds, the full test of ten million minutes.

use std::io::{BufWriter, Write};
use std::time::Duration;
use std::{env, fs};

use super::{Watching, fixture_text};

const MIB: u64 = 1 << 20;
/// Memory limit of a watch.
const LIMIT: u64 = 192 * MIB;
/// Permitted difference between the last quarter and the second: the allocator is not exact.
const SLACK: u64 = 8 * MIB;
/// Number of records after which all bounded structures have reached their bounds, so that any growth is a leak.
const SETTLED: u64 = 1_000_000;

/// Returns a failing and a successful run of a real log as a template with placeholders for times and ids.
fn pattern() -> Vec<String> {
    let log = fixture_text("follow/file.log");
    log.lines()
        .map(|line| {
            let at = line.find("\"time\":\"").map_or(0, |at| at + 8);
            format!("{}\n", line.replace(&line[at..at + 19], "TIME"))
        })
        .collect()
}

fn resident(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) * 1024
}

#[test]
fn memory_is_flat_however_many_records_come() {
    let records: u64 = env::var("CLAWSIFT_REPLAYED").ok().and_then(|n| n.parse().ok()).unwrap_or(60_000);
    let pattern = pattern();
    let ids = ids(&pattern.concat());
    assert!(ids.len() >= 4, "{ids:?}");
    let (watching, stdin) = Watching::start(&["--format", "ndjson", "-"]);
    let mut stdin = BufWriter::with_capacity(1 << 20, stdin);
    let mut samples = Vec::new();
    let mut written = 0;
    let mut round = 0_u64;
    while written < records {
        // One turn per minute: ten million records are months of a gateway.
        let second =
            jiff::Timestamp::from_second(1_790_000_000 + i64::try_from(round * 60).expect("a second"));
        let time = second.expect("a time").strftime("%Y-%m-%dT%H:%M:%S").to_string();
        let mut text = pattern.concat().replace("TIME", &time);
        for id in &ids {
            text = text.replace(id, &format!("{round:08x}{}", &id[8..]));
        }
        stdin.write_all(text.as_bytes()).expect("a reader");
        written += pattern.len() as u64;
        round += 1;
        if round.is_multiple_of((records / pattern.len() as u64 / 64).max(1)) {
            stdin.flush().expect("a reader");
            std::thread::sleep(Duration::from_millis(20));
            samples.push(resident(watching.child.id()));
        }
        while watching.lines.try_recv().is_ok() {}
    }
    drop(stdin);
    let (rest, status) = watching.end();
    assert_eq!(status, Some(0));
    let end: serde_json::Value = serde_json::from_str(rest.last().expect("a line")).expect("JSON");
    assert_eq!(end["totals"]["records"], written);
    assert_eq!(end["totals"]["incidents"], round);
    let most = |part: &[u64]| part.iter().copied().max().unwrap_or(0);
    let quarter = samples.len() / 4;
    let (early, late) = (most(&samples[quarter..2 * quarter]), most(&samples[3 * quarter..]));
    println!("{written} records: {} MiB in the second quarter, {} MiB in the last", early / MIB, late / MIB);
    assert!(early > 0 && late < LIMIT, "{} MiB", late / MIB);
    if records >= SETTLED {
        assert!(late <= early + SLACK, "{} MiB, then {} MiB", early / MIB, late / MIB);
    }
}

/// Returns the ids of runs and traces in a log.
fn ids(log: &str) -> Vec<String> {
    let mut ids: Vec<String> = ["\"runId\":\"", "\"traceId\":\"", "runId="]
        .iter()
        .flat_map(|key| log.split(key).skip(1))
        .map(|rest| rest.chars().take_while(|c| c.is_ascii_hexdigit() || *c == '-').collect::<String>())
        .filter(|id| id.len() >= 32)
        .collect();
    ids.sort();
    ids.dedup();
    ids
}
