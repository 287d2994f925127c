//! Output destinations that fail.

use std::fs::{self, File};
use std::process::{Command, Stdio};

use super::measured::{MIB, run};
use super::{fixture, fixture_path, scale};
use crate::program::clawsift;

/// Returns a command that runs a shell script in a folder, with the program as `$0` and a log as `$1`.
fn shell(script: &str, folder: &std::path::Path) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", script]).arg(clawsift().get_program()).arg(fixture_path("mixed/file.log"));
    command.current_dir(folder);
    command
}

/// A limit on the file size fails like a full disk, and needs no disk.
#[test]
fn a_disk_that_is_full() {
    let folder = tempfile::tempdir().expect("a folder");
    let report = folder.path().join("report.json");
    fs::write(&report, "the report of yesterday").expect("a file");
    let script = r#"trap '' XFSZ; ulimit -f 2; exec "$0" --format json --output report.json "$1""#;
    let outcome = run(shell(script, folder.path()));
    assert_eq!(outcome.status, Some(2), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("report.json: "), "{}", outcome.stderr);
    assert_eq!(
        fs::read_to_string(&report).expect("a file"),
        "the report of yesterday",
        "it is left as it was"
    );
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1, "nothing is left behind");
}

#[test]
fn a_device_that_is_full() {
    for arguments in [&["--output", "/dev/full"][..], &[]] {
        let mut command = clawsift();
        command.args(arguments).arg("fixtures/logs/mixed/file.log").stdin(Stdio::null());
        if arguments.is_empty() {
            command.stdout(File::options().write(true).open("/dev/full").expect("the device"));
        }
        let output = command.stderr(Stdio::piped()).spawn().and_then(|child| child.wait_with_output());
        let output = output.expect("the program ends");
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).contains("No space left"), "{output:?}");
    }
}

/// The name of the temporary file cannot be guessed, so that nobody can occupy it or put a link there.
#[test]
fn a_trap_in_the_place_of_the_temporary_file() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("precious"), "data").expect("a file");
    let script = r#"ln -s precious "report.json.$$.tmp"; exec "$0" --format json --output report.json "$1""#;
    let outcome = run(shell(script, folder.path()));
    assert_eq!(outcome.status, Some(0), "{}", outcome.stderr);
    assert_eq!(fs::read_to_string(folder.path().join("precious")).expect("a file"), "data");
}

#[test]
fn a_report_in_a_file_takes_no_more_memory_than_on_standard_output() {
    let folder = tempfile::tempdir().expect("a folder");
    let (log, report) = (folder.path().join("x.log"), folder.path().join("report.ndjson"));
    let line = "2026-11-22T09:47:00Z error agent/embedded getaddrinfo ENOTFOUND api.openai.com\n";
    fs::write(&log, line.repeat(scale(160_000, 800_000))).expect("a log");
    let ndjson = || {
        let mut command = clawsift();
        command.args(["--quiet", "--format", "ndjson"]).arg(&log);
        command
    };
    let stream = run(ndjson());
    let mut command = ndjson();
    command.arg("--output").arg(&report);
    let file = run(command);
    assert_eq!((stream.status, file.status), (Some(0), Some(0)), "{}", file.stderr);
    assert_eq!(fs::read(&report).expect("the report"), stream.stdout);
    let length = stream.stdout.len() as u64;
    assert!(length > 32 * MIB, "{length} bytes");
    // Two runs of one command differ by about 10 MiB; holding the report would take at least its length.
    assert!(file.peak < stream.peak + length / 2, "{} MiB, and {} MiB", file.peak / MIB, stream.peak / MIB);
}

/// A new file gets the default mode, an existing file keeps its mode, and a device is written to.
#[test]
fn what_is_there_already_keeps_its_kind_and_its_mode() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    fs::write(path("kept.json"), "old").expect("a file");
    fs::set_permissions(path("kept.json"), fs::Permissions::from_mode(0o640)).expect("a mode");
    fs::write(path("behind.json"), "old").expect("a file");
    std::os::unix::fs::symlink("behind.json", path("link.json")).expect("a link");
    let script = r#"umask 027; mkfifo pipe
        for name in new.json kept.json link.json; do "$0" --format json --output "$name" "$1" || exit 9; done
        cat pipe >read.json & "$0" --format json --output pipe "$1" || exit 9
        "$0" --format json --output /dev/stdout "$1" | cat >stdout.json; wait"#;
    let outcome = run(shell(script, folder.path()));
    assert_eq!(outcome.status, Some(0), "{}", outcome.stderr);
    let mode = |name: &str| fs::metadata(path(name)).expect("a file").permissions().mode() & 0o777;
    assert_eq!((mode("new.json"), mode("kept.json")), (0o640, 0o640));
    assert!(path("link.json").is_symlink());
    for name in ["new.json", "kept.json", "behind.json", "read.json", "stdout.json"] {
        let report = fs::read(path(name)).expect("a report");
        serde_json::from_slice::<serde_json::Value>(&report)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 7, "nothing is left behind");
}

#[test]
fn nobody_listens() {
    let folder = tempfile::tempdir().expect("a folder");
    for script in [
        r#"exec "$0" "$1" >&-"#,
        r#"exec "$0" "$1" nowhere.log 2>&- >&-"#,
        r#""$0" --format ndjson "$1" | head -c 10 >&-"#,
        r#"exec "$0" - <&-"#,
    ] {
        let outcome = run(shell(script, folder.path()));
        assert!(matches!(outcome.status, Some(0..=2)), "{script}: {:?} {}", outcome.status, outcome.stderr);
        assert!(!outcome.stderr.contains("panicked"), "{script}: {}", outcome.stderr);
    }
}

#[test]
fn a_log_that_shrinks_while_it_is_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.log");
    let log = fixture("mixed/file.log").repeat(60);
    fs::write(&path, &log).expect("a file");
    let mut command = clawsift();
    command.args(["--format", "json"]).arg(&path);
    let child = command.stdout(Stdio::piped()).spawn().expect("the program");
    File::options().write(true).open(&path).and_then(|file| file.set_len(1000)).expect("a shorter file");
    let output = child.wait_with_output().expect("the program ends");
    assert!(output.status.code().is_some(), "it is not killed: {:?}", output.status);
}
