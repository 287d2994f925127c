//! Kinds of input, and their sources.

use std::fs;

use crate::{clawsift, clawsift_in, fixture, gzip, json, piped, stderr, stdout, tar};

/// Returns the report of a text on standard input.
fn streamed(log: &[u8]) -> serde_json::Value {
    let mut command = clawsift();
    command.args(["--format", "json"]);
    json(&piped(command, log))
}

fn first_rule(report: &serde_json::Value) -> &str {
    report["findings"][0]["rule"].as_str().unwrap_or("none")
}

#[test]
fn standard_input_is_read_when_it_is_piped() {
    let log = fixture("dns-notfound/logs-json.txt");
    for arguments in [&[][..], &["-"]] {
        let mut command = clawsift();
        command.args(["--format", "json"]).args(arguments);
        let report = json(&piped(command, &log));
        assert_eq!(first_rule(&report), "dns/not-found");
        assert_eq!(report["sources"][0]["name"], "-");
        assert_eq!(report["sources"][0]["kind"], "stdin");
    }
}

#[test]
fn each_form_of_one_log_gives_the_same_finding() {
    for form in ["file.log", "logs-json.txt", "logs-plain.txt"] {
        let path = format!("fixtures/logs/dns-notfound/{form}");
        let report = json(&clawsift().args(["--format", "json", &path]).output().expect("output"));
        assert_eq!(first_rule(&report), "dns/not-found", "{form}");
        assert_eq!(report["totals"]["incidents"], 1, "{form}");
        assert_eq!(report["findings"][0]["captures"]["host"][0]["value"], "nohost.invalid", "{form}");
    }
}

#[test]
fn a_log_can_be_checked_for_what_shortcuts_miss() {
    for (log, records) in [("mixed/file.log", 425), ("mixed/console.txt", 391)] {
        let mut command = clawsift();
        command.args(["--verify-prefilter", "--format", "json"]).arg(format!("fixtures/logs/{log}"));
        let output = command.output().expect("the program ends");
        assert_eq!(output.status.code(), Some(0));
        let expected = format!(
            "clawsift: verified: {records} records are classified the same with and without the prefilter"
        );
        assert!(stderr(&output).contains(&expected), "{}", stderr(&output));
        assert_eq!(json(&output)["totals"]["records"], records);
    }
}

#[test]
fn a_stream_and_a_file_give_the_same_report() {
    let log = fixture("mixed/file.log");
    let streamed = streamed(&log);
    let mapped = json(
        &clawsift().args(["--format", "json", "fixtures/logs/mixed/file.log"]).output().expect("output"),
    );
    assert_eq!(streamed["totals"], mapped["totals"]);
    let rows = |report: &serde_json::Value| -> Vec<(String, String)> {
        let findings = report["findings"].as_array().expect("findings").clone();
        findings.iter().map(|f| (f["rule"].to_string(), f["histogram"].to_string())).collect()
    };
    assert_eq!(rows(&streamed), rows(&mapped));
}

/// Large enough to be cut into chunks and, with its old time stamp, to be mapped.
#[test]
fn a_large_file_is_counted_to_the_last_record() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("large.log");
    let healthy = fixture("ok-anthropic/file.log");
    let failing = fixture("tls-expired/file.log");
    let mut log = Vec::new();
    while log.len() < 12 << 20 {
        log.extend_from_slice(&healthy);
    }
    log.extend_from_slice(&failing);
    fs::write(&path, &log).expect("a file");
    let old = std::time::SystemTime::now() - std::time::Duration::from_secs(3600);
    fs::File::options().write(true).open(&path).expect("the file").set_modified(old).expect("a time");

    let lines = log.iter().filter(|&&b| b == b'\n').count();
    let mapped = json(&clawsift().args(["--format", "json"]).arg(&path).output().expect("output"));
    let streamed = streamed(&log);
    for report in [&mapped, &streamed] {
        assert_eq!(report["totals"]["lines"], lines);
        assert_eq!(report["totals"]["records"], lines);
        assert_eq!(report["totals"]["bytes"], log.len());
        assert_eq!(report["totals"]["incidents"], 1);
        let sample = &report["findings"][0]["samples"][0];
        let offset = usize::try_from(sample["offset"].as_u64().expect("an offset")).expect("an offset");
        assert!(log[offset..].starts_with(b"{\"0\""), "{sample}");
        assert!(offset > 12 << 20);
    }
}

