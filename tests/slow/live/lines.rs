//! Lines for new and changed findings, including rotation and truncation of the file.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use super::replay::Replay;
use super::{PATIENCE, Watching, fixture, fixture_text};
use crate::program::clawsift;

fn append(path: &Path, text: &str) {
    let mut file = File::options().create(true).append(true).open(path).expect("a file");
    file.write_all(text.as_bytes()).expect("writing");
}

fn pair(change: &str, rule: &str) -> (String, String) {
    (change.to_owned(), rule.to_owned())
}

#[test]
fn a_pipe_is_told_of_as_it_goes_and_reported_at_its_end() {
    let (watching, mut stdin) = Watching::start(&[]);
    stdin.write_all(fixture_text("follow/file.log").as_bytes()).expect("a reader");
    let (line, _) = watching.line();
    assert_eq!(
        line,
        "2026-11-22 10:29:37  new       error     Invalid API key: OpenAI rejects the key (auth/openai-key); 1 incident, recovered"
    );
    drop(stdin);
    let (rest, status) = watching.end();
    assert_eq!(status, Some(0));
    let scanned = clawsift().arg(fixture("follow/file.log")).output().expect("the program runs");
    let scanned = String::from_utf8(scanned.stdout).expect("UTF-8");
    // The report equals that of a scan, except for the name of the source.
    assert!(rest.join("\n").contains("1. Invalid API key: OpenAI rejects the key"), "{rest:?}");
    assert_eq!(rest.last().map(String::as_str), scanned.lines().last());
}

#[test]
fn what_appears_and_recovers_is_told_at_a_hundred_times_its_speed() {
    let (watching, mut stdin) = Watching::start(&["--format", "ndjson", "-"]);
    let replay = Replay::new(&fixture_text("follow/file.log"));
    replay.play(100.0, |_, line| stdin.write_all(line.as_bytes()).expect("a reader"));
    drop(stdin);
    assert_eq!(watching.change(), pair("new", "auth/openai-key"));
    assert_eq!(watching.change(), pair("recovered", "auth/openai-key"));
    let end = watching.object();
    assert_eq!((&end["event"], &end["totals"]["incidents"]), (&"end".into(), &1.into()));
    assert_eq!(end["findings"][0]["status"], "recovered");
}

#[test]
fn a_line_is_told_of_within_a_quarter_of_a_second() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("gateway.log");
    append(&path, &fixture_text("ok-anthropic/file.log"));
    let (watching, _stdin) = Watching::start(&["--format", "ndjson", &path.to_string_lossy()]);
    // One failing record of each kind, one second apart. The machine may be busy, so the minimum counts.
    let mut delays = Vec::new();
    std::thread::sleep(Duration::from_millis(1500));
    for log in ["dns-notfound", "openai-429-quota", "tls-expired", "anthropic-401"] {
        let text = fixture_text(&format!("{log}/file.log"));
        let record = text.lines().find(|line| line.contains("\"ERROR\"")).expect("an error");
        let begin = Instant::now();
        append(&path, &format!("{record}\n"));
        let (_, at) = watching.line();
        delays.push(at.duration_since(begin));
        std::thread::sleep(Duration::from_millis(500));
        while watching.lines.try_recv().is_ok() {}
    }
    assert!(delays.iter().min().expect("delays") < &Duration::from_millis(250), "{delays:?}");
}

