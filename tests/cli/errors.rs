//! Errors, and the messages for the user.

use std::fs;
use std::path::Path;

use insta_cmd::assert_cmd_snapshot;

use crate::{clawsift, clawsift_in, fixture, gzip, json, piped, stderr, stdout, tar};

#[test]
fn a_path_that_names_nothing() {
    assert_cmd_snapshot!(clawsift().args(["nowhere.log", "no-*.log"]));
}

#[test]
fn the_others_are_still_reported() {
    let output = clawsift()
        .args(["--format", "json", "nowhere.log", "fixtures/logs/tls-expired/file.log"])
        .output()
        .expect("output");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("nowhere.log: no such file"), "{}", stderr(&output));
    let report = json(&output);
    assert_eq!(report["findings"][0]["category"], "tls");
    for source in report["sources"].as_array().expect("sources") {
        let problems = source["problems"].as_array().map(Vec::len);
        assert_eq!(problems, Some(usize::from(source["name"] == "nowhere.log")), "{source}");
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("closed.log");
    fs::write(&path, "x\n").expect("a file");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).expect("permissions");
    if fs::read(&path).is_ok() {
        return; // Root may read everything.
    }
    let output = clawsift().arg(&path).output().expect("output");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("Permission denied"), "{}", stderr(&output));
}

#[test]
fn an_empty_file() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("empty.log"), "").expect("a file");
    assert_cmd_snapshot!(clawsift_in(folder.path()).arg("empty.log"));
}

#[test]
fn a_damaged_archive_tells_what_came_before_the_damage() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("log.gz");
    let mut packed = gzip(&fixture("tls-expired/file.log"));
    packed.truncate(packed.len() * 3 / 4);
    fs::write(&path, packed).expect("a file");
    let output = clawsift().args(["--format", "json"]).arg(&path).output().expect("output");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("reading stopped before the end"), "{}", stderr(&output));
    assert_eq!(json(&output)["findings"][0]["category"], "tls");
}

#[test]
fn a_damaged_tar_archive_tells_what_came_before_the_damage() {
    let (tls, dns) = (fixture("tls-expired/file.log"), fixture("dns-notfound/file.log"));
    let whole = tar(&[("a.log", &tls), ("b.log", &dns)]);
    let second = 512 + tls.len().next_multiple_of(512);
    for (cut, problem) in [
        (second + 512 + dns.len() / 2, "-!b.log: reading stopped before the end: the archive ends within"),
        (second + 100, "-: the tar archive is damaged"),
    ] {
        let mut command = clawsift();
        command.args(["--format", "json"]);
        let output = piped(command, &whole[..cut]);
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains(problem), "{}", stderr(&output));
        let report = json(&output);
        let sources = report["sources"].as_array().expect("sources");
        let first = sources.iter().find(|source| source["name"] == "-!a.log").expect("the member");
        assert_eq!(first["bytes"], tls.len());
    }
}

#[test]
fn a_bomb_is_stopped_and_said_to_be_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("bomb.gz");
    fs::write(&path, gzip(&vec![b'a'; 3 << 20])).expect("a file");
    let output = clawsift().args(["--max-decompressed", "1MiB"]).arg(&path).output().expect("output");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("more than 1048576 bytes"), "{}", stderr(&output));
}

#[test]
fn what_is_no_log_is_not_called_healthy() {
    let output = piped(clawsift(), b"\x7fELF\x02\x01\x01 some program\n");
    assert!(stdout(&output).contains("no OpenClaw log format recognised"), "{}", stdout(&output));
}

#[test]
fn what_the_filters_hide_is_not_called_healthy() {
    for arguments in [&["--category", "auth"][..], &["--since", "2030-01-01"], &["--top", "0"]] {
        let output =
            clawsift().args(arguments).arg("fixtures/logs/tls-expired/file.log").output().expect("output");
        assert!(stdout(&output).contains("the filters left out"), "{arguments:?}: {}", stdout(&output));
    }
}

