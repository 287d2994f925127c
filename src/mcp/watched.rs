//! The logs that are followed at the same time.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::background::Background;

/// Logs that are followed at the same time.
const MAX_WATCHED: usize = 8;

/// Followed logs by their paths, the one that was asked for last at the end.
#[derive(Default)]
pub(super) struct Watched(Mutex<Vec<(PathBuf, Arc<Background>)>>);

impl Watched {
    /// The log at a path, which is followed from now on if it was not before. If too many are followed, the one that was not
    /// asked for the longest is dropped, which ends its threads.
    ///
    /// # Errors
    /// When the log cannot be followed.
    pub fn get(
        &self,
        path: &Path,
        start: impl FnOnce() -> io::Result<Background>,
    ) -> io::Result<Arc<Background>> {
        let mut logs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = logs.iter().position(|(followed, _)| followed == path).map(|at| logs.remove(at).1);
        let log = known.map_or_else(|| start().map(Arc::new), Ok)?;
        logs.push((path.to_owned(), Arc::clone(&log)));
        if logs.len() > MAX_WATCHED {
            logs.remove(0);
        }
        Ok(log)
    }

    /// Forgets a log, so that following it begins anew.
    pub fn forget(&self, log: &Arc<Background>) {
        let mut logs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        logs.retain(|(_, followed)| !Arc::ptr_eq(followed, log));
    }
}
