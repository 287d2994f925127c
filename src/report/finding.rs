//! A row of the report, and how it is collected from incidents.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalogue::{Category, Fix, LimitTable, Severity};
use crate::record::Level;
use crate::redact::Redactor;

use super::advice::{self, Place, fill};
use super::bounded::ValueCounts;
use super::fingerprint::fingerprint;
use super::incident::{Cause, Incident};
use super::redaction::Cleaner;
use super::status::{LastSeen, Scope, keep_latest};
use super::summary::RuleText;
use super::timeline::Timeline;
use super::{Began, Histogram, Status, Times};

/// Texts shown of one rule.
pub(super) const MAX_SAMPLES: usize = 3;

/// One row of the report: a rule, how often it explains a failure, and what to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// Its place in the report, from 1.
    pub rank: usize,
    /// The rule's id.
    pub rule: String,
    /// The same for the same failure (the rule, and facts such as provider, model, host and code), on any machine and in any
    /// run.
    #[serde(default)]
    pub fingerprint: String,
    /// What went wrong.
    pub title: String,
    /// The rule's category.
    pub category: Category,
    /// The rule's severity.
    pub severity: Severity,
    /// Seen only in what may be somebody's words, a chat message or an answer, that look like records; then the severity is
    /// `info`, whatever the rule's.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub quoted: bool,
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
    /// After what it began, where the log has that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began: Option<Began>,
    /// When incidents began.
    pub histogram: Histogram,
    /// The same as finely as it is known, for a time line that can be zoomed; not in JSON, where `mergeable` has it.
    #[serde(skip)]
    pub times: Times,
    /// Facts by name, the most frequent value first.
    pub captures: BTreeMap<String, Vec<Value>>,
    /// Facts that have more values than could be kept; those shown are some of them, with their exact numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub captures_cut: Vec<String>,
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
    /// The first command that may fix it.
    pub fn first_command(&self) -> Option<&str> {
        self.fixes.iter().find_map(|fix| fix.run.as_deref())
    }

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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Value {
    /// The value, redacted.
    pub value: String,
    /// Incidents that have it.
    pub incidents: u64,
}

/// A record as evidence.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
    /// What the rule has found in it, with `…` for ids and durations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matched: Option<String>,
}

impl Sample {
    /// Where it stands among all samples: by time, then by place.
    pub(super) fn place(&self) -> (bool, Option<Timestamp>, &str, u64) {
        (self.time.is_none(), self.time, &self.source, self.offset)
    }
}

/// Records of another rule in the incidents of a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Symptom {
    /// That rule's id.
    pub rule: String,
    /// Its title.
    pub title: String,
    /// How many records.
    pub records: u64,
}

/// A fix with the facts of the log filled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
        let visible = |text: String| Redactor::OPEN.clean_lines(&text);
        Self {
            say: visible(fill(&fix.say, facts, Place::Sentence)),
            run: fix.run.as_deref().map(|run| visible(fill(run, facts, Place::Command))),
            config: fix
                .config
                .as_deref()
                .map(|config| visible(fill(config.trim_end(), facts, Place::Config))),
        }
    }
}

fn by_frequency(a: &Value, b: &Value) -> Ordering {
    b.incidents.cmp(&a.incidents).then_with(|| a.value.cmp(&b.value))
}

/// What is collected of one rule's incidents. Tallies of parts add up to that of the whole, in any order.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct FindingTally {
    pub incidents: u64,
    pub records: u64,
    /// When it was first seen, and where.
    pub first: Option<(Timestamp, String)>,
    pub last_seen: Option<Timestamp>,
    /// The last incident of each scope.
    pub scopes: Vec<LastSeen>,
    timeline: Timeline,
    captures: BTreeMap<String, ValueCounts>,
    /// What OpenClaw says of it and of which categories that would be true, by its words.
    means: BTreeMap<String, Vec<Category>>,
    claims: ValueCounts,
    symptoms: BTreeMap<usize, u64>,
    samples: Vec<Sample>,
}