#[test]
fn folders_patterns_and_files_are_found_once_each() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("b")).expect("a folder");
    for name in ["a.log", "b/c.log"] {
        fs::write(folder.path().join(name), "Error: connect ETIMEDOUT 10.0.0.1:443\n").expect("a file");
    }
    let mut command = clawsift_in(folder.path());
    command.args(["--format", "json", ".", "*.log", "b"]);
    let report = json(&command.output().expect("output"));
    let names: Vec<&str> =
        report["sources"].as_array().expect("sources").iter().filter_map(|s| s["name"].as_str()).collect();
    assert_eq!(names, ["./a.log", "./b/c.log"]);
    assert_eq!(report["totals"]["incidents"], 2);
}

#[cfg(unix)]
#[test]
fn a_named_pipe_is_read_as_a_stream() {
    let folder = tempfile::tempdir().expect("a folder");
    let pipe = folder.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo");
    assert!(made.success());
    let writer = {
        let pipe = pipe.clone();
        std::thread::spawn(move || fs::write(pipe, fixture("tls-expired/logs-plain.txt")))
    };
    let report = json(&clawsift().args(["--format", "json"]).arg(&pipe).output().expect("output"));
    writer.join().expect("the writer").expect("a write");
    assert_eq!(first_rule(&report), "tls/expired");
}

#[test]
fn loose_lines_are_each_a_record() {
    let text = "Error: getaddrinfo ENOTFOUND api.anthropic.com\n\
                Error: 502 Bad Gateway\n\
                Error: CERT_HAS_EXPIRED\n\
                all is well\n";
    let output = piped(clawsift(), text.as_bytes());
    for title in ["host name not found", "Bad gateway", "Certificate expired"] {
        assert!(stdout(&output).contains(title), "{title}: {}", stdout(&output));
    }
    assert!(stdout(&output).starts_with("3 incidents in 4 records of standard input"));
}

#[test]
fn windows_line_ends_change_nothing() {
    let log = String::from_utf8(fixture("tls-expired/logs-plain.txt")).expect("text").replace('\n', "\r\n");
    let report = streamed(log.as_bytes());
    assert_eq!(first_rule(&report), "tls/expired");
    assert_eq!(report["totals"]["incidents"], 1);
}

#[test]
fn packed_logs_are_unpacked_by_their_first_bytes() {
    let log = fixture("tls-expired/file.log");
    let whole = streamed(&log);
    for packed in [gzip(&log), zstd::encode_all(log.as_slice(), 3).expect("zstd")] {
        assert_eq!(streamed(&packed), whole);
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("log"), &packed).expect("a file");
        let mut command = clawsift_in(folder.path());
        let report = json(&command.args(["--format", "json", "log"]).output().expect("output"));
        assert_eq!(report["totals"], whole["totals"]);
        assert_eq!(first_rule(&report), "tls/expired");
    }
}

#[test]
fn members_of_an_archive_are_sources() {
    use std::io::Write;
    let folder = tempfile::tempdir().expect("a folder");
    let file = fs::File::create(folder.path().join("logs.zip")).expect("a file");
    let mut writer = zip::ZipWriter::new(file);
    for (name, log) in [("a/file.log", "tls-expired/file.log"), ("b/file.log", "dns-notfound/file.log")] {
        writer.start_file(name, zip::write::SimpleFileOptions::default()).expect("a member");
        writer.write_all(&fixture(log)).expect("a write");
    }
    writer.finish().expect("an end");
    let mut command = clawsift_in(folder.path());
    let report = json(&command.args(["--format", "json", "logs.zip"]).output().expect("output"));
    let names: Vec<&str> =
        report["sources"].as_array().expect("sources").iter().filter_map(|s| s["name"].as_str()).collect();
    assert_eq!(names, ["logs.zip!a/file.log", "logs.zip!b/file.log"]);
    assert_eq!(report["totals"]["incidents"], 2);
}

