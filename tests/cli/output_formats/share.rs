//! `--share`: output that is safe to publish.

use std::fs;

use serde_json::json as object;

use super::{run, written};

/// Words that identify the person or the machine, each from a text of the log.
const TELLING: [&str; 25] = [
    "joanna",
    "Joanna",
    "clawbox-7",
    "vault.example.org",
    "acme-corp",
    "192.168.178.23",
    "84.12.33.7",
    "2a02:908:1234::7",
    "printer.fritz.box",
    "joanna.doe@mail.example",
    "4915112345678",
    "+49 151 12345678",
    "1001234567890",
    "sk-ant-api03",
    "alice_w",
    "U0G9QF9C6",
    "den:example",
    "ou_5a03c429",
    "wilma",
    "nasbox",
    "berta",
    "carlos",
    "bert@",
    "benchbox",
    "shelfbox",
];

fn record(message: &str, level: &str) -> String {
    let record = object!({
        "0": r#"{"subsystem":"agent/embedded"}"#,
        "1": message,
        "_meta": {
            "runtime": "node", "runtimeVersion": "24.21.0", "hostname": "clawbox-7.vault.example.org",
            "date": "2026-11-22T10:00:00.000Z", "logLevelId": 5, "logLevelName": level,
            "name": r#"{"subsystem":"agent/embedded"}"#, "parentNames": ["openclaw"],
        },
        "time": "2026-11-22T10:00:00.000+00:00",
        "hostname": "clawbox-7.vault.example.org",
        "message": message,
    });
    // The logger writes its keys in this order, and the parser reads the host name from this position.
    let meta =
        r#""_meta":{"runtime":"node","runtimeVersion":"24.21.0","hostname":"clawbox-7.vault.example.org","#;
    let text = record.to_string();
    let start = text.find(r#""_meta":{"#).expect("metadata");
    format!("{}{meta}{}\n", &text[..start], &text[start + r#""_meta":{"#.len()..])
}

fn log() -> String {
    [
        record("connect ECONNREFUSED 192.168.178.23:11434 by Joanna on clawbox-7.vault.example.org", "ERROR"),
        record(
            "EACCES: permission denied, open '/home/joanna/acme-corp.local/x.json' 2a02:908:1234::7",
            "ERROR",
        ),
        record("getaddrinfo ENOTFOUND printer.fritz.box joanna.doe@mail.example +49 151 12345678", "ERROR"),
        record("odd mail to joanna.doe@mail.example and 4915112345678@s.whatsapp.net of Joanna", "WARN"),
        record("odd call of +49 151 12345678 in group -1001234567890 from 84.12.33.7 on clawbox-7", "WARN"),
        record("odd peer @alice_w and U0G9QF9C6 in !den:example.org of ou_5a03c429 with user=wilma", "WARN"),
        record("odd cwd %2Fhome%2Fberta%2Fx SUDO_USER=carlos bert@benchbox:~$ ls", "WARN"),
        record("getaddrinfo ENOTFOUND nasbox", "ERROR"),
        record("connect ECONNREFUSED shelfbox:11434 for http://shelfbox:11434/v1", "ERROR"),
        record("odd peer 2a02:908:1234::7 with key sk-ant-api03-AAAAbbbbCCCCdddd1111", "WARN"),
    ]
    .concat()
}

#[test]
fn what_is_shared_tells_nothing_of_person_or_machine() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = folder.path().join("home/joanna/acme-corp");
    fs::create_dir_all(&home).expect("folders");
    let path = home.join("gateway.log");
    fs::write(&path, log()).expect("a log");
    let path = path.to_str().expect("a path");
    let open = written(&["--format", "markdown", path]);
    let shared = written(&["--share", path]);
    for telling in TELLING {
        assert!(!shared.contains(telling), "{telling}:\n{shared}");
    }
    let told = TELLING.iter().filter(|telling| open.contains(**telling)).count();
    assert!(told >= 9, "{told} are in what is not shared:\n{open}");
    for kept in [
        "`node 24.21.0`",
        "catalogue `",
        "ECONNREFUSED [ip]:11434",
        "`gateway.log`",
        "Masked in addition to keys",
    ] {
        assert!(shared.contains(kept), "{kept}:\n{shared}");
    }
}

#[test]
fn what_contradicts_sharing_is_wrong_usage() {
    for arguments in [&["--share", "--no-redact", "x.log"][..], &["--share", "--format", "json", "x.log"]] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty());
        assert!(String::from_utf8_lossy(&output.stderr).contains("--share"));
    }
    let log = "fixtures/logs/dns-notfound/file.log";
    assert_eq!(written(&["--share", log]), written(&["--format", "markdown", "--share", log]));
}

#[test]
fn the_zone_of_who_shares_is_not_told() {
    let log = "fixtures/logs/dns-notfound/file.log";
    let berlin = written(&["--share", "--tz", "Europe/Berlin", log]);
    assert!(!berlin.contains("Berlin") && berlin.contains("10:20:13 (UTC)"), "{berlin}");
    assert!(
        written(&["--format", "markdown", "--tz", "Europe/Berlin", log]).contains("11:20:13 (Europe/Berlin)")
    );
}
