//! Journal of the events near the beginning of a source, in order. Incidents there may continue from the previous
//! source, so the journal is replayed to a correlator that knows the end of that source.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::classify::{Context, Facts, Match, Position, RunKeys, When};
use crate::redact::Cleaner;

use super::correlate::Correlator;
use super::incident::Incident;
use super::sample::Sample;
use super::time_limits::{REACH, within};

/// Maximum number of entries per journal: more than a busy gateway writes in half an hour, because most records are no
/// entries.
const MAX_ENTRIES: usize = 256;

/// Events near the beginning of a source.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Journal {
    entries: Vec<Entry>,
    /// Distinct facts of the matches.
    facts: Vec<Facts>,
    /// `true` if the source continues after the end of the journal.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_cut: bool,
}

/// An event that affects incidents.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Entry {
    order: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "RunKeys::is_empty")]
    keys: RunKeys,
    what: EntryKind,
}

/// Content of an entry.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum EntryKind {
    /// A match. `incident` is the incident's number, and after `settle` its index in the source's edges.
    Match {
        facts: usize,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        time: Option<Timestamp>,
        incident: u64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sample: Option<Box<Sample>>,
    },
    // The name in reports that are merged later.
    #[serde(rename = "turn")]
    RunEvent(RunEvent),
}

/// Events other than matches that begin or end runs.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RunEvent {
    /// A run succeeded.
    Success {
        /// A model other than the requested one answered.
        fallback: bool,
        /// Provider of the requested model.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        requested: Option<String>,
    },
    /// The gateway starts a run.
    Start,
    /// A channel works again.
    ChannelUp(String),
    /// The gateway started.
    Restart,
}

impl Journal {
    /// Adds an event other than a match, unless the journal has ended. The source begins at `first`.
    pub fn turn(
        &mut self,
        order: Option<Timestamp>,
        first: Option<Timestamp>,
        keys: RunKeys,
        turn: RunEvent,
    ) {
        if self.is_open(order, first) {
            self.entries.push(Entry { order, keys, what: EntryKind::RunEvent(turn) });
        }
    }

    /// Adds a match of an incident, in a source that begins at `first`. Returns false if the journal has ended.
    pub fn add(
        &mut self,
        found: &Match,
        first: Option<Timestamp>,
        incident: u64,
        sample: Option<Sample>,
    ) -> bool {
        let order = found.when.order;
        if !self.is_open(order, first) {
            return false;
        }
        let facts = self.facts.iter().position(|facts| *facts == *found.facts).unwrap_or_else(|| {
            self.facts.push(Facts::clone(&found.facts));
            self.facts.len() - 1
        });
        let what = EntryKind::Match { facts, time: found.when.time, incident, sample: sample.map(Box::new) };
        self.entries.push(Entry { order, keys: found.keys.clone(), what });
        true
    }

    /// Returns true if an event at that time can be added. After the first one that cannot, the journal stays closed.
    fn is_open(&mut self, order: Option<Timestamp>, first: Option<Timestamp>) -> bool {
        let is_near = order.is_none() || first.is_none() || within(first, order, REACH);
        self.is_cut |= self.entries.len() >= MAX_ENTRIES || !is_near;
        !self.is_cut
    }

    /// Replaces incident numbers by indices into the source's edges. Entries of other incidents are removed, because
    /// those are already counted.
    pub fn settle(&mut self, edges: &[Incident]) {
        self.entries.retain_mut(|entry| match &mut entry.what {
            EntryKind::Match { incident, .. } => {
                let place = edges.binary_search_by_key(incident, |edge| edge.number);
                place.inspect(|place| *incident = *place as u64).is_ok()
            }
            _ => true,
        });
        self.entries.shrink_to_fit();
        self.facts.shrink_to_fit();
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Returns the time of the first entry that has one.
    pub fn begin(&self) -> Option<Timestamp> {
        self.entries.iter().find_map(|entry| entry.order)
    }

    /// Returns the latest time of all entries.
    pub fn end(&self) -> Option<Timestamp> {
        self.entries.iter().filter_map(|entry| entry.order).max()
    }

    /// Replays all entries to a correlator. Returns per match the index of its incident in the source's edges and the
    /// number that the correlator gave it.
    pub fn tell(&self, joiner: &mut Correlator, last: Option<Timestamp>) -> Vec<(usize, u64)> {
        let facts: Vec<Arc<Facts>> = self.facts.iter().cloned().map(Arc::new).collect();
        let (mut numbers, mut last) = (Vec::new(), last);
        for entry in &self.entries {
            // An entry without a time is known only to follow the one before.
            let order = entry.order.or(last);
            last = order;
            match &entry.what {
                EntryKind::Match { facts: index, time, incident, sample } => {
                    let Some(facts) = facts.get(*index) else { continue };
                    let when = When { time: *time, order };
                    let found = told_again(Arc::clone(facts), when, entry.keys.clone());
                    let number = joiner.add(&found, sample.as_deref().cloned());
                    numbers.push((usize::try_from(*incident).unwrap_or(usize::MAX), number));
                }
                EntryKind::RunEvent(turn) => turn.tell(joiner, &entry.keys, order),
            }
        }
        numbers
    }

    /// Redacts the ids of runs.
    pub fn redact_names(&mut self, cleaner: &Cleaner) {
        self.entries.iter_mut().for_each(|entry| entry.keys.redact(cleaner));
    }

    /// Redacts the text of the matches.
    pub fn redact(&mut self, cleaner: &Cleaner) {
        let samples = self.entries.iter().filter_map(|entry| match &entry.what {
            EntryKind::Match { sample: Some(sample), .. } => Some(sample.text.as_str()),
            _ => None,
        });
        let own = cleaner.knowing(samples);
        for facts in &mut self.facts {
            own.each(facts.captures.iter_mut().map(|(_, value)| value));
            own.each(facts.claims.iter_mut().map(|claim| &mut claim.says));
        }
        for entry in &mut self.entries {
            match &mut entry.what {
                EntryKind::Match { sample: Some(sample), .. } => sample.redact(&own),
                EntryKind::RunEvent(RunEvent::Success { requested, .. }) => own.each(requested),
                _ => {}
            }
        }
    }

    pub fn renumber(&mut self, new: &mut impl FnMut(usize) -> usize) {
        for facts in &mut self.facts {
            facts.rule = new(facts.rule);
            facts.too_soon = facts.too_soon.map(&mut *new);
            facts.at_gateway = facts.at_gateway.map(&mut *new);
        }
    }
}

impl RunEvent {
    fn tell(&self, joiner: &mut Correlator, keys: &RunKeys, order: Option<Timestamp>) {
        match self {
            Self::Success { fallback, requested } => {
                joiner.succeed(keys, order, *fallback, requested.as_deref());
            }
            Self::Start => keys.run.iter().for_each(|run| joiner.start(run.clone(), order)),
            Self::ChannelUp(channel) => joiner.channel_up(channel, order),
            Self::Restart => joiner.restart(order),
        }
    }
}

fn told_again(facts: Arc<Facts>, when: When, keys: RunKeys) -> Match {
    Match {
        position: Position::default(),
        when,
        text: None,
        is_sample: false,
        is_quoted: false,
        behind: Context::default(),
        stamp: None,
        keys,
        facts,
    }
}
