//! Whether a failure is still going on, judged from the log's own end and not from the wall clock.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// A failure not seen for this long before the log's end is quiet.
const QUIET_AFTER: SignedDuration = SignedDuration::from_hours(1);

/// Whether a finding is still going on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Seen up to the end of the log, and no success since.
    Ongoing,
    /// A fallback model answered in the end.
    Degraded,
    /// Not seen for an hour before the log's end, and no success either.
    Quiet,
    /// A retry, or a later run, succeeded.
    Recovered,
}

/// How the last incident of a finding ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Ending {
    pub recovered: bool,
    pub degraded: bool,
}

/// The status of a finding: how its last incident ended, else whether there was a success after it, else how long
/// before the log's end it was.
pub(super) fn judge(
    ending: Ending,
    last_seen: Option<Timestamp>,
    success: Option<Timestamp>,
    log_end: Option<Timestamp>,
) -> Status {
    if ending.degraded {
        return Status::Degraded;
    }
    if ending.recovered || last_seen.zip(success).is_some_and(|(seen, success)| success > seen) {
        return Status::Recovered;
    }
    match last_seen.zip(log_end) {
        Some((seen, end)) if end.duration_since(seen) > QUIET_AFTER => Status::Quiet,
        _ => Status::Ongoing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_ending_decides_then_a_success_then_the_time() {
        let at = |minute: i64| Timestamp::from_second(minute * 60).ok();
        let open = Ending::default();
        let recovered = Ending { recovered: true, degraded: false };
        let degraded = Ending { recovered: true, degraded: true };
        for (ending, seen, success, end, status) in [
            (open, at(10), None, at(20), Status::Ongoing),
            (open, at(10), at(5), at(20), Status::Ongoing),
            (open, at(10), at(15), at(20), Status::Recovered),
            (open, at(10), None, at(100), Status::Quiet),
            (open, None, at(5), at(100), Status::Ongoing),
            (recovered, at(10), None, at(11), Status::Recovered),
            (degraded, at(10), at(15), at(20), Status::Degraded),
        ] {
            assert_eq!(judge(ending, seen, success, end), status);
        }
    }
}
