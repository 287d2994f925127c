//! `--notify`: the command is called when a finding appears and ends, with its facts, and without a shell.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::thread;
use std::time::{Duration, Instant};

use super::{PATIENCE, Watching, fixture_text};

#[test]
fn a_command_is_called_with_the_facts_and_no_shell() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("tell");
    let told = folder.path().join("told");
    let text = format!(
        "#!/bin/sh\n{{ printf '%s|' \"$@\"; echo \"$CLAWSIFT_EVENT|$CLAWSIFT_STATUS|$CLAWSIFT_COMMAND\"; }} >>'{}'\n",
        told.display()
    );
    std::fs::write(&script, text).expect("a script");
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).expect("permissions");
    let command = format!("'{}' {{severity}} '{{rule}}; touch {{title}}' $HOME", script.display());
    let (watching, mut stdin) = Watching::start(&["--notify", &command]);
    let log = fixture_text("follow/file.log");
    // Up to the failure, which then persists for a while.
    let end = log.rfind("\"auth").or_else(|| log.find("401")).expect("a failure");
    let half = end + log[end..].find('\n').expect("a line") + 1;
    let until_restart = log[..half].len();
    stdin.write_all(&log.as_bytes()[..until_restart]).expect("a reader");
    watching.line();
    let begin = Instant::now();
    let lines = loop {
        let lines = std::fs::read_to_string(&told).unwrap_or_default();
        if lines.ends_with('\n') || begin.elapsed() > PATIENCE {
            break lines;
        }
        thread::sleep(Duration::from_millis(50));
    };
    let line = lines.lines().next().expect("the command was called");
    assert!(
        line.starts_with(
            "error|auth/openai-key; touch Invalid API key: OpenAI rejects the key|$HOME|appeared|ongoing|openclaw"
        ),
        "{lines}"
    );
    assert!(begin.elapsed() >= Duration::from_millis(1500), "a finding must stand before anybody is called");
    drop(stdin);
    watching.end();
    assert_eq!(std::fs::read_to_string(&told).expect("a file").lines().count(), 1, "once");
}

#[test]
fn a_command_that_cannot_be_started_is_said() {
    let (mut watching, mut stdin) = Watching::start(&["--notify", "/nonexistent/tell"]);
    let log = fixture_text("dns-notfound/file.log");
    stdin.write_all(log.as_bytes()).expect("a reader");
    thread::sleep(Duration::from_secs(4));
    drop(stdin);
    let mut said = String::new();
    std::io::Read::read_to_string(watching.child.stderr.as_mut().expect("standard error"), &mut said)
        .expect("text");
    assert!(said.contains("--notify: `/nonexistent/tell` cannot be started"), "{said}");
}
