//! Options of a scan.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use jiff::tz::TimeZone;

use crate::redact::Redactor;
use crate::report::{ChunkTally, View};
use crate::source::{Fence, MAX_DECOMPRESSED};

use super::verification::Verification;

/// Default chunk size in bytes: large enough to make the overhead per chunk negligible, small enough for a core's
/// cache.
pub const CHUNK: usize = 512 << 10;

/// Options of a scan.
pub struct Options<'a> {
    /// Number of worker threads; 0 for one per core.
    pub jobs: usize,
    /// Redactor for all texts in the report.
    pub redactor: Redactor,
    /// Selection and order of the findings.
    pub view: View,
    /// Time zone of times without an offset.
    pub zone: TimeZone,
    /// Chunk size in bytes, usually [`CHUNK`]; the report does not depend on it.
    pub chunk: usize,
    /// Restriction of the files that may be opened.
    pub fence: Fence,
    /// Maximum decompressed size of a source, in bytes.
    pub max_decompressed: u64,
    /// `true` to keep every match for [`Report::matches`](crate::report::Report::matches).
    pub keep_matches: bool,
    /// Self-check: each record is classified a second time without shortcuts, and differences are recorded here.
    pub verify: Option<&'a Verification>,
    /// Cancellation flag: non-zero stops the scan, which then returns the partial report.
    pub stop: Arc<AtomicUsize>,
    /// Progress callback: called with the result of each chunk as soon as it is scanned.
    pub progress: &'a (dyn Fn(&ChunkTally) + Sync),
}

impl Default for Options<'_> {
    /// Returns the defaults: one thread per core, secrets masked, the complete report, the system's time zone, no
    /// cancellation and no progress callback.
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
