//! Incidents: the records of one failing run are one failure.
//!
//! Records are joined by their run or trace id. Plain logs drop both from most records; there a record belongs to the
//! failure of the same provider that is still going on. The model may differ: one run asks several (a fallback, a small
//! one for the conversation's title).

use std::collections::{BTreeMap, HashMap};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::catalogue::Category;

use super::event::{Match, RunKeys};
use super::status::Ending;

/// Retries wait up to 30 seconds, and a request that hangs is given up after two to five minutes.
const WINDOW: SignedDuration = SignedDuration::from_mins(5);
/// How long after the end of a run its echoes (the client's message, the CLI's error) still arrive.
const ECHO: SignedDuration = SignedDuration::from_secs(10);
/// An incident whose ids were not seen for this long gets no more records; OpenClaw's longest waits are shorter.
const FORGET: SignedDuration = SignedDuration::from_hours(2);

/// Looking for incidents that are over costs a look at each; once in so many matches is enough.
const CLOSE_EVERY: u64 = 256;
/// More open incidents than this are not kept; the oldest go first.
const MAX_OPEN: usize = 1 << 16;
/// A match without ids is compared with so many of the latest incidents.
const RECENT: usize = 64;

/// Claims of OpenClaw's that are kept of one incident; real ones have two or three.
const MAX_CLAIMS: usize = 8;

/// What a match is in its incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The record that tells most about the failure.
    Cause,
    /// An echo of it.
    Symptom,
}

/// One failure, as a person would count it.
#[derive(Debug, Clone)]
pub(super) struct Incident {
    /// Its number, in the order of the first records, from 1.
    pub number: u64,
    pub gateway: usize,
    pub first_seen: Option<Timestamp>,
    pub last_seen: Option<Timestamp>,
    /// Like `last_seen`, for comparing within the source.
    pub last_order: Option<Timestamp>,
    /// The record with the strongest evidence, whose rule explains the incident.
    pub cause: Match,
    /// The strongest of its records that may be shown.
    pub sample: Option<Match>,
    pub records: u64,
    /// Records by rule.
    pub rules: BTreeMap<usize, u64>,
    pub captures: BTreeMap<String, String>,
    /// What OpenClaw itself says of it, and of which categories that would be true.
    pub claims: BTreeMap<String, Vec<Category>>,
    pub ending: Ending,
    has_run: bool,
    has_trace: bool,
    ended: Option<Timestamp>,
}

/// Joins matches into incidents. Matches come in the order of their sources, then positions.
#[derive(Debug, Default)]
pub(super) struct Incidents {
    /// In the order of their numbers.
    open: Vec<Incident>,
    by_key: HashMap<String, u64>,
    count: u64,
    matches: u64,
    newest: Option<Timestamp>,
}

impl Incidents {
    /// Adds a match to its incident and returns the incident's number.
    pub fn add(&mut self, found: &Match, gateway: usize) -> u64 {
        // A tool or plugin that fails beside a run is neither its cause nor its echo.
        let number = match found.stands_alone {
            true => self.begin(found, gateway),
            false => self.find(found, gateway).unwrap_or_else(|| self.begin(found, gateway)),
        };
        if !found.stands_alone {
            self.remember(&found.keys, number);
        }
        if let Some(incident) = self.get_mut(number) {
            incident.add(found);
        }
        self.newest = self.newest.max(found.when.order);
        number
    }

    /// A run came to a good end: if it had failed before, it recovered.
    pub fn succeed(&mut self, keys: &RunKeys, time: Option<Timestamp>, gateway: usize, fallback: bool) {
        let number = self.by_keys(keys, time).or_else(|| {
            // In plain logs the failed attempts carry no id; the run that ends well is then the one under way.
            let unended = |i: &&Incident| {
                i.gateway == gateway
                    && !i.cause.stands_alone
                    && !i.has_run
                    && !i.has_trace
                    && i.ended.is_none()
            };
            let mut recent = self.recent().filter(unended);
            recent.find(|i| within(i.last_order, time, WINDOW)).map(|i| i.number)
        });
        if let Some(incident) = number.and_then(|number| self.get_mut(number)) {
            incident.ending.recovered = true;
            incident.ending.degraded |= fallback;
            incident.ended = incident.ended.or(time);
        }
    }

