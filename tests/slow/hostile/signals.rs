//! Ctrl-C, SIGTERM and SIGHUP at any time: the program prints the report so far and exits with the status that shells
//! expect.

use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::fixture;
use super::measured::json_report;

/// Waits until a process has installed its handler for SIGINT.
fn until_signals_are_caught(child: &Child) {
    for _ in 0..400 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
        let caught = caught.and_then(|bits| u64::from_str_radix(bits.trim(), 16).ok()).unwrap_or(0);
        if caught & 0b10 != 0 {
            return;
        }
        thread::sleep(Duration::from_millis(25));
    }
}

fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").args([name, &child.id().to_string()]).status().expect("kill").success());
}

#[test]
fn in_the_middle_of_a_stream_without_end() {
    for (name, status) in [("-INT", 130), ("-TERM", 143), ("-HUP", 129)] {
        let mut child =
            json_report().stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the program");
        let mut stdin = child.stdin.take().expect("standard input");
        until_signals_are_caught(&child);
        let log = fixture("mixed/file.log");
        let feeder = thread::spawn(move || while stdin.write_all(&log).is_ok() {});
        thread::sleep(Duration::from_millis(600));
        signal(&child, name);
        let told = Instant::now();
        let mut text = String::new();
        child.stdout.take().expect("output").read_to_string(&mut text).expect("a report");
        assert_eq!(child.wait().expect("an end").code(), Some(status));
        assert!(told.elapsed() < Duration::from_secs(20), "{:?}", told.elapsed());
        feeder.join().expect("the feeder");
        let report: serde_json::Value = serde_json::from_str(&text).expect("a whole report");
        assert!(report["totals"]["incidents"].as_u64() > Some(0), "{}", report["totals"]);
        let problems = report["sources"][0]["problems"].to_string();
        assert_eq!(problems, r#"["interrupted; the rest was not read"]"#);
    }
}

/// Closing a terminal sends SIGHUP twice: by the shell and by the terminal.
#[test]
fn a_hang_up_that_comes_twice() {
    let mut child = json_report().stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the program");
    let mut stdin = child.stdin.take().expect("standard input");
    until_signals_are_caught(&child);
    stdin.write_all(&fixture("mixed/file.log")).expect("a reader");
    signal(&child, "-HUP");
    signal(&child, "-HUP");
    let output = child.wait_with_output().expect("an end");
    assert_eq!(output.status.code(), Some(129));
    assert!(serde_json::from_slice::<serde_json::Value>(&output.stdout).is_ok());
}

#[test]
fn a_hang_up_that_is_ignored_stays_ignored() {
    let program = json_report();
    let mut command = Command::new("nohup");
    command.arg(program.get_program()).args(program.get_args());
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("nohup");
    let mut stdin = child.stdin.take().expect("standard input");
    until_signals_are_caught(&child);
    stdin.write_all(&fixture("mixed/file.log")).expect("a reader");
    signal(&child, "-HUP");
    thread::sleep(Duration::from_millis(300));
    assert!(child.try_wait().expect("a state").is_none(), "it goes on");
    drop(stdin);
    let output = child.wait_with_output().expect("an end");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("a whole report");
    assert_eq!(report["totals"]["records"], 425);
}

/// Opening a named pipe blocks until it has a writer.
#[test]
fn before_a_pipe_has_a_writer() {
    let folder = tempfile::tempdir().expect("a folder");
    let pipe = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
    let mut command = json_report();
    command.arg(&pipe).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().expect("the program");
    until_signals_are_caught(&child);
    thread::sleep(Duration::from_millis(300));
    signal(&child, "-TERM");
    let output = child.wait_with_output().expect("an end");
    assert_eq!(output.status.code(), Some(143));
    assert!(String::from_utf8_lossy(&output.stderr).contains("interrupted before anything was read"));
}

#[test]
fn a_device_without_end() {
    let mut command = json_report();
    command.arg("/dev/zero").stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().expect("the program");
    until_signals_are_caught(&child);
    thread::sleep(Duration::from_millis(300));
    signal(&child, "-INT");
    let output = child.wait_with_output().expect("an end");
    assert_eq!(output.status.code(), Some(130), "{output:?}");
}
