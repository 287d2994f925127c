//! Runs of the program whose memory is watched.

use std::io::{Read, Write};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::program::clawsift;
use crate::started::started;

pub const MIB: u64 = 1 << 20;
/// What the program may hold, pages of mapped files aside.
const LIMIT: u64 = 300 * MIB;

/// How the program ended.
pub struct Outcome {
    pub status: Option<i32>,
    pub stdout: Vec<u8>,
    pub stderr: String,
    /// The most memory that it held for itself, in bytes.
    pub peak: u64,
}

impl Outcome {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}", self.stderr))
    }
}

/// The program with a report as JSON.
pub fn json_report() -> Command {
    let mut command = clawsift();
    command.args(["--format", "json"]);
    command
}

/// Runs a command with nothing on its standard input.
pub fn run(command: Command) -> Outcome {
    fed(command, |_| Ok(()))
}

/// Runs a command on what `feed` writes to its standard input; it may not take more memory than is allowed.
pub fn fed(mut command: Command, feed: impl FnOnce(&mut dyn Write) -> std::io::Result<()> + Send) -> Outcome {
    let (mut child, mut stdin) = started(&mut command);
    let (mut out, mut err) = (child.stdout.take().expect("output"), child.stderr.take().expect("errors"));
    let (id, is_over) = (child.id(), AtomicBool::new(false));
    let (status, stdout, stderr, peak) = thread::scope(|scope| {
        scope.spawn(move || {
            // A program that has read enough is none of our business here.
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
    assert!(peak < LIMIT, "{} MiB", peak / MIB);
    Outcome { status, stdout, stderr, peak }
}

/// The memory that a process holds for itself.
fn held(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) * 1024
}