    /// Takes out incidents that no later record will belong to, in the order of their numbers. Called after each match, so
    /// that what is taken out depends on the matches alone, and not on how the log was cut into chunks.
    pub fn close(&mut self) -> Vec<Incident> {
        self.matches += 1;
        if !self.matches.is_multiple_of(CLOSE_EVERY) {
            return Vec::new();
        }
        let too_many = self.open.len().saturating_sub(MAX_OPEN);
        let newest = self.newest;
        let mut index = 0;
        let over: Vec<Incident> = self
            .open
            .extract_if(.., |incident| {
                index += 1;
                index <= too_many || incident.is_over(newest)
            })
            .collect();
        if !over.is_empty() {
            let open = &self.open;
            self.by_key.retain(|_, number| open.binary_search_by_key(number, |i| i.number).is_ok());
        }
        over
    }

    /// Takes out all that are left.
    pub fn close_all(&mut self) -> Vec<Incident> {
        self.by_key.clear();
        std::mem::take(&mut self.open)
    }

    fn get(&self, number: u64) -> Option<&Incident> {
        let index = self.open.binary_search_by_key(&number, |incident| incident.number).ok()?;
        self.open.get(index)
    }

    fn get_mut(&mut self, number: u64) -> Option<&mut Incident> {
        let index = self.open.binary_search_by_key(&number, |incident| incident.number).ok()?;
        self.open.get_mut(index)
    }

    /// The latest incidents, the newest first.
    fn recent(&self) -> impl Iterator<Item = &Incident> {
        self.open.iter().rev().take(RECENT)
    }

    fn by_keys(&self, keys: &RunKeys, time: Option<Timestamp>) -> Option<u64> {
        let known = |key: &String| {
            let incident = self.get(*self.by_key.get(key)?)?;
            (!incident.is_over(time)).then_some(incident.number)
        };
        [&keys.run, &keys.trace].into_iter().flatten().find_map(known)
    }

    fn remember(&mut self, keys: &RunKeys, number: u64) {
        for key in [&keys.run, &keys.trace].into_iter().flatten() {
            self.by_key.insert(key.clone(), number);
        }
    }

    fn find(&self, found: &Match, gateway: usize) -> Option<u64> {
        if let Some(number) = self.by_keys(&found.keys, found.when.order) {
            return Some(number);
        }
        self.recent().find(|incident| incident.takes(found, gateway)).map(|incident| incident.number)
    }

    fn begin(&mut self, found: &Match, gateway: usize) -> u64 {
        self.count += 1;
        self.open.push(Incident {
            number: self.count,
            gateway,
            first_seen: None,
            last_seen: None,
            last_order: None,
            cause: found.clone(),
            sample: None,
            records: 0,
            rules: BTreeMap::new(),
            captures: BTreeMap::new(),
            claims: BTreeMap::new(),
            ending: Ending::default(),
            has_run: false,
            has_trace: false,
            ended: None,
        });
        self.count
    }
}

impl Incident {
    /// Whether a match whose ids are not known belongs to this incident.
    fn takes(&self, found: &Match, gateway: usize) -> bool {
        let clash =
            (self.has_run && found.keys.run.is_some()) || (self.has_trace && found.keys.trace.is_some());
        let differs = |name: &str| {
            let (mine, other) = (self.captures.get(name), found.captures.get(name));
            mine.zip(other).is_some_and(|(mine, other)| mine != other)
        };
        if self.cause.stands_alone || self.gateway != gateway || clash || differs("provider") {
            return false;
        }
        match self.ended {
            None => self.is_related(found) && within(self.last_order, found.when.order, WINDOW),
            // A new attempt begins a new failure; an echo repeats what the run has said, or says less.
            Some(ended) => {
                let is_echo = found.evidence.is_hearsay() || self.rules.contains_key(&found.rule);
                is_echo && !is_attempt(found) && within(Some(ended), found.when.order, ECHO)
            }
        }
    }

