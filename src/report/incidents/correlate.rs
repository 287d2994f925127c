//! Joins the matches of one source into incidents.
//!
//! Records are joined by their run or trace id. Plain logs drop both ids from most records; there, a record belongs to
//! the open failure of the same provider. The model may differ, because one run asks several models (a fallback, or a
//! small model for the conversation's title).

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::classify::{Component, CorrelationKey, Ends, Match, RunKeys};
use crate::hash::ByText;
use crate::redact::Cleaner;

use super::incident::{Incident, RootFailure, RunState};
use super::sample::Sample;
use super::time_limits::{ECHO, REACH, within};

/// Time after a failure within which a provider can still be skipped because of it. A key is on cooldown for five
/// minutes, or ten after a billing failure, and each new attempt may restart the cooldown.
const REST: SignedDuration = SignedDuration::from_hours(1);
/// Number of matches between checks for closed incidents, because each check visits all open incidents.
const CLOSE_EVERY: u64 = 256;
/// Maximum number of open incidents; the oldest are closed first.
const MAX_OPEN: usize = 1 << 14;
/// Number of latest incidents with which a match without ids is compared.
const RECENT: usize = 64;
/// Maximum number of runs whose start time is kept.
const MAX_STARTED: usize = 4096;
/// Number of the latest of those that are kept at the end of a source.
const MAX_STARTED_AT_END: usize = 64;
/// Maximum number of providers whose last failure is kept.
const MAX_ROOTS: usize = 64;

/// The last failure per provider, which can lead to later failures.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct RootFailures(BTreeMap<String, RootFailure>);

impl RootFailures {
    /// Returns the earlier failure that explains a skipped provider at `time`. Without a provider, the last failure of
    /// any provider.
    pub fn of(&self, provider: Option<&str>, time: Option<Timestamp>) -> Option<&RootFailure> {
        let root = match provider {
            Some(provider) => self.0.get(provider),
            None => self.0.values().max_by_key(|root| root.at),
        };
        root.filter(|root| within(Some(root.at), time, REST))
    }

    /// Records a failure of a provider.
    pub fn note(&mut self, provider: &str, root: RootFailure) {
        self.0.insert(provider.to_owned(), root);
        if self.0.len() > MAX_ROOTS
            && let Some(oldest) = self.0.iter().min_by_key(|(_, root)| root.at).map(|(name, _)| name.clone())
        {
            self.0.remove(&oldest);
        }
    }

    /// Adds the failures of a later source.
    pub fn follow(&mut self, later: &Self) {
        for (provider, root) in &later.0 {
            self.note(provider, root.clone());
        }
    }

    /// Redacts the names of the providers.
    pub fn redact(&mut self, cleaner: &Cleaner) {
        cleaner.keys(&mut self.0);
    }

    pub fn renumber(&mut self, new: &mut impl FnMut(usize) -> usize) {
        self.0.values_mut().for_each(|root| root.rule = new(root.rule));
    }
}

/// State of the correlation at the end of a source, besides the open incidents.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Standing {
    pub roots: RootFailures,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    answered: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    started: Vec<(String, Timestamp)>,
    /// Time of the last event; events without a time take it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_event: Option<Timestamp>,
}

impl Standing {
    /// Adds the state of a later source.
    pub fn follow(&mut self, later: &Self) {
        self.roots.follow(&later.roots);
        self.answered = later.answered.or(self.answered);
        self.last_event = later.last_event.or(self.last_event);
        self.started.extend_from_slice(&later.started);
        self.started.drain(..self.started.len().saturating_sub(MAX_STARTED_AT_END));
    }

    /// Redacts the names of providers and runs.
    pub fn redact(&mut self, cleaner: &Cleaner) {
        self.roots.redact(cleaner);
        cleaner.each(self.started.iter_mut().map(|(run, _)| run));
    }
}

/// A successful end of a run without a known failure in its source.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct UnmatchedEnd {
    pub order: Timestamp,
    pub keys: RunKeys,
    pub fallback: bool,
    #[serde(default, skip_serializing_if = "End::is_success")]
    pub what: End,
}

/// Kind of event that ends failures.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum End {
    /// A run succeeded.
    #[default]
    Success,
    /// A channel works again.
    ChannelUp(String),
    /// The gateway started.
    Restart,
}

impl End {
    fn is_success(&self) -> bool {
        *self == Self::Success
    }
}

/// Outcome of a successful run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RunOutcome {
    /// No failure is known.
    WithoutFailure,
    /// This provider failed and then succeeded.
    Recovered(String),
    /// A model other than the requested one answered.
    ByFallback,
}

/// Joins matches into incidents. Matches must arrive in the order of their positions.
#[derive(Debug, Clone, Default)]
pub(crate) struct Correlator {
    /// Open incidents, ordered by number.
    open: Vec<Incident>,
    by_id: HashMap<String, u64, ByText>,
    count: u64,
    matches: u64,
    newest: Option<Timestamp>,
    roots: RootFailures,
    /// Time of the last fallback answer in a run without an id.
    answered: Option<Timestamp>,
    /// Start times of the latest runs.
    started: HashMap<String, Timestamp, ByText>,
}

