//! Compares two reports: which failures stopped, which are new, and which are more or less frequent.
//!
//! Findings are compared by rule, because each report has one finding per rule. The fingerprint is not used: it changes
//! as soon as one more model fails. The row lists the facts that appeared and disappeared.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::Serialize;

use crate::catalogue::{Category, Severity};
use crate::redact::Redactor;
use crate::report::findings::{FilledFix, Finding, IDENTITY, Report, Status, Tool};
use crate::report::tally::Filter;

use super::rates::{Rate, Trend, hours_until_sure, trend};

/// Name and version of the comparison's JSON format. Scripts can rely on it.
const SCHEMA: &str = "clawsift.diff/v1";

/// One input of a comparison: a report and the time span that it covers.
#[derive(Debug, Clone)]
pub struct Side {
    /// Display name: the path of the report or log.
    pub name: String,
    /// The report to compare.
    pub report: Report,
    /// Time span covered, if it differs from the span of the report's sources.
    pub span: Option<(Timestamp, Timestamp)>,
}

/// Comparison of the findings of two reports.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[cfg_attr(feature = "schema", schemars(title = "A comparison of clawsift"))]
#[non_exhaustive]
pub struct Comparison {
    /// Name and version of this format.
    #[cfg_attr(feature = "schema", schemars(extend("const" = SCHEMA)))]
    pub schema: String,
    /// The program that made the later report.
    pub tool: Tool,
    /// Overall result: `worse` if any failure is new or more frequent, even if others have stopped.
    pub outcome: Outcome,
    /// The earlier report.
    pub before: SideInfo,
    /// The later report.
    pub after: SideInfo,
    /// One row per rule that either report has, new and worse findings first.
    pub findings: Vec<Row>,
    /// Limits of the comparison, as sentences for the reader.
    pub notes: Vec<String>,
}

/// Overall result of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// A failure stopped or became less frequent, and none is new or more frequent.
    Better,
    /// No failure has changed.
    Same,
    /// A failure is new or more frequent.
    Worse,
}

/// Summary of one report of a comparison.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct SideInfo {
    /// Display name, with secrets masked.
    pub name: String,
    /// Start of the time span covered.
    pub first_time: Option<Timestamp>,
    /// End of the time span covered.
    pub last_time: Option<Timestamp>,
    /// Hours covered; `null` if the records have no time.
    pub hours: Option<f64>,
    /// Number of incidents of the compared rules.
    pub incidents: u64,
}

/// The change of one rule's finding.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[non_exhaustive]
pub struct Row {
    /// The rule's id.
    pub rule: String,
    /// The rule's title.
    pub title: String,
    /// The rule's category.
    pub category: Category,
    /// The rule's severity.
    pub severity: Severity,
    /// Kind of change.
    pub change: Change,
    /// `true` if the change is statistically significant (5 %). A failure that occurred once per day is not over after
    /// one hour without it.
    pub is_sure: bool,
    /// Hours that the later report must cover before it is certain that the failure has stopped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sure_after_hours: Option<f64>,
    /// The finding in the earlier report.
    pub before: Option<Seen>,
    /// The finding in the later report.
    pub after: Option<Seen>,
    /// Facts (`model m2`) that only the later report has, if both have the finding.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub came: Vec<String>,
    /// Facts that only the earlier report has, if both have the finding.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub went: Vec<String>,
    /// Fixes for a finding that is new or worse.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fixes: Vec<FilledFix>,
}

/// Kind of change of a finding, in order of display: the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Change {
    /// Only the later report has the finding.
    New,
    /// More frequent: at least 25 % more, and statistically significant (5 %).
    Worse,
    /// About as frequent, or too rare to be certain of a change.
    Unchanged,
    /// Less frequent.
    Better,
    /// Only the earlier report has the finding.
    Stopped,
}

impl Change {
    /// Returns the name used in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Worse => "worse",
            Self::Unchanged => "unchanged",
            Self::Better => "better",
            Self::Stopped => "stopped",
        }
    }

    /// Returns true if the finding is new or worse.
    pub fn is_worse(self) -> bool {
        matches!(self, Self::New | Self::Worse)
    }
}

/// Counts of a finding in one report.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Seen {
    /// Number of incidents.
    pub incidents: u64,
    /// Incidents per hour; `null` if the report has no times.
    pub per_hour: Option<f64>,
    /// Status at the end of the report.
    pub status: Status,
    /// Time of the last record.
    pub last_seen: Option<Timestamp>,
}

impl Comparison {
    /// Compares two reports; `filter` selects findings by severity and category.
    pub fn new(before: &Side, after: &Side, filter: &Filter) -> Self {
        let (old, new) = (shown(&before.report, filter), shown(&after.report, filter));
        let (hours, notes) = exposure(before, after);
        let rules: BTreeSet<&str> = old.keys().chain(new.keys()).copied().collect();
        let row = |rule: &str| row(old.get(rule).copied(), new.get(rule).copied(), hours);
        let mut findings: Vec<Row> = rules.into_iter().filter_map(row).collect();
        findings.sort_by(|a, b| {
            let seen =
                |row: &Row| row.after.as_ref().or(row.before.as_ref()).map_or(0, |seen| seen.incidents);
            (a.change, b.severity, seen(b), &a.rule).cmp(&(b.change, a.severity, seen(a), &b.rule))
        });
        let any = |is: fn(Change) -> bool| findings.iter().any(|row| is(row.change));
        let outcome = match () {
            () if any(Change::is_worse) => Outcome::Worse,
            () if any(|change| change != Change::Unchanged) => Outcome::Better,
            () => Outcome::Same,
        };
        Self {
            schema: SCHEMA.to_owned(),
            tool: after.report.tool.clone(),
            outcome,
            before: before.info(&old, hours.0),
            after: after.info(&new, hours.1),
            findings,
            notes,
        }
    }

