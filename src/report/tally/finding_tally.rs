//! Counts and facts of one rule's incidents: the data of a finding.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::catalogue::Category;
use crate::redact::Cleaner;
use crate::report::incidents::{Cause, Incident, LastSeen, MAX_SAMPLES, Sample, Scope, keep_latest};

use super::bounded::ValueCounts;
use super::timeline::Timeline;

/// Counts and facts of one rule's incidents. The tallies of parts add up to that of the whole, in any order.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct FindingTally {
    pub incidents: u64,
    pub records: u64,
    /// Time and gateway of the first record.
    pub first: Option<(Timestamp, String)>,
    pub last_seen: Option<Timestamp>,
    /// The last incident per scope.
    pub scopes: Vec<LastSeen>,
    pub timeline: Timeline,
    pub captures: BTreeMap<String, ValueCounts>,
    /// OpenClaw's own statements about the failures, each with the categories for which it would be true.
    pub means: BTreeMap<String, Vec<Category>>,
    pub claims: ValueCounts,
    pub symptoms: BTreeMap<usize, u64>,
    pub samples: Vec<Sample>,
}

impl FindingTally {
    /// Adds an incident of a gateway with its cause.
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
        for (name, value) in incident.captures.iter() {
            self.captures.entry(name.clone()).or_default().add(value, 1);
        }
        // OpenClaw's own statements are not evidence against each other.
        let is_proven = !cause.evidence.is_secondary() && !cause.is_earlier;
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
        if let Some(sample) = incident.shown_sample()
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

    /// Adds a sample and keeps the first `MAX_SAMPLES`.
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

    /// Maps all rule indices through `new`.
    pub fn renumber(&mut self, new: &mut impl FnMut(usize) -> usize) {
        self.symptoms = std::mem::take(&mut self.symptoms).into_iter().map(|(r, n)| (new(r), n)).collect();
    }

    /// Redacts data that were collected without redaction.
    pub fn redact(&mut self, cleaner: &Cleaner) {
        let cleaner = cleaner.knowing(self.samples.iter().map(|sample| sample.text.as_str()));
        cleaner.each(self.first.iter_mut().map(|(_, gateway)| gateway));
        self.scopes.iter_mut().for_each(|last| last.scope.redact(&cleaner));
        self.captures.values_mut().for_each(|values| *values = values.map(|value| cleaner.cleaned(value)));
        cleaner.keys(&mut self.means);
        self.claims = self.claims.map(|says| cleaner.cleaned(says));
        self.samples.iter_mut().for_each(|sample| sample.redact(&cleaner));
    }
}

/// Returns the scope of an incident.
fn scope(incident: &Incident, gateway: &str) -> Scope {
    Scope {
        gateway: gateway.to_owned(),
        provider: incident.provider().map(str::to_owned),
        model: incident.captures.get("model").cloned(),
        channel: incident.setting.channel_name().map(str::to_owned),
    }
}
