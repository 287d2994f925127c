//! Memory stays bounded for any number of failing runs. `CLAWSIFT_RUNS` sets the number of runs; the default is small,
//! the full test of a million takes minutes.

#![cfg(target_os = "linux")]

use std::io::{BufWriter, Read, Write};
use std::process::{Command, Stdio};
use std::{env, fs, thread};

const MIB: u64 = 1 << 20;
/// Limit of the program's resident memory; standard input is not mapped.
const LIMIT: u64 = 512 * MIB;

/// Returns the records of one failing run of a real log with other run and trace ids and another time.
fn run(number: u64, records: &str) -> String {
    let time = jiff::Timestamp::from_second(1_790_000_000 + i64::try_from(number * 3).expect("a second"));
    let time = time.expect("a time").strftime("%Y-%m-%dT%H:%M:%S").to_string();
    records
        .replace(
            "a0782063-2127-4f98-9bc3-5035f733833b",
            &format!("{number:08x}-2127-4f98-9bc3-{number:012x}"),
        )
        .replace("b4360952878168647d7a2251cef50f4e", &format!("{number:032x}"))
        .replace("TIME", &time)
}

fn peak(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) * 1024
}

#[test]
fn memory_is_bounded_however_many_runs_fail() {
    let runs: u64 = env::var("CLAWSIFT_RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(2_000);
    let log = include_str!("../../fixtures/logs/dns-notfound/file.log");
    let records: String = log
        .lines()
        .filter(|line| line.contains("b4360952878168647d7a2251cef50f4e"))
        .take(4)
        .map(|line| {
            let at = line.find("2026-11-22T").expect("a time");
            format!("{}\n", line.replace(&line[at..at + 19], "TIME"))
        })
        .collect();
    assert_eq!(records.lines().count(), 4);

    let mut child = Command::new(env!("CARGO_BIN_EXE_clawsift"))
        .args(["--format", "json", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program");
    let process = child.id();
    let mut stdin = BufWriter::new(child.stdin.take().expect("standard input"));
    let writer = thread::spawn(move || {
        let mut highest = 0;
        for number in 0..runs {
            stdin.write_all(run(number, &records).as_bytes()).expect("a reader");
            if number % 1000 == 999 {
                highest = peak(process).max(highest);
            }
        }
        highest
    });
    let mut text = String::new();
    child.stdout.take().expect("standard output").read_to_string(&mut text).expect("a report");
    assert!(child.wait().expect("an end").success());
    let highest = writer.join().expect("all was written");
    let report: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(report["totals"]["incidents"], runs);
    assert!(highest > 0 && highest < LIMIT, "{} MiB", highest / MIB);
    println!("{runs} runs, at most {} MiB", highest / MIB);
}
