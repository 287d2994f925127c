//! What rules cost: how often each is tried, and how long that takes.

use std::time::{Duration, Instant};

use crate::record::{EnvelopeReader, Glance, RawRecord, Record};

use super::Engine;
use super::signature::View;
use super::verdict::{self, Contender};

/// What a rule has cost so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cost {
    /// Records that hold what makes the rule worth trying.
    pub candidates: u64,
    /// Of those, records that it matched, whichever rule won them.
    pub matches: u64,
    /// Records that it won.
    pub wins: u64,
    /// The time that trying it took.
    pub time: Duration,
}

/// Measures what each rule costs, record by record.
pub struct CostMeter<'e> {
    engine: &'e Engine,
    envelopes: EnvelopeReader,
    /// Of each rule of the catalogue.
    pub costs: Vec<Cost>,
    /// Records seen.
    pub records: u64,
    /// Of those, records that rules were asked about; the others are information that means nothing.
    pub judged: u64,
    /// The time that it took to find out which rules are worth trying.
    pub search: Duration,
}

impl<'e> CostMeter<'e> {
    /// A meter of an engine's rules.
    pub fn new(engine: &'e Engine) -> Self {
        Self {
            engine,
            envelopes: EnvelopeReader::default(),
            costs: vec![Cost::default(); engine.rules.len()],
            records: 0,
            judged: 0,
            search: Duration::ZERO,
        }
    }

    /// Judges a record as a scan would judge the first of its kind.
    pub fn add(&mut self, raw: &RawRecord<'_>) {
        self.records += 1;
        let glance = Glance::of(raw, &mut self.envelopes, self.engine.gates());
        if matches!(glance, Glance::Nothing) {
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
        let Engine { catalogue, rules, groups, triggers, .. } = self.engine;
        let start = Instant::now();
        let view = View::new(record, groups, Some(triggers));
        let candidates = triggers.candidates(&view.triggered, rules.len());
        self.search += start.elapsed();
        let mut contenders = Vec::new();
        for rule in candidates {
            let start = Instant::now();
            let found = rules[rule].find(&view);
            let cost = &mut self.costs[rule];
            cost.time += start.elapsed();
            cost.candidates += 1;
            cost.matches += u64::from(found.is_some());
            contenders.extend(found.map(|found| Contender { rule, found }));
        }
        if let Some(best) = verdict::decide(contenders, catalogue, rules) {
            self.costs[best.rule].wins += 1;
        }
    }
}