    /// Whether a match tells of the same failure: the same provider or rule again, or words that only repeat another's.
    /// Two strong causes of which one does not name its provider are two failures.
    fn is_related(&self, found: &Match) -> bool {
        let same_provider = self.captures.contains_key("provider") && found.captures.contains_key("provider");
        same_provider
            || found.ends_run
            || self.rules.contains_key(&found.rule)
            || found.evidence.is_hearsay()
            || self.cause.evidence.is_hearsay()
    }

    /// Whether a record of this time is too late to belong to it. What has neither time nor id takes no other record.
    fn is_over(&self, time: Option<Timestamp>) -> bool {
        match (self.last_order, time) {
            (Some(last), Some(time)) => time.duration_since(last) > FORGET,
            (None, _) => !self.has_run && !self.has_trace,
            _ => false,
        }
    }

    fn add(&mut self, found: &Match) {
        self.records += 1;
        *self.rules.entry(found.rule).or_default() += 1;
        self.first_seen = [self.first_seen, found.when.time].into_iter().flatten().min();
        self.last_seen = self.last_seen.max(found.when.time);
        self.last_order = self.last_order.max(found.when.order);
        self.has_run |= found.keys.run.is_some();
        self.has_trace |= found.keys.trace.is_some();
        if found.ends_run {
            self.ended = found.when.order.or(self.last_order);
        }
        if found.evidence > self.cause.evidence {
            self.cause = found.clone();
        }
        if found.is_sample && self.sample.as_ref().is_none_or(|s| found.evidence > s.evidence) {
            self.sample = Some(found.clone());
        }
        for (name, value) in &found.captures {
            self.captures.entry(name.clone()).or_insert_with(|| value.clone());
        }
        for claim in &found.claims {
            if self.claims.len() < MAX_CLAIMS {
                self.claims.entry(claim.says.clone()).or_insert_with(|| claim.means.clone());
            }
        }
    }
}

/// Whether a record is about a request itself, and so cannot follow the end of its run.
fn is_attempt(found: &Match) -> bool {
    found.subsystem.as_deref().is_some_and(|name| name.contains("provider-transport-fetch"))
}

