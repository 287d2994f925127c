//! Watching a log while it is written: what arrives is scanned at once, and a report of all so far is made whenever there is
//! something to show, so that what was said a moment ago is corrected by what the log says next.
//!
//! Nothing here grows with time: the whole watch is one source, whose tallies are bounded, and rates are kept for seconds.

mod arrivals;
mod changes;
mod notify;
mod rate;

use std::time::{Duration, Instant};

use crate::engine::Engine;
use crate::report::Report;
use crate::scan::{LiveScan, Options};
use crate::source::{Input, Turn};

pub use arrivals::{Arrival, Followed};
pub use changes::{Change, ChangeKind, Changes};
pub use notify::{BadCommand, Notice, Notifier};
pub use rate::Rate;

/// How long a line waits for what may still belong to it. OpenClaw writes the lines of one record at once.
const SETTLES_AFTER: Duration = Duration::from_millis(60);
/// Reports are made no more often than this: a person cannot read faster, and each costs some milliseconds.
const MIN_PAUSE: Duration = Duration::from_millis(100);
/// Nor do they take more than this share of the time.
const MAX_SHARE: u32 = 10;
/// A report is made at last after so long, whatever it costs.
const MAX_PAUSE: Duration = Duration::from_secs(5);

/// What happened to the file is kept until somebody asks, but no more than this.
const MAX_EVENTS: usize = 16;

/// Where a watch stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The file is not there yet.
    Waiting,
    /// What the file held before is being read.
    CatchingUp,
    /// Records are shown as they come.
    Following,
    /// The stream has ended.
    Ended,
}

/// A log that is being watched.
pub struct Watch<'a> {
    scan: LiveScan<'a>,
    name: String,
    stage: Stage,
    /// The report last made, of everything that was scanned before.
    report: Report,
    rate: Rate,
    /// What happened to the file, for people.
    events: Vec<String>,
    last_arrival: Option<Instant>,
    is_stale: bool,
    made: Option<Instant>,
    cost: Duration,
}

impl<'a> Watch<'a> {
    /// A watch of which nothing has arrived yet.
    pub fn new(engine: &'a Engine, input: &Input, options: &'a Options<'a>) -> Self {
        let scan = LiveScan::new(engine, input, options);
        let stage = if *input == Input::Stdin { Stage::Following } else { Stage::CatchingUp };
        let report = scan.report();
        Self {
            scan,
            name: input.name(),
            stage,
            report,
            rate: Rate::default(),
            events: Vec::new(),
            last_arrival: None,
            is_stale: false,
            made: None,
            cost: Duration::ZERO,
        }
    }

    /// Takes what has arrived.
    pub fn take(&mut self, arrival: Arrival, now: Instant) {
        match arrival {
            Arrival::Bytes(bytes) => {
                self.scan.feed(&bytes);
                self.last_arrival = Some(now);
                self.is_stale = true;
            }
            Arrival::Turn(turn) => {
                self.scan.cut();
                self.is_stale = true;
                let event = match turn {
                    Turn::Appeared => format!("{} is there now", self.name),
                    Turn::Rotated => format!("{} was rotated; following the new file", self.name),
                    Turn::Truncated => format!("{} was emptied; following from its beginning", self.name),
                    Turn::NextDay(path) => {
                        self.name = path.display().to_string();
                        format!("the gateway goes on in {}", self.name)
                    }
                };
                self.tell(event);
                self.stage = Stage::Following;
            }
            Arrival::Waiting => {
                self.stage = Stage::Waiting;
                self.tell(format!("waiting for {}", self.name));
            }
            Arrival::CaughtUp => {
                self.scan.flush();
                self.make_report(now);
                // How fast the old records were read is no rate of the log.
                self.rate = Rate::default();
                self.stage = Stage::Following;
                self.is_stale = true;
            }
            Arrival::Failed(problem) => {
                self.tell(problem.clone());
                self.scan.problem(problem);
                self.is_stale = true;
            }
            Arrival::End => {
                self.scan.cut();
                self.stage = Stage::Ended;
                self.is_stale = true;
            }
        }
    }

    /// Scans the line that has waited long enough, and makes a new report if it is time for one; whether there is one.
    pub fn refresh(&mut self, now: Instant) -> bool {
        if self.needs_flush(now) {
            self.flush();
        }
        let is_due = self.made.is_none_or(|made| now.duration_since(made) >= self.pause());
        if !self.is_stale || !is_due {
            return false;
        }
        self.make_report(now);
        true
    }

    /// Whether a line has waited long enough for what may still belong to it.
    pub fn needs_flush(&self, now: Instant) -> bool {
        let has_settled = self.last_arrival.is_some_and(|last| now.duration_since(last) >= SETTLES_AFTER);
        has_settled && self.scan.is_waiting()
    }

    /// Scans the lines that have waited.
    pub fn flush(&mut self) {
        self.scan.flush();
        self.is_stale = true;
    }

    /// Makes a report now, where anything has come since the last one.
    pub fn settle(&mut self, now: Instant) {
        if self.scan.is_waiting() {
            self.flush();
        }
        if self.is_stale {
            self.make_report(now);
        }
    }

    /// Scans what is left, half a line too, and makes the last report.
    pub fn finish(&mut self, now: Instant) {
        self.scan.cut();
        self.make_report(now);
    }

    /// How long nothing needs to be done if nothing arrives.
    pub fn idle(&self, now: Instant) -> Duration {
        let until = |time: Option<Instant>, span: Duration| {
            time.map_or(Duration::ZERO, |time| (time + span).saturating_duration_since(now))
        };
        if self.is_stale {
            until(self.made, self.pause())
        } else if self.scan.is_waiting() {
            until(self.last_arrival, SETTLES_AFTER)
        } else {
            MAX_PAUSE
        }
    }

    /// The report last made.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// Where the watch stands.
    pub fn stage(&self) -> Stage {
        self.stage
    }

    /// What is watched: a path, or `-`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Records a second.
    pub fn rate(&self) -> &Rate {
        &self.rate
    }

    /// What happened to the file since this was last asked, in words.
    pub fn take_events(&mut self) -> Vec<String> {
        std::mem::take(&mut self.events)
    }

    /// Keeps the latest events for whoever asks.
    fn tell(&mut self, event: String) {
        if self.events.len() >= MAX_EVENTS {
            self.events.remove(0);
        }
        self.events.push(event);
    }

    fn pause(&self) -> Duration {
        (self.cost * MAX_SHARE).clamp(MIN_PAUSE, MAX_PAUSE)
    }

    fn make_report(&mut self, now: Instant) {
        let begun = Instant::now();
        self.report = self.scan.report();
        self.cost = begun.elapsed();
        self.rate.note(self.report.totals.records, now);
        self.made = Some(now);
        self.is_stale = false;
    }
}