    /// Returns the number of findings with this kind of change.
    pub fn count(&self, change: Change) -> usize {
        self.findings.iter().filter(|row| row.change == change).count()
    }
}

type ByRule<'r> = BTreeMap<&'r str, &'r Finding>;

fn shown<'r>(report: &'r Report, filter: &Filter) -> ByRule<'r> {
    let shows = |finding: &&Finding| filter.shows(finding.severity, finding.category);
    report.findings.iter().filter(shows).map(|finding| (finding.rule.as_str(), finding)).collect()
}

impl Side {
    /// Returns the name with secrets masked. A path is a command-line argument and may contain any text.
    fn shown_name(&self) -> String {
        Redactor::MASKING.clean(&self.name).into_owned()
    }

    fn span(&self) -> Option<(Timestamp, Timestamp)> {
        self.span.or_else(|| self.report.span())
    }

    /// Returns the hours covered. A log with a single point in time counts as one second.
    fn hours(&self) -> Option<f64> {
        if self.report.totals.records == 0 {
            return Some(0.0);
        }
        let (first, last) = self.span()?;
        Some(last.duration_since(first).max(SignedDuration::from_secs(1)).as_secs_f64() / 3600.0)
    }

    fn info(&self, findings: &ByRule<'_>, hours: f64) -> SideInfo {
        let span = self.span();
        SideInfo {
            name: self.shown_name(),
            first_time: span.map(|(first, _)| first),
            last_time: span.map(|(_, last)| last),
            hours: self.hours().map(|_| hours),
            incidents: findings.values().map(|finding| finding.incidents).sum(),
        }
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        let name = self.shown_name();
        if self.report.totals.records == 0 {
            notes.push(format!("{name} contains no records, so changes since then are unknown"));
        }
        if let Some(findings) = self.report.left_out {
            notes.push(format!(
                "{name} was shortened: {findings} of its findings are not compared; create it again without --top and --budget"
            ));
        }
        if self.report.sources.iter().any(|source| !source.problems.is_empty()) {
            notes.push(format!("{name} could not be read completely"));
        }
        notes
    }
}

/// Returns the hours that each side covers, and notes on the limits of the comparison.
fn exposure(before: &Side, after: &Side) -> ((f64, f64), Vec<String>) {
    let mut notes = [before.notes(), after.notes()].concat();
    if before.report.catalogue.fingerprint != after.report.catalogue.fingerprint {
        notes.push(
            "the two sides used different rules, so a failure may appear under another rule".to_owned(),
        );
    }
    let hours = match (before.hours(), after.hours()) {
        (Some(before), Some(after)) => (before, after),
        _ => {
            notes.push(
                "one side has no timestamps: incident counts are compared as if both sides covered the same length of time"
                    .to_owned(),
            );
            (1.0, 1.0)
        }
    };
    (hours, notes)
}

fn row(old: Option<&Finding>, new: Option<&Finding>, hours: (f64, f64)) -> Option<Row> {
    let rate =
        |finding: Option<&Finding>, hours| Rate { incidents: finding.map_or(0, |f| f.incidents), hours };
    let (before, after) = (rate(old, hours.0), rate(new, hours.1));
    let trend = trend(before, after);
    let change = match (old, new, trend) {
        (None, _, _) => Change::New,
        (_, None, _) => Change::Stopped,
        (_, _, Trend::Rising) => Change::Worse,
        (_, _, Trend::Falling) => Change::Better,
        (_, _, Trend::Level) => Change::Unchanged,
    };
    let is_sure = change == Change::Unchanged || trend != Trend::Level;
    let finding = new.or(old)?;
    let (came, went) =
        old.zip(new).map_or_else(Default::default, |(old, new)| (facts(new, old), facts(old, new)));
    let seen = |finding: &Finding, rate: Rate| Seen {
        incidents: finding.incidents,
        per_hour: rate.per_hour(),
        status: finding.status,
        last_seen: finding.last_seen,
    };
    Some(Row {
        rule: finding.rule.clone(),
        title: finding.title.clone(),
        category: finding.category,
        severity: finding.severity,
        change,
        is_sure,
        sure_after_hours: hours_until_sure(before).filter(|_| change == Change::Stopped && !is_sure),
        before: old.map(|finding| seen(finding, before)),
        after: new.map(|finding| seen(finding, after)),
        came,
        went,
        fixes: if change.is_worse() { finding.fixes.clone() } else { Vec::new() },
    })
}

/// Returns the identifying facts that `one` has and `other` lacks.
fn facts(one: &Finding, other: &Finding) -> Vec<String> {
    let values = |finding: &Finding| -> BTreeSet<String> {
        let of = |name: &&str| -> Vec<String> {
            let values = finding.captures.get(*name).into_iter().flatten();
            values.map(|value| format!("{} {}", name.replace('_', " "), value.value)).collect()
        };
        IDENTITY.iter().flat_map(of).collect()
    };
    // If values were dropped, it is unknown which ones are missing.
    if !one.captures_cut.is_empty() || !other.captures_cut.is_empty() {
        return Vec::new();
    }
    values(one).difference(&values(other)).cloned().collect()
}
