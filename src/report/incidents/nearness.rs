//! How near to each other in time the records of one failure are.

use jiff::{SignedDuration, Timestamp};

/// Retries wait up to 30 seconds, and a request that hangs is given up after two to five minutes.
pub(crate) const WINDOW: SignedDuration = SignedDuration::from_mins(5);
/// How long after the end of a run its echoes (the client's message, the CLI's error) still arrive, and how soon a fallback
/// follows a model that failed.
pub(crate) const ECHO: SignedDuration = SignedDuration::from_secs(10);
/// An incident whose ids were not seen for this long gets no more records; OpenClaw's longest waits are shorter. So this
/// is also how far from its source's edges an incident can be and still go on in another source.
pub(crate) const REACH: SignedDuration = SignedDuration::from_mins(30);

/// Whether `time` is at most `span` after `before`.
pub(crate) fn within(before: Option<Timestamp>, time: Option<Timestamp>, span: SignedDuration) -> bool {
    before.zip(time).is_some_and(|(before, time)| {
        let distance = time.duration_since(before);
        // Writers' clocks are read a little before their lines reach the file.
        distance <= span && distance >= -ECHO
    })
}

/// The earlier of two times, of which one may not be known.
pub(crate) fn earlier(a: Option<Timestamp>, b: Option<Timestamp>) -> Option<Timestamp> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}