impl Correlator {
    /// Creates a correlator that numbers its incidents from `count` + 1.
    pub fn new(count: u64) -> Self {
        Self { count, ..Self::default() }
    }

    /// Creates a correlator that continues these incidents, which must be ordered by number.
    pub fn resume(open: Vec<Incident>, standing: Standing) -> Self {
        let Standing { roots, answered, started, .. } = standing;
        let ids = open.iter().flat_map(|incident| incident.ids().map(|id| (id, incident.number)));
        Self {
            by_id: ids.collect(),
            count: open.last().map_or(0, |incident| incident.number),
            newest: open.iter().filter_map(|incident| incident.last_order).max(),
            open,
            matches: 0,
            roots,
            answered,
            started: started.into_iter().collect(),
        }
    }

    /// Returns the incident with this number if it is still open.
    pub fn incident_mut(&mut self, number: u64) -> Option<&mut Incident> {
        self.get_mut(number)
    }

    /// Returns the highest incident number in use.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Adds a match to its incident and returns the incident's number.
    pub fn add(&mut self, found: &Match, sample: Option<Sample>) -> u64 {
        let number = self.find(found).unwrap_or_else(|| self.begin(found));
        for id in ids(&found.setting, &found.keys) {
            self.by_id.insert(id.into_owned(), number);
        }
        self.newest = self.newest.max(found.when.order);
        let Ok(index) = self.open.binary_search_by_key(&number, |incident| incident.number) else {
            return number;
        };
        self.open[index].add(found, sample);
        self.trace_back(index, found);
        number
    }

    /// Links the incident to the earlier failure of which the match is a consequence, or records the match as a failure
    /// that can have consequences.
    fn trace_back(&mut self, index: usize, found: &Match) {
        let incident = &mut self.open[index];
        let provider = incident.asked.as_deref();
        if found.echo_of.is_empty() {
            let lead = incident.leads.iter().find(|lead| lead.provider.as_deref() == provider);
            if let Some((provider, lead)) = provider.zip(lead)
                && let Some(at) = found.when.order
                && !lead.is_echo
                && incident.root.is_none()
            {
                let root =
                    RootFailure { rule: lead.rule, category: lead.category, evidence: lead.evidence, at };
                self.roots.note(provider, root);
            }
            return;
        }
        if incident.root.is_some() || incident.setting != Component::Run {
            return;
        }
        let Some(mut root) = self.roots.of(provider, found.when.order).cloned() else { return };
        if !found.echo_of.contains(&root.category) && found.category != root.category {
            return;
        }
        // A provider that is still skipped is on cooldown for the same reason as before.
        root.at = found.when.order.unwrap_or(root.at);
        if let Some(provider) = provider {
            self.roots.note(provider, root.clone());
        }
        incident.root = Some(root);
    }

    /// Processes the successful end of a run: if the run had failed before, it recovered.
    pub fn succeed(
        &mut self,
        keys: &RunKeys,
        time: Option<Timestamp>,
        fallback: bool,
        requested: Option<&str>,
    ) -> RunOutcome {
        // Failed tools belong to the run that has ended, or to an earlier one.
        for incident in self.open.iter_mut().rev().take(RECENT) {
            if incident.setting.is_tool() && incident.course == RunState::Open {
                incident.close(time);
            }
        }
        let known = self.by_ids(&Component::Run, keys, time).or_else(|| {
            let requested = requested?;
            let answered = self.recent().find(|incident| incident.is_answered_for(requested, time))?;
            Some(answered.number)
        });
        // The console names a run only at its end, after it has reported that another model answered.
        let was_answered =
            std::mem::replace(&mut self.answered, time.filter(|_| fallback && keys.run.is_none()));
        let is_answer = within(was_answered, time, ECHO);
        if known.is_none() && is_answer {
            return RunOutcome::ByFallback;
        }
        let known = known.map(|number| (number, fallback || is_answer));
        let Some((number, fallback)) = known.or_else(|| {
            // In plain logs the failed attempts have no id; the run that succeeds is then the current one.
            let started = keys.run.as_ref().and_then(|run| self.started.get(run)).copied();
            // A run that started after the failure is a different one.
            let may_be = |incident: &&Incident| started.is_none() || incident.first_order >= started;
            self.recent().filter(may_be).find_map(|i| Some((i.number, i.ends_well(time)? || fallback)))
        }) else {
            return RunOutcome::WithoutFailure;
        };
        let Some(incident) = self.get_mut(number) else { return RunOutcome::WithoutFailure };
        incident.succeed(time, fallback);
        match incident.leads.iter().rev().find_map(|lead| lead.provider.clone()) {
            Some(provider) if !incident.ending.degraded => RunOutcome::Recovered(provider),
            Some(_) => RunOutcome::ByFallback,
            None => RunOutcome::WithoutFailure,
        }
    }

