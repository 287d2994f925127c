//! A log that is followed while nobody asks, in a thread and in bounded memory.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use jiff::tz::TimeZone;

use crate::engine::Engine;
use crate::report::Report;
use crate::scan::Options;
use crate::source::{Fence, Follower, Input};
use crate::watch::{Arrival, Change, Changes, Followed, Stage, Watch};

/// Blocks of a log that may wait to be scanned.
const WAITING: usize = 8;
/// How long an answer waits until what the file held before is read; after that it says that it is being read.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often there is a look whether the thread is still wanted.
const TICK: Duration = Duration::from_millis(500);

/// How a followed log stands.
pub(super) struct Standing {
    pub name: String,
    pub stage: Stage,
    pub report: Report,
    /// What has changed since this was last asked; everything the first time.
    pub changes: Vec<Change>,
}

/// A log that is followed until this is dropped.
pub(super) struct Background {
    requests: SyncSender<Signal>,
    stop: Arc<AtomicUsize>,
}

enum Signal {
    Arrival(Arrival),
    Ask(SyncSender<Standing>),
    Stop,
}

impl Background {
    /// Begins to follow a log, within the fence also when another file takes its place.
    pub fn start(engine: Arc<Engine>, path: &Path, fence: Fence, zone: TimeZone) -> io::Result<Self> {
        let follower = Follower::within(path, fence)?;
        let input = Input::Path(follower.path().to_owned());
        let stop = Arc::new(AtomicUsize::new(0));
        let (requests, signals) = sync_channel(WAITING);
        let arrivals = requests.clone();
        Followed::File(follower)
            .read(Arc::clone(&stop), move |arrival| arrivals.send(Signal::Arrival(arrival)).is_ok());
        let stopped = Arc::clone(&stop);
        thread::Builder::new().spawn(move || {
            let options = Options { zone, ..Options::default() };
            run(&mut Watch::new(&engine, &input, &options), &signals, &stopped);
        })?;
        Ok(Self { requests, stop })
    }

    /// How the log stands; `None` where the thread has gone.
    pub fn ask(&self) -> Option<Standing> {
        let (answer, standing) = sync_channel(1);
        self.requests.send(Signal::Ask(answer)).ok()?;
        standing.recv().ok()
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        self.stop.store(1, Ordering::Relaxed);
        // Where so much waits that this finds no room, the flag is seen after the next arrival.
        let _ = self.requests.try_send(Signal::Stop);
    }
}

fn run(watch: &mut Watch<'_>, signals: &Receiver<Signal>, stop: &AtomicUsize) {
    let mut changes = Changes::default();
    let mut asked: Vec<(SyncSender<Standing>, Instant)> = Vec::new();
    while stop.load(Ordering::Relaxed) == 0 {
        match signals.recv_timeout(watch.idle(Instant::now()).min(TICK)) {
            Ok(Signal::Arrival(arrival)) => watch.take(arrival, Instant::now()),
            Ok(Signal::Ask(answer)) => asked.push((answer, Instant::now())),
            Ok(Signal::Stop) | Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        // A report is made for those who ask, not for each record.
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
                // Who has asked may have gone.
                let _ = answer.try_send(standing);
            }
        } else if watch.needs_flush(Instant::now()) {
            watch.flush();
        }
    }
}
