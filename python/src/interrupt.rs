//! Ctrl-C in Python ends a scan.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use pyo3::prelude::*;

/// Asking Python takes its lock, which other threads may hold for milliseconds.
const ASK_EVERY: Duration = Duration::from_millis(200);

/// Asks Python now and then whether to go on.
pub(crate) struct Interrupt {
    /// Other than 0 when the scan is to end.
    pub stop: Arc<AtomicUsize>,
    thread: ThreadId,
    asked: Mutex<Instant>,
    error: Mutex<Option<PyErr>>,
}

impl Interrupt {
    /// For work that this thread waits for: Python delivers signals to the thread that was started first.
    pub fn new() -> Self {
        Self {
            stop: Arc::default(),
            thread: thread::current().id(),
            asked: Mutex::new(Instant::now()),
            error: Mutex::default(),
        }
    }

    /// Lets Python handle its signals, and stops the work where that raises something.
    pub fn ask(&self) {
        if thread::current().id() != self.thread {
            return;
        }
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if asked.elapsed() < ASK_EVERY {
            return;
        }
        *asked = Instant::now();
        if let Err(error) = Python::attach(|py| py.check_signals()) {
            self.stop.store(1, Ordering::Relaxed);
            *self.error.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
        }
    }

    /// What was raised meanwhile.
    pub fn finish(self) -> PyResult<()> {
        self.error.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), Err)
    }
}
