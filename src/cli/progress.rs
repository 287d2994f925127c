//! Progress on standard error: shown when the work takes longer than half a second, gone when done, and silent where
//! nobody watches.

use std::collections::BTreeSet;
use std::io::{self, IsTerminal};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::report::ChunkTally;
use crate::scan;

const DELAY: Duration = Duration::from_millis(500);

/// A bar that counts bytes, and kinds of failure.
pub(super) struct Progress {
    bar: ProgressBar,
    is_watched: bool,
    begun: Instant,
    seen: Mutex<Seen>,
}

/// What was read, and is not shown yet; and what was found.
#[derive(Default)]
struct Seen {
    waiting: u64,
    rules: BTreeSet<usize>,
}

impl Progress {
    /// A bar for `total` bytes, or one without an end where the size is not known; hidden if `quiet`.
    pub fn new(total: Option<u64>, quiet: bool) -> Self {
        // Nothing is drawn before the delay is over.
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::hidden());
        let is_watched = !quiet && io::stderr().is_terminal();
        let template = "{spinner} {bytes} {bar:30} {bytes_per_sec} {eta} {msg}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self { bar, is_watched, begun: Instant::now(), seen: Mutex::default() }
    }

    /// The work is done.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl scan::Progress for Progress {
    fn chunk_scanned(&self, chunk: &ChunkTally) {
        if !self.is_watched {
            return;
        }
        let Ok(mut seen) = self.seen.lock() else { return };
        seen.waiting += chunk.bytes;
        seen.rules.extend(chunk.rules());
        if self.begun.elapsed() >= DELAY {
            if self.bar.is_hidden() {
                self.bar.set_draw_target(ProgressDrawTarget::stderr());
            }
            self.bar.set_message(match seen.rules.len() {
                0 => String::new(),
                1 => "1 finding".to_owned(),
                kinds => format!("{kinds} findings"),
            });
            self.bar.inc(std::mem::take(&mut seen.waiting));
        }
    }
}
