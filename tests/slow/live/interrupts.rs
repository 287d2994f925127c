//! The report so far is shown, however a watch ends.

use std::io::Write;
use std::thread;
use std::time::{Duration, Instant};

use super::{PATIENCE, Watching, fixture_text};

#[test]
fn an_interrupt_shows_the_report_so_far() {
    for (signal, status) in [("INT", 130), ("TERM", 143), ("HUP", 129)] {
        let (watching, mut stdin) = Watching::start(&[]);
        // The pipe stays open, and its last line is incomplete.
        let log = fixture_text("follow/file.log");
        stdin.write_all(&log.as_bytes()[..log.len() - 20]).expect("a reader");
        watching.line();
        watching.signal(signal);
        let (rest, ended) = watching.end();
        assert_eq!(ended, Some(status));
        assert!(rest.iter().any(|line| line.starts_with("1 incident in")), "{rest:?}");
    }
}

#[test]
fn a_reader_that_goes_away_ends_the_watch() {
    let (mut watching, mut stdin) = Watching::start(&[]);
    // The thread that reads the lines ends with the first of them, and closes the pipe.
    drop(std::mem::replace(&mut watching.lines, std::sync::mpsc::channel().1));
    let log = fixture_text("mixed/file.log");
    let (first, second) = log.split_at(log.len() / 2);
    stdin.write_all(first.as_bytes()).expect("a reader");
    thread::sleep(Duration::from_secs(1));
    // The program may or may not still read the rest.
    let _ = stdin.write_all(second.as_bytes());
    let begin = Instant::now();
    let status = loop {
        match watching.child.try_wait().expect("a state") {
            Some(status) => break status,
            None => assert!(begin.elapsed() < PATIENCE, "the watch continues without a reader"),
        }
        thread::sleep(Duration::from_millis(50));
    };
    assert!(status.success());
}