fn names(report: &serde_json::Value) -> Vec<&str> {
    report["sources"].as_array().expect("sources").iter().filter_map(|s| s["name"].as_str()).collect()
}

#[test]
fn members_of_a_tar_archive_are_sources_however_it_is_compressed_and_named() {
    let (tls, dns) = (fixture("tls-expired/file.log"), fixture("dns-notfound/file.log"));
    let archive = tar(&[("a/file.log", &tls), ("b/file.log.gz", &gzip(&dns))]);
    let folder = tempfile::tempdir().expect("a folder");
    for (name, bytes) in [
        ("logs.tar", archive.clone()),
        ("logs.tgz", gzip(&archive)),
        ("logs.tar.zst", zstd::encode_all(archive.as_slice(), 3).expect("zstd")),
        ("backup", gzip(&archive)),
    ] {
        fs::write(folder.path().join(name), &bytes).expect("a file");
        let mut command = clawsift_in(folder.path());
        let report = json(&command.args(["--format", "json", name]).output().expect("output"));
        assert_eq!(names(&report), [format!("{name}!a/file.log"), format!("{name}!b/file.log.gz")]);
        assert_eq!(report["totals"]["incidents"], 2, "{name}");
        assert_eq!(report["totals"]["bytes"], tls.len() + dns.len(), "{name}");
        let piped = streamed(&bytes);
        assert_eq!(names(&piped), ["-!a/file.log", "-!b/file.log.gz"]);
        assert_eq!(piped["totals"], report["totals"]);
    }
}

#[test]
fn a_tar_archive_in_an_archive_is_read() {
    let (tls, dns) = (fixture("tls-expired/file.log"), fixture("dns-notfound/file.log"));
    let outer = tar(&[("inner.tgz", &gzip(&tar(&[("a.log", &tls)]))), ("b.log", &dns)]);
    let report = streamed(&outer);
    assert_eq!(names(&report), ["-!inner.tgz!a.log", "-!b.log"]);
    assert_eq!(report["totals"]["incidents"], 2);
}

#[test]
fn a_large_member_of_a_tar_archive_is_read_to_its_last_record() {
    let healthy = fixture("ok-anthropic/file.log");
    let mut log = healthy.repeat((8 << 20) / healthy.len());
    log.extend_from_slice(&fixture("tls-expired/file.log"));
    let report = streamed(&gzip(&tar(&[("a.log", &log), ("b.log", &healthy)])));
    assert_eq!(report["sources"][0]["bytes"], log.len());
    assert_eq!(report["sources"][0]["records"], log.iter().filter(|&&b| b == b'\n').count());
    assert_eq!(report["sources"][1]["bytes"], healthy.len());
    assert_eq!(first_rule(&report), "tls/expired");
}

