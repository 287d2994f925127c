//! Cost of rules: how often each is tried, and how long that takes.

use std::time::{Duration, Instant};

use crate::record::{EnvelopeReader, RawRecord, Record, Triage};

use super::Engine;
use super::verdict::{self, Contender};

/// Accumulated cost of one rule.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cost {
    /// Number of records that hold the rule's required atoms, so that the rule is tried.
    pub candidates: u64,
    /// Number of these records that the rule matches, whichever rule wins them.
    pub matches: u64,
    /// Number of records that the rule wins.
    pub wins: u64,
    /// Total time spent on trying the rule.
    pub time: Duration,
}

/// Measures the cost of each rule, record by record.
pub struct CostMeter<'e> {
    engine: &'e Engine,
    envelopes: EnvelopeReader,
    /// Cost per rule, in the order of the catalogue.
    pub costs: Vec<Cost>,
    /// Number of records seen.
    pub records: u64,
    /// Number of records that rules were tried on; the others are insignificant information.
    pub judged: u64,
    /// Total time spent on finding the rules to try.
    pub search: Duration,
}

impl<'e> CostMeter<'e> {
    /// Creates a meter of an engine's rules.
    pub fn new(engine: &'e Engine) -> Self {
        Self {
            engine,
            envelopes: EnvelopeReader::default(),
            costs: vec![Cost::default(); engine.compiled.len()],
            records: 0,
            judged: 0,
            search: Duration::ZERO,
        }
    }

    /// Classifies a record as a scan does, but without the classification cache.
    pub fn add(&mut self, raw: &RawRecord<'_>) {
        self.records += 1;
        let glance = Triage::of(raw, &mut self.envelopes, self.engine.gates());
        if matches!(glance, Triage::Nothing) {
            return;
        }
        let record = Record::parse(raw);
        if record.parts.quoted {
            return;
        }
        self.judged += 1;
        self.judge(&record);
    }

    fn judge(&mut self, record: &Record<'_>) {
        let compiled = &self.engine.compiled;
        let start = Instant::now();
        let view = compiled.view(record);
        let candidates = compiled.candidates(&view);
        self.search += start.elapsed();
        let mut contenders = Vec::new();
        for rule in candidates {
            let compiled = compiled.rule(rule);
            let start = Instant::now();
            let found = compiled.find(&view);
            let cost = &mut self.costs[rule];
            cost.time += start.elapsed();
            cost.candidates += 1;
            cost.matches += u64::from(found.is_some());
            contenders.extend(found.map(|found| Contender { rule, found }));
        }
        if let Some(best) = verdict::decide(contenders, &compiled.catalogue) {
            self.costs[best.rule].wins += 1;
        }
    }
}
