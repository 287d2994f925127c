//! The order of findings: what hurts most comes first.

use crate::catalogue::Severity;

use super::Status;

/// How much a finding hurts: its severity, times whether it is going on, times how often it happened (doubling the
/// incidents adds one). Equal scores are ordered by the last time seen, the latest first.
///
/// ```
/// use clawsift::{catalogue::Severity, report::{Status, score}};
/// assert!(score(Severity::Error, Status::Ongoing, 1) > score(Severity::Warning, Status::Ongoing, 2));
/// assert!(score(Severity::Error, Status::Ongoing, 1) > score(Severity::Error, Status::Recovered, 5));
/// ```
pub fn score(severity: Severity, status: Status, incidents: u64) -> f64 {
    let severity = match severity {
        Severity::Critical => 16.0,
        Severity::Error => 8.0,
        Severity::Warning => 3.0,
        Severity::Info => 1.0,
    };
    let status = match status {
        Status::Ongoing => 2.0,
        Status::Degraded => 1.2,
        Status::Quiet => 1.0,
        Status::Recovered => 0.5,
    };
    // Counts stay far below the 2^53 up to which a float is exact.
    severity * status * (1.0 + (incidents.max(1) as f64).log2())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hurts_more_scores_more() {
        use Severity::{Critical, Error, Info, Warning};
        use Status::{Degraded, Ongoing, Quiet, Recovered};
        let descending = [
            (Critical, Ongoing, 2),
            (Critical, Ongoing, 1),
            (Error, Ongoing, 1),
            (Error, Degraded, 1),
            (Error, Quiet, 1),
            (Warning, Ongoing, 1),
            (Error, Recovered, 1),
            (Info, Ongoing, 1),
            (Warning, Recovered, 1),
            (Info, Recovered, 1),
        ];
        for pair in descending.windows(2) {
            let [a, b] = [pair[0], pair[1]].map(|(severity, status, n)| score(severity, status, n));
            assert!(a > b, "{pair:?}: {a} {b}");
        }
    }
}