impl FindingTally {
    /// Counts an incident of a gateway, of which `cause` is the cause.
    pub fn add(&mut self, incident: &Incident, cause: Cause, gateway: &str) {
        self.incidents += 1;
        self.records += incident.records;
        if let Some(time) = incident.first_seen {
            self.see_first((time, gateway.to_owned()));
            self.timeline.add(time);
        }
        self.last_seen = self.last_seen.max(incident.last_seen);
        let scope = scope(incident, gateway);
        self.see_last(LastSeen { order: incident.last_order, ending: incident.ending, scope });
        for (name, value) in &incident.captures {
            self.captures.entry(name.clone()).or_default().add(value, 1);
        }
        // OpenClaw's own words are no evidence against each other.
        let is_proven = !cause.evidence.is_hearsay() && !cause.is_earlier;
        for (says, means) in incident.claims.iter().filter(|_| is_proven) {
            self.claims.add(says, 1);
            self.note_meaning(says, means);
        }
        self.forget_meanings();
        for (&rule, &records) in &incident.rules {
            if rule != cause.rule {
                *self.symptoms.entry(rule).or_default() += records;
            }
        }
        if let Some((_, _, sample)) = &incident.sample
            && !cause.is_earlier
        {
            self.add_sample(sample.clone());
        }
    }

    pub fn merge(&mut self, other: &Self) {
        self.incidents += other.incidents;
        self.records += other.records;
        other.first.iter().for_each(|first| self.see_first(first.clone()));
        self.last_seen = self.last_seen.max(other.last_seen);
        other.scopes.iter().for_each(|last| self.see_last(last.clone()));
        self.timeline.merge(&other.timeline);
        for (name, values) in &other.captures {
            self.captures.entry(name.clone()).or_default().merge(values);
        }
        self.claims.merge(&other.claims);
        other.means.iter().for_each(|(says, means)| self.note_meaning(says, means));
        self.forget_meanings();
        for (rule, records) in &other.symptoms {
            *self.symptoms.entry(*rule).or_default() += records;
        }
        other.samples.iter().for_each(|sample| self.add_sample(sample.clone()));
    }

    fn see_first(&mut self, first: (Timestamp, String)) {
        if self.first.as_ref().is_none_or(|mine| first < *mine) {
            self.first = Some(first);
        }
    }

    fn see_last(&mut self, last: LastSeen) {
        keep_latest(&mut self.scopes, last, |a, b| a.scope == b.scope);
    }

    /// The first samples stay.
    fn add_sample(&mut self, sample: Sample) {
        let at = self.samples.partition_point(|mine| mine.place() <= sample.place());
        if at < MAX_SAMPLES {
            self.samples.insert(at, sample);
            self.samples.truncate(MAX_SAMPLES);
        }
    }

    fn note_meaning(&mut self, says: &str, means: &[Category]) {
        match self.means.get_mut(says) {
            Some(known) if means < known.as_slice() => *known = means.to_vec(),
            Some(_) => {}
            None => {
                self.means.insert(says.to_owned(), means.to_vec());
            }
        }
    }

    fn forget_meanings(&mut self) {
        if self.claims.is_cut {
            let kept: BTreeSet<&str> = self.claims.iter().map(|(says, _)| says).collect();
            self.means.retain(|says, _| kept.contains(says.as_str()));
        }
    }

    /// Gives the rules other indices.
    pub fn renumber(&mut self, new: &mut impl FnMut(usize) -> usize) {
        self.symptoms = std::mem::take(&mut self.symptoms).into_iter().map(|(r, n)| (new(r), n)).collect();
    }

