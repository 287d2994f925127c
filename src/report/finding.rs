//! A row of the report, and how it is collected from incidents.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::catalogue::{Category, Fix, LimitTable, Rule, Severity};
use crate::record::Level;

use super::advice::{self, Place, fill};
use super::event::MAX_SAMPLES;
use super::incident::Incident;
use super::status::Ending;
use super::timeline::Timeline;
use super::{Histogram, Status};

/// Distinct values kept of one capture: the first ones; others are left out.
const MAX_VALUES: usize = 20;

/// One row of the report: a rule, how often it explains a failure, and what to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Its place in the report, from 1.
    pub rank: usize,
    /// The rule's id.
    pub rule: String,
    /// What went wrong.
    pub title: String,
    /// The rule's category.
    pub category: Category,
    /// The rule's severity.
    pub severity: Severity,
    /// Whether it is still going on.
    pub status: Status,
    /// Failures as a person would count them.
    pub incidents: u64,
    /// Records that tell of them, echoes included.
    pub records: u64,
    /// The first record's time.
    pub first_seen: Option<Timestamp>,
    /// The last record's time.
    pub last_seen: Option<Timestamp>,
    /// When incidents began.
    pub histogram: Histogram,
    /// Facts by name, the most frequent value first.
    pub captures: BTreeMap<String, Vec<Value>>,
    /// Records that show the cause.
    pub samples: Vec<Sample>,
    /// What OpenClaw itself says of these failures where the evidence says otherwise: its sentences and its reasons.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contradicted: Vec<Value>,
    /// Other rules' records in the same incidents: echoes of this cause.
    pub symptoms: Vec<Symptom>,
    /// Why it happens.
    pub causes: Vec<String>,
    /// What to do, in the order to try.
    pub fixes: Vec<FilledFix>,
    /// Published figures, where the rule has some.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<LimitTable>,
    /// Where to read more.
    pub references: Vec<String>,
}

impl Finding {
    /// The most frequent value of each capture, and what is known of the provider.
    pub(super) fn facts(&self) -> BTreeMap<String, String> {
        facts(&self.captures)
    }
}

fn facts(captures: &BTreeMap<String, Vec<Value>>) -> BTreeMap<String, String> {
    let mut facts: BTreeMap<String, String> = captures
        .iter()
        .filter_map(|(name, values)| Some((name.clone(), values.first()?.value.clone())))
        .collect();
    advice::add_provider_facts(&mut facts);
    facts
}

/// A captured value and in how many incidents it was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Value {
    /// The value, redacted.
    pub value: String,
    /// Incidents that have it.
    pub incidents: u64,
}

/// A record as evidence.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// The source's name.
    pub source: String,
    /// The record's first physical line, from 1.
    pub line: u64,
    /// The record's first byte.
    pub offset: u64,
    /// When it was written.
    pub time: Option<Timestamp>,
    /// Its level.
    pub level: Option<Level>,
    /// Its subsystem.
    pub subsystem: Option<String>,
    /// What it says, redacted and printable.
    pub text: String,
}

/// Records of another rule in the incidents of a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Symptom {
    /// That rule's id.
    pub rule: String,
    /// Its title.
    pub title: String,
    /// How many records.
    pub records: u64,
}

/// A fix with the facts of the log filled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilledFix {
    /// What to do.
    pub say: String,
    /// The command, ready to paste.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// The configuration, as JSON5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<String>,
}

impl FilledFix {
    pub(super) fn new(fix: &Fix, facts: &BTreeMap<String, String>) -> Self {
        Self {
            say: fill(&fix.say, facts, Place::Sentence),
            run: fix.run.as_deref().map(|run| fill(run, facts, Place::Command)),
            config: fix.config.as_deref().map(|config| fill(config.trim_end(), facts, Place::Config)),
        }
    }
}

fn by_frequency(a: &Value, b: &Value) -> Ordering {
    b.incidents.cmp(&a.incidents).then_with(|| a.value.cmp(&b.value))
}

