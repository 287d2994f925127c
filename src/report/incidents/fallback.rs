//! The failures of the models that OpenClaw asked after the first one of a run had failed.

use jiff::Timestamp;
use litemap::LiteMap;
use serde::{Deserialize, Serialize};

use crate::catalogue::Evidence;
use crate::classify::Match;
use crate::redact::Cleaner;

use super::captures::{Captures, Weight, shrink};
use super::sample::Sample;
use super::time_limits::earlier;

/// Maximum number of fallbacks whose records are kept apart; real configurations have one to four.
const MAX_FALLBACKS: usize = 7;

/// The failures of all fallbacks of a run, in the order of their first records.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Fallbacks(pub Vec<FallbackFailure>);

impl Fallbacks {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds a record of the failure of a fallback.
    pub fn add(&mut self, provider: &str, found: &Match, sample: Option<Sample>, weight: Weight) {
        if let Some(fallback) = self.of(provider) {
            fallback.add(found, sample, weight);
        }
    }

    /// Adds the records that a later source has of the failure of a fallback.
    pub fn absorb(&mut self, later: FallbackFailure) {
        if let Some(fallback) = self.of(&later.provider) {
            fallback.absorb(later);
        }
    }

    fn of(&mut self, provider: &str) -> Option<&mut FallbackFailure> {
        let at = self.0.iter().position(|fallback| fallback.provider == provider);
        if at.is_none() && self.0.len() < MAX_FALLBACKS {
            self.0.push(FallbackFailure::new(provider));
            return self.0.last_mut();
        }
        self.0.get_mut(at?)
    }

    /// Takes the records of all fallbacks out of the numbers of a run's records by rule.
    pub fn take_out_of(&self, rules: &mut LiteMap<usize, u64>) {
        self.0.iter().for_each(|fallback| fallback.take_out_of(rules));
    }

    /// Releases unused capacity.
    pub fn shrink(&mut self) {
        self.0.iter_mut().for_each(FallbackFailure::shrink);
    }

    /// Maps all rule indices through `new`.
    pub fn renumber(&mut self, new: &mut impl FnMut(usize) -> usize) {
        self.0.iter_mut().for_each(|fallback| fallback.renumber(new));
    }

    /// Redacts the text of the failures.
    pub fn redact(&mut self, cleaner: &Cleaner) {
        self.0.iter_mut().for_each(|fallback| fallback.redact(cleaner));
    }
}

/// The records of one fallback's failure. They are also counted in the incident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct FallbackFailure {
    pub provider: String,
    pub first_seen: Option<Timestamp>,
    pub last_seen: Option<Timestamp>,
    pub first_order: Option<Timestamp>,
    pub last_order: Option<Timestamp>,
    /// Number of records by rule.
    pub rules: LiteMap<usize, u64>,
    #[serde(default, skip_serializing_if = "Captures::is_empty")]
    pub captures: Captures,
    /// Sample of the strongest record that has one, with its evidence and rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample: Option<(Evidence, usize, Sample)>,
}

impl FallbackFailure {
    pub fn new(provider: &str) -> Self {
        Self {
            provider: provider.to_owned(),
            first_seen: None,
            last_seen: None,
            first_order: None,
            last_order: None,
            rules: LiteMap::new(),
            captures: Captures::default(),
            sample: None,
        }
    }

    fn add(&mut self, found: &Match, sample: Option<Sample>, weight: Weight) {
        *self.rules.entry(found.rule).or_default() += 1;
        self.first_seen = earlier(self.first_seen, found.when.time);
        self.last_seen = self.last_seen.max(found.when.time);
        self.first_order = earlier(self.first_order, found.when.order);
        self.last_order = self.last_order.max(found.when.order);
        for (name, value) in &found.captures {
            self.captures.add(name, value, weight);
        }
        if let Some(sample) = sample {
            keep_stronger(&mut self.sample, (found.evidence, found.rule, sample));
        }
    }

    fn absorb(&mut self, later: Self) {
        for (rule, records) in later.rules {
            *self.rules.entry(rule).or_default() += records;
        }
        self.first_seen = earlier(self.first_seen, later.first_seen);
        self.last_seen = self.last_seen.max(later.last_seen);
        self.first_order = earlier(self.first_order, later.first_order);
        self.last_order = self.last_order.max(later.last_order);
        self.captures.absorb(later.captures);
        later.sample.into_iter().for_each(|sample| keep_stronger(&mut self.sample, sample));
    }

    /// Takes the records out of the numbers of a run's records by rule.
    pub fn take_out_of(&self, rules: &mut LiteMap<usize, u64>) {
        for (rule, records) in self.rules.iter() {
            match rules.get_mut(rule) {
                Some(mine) if *mine > *records => *mine -= records,
                _ => {
                    rules.remove(rule);
                }
            }
        }
    }

    pub fn records(&self) -> u64 {
        self.rules.values().sum()
    }

    fn shrink(&mut self) {
        shrink(&mut self.rules);
        self.captures.shrink();
    }

    fn renumber(&mut self, new: &mut impl FnMut(usize) -> usize) {
        self.rules = std::mem::take(&mut self.rules).into_iter().map(|(rule, n)| (new(rule), n)).collect();
        shrink(&mut self.rules);
        self.sample.iter_mut().for_each(|sample| sample.1 = new(sample.1));
    }

    fn redact(&mut self, cleaner: &Cleaner) {
        let own = cleaner.knowing(self.sample.as_ref().map(|(_, _, sample)| sample.text.as_str()));
        own.each([&mut self.provider]);
        own.each(self.captures.values_mut());
        self.sample.iter_mut().for_each(|(_, _, sample)| sample.redact(&own));
    }
}

/// Keeps the sample of the stronger record, the first one on ties.
pub(super) fn keep_stronger(kept: &mut Option<(Evidence, usize, Sample)>, later: (Evidence, usize, Sample)) {
    if kept.as_ref().is_none_or(|mine| later.0 > mine.0) {
        *kept = Some(later);
    }
}
