//! Cancels a scan on Ctrl-C in Python.

use std::sync::{Mutex, PoisonError};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use clawsift::source::Cancellation;
use pyo3::prelude::*;

/// Minimum time between two checks, because a check takes Python's lock, which other threads may hold for milliseconds.
const ASK_EVERY: Duration = Duration::from_millis(200);

/// Checks regularly if Python has received a signal.
pub(crate) struct Interrupt {
    /// Token that ends the scan.
    pub stop: Cancellation,
    thread: ThreadId,
    asked: Mutex<Instant>,
    error: Mutex<Option<PyErr>>,
}

impl Interrupt {
    /// Creates the check for the current thread, which waits for the work. Python delivers signals only to its main
    /// thread.
    pub fn new() -> Self {
        Self {
            stop: Cancellation::new(),
            thread: thread::current().id(),
            asked: Mutex::new(Instant::now()),
            error: Mutex::default(),
        }
    }

    /// Lets Python handle its signals, and stops the work if a handler raises an exception.
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
            self.stop.cancel();
            *self.error.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
        }
    }

    /// Returns the exception that a signal handler has raised.
    pub fn finish(self) -> PyResult<()> {
        self.error.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), Err)
    }
}
