//! Options of a scan.

use jiff::tz::TimeZone;

use crate::redact::Redactor;
use crate::report::View;
use crate::source::{Cancellation, Fence, MAX_DECOMPRESSED};

use super::prefilter_check::PrefilterCheck;
use super::progress::{NoProgress, Progress};

/// Default chunk size in bytes: large enough to make the overhead per chunk negligible, small enough for a core's
/// cache.
pub const CHUNK: usize = 512 << 10;

/// Options of a scan. New ones may be added; set those that differ from the defaults one by one.
///
/// ```
/// use clawsift::scan::Options;
///
/// let options = Options::new().jobs(2).keep_matches(true);
/// assert_eq!(options.jobs, 2);
/// ```
#[non_exhaustive]
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
    pub prefilter_check: Option<&'a PrefilterCheck>,
    /// Token that ends the scan early, with the report of what was read.
    pub stop: Cancellation,
    /// Observer of the scan.
    pub progress: &'a dyn Progress,
}

impl Default for Options<'_> {
    /// Returns the defaults: one thread per core, secrets masked, the complete report, the system's time zone, no
    /// cancellation and no observer.
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
            prefilter_check: None,
            stop: Cancellation::new(),
            progress: &NoProgress,
        }
    }
}

impl<'a> Options<'a> {
    /// Returns the [default](Self::default) options.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the number of worker threads; 0 for one per core.
    #[must_use]
    pub fn jobs(self, jobs: usize) -> Self {
        Self { jobs, ..self }
    }

    /// Sets the redactor for all texts in the report.
    #[must_use]
    pub fn redactor(self, redactor: Redactor) -> Self {
        Self { redactor, ..self }
    }

    /// Sets the selection and order of the findings.
    #[must_use]
    pub fn view(self, view: View) -> Self {
        Self { view, ..self }
    }

    /// Sets the time zone of times without an offset.
    #[must_use]
    pub fn zone(self, zone: TimeZone) -> Self {
        Self { zone, ..self }
    }

    /// Sets the chunk size in bytes.
    #[must_use]
    pub fn chunk(self, chunk: usize) -> Self {
        Self { chunk, ..self }
    }

    /// Sets the restriction of the files that may be opened.
    #[must_use]
    pub fn fence(self, fence: Fence) -> Self {
        Self { fence, ..self }
    }

    /// Sets the maximum decompressed size of a source, in bytes.
    #[must_use]
    pub fn max_decompressed(self, max_decompressed: u64) -> Self {
        Self { max_decompressed, ..self }
    }

    /// Sets whether every match is kept.
    #[must_use]
    pub fn keep_matches(self, keep_matches: bool) -> Self {
        Self { keep_matches, ..self }
    }

    /// Sets the self-check that records differences.
    #[must_use]
    pub fn prefilter_check(self, check: &'a PrefilterCheck) -> Self {
        Self { prefilter_check: Some(check), ..self }
    }

    /// Sets the token that ends the scan early.
    #[must_use]
    pub fn stop(self, stop: Cancellation) -> Self {
        Self { stop, ..self }
    }

    /// Sets the observer of the scan.
    #[must_use]
    pub fn progress(self, progress: &'a dyn Progress) -> Self {
        Self { progress, ..self }
    }
}
