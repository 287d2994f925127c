//! Runs the program and measures its memory.

use std::io::{Read, Write};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::program::clawsift;
use crate::started::started;

pub const MIB: u64 = 1 << 20;
/// Memory limit of the program, without pages of mapped files, however large its sources are.
const LIMIT: u64 = 300 * MIB;

/// Result of a run.
pub struct Outcome {
    pub status: Option<i32>,
    pub stdout: Vec<u8>,
    pub stderr: String,
    /// Peak of the program's private memory, in bytes.
    pub peak: u64,
}

impl Outcome {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}", self.stderr))
    }
}

/// Returns the program with `--format json`.
pub fn json_report() -> Command {
    let mut command = clawsift();
    command.args(["--format", "json"]);
    command
}

/// Runs a command with empty standard input.
pub fn run(command: Command) -> Outcome {
    fed(command, |_| Ok(()))
}

/// Runs a command on so many sources, with empty standard input. What a source adds to the report stays in memory until it is
/// written: with one incident about 3.5 KiB.
pub fn run_on_sources(command: Command, sources: u64) -> Outcome {
    fed_within(command, 64 * MIB + 4096 * sources, |_| Ok(()))
}

/// Runs a command with the output of `feed` as its standard input, and asserts the memory limit.
pub fn fed(command: Command, feed: impl FnOnce(&mut dyn Write) -> std::io::Result<()> + Send) -> Outcome {
    fed_within(command, LIMIT, feed)
}

/// Runs a command as [`fed`] does, with another limit in bytes.
pub fn fed_within(
    mut command: Command,
    limit: u64,
    feed: impl FnOnce(&mut dyn Write) -> std::io::Result<()> + Send,
) -> Outcome {
    let (mut child, mut stdin) = started(&mut command);
    let (mut out, mut err) = (child.stdout.take().expect("output"), child.stderr.take().expect("errors"));
    let (id, is_over) = (child.id(), AtomicBool::new(false));
    let (status, stdout, stderr, peak) = thread::scope(|scope| {
        scope.spawn(move || {
            // A program may exit before it has read all of its input.
            let _ = feed(&mut stdin);
        });
        let watch = scope.spawn(|| {
            let mut peak = 0;
            while !is_over.load(Ordering::Relaxed) {
                peak = held(id).max(peak);
                thread::sleep(Duration::from_millis(2));
            }
            peak
        });
        let errors = scope.spawn(move || {
            let mut text = String::new();
            err.read_to_string(&mut text).map(|_| text)
        });
        let mut stdout = Vec::new();
        out.read_to_end(&mut stdout).expect("output");
        let stderr = errors.join().expect("errors").expect("UTF-8 on standard error");
        let status = child.wait().expect("an end").code();
        is_over.store(true, Ordering::Relaxed);
        (status, stdout, stderr, watch.join().expect("the watch"))
    });
    println!("{:?}: at most {} MiB", command.get_args().collect::<Vec<_>>(), peak / MIB);
    assert!(peak < limit, "{} MiB", peak / MIB);
    Outcome { status, stdout, stderr, peak }
}

/// Returns the private memory of a process, in bytes.
fn held(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) * 1024
}
