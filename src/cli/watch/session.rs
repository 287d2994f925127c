//! What both ways to show a watch have in common: what arrives is taken, and changes come out.

use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

#[cfg(feature = "tui")]
use ratatui::crossterm::event::Event;
#[cfg(not(feature = "tui"))]
use std::convert::Infallible as Event;

use crate::watch::{Arrival, Change, Changes, Notifier, Stage, Watch};

/// How long an interrupt may go unnoticed.
const PATIENCE: Duration = Duration::from_millis(100);

/// What a watch waits for.
pub(super) enum Signal {
    /// Something of the log.
    Arrival(Arrival),
    /// A key, or another size of the terminal.
    #[cfg(feature = "tui")]
    Terminal(Event),
}

/// A watch, and what was told of it.
pub(super) struct Session<'a> {
    pub watch: Watch<'a>,
    changes: Changes,
    notifier: Option<Notifier>,
    /// The findings that were there before are told.
    has_begun: bool,
    /// What to tell the user besides findings.
    pub messages: Vec<String>,
    pub last_arrival: Option<Instant>,
}

impl<'a> Session<'a> {
    pub fn new(watch: Watch<'a>, notifier: Option<Notifier>) -> Self {
        Self {
            watch,
            changes: Changes::default(),
            notifier,
            has_begun: false,
            messages: Vec::new(),
            last_arrival: None,
        }
    }

    /// Waits until something comes or there is something to do. Gives back what came of the terminal; what came of the log is
    /// taken.
    pub fn wait(&mut self, signals: &Receiver<Signal>) -> Option<Event> {
        let patience = self.watch.idle(Instant::now()).min(PATIENCE);
        let mut next = signals.recv_timeout(patience).ok();
        // What has come meanwhile is taken before the next report is made; a flood must not keep that from being made.
        let begun = Instant::now();
        while let Some(signal) = next.take() {
            match signal {
                #[cfg(feature = "tui")]
                Signal::Terminal(event) => return Some(event),
                Signal::Arrival(arrival) => {
                    let now = Instant::now();
                    self.last_arrival = Some(now);
                    // What a file holds that came later was not there before.
                    self.has_begun |= arrival == Arrival::Waiting;
                    self.watch.take(arrival, now);
                }
            }
            if begun.elapsed() < PATIENCE {
                next = signals.try_recv().ok();
            }
        }
        None
    }

    /// Makes a new report if it is time for one, and gives back what has changed with it.
    pub fn refresh(&mut self) -> Option<Vec<Change>> {
        let now = Instant::now();
        let is_new = self.watch.refresh(now);
        let report = self.watch.report();
        if self.watch.stage() == Stage::CatchingUp {
            return is_new.then(Vec::new);
        }
        // What a pipe holds at first happened a moment ago as far as anybody knows; what a file held is older.
        let is_first = is_new && !std::mem::replace(&mut self.has_begun, true);
        let had_file = self.watch.name() != "-";
        let changes = match is_new {
            true if is_first && had_file => Some(self.changes.begin(report, now)),
            true => Some(self.changes.since(report, now)),
            false => None,
        };
        if let Some(notifier) = &mut self.notifier {
            if is_first && had_file {
                notifier.know(report);
            }
            if is_new || notifier.is_pending() {
                self.messages.extend(notifier.look(report, now));
            }
        }
        self.messages.extend(self.watch.take_events());
        changes
    }

    /// What has changed with the last report.
    pub fn last_changes(&mut self) -> Vec<Change> {
        self.changes.since(self.watch.report(), Instant::now())
    }

    pub fn has_ended(&self) -> bool {
        self.watch.stage() == Stage::Ended
    }
}
