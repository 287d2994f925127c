//! Joins the matches of one source into incidents.
//!
//! Records are joined by their run or trace id. Plain logs drop both from most records; there a record belongs to the
//! failure of the same provider that is still going on. The model may differ: one run asks several (a fallback, a small
//! one for the conversation's title).

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::classify::{Ends, Glimpse, Match, RunKeys, Setting};
use crate::hash::ByText;
use crate::redact::Cleaner;

use super::incident::{Course, Incident, Root};
use super::nearness::{ECHO, REACH, within};
use super::sample::Sample;

/// How long after the failure from which it follows a provider can still be skipped. A key rests for five minutes, for
/// want of money ten, and each new try may begin that again.
const REST: SignedDuration = SignedDuration::from_hours(1);
/// Looking for incidents that are over costs a look at each; once in so many matches is enough.
const CLOSE_EVERY: u64 = 256;
/// More open incidents than this are not kept; the oldest go first.
const MAX_OPEN: usize = 1 << 14;
/// A match without ids is compared with so many of the latest incidents.
const RECENT: usize = 64;
/// Runs whose start is kept.
const MAX_STARTED: usize = 4096;
/// Of those, the latest are kept at the end of a source.
const MAX_STARTED_AT_END: usize = 64;
/// Providers whose last failure is kept.
const MAX_ROOTS: usize = 64;

/// The last failure of each provider, from which later ones may follow.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Roots(BTreeMap<String, Root>);

impl Roots {
    /// From which failure follows what happens then to a provider, or to any where none is named.
    pub fn of(&self, provider: Option<&str>, time: Option<Timestamp>) -> Option<&Root> {
        let root = match provider {
            Some(provider) => self.0.get(provider),
            None => self.0.values().max_by_key(|root| root.at),
        };
        root.filter(|root| within(Some(root.at), time, REST))
    }

    /// Notes that a provider failed.
    pub fn note(&mut self, provider: &str, root: Root) {
        self.0.insert(provider.to_owned(), root);
        if self.0.len() > MAX_ROOTS
            && let Some(oldest) = self.0.iter().min_by_key(|(_, root)| root.at).map(|(name, _)| name.clone())
        {
            self.0.remove(&oldest);
        }
    }

    /// Adds what happened later.
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

/// How things stand at the end of a source, beside the incidents that are open.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Standing {
    pub roots: Roots,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    answered: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    started: Vec<(String, Timestamp)>,
    /// When the last event was, which events without a time take for theirs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_event: Option<Timestamp>,
}

impl Standing {
    /// Adds how things stand later.
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

/// A run that came to a good end and of which nothing is known to have failed in its source.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct LooseEnd {
    pub order: Timestamp,
    pub keys: RunKeys,
    pub fallback: bool,
    #[serde(default, skip_serializing_if = "End::is_success")]
    pub what: End,
}

/// What ends failures.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum End {
    /// A run came to a good end.
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

/// How a run came to a good end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum GoodEnd {
    /// Nothing is known to have failed.
    WithoutFailure,
    /// This provider failed, and then did not.
    Recovered(String),
    /// Another model than the wanted one answered.
    ByFallback,
}

/// Joins matches, which come in the order of their positions.
#[derive(Debug, Clone, Default)]
pub(crate) struct Joiner {
    /// In the order of their numbers.
    open: Vec<Incident>,
    by_id: HashMap<String, u64, ByText>,
    count: u64,
    matches: u64,
    newest: Option<Timestamp>,
    roots: Roots,
    /// When a fallback last answered in a run that is not named.
    answered: Option<Timestamp>,
    /// When the gateway took up each of the latest runs.
    started: HashMap<String, Timestamp, ByText>,
}

impl Joiner {
    /// A joiner whose incidents' numbers go on from `count`.
    pub fn new(count: u64) -> Self {
        Self { count, ..Self::default() }
    }

    /// A joiner that goes on with these incidents, whose numbers ascend.
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

    /// The incident of that number, if it may still get records.
    pub fn incident_mut(&mut self, number: u64) -> Option<&mut Incident> {
        self.get_mut(number)
    }

    /// How many incidents were begun, here and before.
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