    /// Redacts what was collected elsewhere.
    pub fn redact(&mut self, cleaner: &Cleaner) {
        let cleaner = cleaner.knowing(self.samples.iter().map(|sample| sample.text.as_str()));
        cleaner.each(self.first.iter_mut().map(|(_, gateway)| gateway));
        self.scopes.iter_mut().for_each(|last| cleaner.scope(&mut last.scope));
        self.captures.values_mut().for_each(|values| *values = values.map(|value| cleaner.cleaned(value)));
        cleaner.keys(&mut self.means);
        self.claims = self.claims.map(|says| cleaner.cleaned(says));
        self.samples.iter_mut().for_each(|sample| cleaner.sample(sample));
    }

    pub fn finish(
        &self,
        rule: &RuleText,
        rules: &[RuleText],
        status: Status,
        began: Option<Began>,
    ) -> Finding {
        let values = |counts: &ValueCounts, shown: &dyn Fn(&str) -> bool| {
            let mut values: Vec<Value> = counts
                .iter()
                .filter(|(value, _)| shown(value))
                .map(|(value, incidents)| Value { value: value.to_owned(), incidents })
                .collect();
            values.sort_by(by_frequency);
            values
        };
        let captures: BTreeMap<String, Vec<Value>> =
            self.captures.iter().map(|(name, counts)| (name.clone(), values(counts, &|_| true))).collect();
        let captures_cut: Vec<String> =
            self.captures.iter().filter(|(_, c)| c.is_cut).map(|(name, _)| name.clone()).collect();
        let is_wrong = |says: &str| self.means.get(says).is_some_and(|means| !means.contains(&rule.category));
        let facts = facts(&captures);
        let mut symptoms: Vec<Symptom> = self
            .symptoms
            .iter()
            .map(|(&index, &records)| Symptom {
                rule: rules[index].id.clone(),
                title: rules[index].title.clone(),
                records,
            })
            .collect();
        symptoms.sort_by(|a, b| b.records.cmp(&a.records).then_with(|| a.rule.cmp(&b.rule)));
        Finding {
            rank: 0,
            rule: rule.id.clone(),
            fingerprint: fingerprint(&rule.id, &captures, &captures_cut),
            title: rule.title.clone(),
            category: rule.category,
            severity: rule.severity,
            quoted: false,
            status,
            incidents: self.incidents,
            records: self.records,
            first_seen: self.first.as_ref().map(|(time, _)| *time),
            last_seen: self.last_seen,
            began,
            histogram: self.timeline.histogram(),
            times: self.timeline.times(),
            contradicted: values(&self.claims, &is_wrong),
            samples: self.samples.clone(),
            symptoms,
            causes: rule.causes.iter().map(|cause| fill(cause, &facts, Place::Sentence)).collect(),
            fixes: rule.fixes.iter().map(|fix| FilledFix::new(fix, &facts)).collect(),
            limits: rule.limits.clone(),
            references: rule.references.clone(),
            captures,
            captures_cut,
        }
    }
}

impl Finding {
    /// Makes it one that was seen only in what may be somebody's words: it proves nothing, and so calls for nothing but a
    /// look.
    pub(super) fn into_quoted(self) -> Self {
        Self {
            title: format!("{} (seen in quoted text)", self.title),
            fingerprint: fingerprint(&format!("{} quoted", self.rule), &self.captures, &self.captures_cut),
            severity: Severity::Info,
            quoted: true,
            causes: vec![
                "The record stands within what somebody wrote, a chat message or an answer, and looks pasted: it is older \
                 than the words before it, or written in another way."
                    .to_owned(),
            ],
            fixes: vec![FilledFix {
                say: "Look at the record. The log as JSON tells what OpenClaw wrote from what it quotes.".to_owned(),
                run: Some("openclaw logs --json --limit 5000 --max-bytes 1000000 | clawsift".to_owned()),
                config: None,
            }],
            ..self
        }
    }
}

/// What failed in an incident.
fn scope(incident: &Incident, gateway: &str) -> Scope {
    Scope {
        gateway: gateway.to_owned(),
        provider: incident.provider().map(str::to_owned),
        model: incident.captures.get("model").cloned(),
        channel: incident.setting.channel_name().map(str::to_owned),
    }
}
