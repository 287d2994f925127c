//! Time limits between the records of one failure.

use jiff::{SignedDuration, Timestamp};

/// Longest gap between records of one run: retries wait up to 30 seconds, and a hanging request times out after two to
/// five minutes.
pub(crate) const WINDOW: SignedDuration = SignedDuration::from_mins(5);
/// Time after the end of a run within which its related records (the client's message, the CLI's error) still arrive,
/// and within which a fallback follows a model that failed.
pub(crate) const ECHO: SignedDuration = SignedDuration::from_secs(10);
/// Time after its last record after which an incident gets no more records; OpenClaw's longest waits are shorter. It is
/// therefore also the largest distance from a source's edge at which an incident can continue in another source.
pub(crate) const REACH: SignedDuration = SignedDuration::from_mins(30);

/// Returns true if `time` is at most `span` after `before`.
pub(crate) fn within(before: Option<Timestamp>, time: Option<Timestamp>, span: SignedDuration) -> bool {
    before.zip(time).is_some_and(|(before, time)| {
        let distance = time.duration_since(before);
        // Programs take the time shortly before their line reaches the file, so lines may be slightly out of order.
        distance <= span && distance >= -ECHO
    })
}

/// Returns the earlier of two times, or the only known one.
pub(crate) fn earlier(a: Option<Timestamp>, b: Option<Timestamp>) -> Option<Timestamp> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}
