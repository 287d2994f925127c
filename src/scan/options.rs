//! How to scan.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use jiff::tz::TimeZone;

use crate::redact::Redactor;
use crate::report::{ChunkTally, View};
use crate::source::{Fence, MAX_DECOMPRESSED};

use super::verification::Verification;

/// Bytes of a chunk: large enough that starting one costs nothing, small enough to stay in a core's cache.
pub const CHUNK: usize = 512 << 10;

/// How to scan.
pub struct Options<'a> {
    /// Worker threads; 0 takes one per core.
    pub jobs: usize,
    /// What keeps secrets in.
    pub redactor: Redactor,
    /// Which findings to report, and in which order.
    pub view: View,
    /// The zone of times that are written without an offset.
    pub zone: TimeZone,
    /// Bytes of a chunk, usually [`CHUNK`]; the report does not depend on it.
    pub chunk: usize,
    /// Which files may be opened.
    pub fence: Fence,
    /// Bytes that a compressed source may decompress to.
    pub max_decompressed: u64,
    /// Keep every match for [`Report::matches`](crate::report::Report::matches).
    pub keep_matches: bool,
    /// Judge each record a second time without shortcuts, and note here where that makes a difference.
    pub verify: Option<&'a Verification>,
    /// Becomes other than 0 when the scan is to end early, with the report so far.
    pub stop: Arc<AtomicUsize>,
    /// Called with what was found in each chunk, as soon as it was scanned.
    pub progress: &'a (dyn Fn(&ChunkTally) + Sync),
}

impl Default for Options<'_> {
    /// All cores, secrets masked, the whole report, the system's zone, and nobody to interrupt it or to watch.
    fn default() -> Self {
        Self {
            jobs: 0,
            redactor: Redactor::MASKING,
            view: View::default(),
            zone: TimeZone::system(),
            chunk: CHUNK,
            fence: Fence::default(),
            max_decompressed: MAX_DECOMPRESSED,
            keep_matches: false,
            verify: None,
            stop: Arc::default(),
            progress: &|_| {},
        }
    }
}