    /// Finds the earlier failure from which the match follows, or notes the match as one from which others may follow.
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
                let root = Root { rule: lead.rule, category: lead.category, evidence: lead.evidence, at };
                self.roots.note(provider, root);
            }
            return;
        }
        if incident.root.is_some() || incident.setting != Setting::Run {
            return;
        }
        let Some(mut root) = self.roots.of(provider, found.when.order).cloned() else { return };
        if !found.echo_of.contains(&root.category) && found.category != root.category {
            return;
        }
        // A provider that is still skipped rests for the same reason as before.
        root.at = found.when.order.unwrap_or(root.at);
        if let Some(provider) = provider {
            self.roots.note(provider, root.clone());
        }
        incident.root = Some(root);
    }

    /// A run came to a good end: if it had failed before, it recovered.
    pub fn succeed(
        &mut self,
        keys: &RunKeys,
        time: Option<Timestamp>,
        fallback: bool,
        requested: Option<&str>,
    ) -> GoodEnd {
        // Whatever tools failed did so in the run that has ended, or in an earlier one.
        for incident in self.open.iter_mut().rev().take(RECENT) {
            if incident.setting.is_tool() && incident.course == Course::Open {
                incident.close(time);
            }
        }
        let known = self.by_ids(&Setting::Run, keys, time).or_else(|| {
            let requested = requested?;
            let answered = self.recent().find(|incident| incident.is_answered_for(requested, time))?;
            Some(answered.number)
        });
        // The console names a run only where it ends, after it has said that another model answered.
        let was_answered =
            std::mem::replace(&mut self.answered, time.filter(|_| fallback && keys.run.is_none()));
        let is_answer = within(was_answered, time, ECHO);
        if known.is_none() && is_answer {
            return GoodEnd::ByFallback;
        }
        let known = known.map(|number| (number, fallback || is_answer));
        let Some((number, fallback)) = known.or_else(|| {
            // In plain logs the failed attempts carry no id; the run that ends well is then the one under way.
            let started = keys.run.as_ref().and_then(|run| self.started.get(run)).copied();
            // A run that was taken up after something failed is another.
            let may_be = |incident: &&Incident| started.is_none() || incident.first_order >= started;
            self.recent().filter(may_be).find_map(|i| Some((i.number, i.ends_well(time)? || fallback)))
        }) else {
            return GoodEnd::WithoutFailure;
        };
        let Some(incident) = self.get_mut(number) else { return GoodEnd::WithoutFailure };
        incident.succeed(time, fallback);
        match incident.leads.iter().rev().find_map(|lead| lead.provider.clone()) {
            Some(provider) if !incident.ending.degraded => GoodEnd::Recovered(provider),
            Some(_) => GoodEnd::ByFallback,
            None => GoodEnd::WithoutFailure,
        }
    }

    /// The gateway takes up a run.
    pub fn start(&mut self, run: String, time: Option<Timestamp>) {
        let Some(time) = time else { return };
        if self.started.len() >= MAX_STARTED {
            self.started.retain(|_, start| time.duration_since(*start) <= REACH);
            // A flood within that time is forgotten as a whole: then runs are told apart as in logs that do not name them.
            if self.started.len() >= MAX_STARTED {
                self.started.clear();
            }
        }
        self.started.insert(run, time);
    }

    /// The gateway started: whatever was under way has ended.
    pub fn restart(&mut self, time: Option<Timestamp>) {
        for incident in self.open.iter_mut().filter(|incident| incident.setting == Setting::Run) {
            incident.close(time);
        }
    }

    /// A channel works again.
    pub fn channel_up(&mut self, channel: &str, time: Option<Timestamp>) {
        for incident in self.open.iter_mut().filter(|i| i.setting.channel_name() == Some(channel)) {
            incident.close(time);
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
            self.by_id.retain(|_, number| open.binary_search_by_key(number, |i| i.number).is_ok());
        }
        over
    }

    /// Takes out all that are left, and what later sources go on from.
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

    /// The latest incidents, the newest first.
    fn recent(&self) -> impl Iterator<Item = &Incident> {
        self.open.iter().rev().take(RECENT)
    }

    fn by_ids(&self, setting: &Setting, keys: &RunKeys, time: Option<Timestamp>) -> Option<u64> {
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
        let glimpse = Glimpse::new(found);
        let mut recent = self.recent().filter(|incident| incident.takes(&glimpse));
        let newest = recent.next()?;
        if found.ends == Ends::Nothing && found.has_next.is_none() {
            return Some(newest.number);
        }
        // Of several runs under way the one that has said the same ends, and of these the one that has begun first.
        let best =
            recent.fold(
                newest,
                |best, other| if other.precedes(found) >= best.precedes(found) { other } else { best },
            );
        Some(best.number)
    }

    /// The number of an incident that is known already to be one of its own.
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

    /// A run that gives up without attempts of its own, with the same words as another within moments, has had the same
    /// attempts: plain text does not say whose they were.
    fn sibling_root(&self, found: &Match) -> Option<Root> {
        if found.ends != Ends::Candidate || !found.evidence.is_hearsay() || !found.echo_of.is_empty() {
            return None;
        }
        let sibling = self.recent().find(|incident| {
            matches!(incident.course, Course::Ended(end) | Course::Exhausted(end) | Course::Closed(end)
                if within(Some(end), found.when.order, ECHO))
                && incident.rules.contains_key(&found.rule)
        })?;
        let cause = sibling.cause()?;
        let category = sibling.lead()?.category;
        Some(Root { rule: cause.rule, category, evidence: cause.evidence, at: found.when.order? })
    }
}

/// The ids of a record, apart for runs and for what happens beside them.
fn ids<'k>(setting: &Setting, keys: &'k RunKeys) -> impl Iterator<Item = Cow<'k, str>> {
    [&keys.run, &keys.trace].into_iter().flatten().map(|id| setting.id(id))
}
