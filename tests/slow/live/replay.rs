//! Replays a log: each record at its own time, or faster by a factor.

use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;

/// A log with the time of each line.
pub struct Replay {
    lines: Vec<(Duration, String)>,
}

impl Replay {
    /// Reads the times of a log in JSON lines. A line without a time was written with the one before it.
    pub fn new(log: &str) -> Self {
        let mut first = None;
        let mut last = Duration::ZERO;
        let mut lines = Vec::new();
        for line in log.split_inclusive('\n') {
            if let Some(time) = time(line) {
                let since = time.duration_since(*first.get_or_insert(time));
                last = last.max(Duration::try_from(since).unwrap_or_default());
            }
            lines.push((last, line.to_owned()));
        }
        Self { lines }
    }

    /// Returns the number of lines.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Calls `write` with each line and its number when its time has come.
    pub fn play(&self, speed: f64, mut write: impl FnMut(usize, &str)) {
        let begin = Instant::now();
        for (number, (at, line)) in self.lines.iter().enumerate() {
            thread::sleep(at.div_f64(speed).saturating_sub(begin.elapsed()));
            write(number, line);
        }
    }
}

fn time(line: &str) -> Option<Timestamp> {
    let rest = line.split("\"time\":\"").nth(1)?;
    rest.split('"').next()?.parse().ok()
}

#[test]
fn a_log_is_replayed_in_its_time() {
    let replay = Replay::new(&super::fixture_text("follow/file.log"));
    let span = replay.lines.last().expect("lines").0;
    assert!((40..60).contains(&span.as_secs()), "{span:?}");
    let begin = Instant::now();
    let mut count = 0;
    replay.play(200.0, |_, _| count += 1);
    assert_eq!(count, replay.len());
    assert!(begin.elapsed() >= span / 200);
}