/// What is collected of one rule's incidents.
#[derive(Debug, Default)]
pub(super) struct FindingTally {
    pub incidents: u64,
    pub records: u64,
    pub first_seen: Option<Timestamp>,
    pub last_seen: Option<Timestamp>,
    /// Like `last_seen`, for comparing within the source.
    pub last_order: Option<Timestamp>,
    pub last_gateway: usize,
    pub ending: Ending,
    timeline: Timeline,
    captures: BTreeMap<String, BTreeMap<String, u64>>,
    claims: BTreeMap<String, (Vec<Category>, u64)>,
    symptoms: BTreeMap<usize, u64>,
    samples: Vec<Sample>,
}

impl FindingTally {
    /// Counts an incident; `sample` is the record that shows its cause, where its text was kept.
    pub fn add(&mut self, incident: &Incident, sample: Option<Sample>) {
        self.incidents += 1;
        self.records += incident.records;
        self.first_seen = [self.first_seen, incident.first_seen].into_iter().flatten().min();
        self.last_seen = self.last_seen.max(incident.last_seen);
        if incident.last_order >= self.last_order {
            self.last_order = incident.last_order;
            self.ending = incident.ending;
            self.last_gateway = incident.gateway;
        }
        if let Some(time) = incident.first_seen {
            self.timeline.add(time);
        }
        for (name, value) in &incident.captures {
            let values = self.captures.entry(name.clone()).or_default();
            if values.len() < MAX_VALUES || values.contains_key(value) {
                *values.entry(value.clone()).or_default() += 1;
            }
        }
        // OpenClaw's own words are no evidence against each other.
        let is_proven = !incident.cause.evidence.is_hearsay();
        for (says, means) in incident.claims.iter().filter(|_| is_proven) {
            if self.claims.len() < MAX_VALUES || self.claims.contains_key(says) {
                self.claims.entry(says.clone()).or_insert_with(|| (means.clone(), 0)).1 += 1;
            }
        }
        for (&rule, &records) in &incident.rules {
            if rule != incident.cause.rule {
                *self.symptoms.entry(rule).or_default() += records;
            }
        }
        if self.samples.len() < MAX_SAMPLES {
            self.samples.extend(sample);
        }
    }

    /// The provider most incidents name.
    pub fn provider(&self) -> Option<&str> {
        let values = self.captures.get("provider")?;
        values.iter().max_by_key(|(_, count)| **count).map(|(value, _)| value.as_str())
    }

    pub fn finish(self, rule: &Rule, rules: &[Rule], status: Status) -> Finding {
        let captures: BTreeMap<String, Vec<Value>> = self
            .captures
            .into_iter()
            .map(|(name, values)| {
                let mut values: Vec<Value> =
                    values.into_iter().map(|(value, incidents)| Value { value, incidents }).collect();
                values.sort_by(by_frequency);
                (name, values)
            })
            .collect();
        let mut contradicted: Vec<Value> = self
            .claims
            .into_iter()
            .filter(|(_, (means, _))| !means.contains(&rule.category))
            .map(|(value, (_, incidents))| Value { value, incidents })
            .collect();
        contradicted.sort_by(by_frequency);
        let facts = facts(&captures);
        let mut symptoms: Vec<Symptom> = self
            .symptoms
            .into_iter()
            .map(|(index, records)| Symptom {
                rule: rules[index].id.clone(),
                title: rules[index].title.clone(),
                records,
            })
            .collect();
        symptoms.sort_by(|a, b| b.records.cmp(&a.records).then_with(|| a.rule.cmp(&b.rule)));
        Finding {
            rank: 0,
            rule: rule.id.clone(),
            title: rule.title.clone(),
            category: rule.category,
            severity: rule.severity,
            status,
            incidents: self.incidents,
            records: self.records,
            first_seen: self.first_seen,
            last_seen: self.last_seen,
            histogram: self.timeline.histogram(),
            captures,
            contradicted,
            samples: self.samples,
            symptoms,
            causes: rule.causes.iter().map(|cause| fill(cause, &facts, Place::Sentence)).collect(),
            fixes: rule.fixes.iter().map(|fix| FilledFix::new(fix, &facts)).collect(),
            limits: rule.limits.clone(),
            references: rule.references.clone(),
        }
    }
}