    /// Records the start of a run.
    pub fn start(&mut self, run: String, time: Option<Timestamp>) {
        let Some(time) = time else { return };
        if self.started.len() >= MAX_STARTED {
            self.started.retain(|_, start| time.duration_since(*start) <= REACH);
            // If too many runs start within that time, all are dropped: runs are then separated as in logs without run ids.
            if self.started.len() >= MAX_STARTED {
                self.started.clear();
            }
        }
        self.started.insert(run, time);
    }

    /// Processes a start of the gateway: all open runs have ended.
    pub fn restart(&mut self, time: Option<Timestamp>) {
        for incident in self.open.iter_mut().filter(|incident| incident.setting == Component::Run) {
            incident.close(time);
        }
    }

    /// Processes a channel that works again: its incidents have ended.
    pub fn channel_up(&mut self, channel: &str, time: Option<Timestamp>) {
        for incident in self.open.iter_mut().filter(|i| i.setting.channel_name() == Some(channel)) {
            incident.close(time);
        }
    }

    /// Removes and returns the incidents that no later record can belong to, ordered by number. Must be called after
    /// each match, so that the result depends on the matches alone and not on how the log was cut into chunks.
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
            self.by_id.retain(|_, number| open.binary_search_by_key(number, |i| i.number).is_ok());
        }
        over
    }

    /// Returns all remaining incidents and the state from which later sources continue.
    pub fn finish(self) -> (Vec<Incident>, Standing) {
        let Self { open, roots, answered, started, newest, .. } = self;
        let mut started: Vec<(String, Timestamp)> = started
            .into_iter()
            .filter(|(_, start)| newest.is_none_or(|newest| newest.duration_since(*start) <= REACH))
            .collect();
        started.sort_by(|(a, at), (b, other)| other.cmp(at).then_with(|| a.cmp(b)));
        started.truncate(MAX_STARTED_AT_END);
        (open, Standing { roots, answered, started, last_event: newest })
    }

    fn get(&self, number: u64) -> Option<&Incident> {
        let index = self.open.binary_search_by_key(&number, |incident| incident.number).ok()?;
        self.open.get(index)
    }

    fn get_mut(&mut self, number: u64) -> Option<&mut Incident> {
        let index = self.open.binary_search_by_key(&number, |incident| incident.number).ok()?;
        self.open.get_mut(index)
    }

    /// Returns the latest incidents, the newest first.
    fn recent(&self) -> impl Iterator<Item = &Incident> {
        self.open.iter().rev().take(RECENT)
    }

    fn by_ids(&self, setting: &Component, keys: &RunKeys, time: Option<Timestamp>) -> Option<u64> {
        let known = |id: Cow<'_, str>| {
            let incident = self.get(*self.by_id.get(id.as_ref())?)?;
            (!incident.is_over(time)).then_some(incident.number)
        };
        ids(setting, keys).find_map(known)
    }

    fn find(&self, found: &Match) -> Option<u64> {
        if let Some(number) = self.by_ids(&found.setting, &found.keys, found.when.order) {
            return Some(number);
        }
        let glimpse = CorrelationKey::new(found);
        let mut recent = self.recent().filter(|incident| incident.takes(&glimpse));
        let newest = recent.next()?;
        if found.ends == Ends::Nothing && found.has_next.is_none() {
            return Some(newest.number);
        }
        // Of several open runs, the one that best precedes the record ends; on ties, the one that started first.
        let best =
            recent.fold(
                newest,
                |best, other| if other.precedes(found) >= best.precedes(found) { other } else { best },
            );
        Some(best.number)
    }

    /// Reserves a number for an incident that cannot be joined with another.
    pub fn next_number(&mut self) -> u64 {
        self.count += 1;
        self.count
    }

    fn begin(&mut self, found: &Match) -> u64 {
        self.count += 1;
        let mut incident = Incident::new(self.count, found);
        incident.root = self.sibling_root(found);
        self.open.push(incident);
        self.count
    }

    /// Returns the cause of another run that gave up with the same message within moments, for a run that gives up
    /// without attempts of its own. Plain text does not show to which of the two the attempts belonged.
    fn sibling_root(&self, found: &Match) -> Option<RootFailure> {
        if found.ends != Ends::Candidate || !found.evidence.is_secondary() || !found.echo_of.is_empty() {
            return None;
        }
        let sibling = self.recent().find(|incident| {
            matches!(incident.course, RunState::Ended(end) | RunState::Exhausted(end) | RunState::Closed(end)
                if within(Some(end), found.when.order, ECHO))
                && incident.rules.contains_key(&found.rule)
        })?;
        let cause = sibling.cause()?;
        let category = sibling.lead()?.category;
        Some(RootFailure { rule: cause.rule, category, evidence: cause.evidence, at: found.when.order? })
    }
}

/// Returns the ids of a record, in separate namespaces for runs and for events outside a run.
fn ids<'k>(setting: &Component, keys: &'k RunKeys) -> impl Iterator<Item = Cow<'k, str>> {
    [&keys.run, &keys.trace].into_iter().flatten().map(|id| setting.id(id))
}
