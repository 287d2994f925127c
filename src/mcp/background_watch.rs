//! Follows a log in a background thread and in bounded memory, between the calls of an agent.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use jiff::tz::TimeZone;

use crate::engine::Engine;
use crate::report::Report;
use crate::scan::Options;
use crate::source::{Cancellation, Fence, Follower, Input};
use crate::watch::{Arrival, Change, Changes, Followed, Stage, Watch};

/// Maximum number of blocks of a log that wait to be scanned.
const WAITING: usize = 8;
/// Maximum time that an answer waits for the existing content to be read; after it, the answer has the stage
/// `catching_up`.
const PATIENCE: Duration = Duration::from_secs(5);
/// Interval at which the thread checks if it must stop.
const TICK: Duration = Duration::from_millis(500);

/// State of a followed log.
pub(super) struct Standing {
    pub name: String,
    pub stage: Stage,
    pub report: Report,
    /// Changes since the last call; all findings on the first call.
    pub changes: Vec<Change>,
}

/// A log that is followed until this value is dropped.
pub(super) struct BackgroundWatch {
    requests: SyncSender<Signal>,
    stop: Cancellation,
}

enum Signal {
    Arrival(Arrival),
    Ask(SyncSender<Standing>),
    Stop,
}

impl BackgroundWatch {
    /// Starts to follow a log. `fence` also applies to a file that replaces it.
    ///
    /// # Errors
    /// Fails if the path cannot be followed within the fence, or the thread cannot be started.
    pub fn start(engine: Arc<Engine>, path: &Path, fence: Fence, zone: TimeZone) -> io::Result<Self> {
        let follower = Follower::within(path, fence)?;
        let input = Input::Path(follower.path().to_owned());
        let stop = Cancellation::new();
        let (requests, signals) = sync_channel(WAITING);
        let arrivals = requests.clone();
        Followed::File(follower)
            .read(stop.clone(), move |arrival| arrivals.send(Signal::Arrival(arrival)).is_ok());
        let stopped = stop.clone();
        thread::Builder::new().spawn(move || {
            let options = Options { zone, ..Options::default() };
            run(&mut Watch::new(&engine, &input, &options), &signals, &stopped);
        })?;
        Ok(Self { requests, stop })
    }

    /// Returns the state of the log; `None` if the thread has ended.
    pub fn ask(&self) -> Option<Standing> {
        let (answer, standing) = sync_channel(1);
        self.requests.send(Signal::Ask(answer)).ok()?;
        standing.recv().ok()
    }
}

impl Drop for BackgroundWatch {
    fn drop(&mut self) {
        self.stop.cancel();
        // If the queue is full, the thread checks the token after the next input.
        let _ = self.requests.try_send(Signal::Stop);
    }
}

fn run(watch: &mut Watch<'_>, signals: &Receiver<Signal>, stop: &Cancellation) {
    let mut changes = Changes::default();
    let mut asked: Vec<(SyncSender<Standing>, Instant)> = Vec::new();
    while !stop.is_cancelled() {
        match signals.recv_timeout(watch.idle(Instant::now()).min(TICK)) {
            Ok(Signal::Arrival(arrival)) => watch.take(arrival, Instant::now()),
            Ok(Signal::Ask(answer)) => asked.push((answer, Instant::now())),
            Ok(Signal::Stop) | Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        // Reports are made on request only, not for each record.
        let is_read = |since: &Instant| watch.stage() != Stage::CatchingUp || since.elapsed() >= PATIENCE;
        if asked.first().is_some_and(|(_, since)| is_read(since)) {
            let now = Instant::now();
            watch.settle(now);
            for (answer, _) in asked.drain(..) {
                let standing = Standing {
                    name: watch.name().to_owned(),
                    stage: watch.stage(),
                    report: watch.report().clone(),
                    changes: changes.since(watch.report(), now),
                };
                // The caller may no longer be waiting.
                let _ = answer.try_send(standing);
            }
        } else if watch.needs_flush(Instant::now()) {
            watch.flush();
        }
    }
}