/// As a crash or `copytruncate` leaves them.
#[test]
fn records_around_a_run_of_nuls_are_read() {
    let nuls = vec![0; 4096];
    for form in ["mixed/file.log", "mixed/logs-plain.txt", "mixed/console.txt", "dns-notfound/logs-json.txt"]
    {
        let log = fixture(form);
        let whole = streamed(&log);
        let middle = log[..log.len() / 2].iter().rposition(|&b| b == b'\n').expect("a line") + 1;
        let (before, after) = log.split_at(middle);
        // With and without a line end before the NULs; also at the start and the end.
        for parts in [
            [before, &nuls, after],
            [&before[..before.len() - 1], &nuls, after],
            [before, &[&nuls[..], b"\n"].concat(), after],
            [&nuls, before, after],
            [before, after, &nuls],
        ] {
            let report = streamed(&parts.concat());
            assert_eq!(report["totals"]["records"], whole["totals"]["records"], "{form}");
            let rows = |report: &serde_json::Value| -> Vec<serde_json::Value> {
                let findings = report["findings"].as_array().expect("findings").iter();
                findings.map(|f| serde_json::json!([f["rule"], f["incidents"], f["records"]])).collect()
            };
            assert_eq!(rows(&report), rows(&whole), "{form}");
            let notes = report["sources"][0]["notes"].to_string();
            assert!(notes.contains("NUL bytes skipped") && notes.contains(": 4096"), "{form}: {notes}");
        }
    }
    let note = "NUL bytes skipped";
    let log = [fixture("tls-expired/file.log"), nuls].concat();
    for format in ["table", "markdown", "html"] {
        let mut command = clawsift();
        command.args(["--format", format]);
        assert!(stdout(&piped(command, &log)).contains(note), "{format}");
    }
}

#[test]
fn a_log_that_begins_with_more_nuls_than_a_line_may_be_long_is_read() {
    let log = fixture("tls-expired/file.log");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("truncated.log");
    let hole = 40 << 20;
    let file = fs::File::create(&path).expect("a file");
    file.set_len(hole).expect("a hole");
    std::io::Write::write_all(&mut fs::File::options().append(true).open(&path).expect("the file"), &log)
        .expect("a write");
    let whole = streamed(&log);
    for is_old in [false, true] {
        if is_old {
            let old = std::time::SystemTime::now() - std::time::Duration::from_secs(3600);
            file.set_modified(old).expect("a time");
        }
        let report = json(&clawsift().args(["--format", "json"]).arg(&path).output().expect("output"));
        assert_eq!(report["totals"]["bytes"], hole + log.len() as u64);
        for total in ["lines", "records", "incidents", "matched"] {
            assert_eq!(report["totals"][total], whole["totals"][total], "{total}, {is_old}");
        }
        assert!(report["sources"][0]["notes"].to_string().contains(&format!(": {hole}")), "{report}");
    }
}

#[test]
fn binary_files_in_a_folder_are_skipped_with_a_note() {
    let folder = tempfile::tempdir().expect("a folder");
    let wtmp = [&b"\x02\0\0\0\0\0\0\0~\0\0\0"[..], &[0; 400], b"reboot"].concat();
    let database = [b"SQLite format 3\0\x10\0".to_vec(), fixture("mixed/file.log")].concat();
    let stray = [b"\0torn\0\n".to_vec(), fixture("tls-expired/logs-plain.txt")].concat();
    fs::write(folder.path().join("wtmp"), wtmp).expect("a file");
    fs::write(folder.path().join("state.sqlite"), database).expect("a file");
    fs::write(folder.path().join("gateway.log"), stray).expect("a file");
    fs::write(folder.path().join("latin1.txt"), b"caf\xe9 502 Bad Gateway\n").expect("a file");
    let output = clawsift_in(folder.path()).args(["--format", "json", "."]).output().expect("output");
    assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(0), ""));
    let report = json(&output);
    let skipped = |name: &str| {
        let sources = report["sources"].as_array().expect("sources");
        let source = sources.iter().find(|source| source["name"] == name).expect("the source");
        (source["skipped"].as_str().is_some(), source["notes"].to_string().contains("binary file"))
    };
    assert_eq!(skipped("./wtmp"), (true, true));
    assert_eq!(skipped("./state.sqlite"), (true, true));
    assert_eq!(skipped("./gateway.log"), (false, false));
    assert_eq!(skipped("./latin1.txt"), (false, false));
    assert_eq!(report["findings"].as_array().map(Vec::len), Some(2));

    for number in 0..5 {
        fs::write(folder.path().join(format!("{number}.png")), b"\x89PNG\r\n\x1a\n\0\0").expect("a file");
    }
    let output = clawsift_in(folder.path()).arg(".").output().expect("output");
    assert!(stdout(&output).contains("records of 2 sources"), "{}", stdout(&output));
    let note = "Binary files skipped: 0.png, 1.png, 2.png and 4 more";
    assert!(stdout(&output).contains(note), "{}", stdout(&output));
}

