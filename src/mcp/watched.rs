//! The logs that are being followed.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::background_watch::BackgroundWatch;

/// Maximum number of logs followed at the same time.
const MAX_WATCHED: usize = 8;

/// Followed logs by path, the most recently requested one last.
#[derive(Default)]
pub(super) struct Watched(Mutex<Vec<(PathBuf, Arc<BackgroundWatch>)>>);

impl Watched {
    /// Returns the log at a path, and starts to follow it if necessary. If too many logs are followed, the least
    /// recently requested one is dropped, which ends its threads.
    ///
    /// # Errors
    /// Fails if the log cannot be followed.
    pub fn get(
        &self,
        path: &Path,
        start: impl FnOnce() -> io::Result<BackgroundWatch>,
    ) -> io::Result<Arc<BackgroundWatch>> {
        let mut logs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = logs.iter().position(|(followed, _)| followed == path).map(|at| logs.remove(at).1);
        let log = known.map_or_else(|| start().map(Arc::new), Ok)?;
        logs.push((path.to_owned(), Arc::clone(&log)));
        if logs.len() > MAX_WATCHED {
            logs.remove(0);
        }
        Ok(log)
    }

    /// Removes a log, so that the next request starts to follow it anew.
    pub fn forget(&self, log: &Arc<BackgroundWatch>) {
        let mut logs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        logs.retain(|(_, followed)| !Arc::ptr_eq(followed, log));
    }
}