/// Whether `time` is at most `span` after `before`. Records without a time are near to nothing.
fn within(before: Option<Timestamp>, time: Option<Timestamp>, span: SignedDuration) -> bool {
    before.zip(time).is_some_and(|(before, time)| {
        let distance = time.duration_since(before);
        // Writers' clocks are read a little before their lines reach the file.
        distance <= span && distance >= -ECHO
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Evidence;
    use crate::report::{Position, When};

    fn found(second: i64, rule: usize, evidence: Evidence) -> Match {
        Match {
            position: Position::default(),
            when: When {
                time: Timestamp::from_second(second).ok(),
                order: Timestamp::from_second(second).ok(),
            },
            stamp: None,
            is_sample: false,
            stands_alone: false,
            level: None,
            subsystem: None,
            rule,
            evidence,
            captures: BTreeMap::new(),
            claims: Vec::new(),
            text: None,
            keys: RunKeys::default(),
            ends_run: false,
        }
    }

    fn keyed(run: Option<&str>, trace: Option<&str>, mut found: Match) -> Match {
        found.keys = RunKeys { run: run.map(str::to_owned), trace: trace.map(str::to_owned) };
        found
    }

    #[test]
    fn records_of_a_run_are_one_incident_and_the_strongest_is_its_cause() {
        let mut incidents = Incidents::default();
        let a = incidents.add(&keyed(Some("r1"), Some("t1"), found(0, 1, Evidence::Sentence)), 0);
        let b = incidents.add(&keyed(Some("r2"), Some("t2"), found(0, 1, Evidence::Sentence)), 0);
        assert_ne!(a, b);
        assert_eq!(incidents.add(&keyed(None, Some("t1"), found(1, 2, Evidence::Transport)), 0), a);
        assert_eq!(incidents.add(&keyed(Some("r2"), None, found(5000, 3, Evidence::Reason)), 0), b);
        let all = incidents.close_all();
        assert_eq!((all[0].cause.rule, all[0].records), (2, 2));
        assert_eq!((all[1].cause.rule, all[1].records), (1, 2));
    }

    #[test]
    fn without_ids_a_run_ends_with_its_lane_error_and_echoes_still_belong_to_it() {
        let mut incidents = Incidents::default();
        let attempt = |second| Match {
            subsystem: Some("provider-transport-fetch".to_owned()),
            ..found(second, 2, Evidence::Transport)
        };
        let end = |second| Match { ends_run: true, ..found(second, 1, Evidence::Sentence) };
        let first = incidents.add(&attempt(0), 0);
        assert_eq!(incidents.add(&attempt(30), 0), first);
        assert_eq!(incidents.add(&end(60), 0), first);
        assert_eq!(
            incidents.add(&keyed(Some("r1"), None, end(60)), 0),
            first,
            "the client's message brings the id"
        );
        assert_eq!(incidents.add(&found(62, 1, Evidence::Sentence), 0), first);
        let second = incidents.add(&attempt(64), 0);
        assert_ne!(second, first);
        assert_eq!(incidents.add(&found(2000, 1, Evidence::Sentence), 0), 3, "long after");
        assert_eq!(incidents.add(&attempt(65), 1), 4, "another gateway");
    }

    #[test]
    fn what_stands_alone_joins_nothing() {
        let mut incidents = Incidents::default();
        let tool = Match { stands_alone: true, ..keyed(Some("r1"), None, found(0, 1, Evidence::Transport)) };
        let first = incidents.add(&tool, 0);
        let run = keyed(Some("r1"), None, found(1, 2, Evidence::Sentence));
        assert_ne!(incidents.add(&run, 0), first);
        assert_ne!(incidents.add(&tool, 0), first);
        assert_eq!(incidents.close_all().len(), 3);
    }

    #[test]
    fn other_providers_fail_apart() {
        let mut incidents = Incidents::default();
        let of = |provider: &str| {
            let mut m = found(0, 1, Evidence::Status);
            m.captures.insert("provider".to_owned(), provider.to_owned());
            m
        };
        assert_ne!(incidents.add(&of("a"), 0), incidents.add(&of("b"), 0));
        assert_eq!(incidents.add(&of("a"), 0), 1);
    }

    #[test]
    fn two_causes_that_nothing_relates_are_two_failures() {
        let mut incidents = Incidents::default();
        let first = incidents.add(&found(0, 1, Evidence::Transport), 0);
        assert_ne!(incidents.add(&found(1, 2, Evidence::Transport), 0), first);
        assert_eq!(incidents.add(&found(2, 1, Evidence::Transport), 0), first);
        let timeless = Match { when: When::default(), ..found(0, 1, Evidence::Transport) };
        assert_ne!(incidents.add(&timeless, 0), incidents.add(&timeless, 0));
    }

    #[test]
    fn a_success_of_the_run_recovers_it() {
        let mut incidents = Incidents::default();
        incidents.add(&keyed(Some("r1"), None, found(0, 1, Evidence::Status)), 0);
        incidents.add(&found(400, 1, Evidence::Status), 0);
        let run = |id: &str| RunKeys { run: Some(id.to_owned()), trace: None };
        incidents.succeed(&run("r1"), Timestamp::from_second(10).ok(), 0, true);
        incidents.succeed(&run("other"), Timestamp::from_second(410).ok(), 0, false);
        let all = incidents.close_all();
        assert_eq!(all[0].ending, Ending { recovered: true, degraded: true });
        assert_eq!(all[1].ending, Ending { recovered: true, degraded: false });
    }

    #[test]
    fn old_incidents_are_let_go() {
        let mut incidents = Incidents::default();
        let first = incidents.add(&keyed(Some("r1"), None, found(0, 1, Evidence::Status)), 0);
        incidents.add(&keyed(Some("r2"), None, found(8000, 1, Evidence::Status)), 0);
        let mut closed = Vec::new();
        for _ in 0..CLOSE_EVERY {
            closed.extend(incidents.close());
        }
        assert_eq!(closed.len(), 1);
        assert_eq!(incidents.by_key.len(), 1);
        let again = incidents.add(&keyed(Some("r1"), None, found(8000, 1, Evidence::Status)), 0);
        assert_ne!(again, first, "an id that comes again after hours is another failure");
        assert_eq!(incidents.close_all().len(), 2);
    }
}
