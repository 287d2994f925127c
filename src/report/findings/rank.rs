//! The order of findings: by default the highest score first.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::catalogue::{Confidence, Severity};
use crate::report::tally::Sort;

use super::finding::Finding;
use super::status::Status;

impl Sort {
    /// Sorts the findings and numbers them from 1. Ties are ordered by score, then by the last time seen, then by rule
    /// id.
    pub(crate) fn apply(self, findings: &mut [Finding]) {
        let worth = worth(findings);
        findings.sort_by(|a, b| {
            let by_order = match self {
                Self::Rank => Ordering::Equal,
                Self::Count => b.incidents.cmp(&a.incidents),
                Self::Recent => b.last_seen.cmp(&a.last_seen),
                Self::Severity => b.severity.cmp(&a.severity),
            };
            by_order
                .then_with(|| worth(b).total_cmp(&worth(a)))
                .then_with(|| a.confidence.cmp(&b.confidence))
                .then_with(|| b.last_seen.cmp(&a.last_seen))
                .then_with(|| a.rule.cmp(&b.rule))
        });
        for (index, finding) in findings.iter_mut().enumerate() {
            finding.rank = index + 1;
        }
    }
}

/// Returns the function by which findings are ordered: their score, and for a likely one no more than the lowest score of a certain
/// one of the same severity.
fn worth(findings: &[Finding]) -> impl Fn(&Finding) -> f64 + use<> {
    let certain = findings.iter().filter(|finding| finding.confidence == Confidence::Certain);
    let mut lowest: BTreeMap<Severity, f64> = BTreeMap::new();
    for finding in certain {
        let score = hurt(finding);
        lowest.entry(finding.severity).and_modify(|least| *least = least.min(score)).or_insert(score);
    }
    move |finding| match (finding.confidence, lowest.get(&finding.severity)) {
        (Confidence::Likely, Some(lowest)) => hurt(finding).min(*lowest),
        _ => hurt(finding),
    }
}

/// Returns the score of a finding.
pub(crate) fn hurt(finding: &Finding) -> f64 {
    score(finding.severity, finding.status, finding.incidents)
}

/// Returns the score of a failure: points for severity, times a factor for status, times (1 + log2 of the incidents).
/// Equal scores are ordered by the last time seen, the latest first.
///
/// | severity | points | | status | factor |
/// |---|---|---|---|---|
/// | critical | 16 | | ongoing | 2 |
/// | error | 8 | | degraded (a fallback answered) | 1.2 |
/// | warning | 3 | | quiet | 1 |
/// | info | 1 | | recovered | 0.5 |
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
    // Counts stay far below 2^53, the limit of exact integers in a float.
    severity * status * (1.0 + (incidents.max(1) as f64).log2())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_those_of_the_table() {
        use Severity::{Critical, Error, Info, Warning};
        use Status::{Degraded, Ongoing, Quiet, Recovered};
        for (severity, status, incidents, expected) in [
            (Critical, Ongoing, 2, 64.0),
            (Critical, Ongoing, 1, 32.0),
            (Error, Ongoing, 1, 16.0),
            (Error, Degraded, 1, 9.6),
            (Error, Quiet, 1, 8.0),
            (Warning, Ongoing, 1, 6.0),
            (Error, Recovered, 1, 4.0),
            (Error, Recovered, 8, 16.0),
            (Info, Ongoing, 1, 2.0),
            (Warning, Recovered, 1, 1.5),
            (Info, Recovered, 1, 0.5),
            (Info, Recovered, 0, 0.5),
        ] {
            let score = score(severity, status, incidents);
            assert!((score - expected).abs() < 1e-9, "{severity} {status:?} {incidents}: {score}");
        }
    }
}
