//! Observing a scan while it runs.

use crate::report::ChunkTally;

/// Observer of a scan, called by its threads.
pub trait Progress: Sync {
    /// Called with the result of each chunk of each source, as soon as it was scanned.
    fn chunk_scanned(&self, tally: &ChunkTally);
}

/// Ignores all progress.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoProgress;

impl Progress for NoProgress {
    fn chunk_scanned(&self, _: &ChunkTally) {}
}

impl<F: Fn(&ChunkTally) + Sync> Progress for F {
    fn chunk_scanned(&self, tally: &ChunkTally) {
        self(tally);
    }
}
