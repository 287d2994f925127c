//! Pathological lines.

use std::fs::{File, FileTimes};
use std::io::{self, Write};
use std::time::{Duration, SystemTime};

use super::measured::{fed, json_report, run};
use super::{fixture, scale};
use crate::program::clawsift;

const MIB: usize = 1 << 20;
const FAILURE: &[u8] = b"\n2026-11-22T00:00:09Z error agent/embedded getaddrinfo ENOTFOUND api.example.com\n";

/// Writes `block` `times` times, and a failure after it.
fn flood(block: &[u8], times: usize, out: &mut dyn Write) -> std::io::Result<()> {
    for _ in 0..times {
        out.write_all(block)?;
    }
    out.write_all(FAILURE)
}

/// Asserts that the failure after the flood was found, and that all bytes were counted.
fn assert_found(report: &serde_json::Value, bytes: usize) {
    assert_eq!(report["findings"][0]["rule"], "dns/not-found", "{}", report["totals"]);
    assert_eq!(report["totals"]["incidents"], 1);
    assert_eq!(report["totals"]["bytes"], bytes);
}

#[test]
fn a_line_without_end() {
    let blocks = scale(20, 4096);
    for byte in [b'x', b'{'] {
        let block = vec![byte; MIB];
        let outcome = fed(json_report(), |out| flood(&block, blocks, out));
        let report = outcome.json();
        assert_found(&report, blocks * MIB + FAILURE.len());
        assert_eq!(report["totals"]["lines"], 2);
        assert!(report["sources"][0]["notes"].to_string().contains("16 MiB"), "{}", report["sources"]);
    }
}

/// An old file is mapped; its holes read as NUL bytes.
#[test]
fn a_file_that_is_one_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("holes.log");
    let length = scale(20, 4096) * MIB;
    let mut file = File::create(&path).expect("a file");
    file.set_len(length as u64).expect("a length");
    std::io::Seek::seek(&mut file, std::io::SeekFrom::End(0)).expect("its end");
    file.write_all(FAILURE).expect("a write");
    let old = SystemTime::now() - Duration::from_secs(3600);
    file.set_times(FileTimes::new().set_modified(old)).expect("a time");
    let mut command = json_report();
    command.arg(&path);
    assert_found(&run(command).json(), length + FAILURE.len());
}

#[test]
fn millions_of_tiny_lines() {
    let lines = scale(20_000, 10_000_000);
    // Lines of NUL bytes alone are a binary file.
    for line in ["\n", "x\n", "{\n", "}\n", "\r\n", "> \n"] {
        let block = line.repeat(1000);
        let report = fed(json_report(), |out| flood(block.as_bytes(), lines / 1000, out)).json();
        assert_found(&report, lines * line.len() + FAILURE.len());
        assert_eq!(report["totals"]["lines"], lines + 2);
    }
}

#[test]
fn json_that_nests_without_end() {
    let depth = 100_000;
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let nested = format!("{}1{}", open.repeat(depth), close.repeat(depth));
        let log = [
            format!("{{\"0\":{nested},\"_meta\":{{\"logLevelName\":\"ERROR\"}},\"message\":\"x\"}}\n"),
            format!("{{\"type\":\"log\",\"raw\":{nested}}}\n"),
            format!("{{\"log\":{nested},\"stream\":\"stderr\"}}\n"),
            format!("{{\"level\":\"error\",\"time\":\"x\",\"message\":\"{nested}\"}}\n"),
            format!("{}\n", open.repeat(depth)),
        ]
        .concat();
        let report = fed(json_report(), |out| flood(log.as_bytes(), 1, out)).json();
        assert_found(&report, log.len() + FAILURE.len());
    }
}

