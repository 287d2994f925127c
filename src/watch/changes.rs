//! Changes of the findings between two reports of a watched log.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::Serialize;

use crate::report::{Finding, Report, Status};

/// Minimum time between two reports of further incidents of a finding.
const AGAIN: Duration = Duration::from_secs(60);

/// Kind of change of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ChangeKind {
    /// The finding was present when the watch began.
    Known,
    /// The finding is new.
    New,
    /// The finding has more incidents; reported at most once per minute.
    Again,
    /// The failure was over and has resumed.
    Back,
    /// A fallback model answers in place of the failing one.
    Degraded,
    /// The failure was not seen for one hour.
    Quiet,
    /// The failure is over: a retry or a later run succeeded.
    Recovered,
    /// The finding was withdrawn: its records belong to another failure.
    Withdrawn,
}

impl ChangeKind {
    /// Returns true if the change happened during the watch.
    pub fn is_news(self) -> bool {
        !matches!(self, Self::Known | Self::Withdrawn)
    }

    /// Returns the name used in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Known => "known",
            Self::New => "new",
            Self::Again => "again",
            Self::Back => "back",
            Self::Degraded => "degraded",
            Self::Quiet => "quiet",
            Self::Recovered => "recovered",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// A finding that is new or has changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Kind of change.
    pub kind: ChangeKind,
    /// The current finding; for a withdrawn one, its last state.
    pub finding: Finding,
}

/// Keeps the last reported state of each finding.
#[derive(Debug, Default)]
pub struct Changes {
    told: BTreeMap<String, Reported>,
}

#[derive(Debug)]
struct Reported {
    finding: Finding,
    at: Instant,
}

impl Changes {
    /// Returns the findings present when the watch begins; afterwards they are not new.
    pub fn begin(&mut self, report: &Report, now: Instant) -> Vec<Change> {
        let mut known = self.since(report, now);
        known.iter_mut().for_each(|change| change.kind = ChangeKind::Known);
        known
    }

    /// Returns the changes since the last report.
    pub fn since(&mut self, report: &Report, now: Instant) -> Vec<Change> {
        let mut changes = Vec::new();
        for finding in &report.findings {
            let told = self.told.get(&finding.rule);
            if let Some(kind) = told.map_or(Some(ChangeKind::New), |told| told.kind(finding, now)) {
                changes.push(Change { kind, finding: finding.clone() });
                self.told.insert(finding.rule.clone(), Reported { finding: finding.clone(), at: now });
            }
        }
        self.told.retain(|rule, told| {
            let is_left = report.findings.iter().any(|finding| finding.rule == *rule);
            if !is_left {
                changes.push(Change { kind: ChangeKind::Withdrawn, finding: told.finding.clone() });
            }
            is_left
        });
        changes
    }
}

impl Reported {
    /// Returns the change since the finding was last reported.
    fn kind(&self, finding: &Finding, now: Instant) -> Option<ChangeKind> {
        if finding.status != self.finding.status {
            return Some(match finding.status {
                Status::Ongoing => ChangeKind::Back,
                Status::Degraded => ChangeKind::Degraded,
                Status::Quiet => ChangeKind::Quiet,
                Status::Recovered => ChangeKind::Recovered,
            });
        }
        let is_more = finding.incidents > self.finding.incidents && now.duration_since(self.at) >= AGAIN;
        is_more.then_some(ChangeKind::Again)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{self, Layers};
    use crate::engine::Engine;
    use crate::scan::{Options, scan_bytes};

    #[test]
    fn each_change_is_told_once() {
        let engine = Engine::new(catalogue::load(&Layers::default()).expect("the rules"));
        let log = include_bytes!("../../fixtures/logs/follow/file.log");
        let whole = scan_bytes(&engine, "x", log, &Options::default());
        let mut report = whole.clone();
        report.findings[0].status = Status::Ongoing;
        let begin = Instant::now();
        let mut changes = Changes::default();
        let mut kinds = |report: &Report, seconds: u64| -> Vec<ChangeKind> {
            let told = changes.since(report, begin + Duration::from_secs(seconds));
            told.into_iter().map(|change| change.kind).collect()
        };
        assert_eq!(kinds(&report, 0), [ChangeKind::New]);
        assert_eq!(kinds(&report, 1), []);
        report.findings[0].incidents += 1;
        assert_eq!(kinds(&report, 2), []);
        assert_eq!(kinds(&report, 61), [ChangeKind::Again]);
        report.findings[0].status = Status::Recovered;
        assert_eq!(kinds(&report, 62), [ChangeKind::Recovered]);
        report.findings[0].status = Status::Ongoing;
        assert_eq!(kinds(&report, 63), [ChangeKind::Back]);
        report.findings.clear();
        assert_eq!(kinds(&report, 64), [ChangeKind::Withdrawn]);
        assert_eq!(kinds(&whole, 65), [ChangeKind::New]);
    }
}
