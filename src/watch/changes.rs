//! What is new between two reports of a log that is being watched.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::Serialize;

use crate::report::{Finding, Report, Status};

/// That a finding happens again is told this far apart.
const AGAIN: Duration = Duration::from_secs(60);

/// What became of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// It was there when the watch began.
    Known,
    /// It was not there before.
    New,
    /// There are more incidents of it; told once a minute at most.
    Again,
    /// It was over, and goes on.
    Back,
    /// A fallback model answers in the place of what fails.
    Degraded,
    /// It was not seen for an hour.
    Quiet,
    /// What failed works again.
    Recovered,
    /// Its records turned out to belong to another failure.
    Withdrawn,
}

impl ChangeKind {
    /// Whether it happened while somebody watched.
    pub fn is_news(self) -> bool {
        !matches!(self, Self::Known | Self::Withdrawn)
    }

    /// Its name, as JSON has it.
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
    /// What became of it.
    pub kind: ChangeKind,
    /// The finding as it is now; as it was, where it was withdrawn.
    pub finding: Finding,
}

/// Remembers what was told.
#[derive(Debug, Default)]
pub struct Changes {
    told: BTreeMap<String, Told>,
}

#[derive(Debug)]
struct Told {
    finding: Finding,
    at: Instant,
}

impl Changes {
    /// The findings that are there when the watch begins; none of them is news from there on.
    pub fn begin(&mut self, report: &Report, now: Instant) -> Vec<Change> {
        let mut known = self.since(report, now);
        known.iter_mut().for_each(|change| change.kind = ChangeKind::Known);
        known
    }

    /// What is new in a report since the last one.
    pub fn since(&mut self, report: &Report, now: Instant) -> Vec<Change> {
        let mut changes = Vec::new();
        for finding in &report.findings {
            let told = self.told.get(&finding.rule);
            if let Some(kind) = told.map_or(Some(ChangeKind::New), |told| told.kind(finding, now)) {
                changes.push(Change { kind, finding: finding.clone() });
                self.told.insert(finding.rule.clone(), Told { finding: finding.clone(), at: now });
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

impl Told {
    /// What became of the finding since it was told.
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
