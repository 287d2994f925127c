//! Watches a log while it is written. New input is scanned at once, and a report of everything so far is made whenever
//! it may have changed, so that later records correct earlier conclusions.
//!
//! Memory does not grow with time: the whole watch is one source, whose tallies are bounded, and rates are kept for
//! seconds.

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

/// Time that a line waits for continuation lines. OpenClaw writes the lines of one record at once.
const SETTLES_AFTER: Duration = Duration::from_millis(60);
/// Minimum time between two reports: a person cannot read faster, and each report costs some milliseconds.
const MIN_PAUSE: Duration = Duration::from_millis(100);
/// Minimum time between two reports as a multiple of a report's cost, so that reports take at most 1/10 of the time.
const MAX_SHARE: u32 = 10;
/// Maximum time between two reports, whatever they cost.
const MAX_PAUSE: Duration = Duration::from_secs(5);

/// Maximum number of file events kept until the caller takes them.
const MAX_EVENTS: usize = 16;

/// State of a watch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The file does not exist yet.
    Waiting,
    /// The existing content of the file is being read.
    CatchingUp,
    /// New records are processed as they arrive.
    Following,
    /// The stream has ended.
    Ended,
}

/// A watched log.
pub struct Watch<'a> {
    scan: LiveScan<'a>,
    name: String,
    stage: Stage,
    /// The last report, covering everything scanned before it.
    report: Report,
    rate: Rate,
    /// Events of the file, as sentences.
    events: Vec<String>,
    last_arrival: Option<Instant>,
    is_stale: bool,
    made: Option<Instant>,
    cost: Duration,
}

impl<'a> Watch<'a> {
    /// Creates a watch before any input.
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

    /// Processes an input event.
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
                    Turn::Appeared => format!("{} appeared; following it", self.name),
                    Turn::Rotated => format!("{} was rotated; following the new file", self.name),
                    Turn::Truncated => format!("{} was truncated; following it from the start", self.name),
                    Turn::NextDay(path) => {
                        self.name = path.display().to_string();
                        format!("the gateway now writes to {}; following it", self.name)
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
                // The speed of reading existing records is not the rate of the log.
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

    /// Scans the line that has waited long enough, and makes a new report if one is due. Returns true if there is a new
    /// report.
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

    /// Returns true if a line has waited long enough for continuation lines.
    pub fn needs_flush(&self, now: Instant) -> bool {
        let has_settled = self.last_arrival.is_some_and(|last| now.duration_since(last) >= SETTLES_AFTER);
        has_settled && self.scan.is_waiting()
    }

    /// Scans the waiting lines.
    pub fn flush(&mut self) {
        self.scan.flush();
        self.is_stale = true;
    }

    /// Makes a report now if there was input since the last one.
    pub fn settle(&mut self, now: Instant) {
        if self.scan.is_waiting() {
            self.flush();
        }
        if self.is_stale {
            self.make_report(now);
        }
    }

    /// Scans the remaining input, including an incomplete line, and makes the last report.
    pub fn finish(&mut self, now: Instant) {
        self.scan.cut();
        self.make_report(now);
    }

    /// Returns the time until the next action if no input arrives.
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

    /// Returns the last report.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// Returns the state of the watch.
    pub fn stage(&self) -> Stage {
        self.stage
    }

    /// Returns the name of the watched source: a path, or `-`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the rate of records per second.
    pub fn rate(&self) -> &Rate {
        &self.rate
    }

    /// Returns and clears the events of the file, as sentences.
    pub fn take_events(&mut self) -> Vec<String> {
        std::mem::take(&mut self.events)
    }

    /// Adds an event and keeps the latest `MAX_EVENTS`.
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
