//! Paths that are not ordinary files.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;

use super::measured::{json_report, run, run_on_sources};
use super::{fixture, fixture_path, scale};
use crate::program::clawsift;

fn pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().expect("mkfifo").success());
}

#[test]
fn a_folder_of_oddities_is_read_for_its_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    fs::write(path("a.log"), fixture("tls-expired/file.log")).expect("a file");
    fs::write(path("empty.log"), "").expect("a file");
    for (number, byte) in [b"\n", b"{", b"\0", b"\xff", b"\x1f", b"P"].into_iter().enumerate() {
        fs::write(path(&format!("byte-{number}.log")), byte).expect("a file");
    }
    pipe(&path("pipe.log"));
    let _listener = UnixListener::bind(path("socket.log")).expect("a socket");
    symlink(folder.path(), path("up")).expect("a link");
    symlink("/dev/zero", path("zero.log")).expect("a link");
    let mut command = json_report();
    command.arg(folder.path());
    let outcome = run(command);
    assert_eq!(outcome.status, Some(0), "{}", outcome.stderr);
    let report = outcome.json();
    assert_eq!(report["sources"].as_array().map(Vec::len), Some(8), "{}", report["sources"]);
    assert_eq!(report["findings"][0]["category"], "tls");
}

#[test]
fn what_cannot_be_read_is_told_and_the_rest_is_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let _listener = UnixListener::bind(path("socket")).expect("a socket");
    symlink("loop-b", path("loop-a")).expect("a link");
    symlink("loop-a", path("loop-b")).expect("a link");
    symlink("nothing", path("dangling")).expect("a link");
    let mut command = json_report();
    command.args(["socket", "loop-a", "dangling"].map(path)).arg(fixture_path("tls-expired/file.log"));
    let outcome = run(command);
    assert_eq!(outcome.status, Some(2));
    for words in ["a socket cannot be read", "symbolic links", "no such file"] {
        assert!(outcome.stderr.contains(words), "{words}: {}", outcome.stderr);
    }
    assert_eq!(outcome.json()["findings"][0]["category"], "tls");
}

#[test]
fn devices_and_files_of_the_system() {
    let mut command = json_report();
    command.args(["/dev/null", "/proc/self/status", "/proc/version", "/proc/mounts"]);
    let outcome = run(command);
    assert_eq!(outcome.status, Some(0), "{}", outcome.stderr);
    let report = outcome.json();
    let lines: Vec<u64> = report["sources"]
        .as_array()
        .expect("sources")
        .iter()
        .filter_map(|source| source["lines"].as_u64())
        .collect();
    assert_eq!(lines[0], 0);
    assert!(lines[1] > 10 && lines[2] == 1, "they say to be empty, and are not: {lines:?}");
}

/// Root may read everything, so the program runs as another user if the tests run as root.
#[test]
fn a_folder_that_may_not_be_listed() {
    let folder = tempfile::tempdir_in("/tmp").expect("a folder");
    let path = |name: &str| folder.path().join(name);
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("permissions");
    fs::create_dir(path("closed")).expect("a folder");
    fs::write(path("closed/a.log"), "x\n").expect("a file");
    fs::write(path("open.log"), fixture("tls-expired/file.log")).expect("a file");
    fs::set_permissions(path("closed"), fs::Permissions::from_mode(0o000)).expect("permissions");
    // A copy, because the folder of the original may not be accessible to other users.
    let program = path("clawsift");
    fs::copy(clawsift().get_program(), &program).expect("a copy");

    let mut command = if fs::read_dir(path("closed")).is_ok() {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(&program);
        command
    } else {
        Command::new(&program)
    };
    command.args(["--format", "json"]).args([path("closed"), path("open.log")]).current_dir("/");
    if command.get_program() == "setpriv" && Command::new("setpriv").arg("--version").output().is_err() {
        eprintln!("not tested: this needs setpriv, or another user than root");
        return;
    }
    let outcome = run(command);
    fs::set_permissions(path("closed"), fs::Permissions::from_mode(0o755)).expect("permissions");
    assert_eq!(outcome.status, Some(2), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("closed: Permission denied"), "{}", outcome.stderr);
    assert_eq!(outcome.json()["findings"][0]["category"], "tls", "the others are read");
}

#[test]
fn names_that_would_write_on_the_terminal() {
    let folder = tempfile::tempdir().expect("a folder");
    let name = "a\nclawsift: all is well\u{1b}[2J\u{1b}]0;x\u{7}\u{9b}31m.log";
    fs::write(folder.path().join(name), fixture("tls-expired/file.log")).expect("a file");
    fs::write(folder.path().join("b\n\u{1b}[31m.gz"), b"\x1f\x8b broken").expect("a file");
    let mut command = json_report();
    command.arg(folder.path()).arg(folder.path().join("no\nclawsift: all is well\u{1b}[2J"));
    let outcome = run(command);
    assert_eq!(outcome.status, Some(2));
    let names = outcome.json()["sources"].to_string();
    assert!(names.contains(r"a\\nclawsift: all is well\\u{1b}[2J"), "printable: {names}");
    let said = &outcome.stderr;
    assert!(!said.contains(|c: char| c.is_control() && c != '\n'), "{said:?}");
    assert!(said.lines().all(|line| line.starts_with("clawsift: /")), "a message a line: {said}");
}

#[test]
fn very_many_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let count = scale(500, 100_000);
    for number in 0..count {
        let (h, m, s) = (number / 3600 % 24, number / 60 % 60, number % 60);
        let time = format!("2026-11-22T{h:02}:{m:02}:{s:02}Z");
        let text = format!("{time} error agent/embedded getaddrinfo ENOTFOUND host-{number}.example.com\n");
        fs::write(folder.path().join(format!("{number}.log")), text).expect("a file");
    }
    let mut command = json_report();
    command.arg(folder.path());
    let report = run_on_sources(command, count as u64).json();
    assert_eq!(report["totals"]["matched"], count);
    assert_eq!(report["sources"].as_array().map(Vec::len), Some(count));
}