#[test]
fn bytes_that_are_not_text() {
    let mut log =
        b"2026-11-22T00:00:00Z error gateway \xff\xfe\x00 connect ETIMEDOUT 10.0.0.1:443 \xc3\n".to_vec();
    log.extend_from_slice(&[0x80; 100]);
    let mut command = clawsift();
    command.args(["--format", "json"]);
    let report = json(&piped(command, &log));
    assert_eq!(report["findings"][0]["category"], "connect_timeout");
    assert_eq!(report["totals"]["records"], 1, "a line that begins no record belongs to the one before it");
    let note = report["sources"][0]["notes"][0].as_str().unwrap_or_default();
    assert!(note.contains("UTF-8"), "{report}");
    let text = report["findings"][0]["samples"][0]["text"].as_str().unwrap_or_default();
    assert!(!text.chars().any(char::is_control), "{text:?}");
}

#[test]
fn a_line_of_64_mib_is_classified_by_what_fits_and_reported_as_cut() {
    let mut log = br#"{"0":"connect ETIMEDOUT 10.0.0.1:443 "#.to_vec();
    log.resize(64 << 20, b'a');
    log.extend_from_slice(b"\"}\n2026-11-22T00:00:00Z error gateway getaddrinfo ENOTFOUND api.x.com\n");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("long.log");
    fs::write(&path, &log).expect("a file");
    let mapped = |old: bool| {
        if old {
            let old = std::time::SystemTime::now() - std::time::Duration::from_secs(3600);
            fs::File::options().write(true).open(&path).expect("the file").set_modified(old).expect("a time");
        }
        json(&clawsift().args(["--format", "json"]).arg(&path).output().expect("output"))
    };
    for report in [mapped(false), mapped(true)] {
        assert_eq!(report["totals"]["bytes"], log.len());
        assert_eq!(report["totals"]["lines"], 2);
        let categories: Vec<&str> = report["findings"]
            .as_array()
            .expect("findings")
            .iter()
            .filter_map(|f| f["category"].as_str())
            .collect();
        assert_eq!(categories.len(), 2, "{categories:?}");
        assert!(report["sources"][0]["notes"].to_string().contains("16 MiB"), "{}", report["sources"]);
    }
}

#[test]
fn json_is_printed_at_every_status() {
    let output = clawsift().args(["--format", "json", "nowhere.log"]).output().expect("output");
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(json(&output)["schema"], "clawsift.report/v1");
}

#[test]
fn wrong_usage() {
    for arguments in [
        &["--format", "xml"][..],
        &["--since", "soon", "fixtures/logs"],
        &["--min-severity", "awful"],
        &["--jobs", "0"],
        &["--tz", "Mars/Olympus", "fixtures/logs"],
        &["--max-decompressed", "much", "fixtures/logs"],
        &["--unknown"],
    ] {
        let output = clawsift().args(arguments).output().expect("output");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert_eq!(stdout(&output), "", "{arguments:?}");
        assert!(!stderr(&output).is_empty(), "{arguments:?}");
    }
    assert_cmd_snapshot!(clawsift().args(["--since", "soon", "fixtures/logs"]));
}

#[test]
fn nothing_to_read() {
    // If OpenClaw is installed, its own logs are read instead.
    if Path::new("/tmp/openclaw").exists() {
        return;
    }
    assert_cmd_snapshot!(clawsift().env("HOME", "/nonexistent").env("TMPDIR", "/nonexistent"));
}

#[test]
fn openclaws_own_logs_are_found() {
    if Path::new("/tmp/openclaw").exists() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let logs = folder.path().join("openclaw-1000");
    fs::create_dir(&logs).expect("a folder");
    fs::write(logs.join("openclaw-2026-11-22.log"), fixture("tls-expired/file.log")).expect("a file");
    let output = clawsift().env("HOME", folder.path()).env("TMPDIR", folder.path()).output().expect("output");
    assert!(stdout(&output).contains("tls/expired"), "{}", stdout(&output));
    assert!(stderr(&output).contains("OpenClaw's logs"), "{}", stderr(&output));
}

#[test]
fn a_report_that_cannot_be_written() {
    assert_cmd_snapshot!(clawsift().args([
        "--output",
        "/nonexistent/report.txt",
        "fixtures/logs/quiet/file.log"
    ]));
}