#[test]
fn a_binary_file_that_is_named_is_said_to_be_one() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("a.png"), b"\x89PNG\r\n\x1a\n\0\0").expect("a file");
    let output = clawsift_in(folder.path()).arg("a.png").output().expect("output");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("a.png: a binary file, not a log"), "{}", stderr(&output));
    assert!(stdout(&output).contains("a.png is a binary file, not a log"), "{}", stdout(&output));
}

/// The encoding that `>` writes in PowerShell.
#[test]
fn two_byte_text_is_read() {
    let log = String::from_utf8(fixture("tls-expired/logs-plain.txt")).expect("text");
    let bytes: Vec<u8> = std::iter::once(0xfeff)
        .chain(log.encode_utf16().collect::<Vec<_>>())
        .flat_map(u16::to_le_bytes)
        .collect();
    let report = streamed(&bytes);
    assert_eq!(first_rule(&report), "tls/expired");
    assert_eq!(report["totals"]["incidents"], 1);
}

#[test]
fn times_without_an_offset_are_taken_in_the_zone() {
    let log = b"2026-11-22T10:00:00 [agent/embedded] HTTP 401: no\n";
    let seen = |arguments: &[&str]| {
        let mut command = clawsift();
        command.args(["--format", "json"]).args(arguments);
        json(&piped(command, log))["findings"][0]["first_seen"].clone()
    };
    assert_eq!(seen(&[]), "2026-11-22T10:00:00Z");
    assert_eq!(seen(&["--tz", "Asia/Tokyo"]), "2026-11-22T01:00:00Z");
}

/// Waits until a process has installed its handler for SIGINT, if the system shows that.
#[cfg(unix)]
fn until_signals_are_caught(id: &str) {
    for _ in 0..200 {
        let Ok(status) = fs::read_to_string(format!("/proc/{id}/status")) else { return };
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
        let caught = caught.and_then(|bits| u64::from_str_radix(bits.trim(), 16).ok()).unwrap_or(0);
        if caught & 0b10 != 0 {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}

/// Ends the program with a signal after it has read its input, while its standard input stays open, like that of a
/// command that follows a log.
#[cfg(unix)]
fn interrupted(input: &[u8], signal: &str) -> std::process::Output {
    use std::io::Write;
    let (child, mut stdin) = crate::started(&mut clawsift());
    stdin.write_all(input).expect("a write");
    let id = child.id().to_string();
    until_signals_are_caught(&id);
    std::thread::sleep(std::time::Duration::from_millis(500));
    assert!(std::process::Command::new("kill").args([signal, &id]).status().expect("kill").success());
    let output = child.wait_with_output().expect("the program ends");
    drop(stdin);
    output
}

#[cfg(unix)]
#[test]
fn an_interrupt_shows_the_report_so_far() {
    for (signal, status) in [("-INT", 130), ("-TERM", 143)] {
        let output = interrupted(&fixture("tls-expired/file.log"), signal);
        assert_eq!(output.status.code(), Some(status));
        assert!(stdout(&output).contains("tls/expired"), "{}", stdout(&output));
    }
}

#[cfg(unix)]
#[test]
fn an_interrupt_before_anything_arrives_says_so() {
    let output = interrupted(b"", "-TERM");
    assert_eq!(output.status.code(), Some(143));
    assert!(
        crate::stderr(&output).contains("interrupted before anything was read"),
        "{}",
        crate::stderr(&output)
    );
}