#[test]
fn texts_in_texts_in_texts() {
    let mut line = r#"{"type":"raw","raw":"connect ETIMEDOUT 10.0.0.1:443"}"#.to_owned();
    // Each escape doubles the backslashes of the previous one.
    for _ in 0..12 {
        line = format!(r#"{{"type":"raw","raw":{}}}"#, serde_json::Value::from(line));
    }
    line.push('\n');
    let report = fed(json_report(), |out| flood(line.as_bytes(), scale(3, 1000), out)).json();
    assert_eq!(report["totals"]["lines"], scale(3, 1000) + 2);
    assert_eq!(report["sources"][0]["formats"][0]["format"], "logs_json");
}

/// A line of 16 MiB may hold millions of values.
#[test]
fn floods_of_values() {
    let count = scale(100_000, 4_000_000);
    let inner = serde_json::to_string(&format!("{{\"x\":[{}0]}}", "\"\",".repeat(count))).expect("JSON");
    let members: String = (0..count / 4).map(|number| format!("\"k{number}\":0,")).collect();
    for value in [format!("[{}0]", "0,".repeat(count)), inner, format!("{{{members}\"k\":0}}")] {
        for line in [
            format!("{{\"0\":{value},\"_meta\":{{\"logLevelName\":\"ERROR\"}},\"message\":\"ENOTFOUND\"}}\n"),
            format!("{{\"log\":\"x\",\"stream\":\"stderr\",\"x\":{value}}}\n"),
        ] {
            let report = fed(json_report(), |out| flood(line.as_bytes(), scale(2, 12), out)).json();
            assert_eq!(report["totals"]["lines"], scale(2, 12) + 2);
        }
    }
}

#[test]
fn lines_just_below_the_limit() {
    for filling in [&b"abcd "[..], b"a=b ", b"\xff", b"\xff\xfe x"] {
        let mut line = b"2026-11-22T00:00:00Z error x ".to_vec();
        while line.len() < scale(1, 15) * MIB {
            line.extend_from_slice(filling);
        }
        line.push(b'\n');
        let report = fed(json_report(), |out| flood(&line, scale(4, 12), out)).json();
        assert_eq!(report["totals"]["lines"], scale(4, 12) + 2, "{filling:?}");
    }
}

/// A text in which each word tells of a failure, for the step that asks what the words of a record mean.
#[test]
fn words_that_all_mean_something() {
    for words in [
        "key expired failed model token ",
        "密钥过期失败模型",
        "error=key reason=expired ",
        "key. failed, expired; ",
    ] {
        let line =
            format!("2026-11-22T00:00:00Z error acme {}\n", words.repeat(scale(1, 8) * MIB / words.len()));
        let report = fed(json_report(), |out| flood(line.as_bytes(), scale(2, 12), out)).json();
        assert_eq!(report["totals"]["lines"], scale(2, 12) + 2, "{words}");
        let is_found = |finding: &serde_json::Value| finding["rule"] == "dns/not-found";
        assert!(report["findings"].as_array().is_some_and(|all| all.iter().any(is_found)), "{words}");
    }
}

/// Inserts invalid UTF-8 into each text of a real log's records, one at a time.
#[test]
fn bytes_that_are_no_text_in_every_field() {
    let log = fixture("tls-expired/file.log");
    let line =
        log.split(|&b| b == b'\n').find(|line| memchr::memmem::find(line, b"CERT_HAS_EXPIRED").is_some());
    let line = line.expect("a failure");
    let mut hostile = Vec::new();
    let quotes: Vec<usize> = memchr::memchr_iter(b'"', line).collect();
    for quote in &quotes {
        for bytes in [&b"\xff\xfe"[..], b"\xc3", b"\xed\xa0\x80", b"\0\x1b[2J\x07"] {
            hostile.extend_from_slice(&line[..=*quote]);
            hostile.extend_from_slice(bytes);
            hostile.extend_from_slice(&line[quote + 1..]);
            hostile.push(b'\n');
        }
    }
    let outcome = fed(json_report(), |out| out.write_all(&hostile));
    let report = outcome.json();
    assert_eq!(report["totals"]["records"], quotes.len() * 4);
    assert_eq!(report["findings"][0]["category"], "tls");
    assert!(
        !outcome.stdout.contains(&0x1b) && !outcome.stdout.contains(&7),
        "terminal codes come out escaped"
    );
}

/// Writes `hosts` failures, each with a different host.
fn write_hosts(hosts: usize, out: &mut dyn Write) -> io::Result<()> {
    for host in 0..hosts {
        let (h, m, s) = (host / 3600 % 24, host / 60 % 60, host % 60);
        let time = format!("2026-11-22T{h:02}:{m:02}:{s:02}Z");
        writeln!(out, "{time} error agent/embedded getaddrinfo ENOTFOUND host-{host}.example.com")?;
    }
    Ok(())
}

/// All matches are written, although the incident of each is known only at the end.
#[test]
fn a_million_matches_written_one_by_one() {
    let hosts = scale(40_000, 1_000_000);
    let mut command = clawsift();
    command.args(["--format", "ndjson"]);
    let outcome = fed(command, |out| write_hosts(hosts, out));
    let mut rows = 0;
    for row in serde_json::Deserializer::from_slice(&outcome.stdout).into_iter::<serde_json::Value>() {
        let row = row.expect("JSON");
        assert_eq!(row["line"], rows + 1);
        assert_eq!(row["captures"]["host"], format!("host-{rows}.example.com"));
        assert!(row["incident"].as_str().is_some_and(|name| name.starts_with("i")));
        rows += 1;
    }
    assert_eq!(rows, hosts);
}

#[test]
fn a_million_hosts() {
    let hosts = scale(5_000, 1_000_000);
    let outcome = fed(json_report(), |out| write_hosts(hosts, out));
    let report = outcome.json();
    assert_eq!(report["totals"]["matched"], hosts);
    let values = report["findings"][0]["captures"]["host"].as_array().expect("hosts");
    assert!(!values.is_empty() && values.len() <= 100, "{}", values.len());
}

/// As in logs that were concatenated out of order.
#[test]
fn a_log_that_ends_before_it_begins() {
    let of = |second: u32| {
        format!("2026-11-22T10:00:{second:02}Z error agent/embedded getaddrinfo ENOTFOUND api.example.com\n")
    };
    for (first, last) in [(1, 0), (2, 0), (59, 0)] {
        for format in ["table", "json", "ndjson", "markdown", "html", "sarif", "csv", "prometheus", "junit"] {
            let mut command = clawsift();
            command.args(["--format", format]);
            let outcome = fed(command, |out| out.write_all((of(first) + &of(last)).as_bytes()));
            assert_eq!(outcome.status, Some(0), "{format}: {}", outcome.stderr);
            assert!(!outcome.stdout.is_empty(), "{format}");
        }
    }
}

/// The objects of `openclaw logs --json` and of the file log, reformatted by other programs.
#[test]
fn objects_that_were_written_anew() {
    for (name, original) in
        [("logs-json.txt", "dns-notfound/logs-json.txt"), ("file.log", "tls-expired/file.log")]
    {
        let log = String::from_utf8(fixture(original)).expect("text");
        let whole = fed(json_report(), |out| out.write_all(log.as_bytes())).json();
        let spread: String = log.lines().map(|line| pretty(line) + "\n").collect();
        let spaced: String = log.lines().map(|line| spaced(line) + "\n").collect();
        // Every second object is unchanged.
        let is_even =
            |(number, line): (usize, &str)| if number % 2 == 0 { line.to_owned() } else { pretty(line) };
        let mixed: String = log.lines().enumerate().map(|numbered| is_even(numbered) + "\n").collect();
        for (form, text) in [("spread", spread), ("spaced", spaced), ("mixed", mixed)] {
            let report = fed(json_report(), |out| out.write_all(text.as_bytes())).json();
            for total in ["records", "matched", "warnings", "incidents"] {
                assert_eq!(report["totals"][total], whole["totals"][total], "{total} of {name}, {form}");
            }
            let rules = |report: &serde_json::Value| -> Vec<String> {
                let findings = report["findings"].as_array().expect("findings");
                findings
                    .iter()
                    .map(|f| format!("{} {} {}", f["rule"], f["first_seen"], f["last_seen"]))
                    .collect()
            };
            assert_eq!(rules(&report), rules(&whole), "{name}, {form}");
            assert_eq!(report["sources"][0]["formats"], whole["sources"][0]["formats"], "{name}, {form}");
            assert_eq!(
                report["sources"][0]["first_time"], whole["sources"][0]["first_time"],
                "{name}, {form}"
            );
            assert_eq!(report["sources"][0]["last_time"], whole["sources"][0]["last_time"], "{name}, {form}");
        }
    }
}

/// Returns a line as `jq .` prints it. Works on the text, to keep the order of keys.
fn pretty(line: &str) -> String {
    let (mut out, mut depth, mut is_quoted, mut is_escaped) = (String::new(), 0, false, false);
    let indent = |out: &mut String, depth: usize| *out += &format!("\n{}", "  ".repeat(depth));
    for c in line.chars() {
        if is_quoted {
            is_quoted = is_escaped || c != '"';
            is_escaped = !is_escaped && c == '\\';
            out.push(c);
            continue;
        }
        match c {
            '{' | '[' => {
                depth += 1;
                out.push(c);
                indent(&mut out, depth);
            }
            '}' | ']' => {
                depth -= 1;
                indent(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(c);
                indent(&mut out, depth);
            }
            ':' => out += ": ",
            c => {
                is_quoted = c == '"';
                out.push(c);
            }
        }
    }
    out
}

/// Returns a line as Python's `json.dumps` prints it.
fn spaced(line: &str) -> String {
    let lines: Vec<String> = pretty(line).lines().map(|line| line.trim_start().to_owned()).collect();
    let joined: String = lines
        .iter()
        .map(|line| if line.ends_with(',') { format!("{line} ") } else { line.clone() })
        .collect();
    joined.trim_end().to_owned()
}
