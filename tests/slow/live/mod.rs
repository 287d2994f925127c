//! `watch` as a black box: logs that are written while they are read.

#![cfg(target_os = "linux")]

mod interrupts;
mod lines;
mod mcp;
mod memory;
mod notify;
mod replay;

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::program::clawsift;
use crate::started::started;

/// Longer than any step takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/logs").join(name)
}

fn fixture_text(name: &str) -> String {
    std::fs::read_to_string(fixture(name)).expect("a fixture")
}

/// A running watch, which is killed on drop.
struct Watching {
    child: Child,
    lines: Receiver<(String, Instant)>,
}

impl Watching {
    /// Starts `clawsift watch` with these arguments; also returns its standard input.
    fn start(args: &[&str]) -> (Self, ChildStdin) {
        let (mut child, stdin) = started(clawsift().arg("watch").args(args));
        let out = BufReader::new(child.stdout.take().expect("standard output"));
        let (sender, lines) = channel();
        thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                if sender.send((line, Instant::now())).is_err() {
                    break;
                }
            }
        });
        (Self { child, lines }, stdin)
    }

    /// Returns the next line and the time of its arrival.
    fn line(&self) -> (String, Instant) {
        self.lines.recv_timeout(PATIENCE).expect("a line in time")
    }

    /// Returns the next line, parsed as a JSON object.
    fn object(&self) -> Value {
        serde_json::from_str(&self.line().0).expect("JSON")
    }

    /// Returns the change and rule of the next line about a finding.
    fn change(&self) -> (String, String) {
        loop {
            let object = self.object();
            if object["event"] == "finding" {
                let text = |key: &str| object[key].as_str().expect("a text").to_owned();
                return (text("change"), text("rule"));
            }
        }
    }

    /// Sends a signal, given by its name.
    fn signal(&self, name: &str) {
        let sent =
            std::process::Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status();
        assert!(sent.expect("kill").success());
    }

    /// Returns the remaining lines and the exit status.
    fn end(mut self) -> (Vec<String>, Option<i32>) {
        let mut rest = Vec::new();
        while let Ok((line, _)) = self.lines.recv_timeout(PATIENCE) {
            rest.push(line);
        }
        let status = self.child.wait().expect("an end");
        (rest, status.code())
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
