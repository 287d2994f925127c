//! Two reports compared: what stopped, what is new, what happens more often or less.
//!
//! Findings are compared by their rule, which has one row in each report; a fingerprint would differ as soon as one more
//! model fails. Which facts came and went is told in the row.

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

/// The name and version of the comparison's form, which scripts can rely on.
const SCHEMA: &str = "clawsift.diff/v1";

/// What is compared: a report, and the time that it covers.
#[derive(Debug, Clone)]
pub struct Side {
    /// What people call it: the path of the report or log.
    pub name: String,
    /// What was found.
    pub report: Report,
    /// The time covered, where that is another one than that of the report's sources.
    pub span: Option<(Timestamp, Timestamp)>,
}

/// What became of the findings of one report in another.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[cfg_attr(feature = "schema", schemars(title = "A comparison of clawsift"))]
pub struct Comparison {
    /// The name and version of this form.
    #[cfg_attr(feature = "schema", schemars(extend("const" = SCHEMA)))]
    pub schema: String,
    /// Who made it.
    pub tool: Tool,
    /// Whether things are better: `worse` where anything is new or happens more often, whatever else has stopped.
    pub outcome: Outcome,
    /// The earlier side.
    pub before: SideInfo,
    /// The later side.
    pub after: SideInfo,
    /// A row for each rule that either side has: what is new or worse first.
    pub findings: Vec<Row>,
    /// What limits the comparison.
    pub notes: Vec<String>,
}

/// Whether things are better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Something stopped or happens less often, and nothing is new or happens more often.
    Better,
    /// Nothing has changed.
    Same,
    /// Something is new, or happens more often.
    Worse,
}

/// One side of a comparison.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct SideInfo {
    /// What it is called.
    pub name: String,
    /// When it begins.
    pub first_time: Option<Timestamp>,
    /// When it ends.
    pub last_time: Option<Timestamp>,
    /// How many hours it covers; `null` where its records tell no time.
    pub hours: Option<f64>,
    /// Failures in it, of the rules compared.
    pub incidents: u64,
}

/// What became of one rule's finding.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Row {
    /// The rule's id.
    pub rule: String,
    /// What went wrong.
    pub title: String,
    /// The rule's category.
    pub category: Category,
    /// The rule's severity.
    pub severity: Severity,
    /// What became of it.
    pub change: Change,
    /// Whether more than chance is needed to explain the change. A failure that came once a day is not over because it did
    /// not come for an hour.
    pub is_sure: bool,
    /// How many hours the later side must cover before it is sure that the failure has stopped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sure_after_hours: Option<f64>,
    /// What the earlier side has of it.
    pub before: Option<Seen>,
    /// What the later side has of it.
    pub after: Option<Seen>,
    /// Facts (`model m2`) that only the later side has, where both have the finding.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub came: Vec<String>,
    /// Facts that only the earlier side has, where both have the finding.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub went: Vec<String>,
    /// What to do about what is new or worse.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fixes: Vec<FilledFix>,
}

/// What became of a finding, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// The earlier side does not have it.
    New,
    /// It happens more often: by a quarter at least, and not by chance (5 %).
    Worse,
    /// It happens about as often, or too seldom to tell.
    Unchanged,
    /// It happens less often.
    Better,
    /// The later side does not have it.
    Stopped,
}

impl Change {
    /// Its name, as JSON has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Worse => "worse",
            Self::Unchanged => "unchanged",
            Self::Better => "better",
            Self::Stopped => "stopped",
        }
    }

    /// Whether it is a change for the worse.
    pub fn is_worse(self) -> bool {
        matches!(self, Self::New | Self::Worse)
    }
}

/// What one side has of a finding.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Seen {
    /// Failures.
    pub incidents: u64,
    /// Failures an hour; `null` where the side tells no time.
    pub per_hour: Option<f64>,
    /// Whether it was going on at the side's end.
    pub status: Status,
    /// The last record's time.
    pub last_seen: Option<Timestamp>,
}

impl Comparison {
    /// Compares two sides; the filter chooses by severity and category.
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

    /// How many findings changed in that way.
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
    /// The name without secrets: a path is an argument, and may hold anything.
    fn shown_name(&self) -> String {
        Redactor::MASKING.clean(&self.name).into_owned()
    }

    fn span(&self) -> Option<(Timestamp, Timestamp)> {
        self.span.or_else(|| self.report.span())
    }

    /// Hours covered; a log of one moment counts as one second.
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
            notes.push(format!("{name} holds no records, so nothing can be said to have changed since"));
        }
        if let Some(findings) = self.report.left_out {
            notes.push(format!(
                "{name} was cut: {findings} of its findings are not compared; make it without --top and --budget"
            ));
        }
        if self.report.sources.iter().any(|source| !source.problems.is_empty()) {
            notes.push(format!("{name} could not be read whole"));
        }
        notes
    }
}

/// The hours that both sides cover, and what limits the comparison.
fn exposure(before: &Side, after: &Side) -> ((f64, f64), Vec<String>) {
    let mut notes = [before.notes(), after.notes()].concat();
    if before.report.catalogue.fingerprint != after.report.catalogue.fingerprint {
        notes.push(
            "the sides were judged by different rules, so a failure may only have another name".to_owned(),
        );
    }
    let hours = match (before.hours(), after.hours()) {
        (Some(before), Some(after)) => (before, after),
        _ => {
            notes.push(
                "a side tells no times: incidents are compared as if both sides covered the same time"
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

/// Facts that tell failures apart which `one` has and `other` has not.
fn facts(one: &Finding, other: &Finding) -> Vec<String> {
    let values = |finding: &Finding| -> BTreeSet<String> {
        let of = |name: &&str| -> Vec<String> {
            let values = finding.captures.get(*name).into_iter().flatten();
            values.map(|value| format!("{} {}", name.replace('_', " "), value.value)).collect()
        };
        IDENTITY.iter().flat_map(of).collect()
    };
    // Of more values than were kept nobody knows which are missing.
    if !one.captures_cut.is_empty() || !other.captures_cut.is_empty() {
        return Vec::new();
    }
    values(one).difference(&values(other)).cloned().collect()
}