#[test]
fn nothing_is_lost_or_read_twice_where_the_file_is_rotated_and_cut_in_the_middle() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("openclaw-2026-11-22.log");
    let (watching, _stdin) = Watching::start(&["--format", "ndjson", &path.to_string_lossy()]);
    let waiting = watching.object();
    assert!(waiting["text"].as_str().expect("a text").starts_with("waiting for"), "{waiting}");
    let replay = Replay::new(&fixture_text("mixed/file.log"));
    let third = replay.len() / 3;
    replay.play(2000.0, |number, line| {
        if number == third {
            fs::rename(&path, folder.path().join("openclaw-2026-11-22.1.log")).expect("renaming");
        }
        if number == 2 * third {
            // Data that is truncated before it was read is lost, so the test waits.
            std::thread::sleep(Duration::from_millis(1000));
            File::options().write(true).open(&path).expect("a file").set_len(0).expect("emptying");
        }
        // A writer may flush half a line.
        let half = if number % 7 == 0 { line.len() / 2 } else { 0 };
        append(&path, &line[..half]);
        append(&path, &line[half..]);
    });
    // The gateway continues in the file of the next day.
    append(&folder.path().join("openclaw-2026-11-23.log"), &fixture_text("proxy-407-env/file.log"));
    let begin = Instant::now();
    let mut events = Vec::new();
    let mut rules = Vec::new();
    while begin.elapsed() < PATIENCE {
        let object = watching.object();
        if object["event"] == "log" {
            events.push(object["text"].as_str().expect("a text").to_owned());
        }
        rules.push(object["rule"].as_str().unwrap_or_default().to_owned());
        if events.iter().any(|text| text.contains("2026-11-23"))
            && rules.last().is_some_and(|r| r.starts_with("proxy"))
        {
            break;
        }
    }
    for word in ["appeared", "rotated", "truncated", "now writes to"] {
        assert!(events.iter().any(|text| text.contains(word)), "{word}: {events:?}");
    }
    std::thread::sleep(Duration::from_millis(500));
    watching.signal("INT");
    let (rest, status) = watching.end();
    assert_eq!(status, Some(130));
    let end: serde_json::Value = serde_json::from_str(rest.last().expect("a line")).expect("JSON");
    let records = fixture_text("mixed/file.log").lines().count()
        + fixture_text("proxy-407-env/file.log").lines().count();
    assert_eq!(end["totals"]["records"], records);
}

#[test]
fn what_a_file_held_before_is_known_and_can_be_left_out() {
    let path = fixture("mixed/file.log");
    let (watching, _stdin) = Watching::start(&["--format", "ndjson", &path.to_string_lossy()]);
    assert_eq!(watching.change().0, "known");
    let (watching, _stdin) = Watching::start(&["--format", "ndjson", "--new", &path.to_string_lossy()]);
    std::thread::sleep(Duration::from_millis(500));
    watching.signal("TERM");
    let (rest, status) = watching.end();
    assert_eq!((rest.len(), status), (1, Some(143)), "{rest:?}");
    assert!(rest[0].contains("\"records\":0"), "{rest:?}");
}

#[test]
fn keys_are_masked_and_escapes_made_visible() {
    let secret = "sk-proj-abcdEFGH0123456789abcd";
    let line = format!(
        "2026-11-22T10:00:00Z error agent/embedded \u{1b}[31mFailoverError: 401 Incorrect API key provided: {secret}\u{7}\n"
    );
    for args in [&[] as &[&str], &["--format", "ndjson"]] {
        let (watching, mut stdin) = Watching::start(args);
        stdin.write_all(line.as_bytes()).expect("a reader");
        drop(stdin);
        let (lines, _) = watching.end();
        let text = lines.join("\n");
        assert!(text.contains("auth/"), "{text}");
        assert!(!text.contains(secret) && !text.contains(['\u{1b}', '\u{7}']), "{text}");
    }
}

#[test]
fn what_cannot_be_followed_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    for (args, said) in [
        (vec!["watch".to_owned(), folder.path().to_string_lossy().into_owned()], "no log in this folder"),
        (
            vec!["watch".to_owned(), fixture("mixed/logs-json.txt.gz").to_string_lossy().into_owned()],
            "compressed",
        ),
        (vec!["watch".to_owned(), "--notify".to_owned(), "say 'x".to_owned(), "-".to_owned()], "--notify"),
    ] {
        let output = clawsift().args(&args).output().expect("the program runs");
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{args:?}: {text}");
        assert!(text.contains(said), "{text}");
    }
}
