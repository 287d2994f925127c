//! An incident: one failure as a person would count it, and the record that shows its cause.

use jiff::Timestamp;
use litemap::LiteMap;
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalogue::{Category, Evidence};
use crate::classify::{Component, CorrelationKey, Ends, Match, ProcessEnd};
use crate::redact::Cleaner;

use super::captures::{Captures, Weight, shrink};
use super::ending::Ending;
use super::fallback::{FallbackFailure, Fallbacks, keep_stronger};
use super::primary_evidence::{PrimaryEvidence, strongest};
use super::quick_failures::QuickFailures;
use super::sample::Sample;
use super::time_limits::{WINDOW, earlier, within};

/// Maximum number of OpenClaw's own statements kept per incident; real incidents have two or three.
const MAX_CLAIMS: usize = 8;
/// Maximum number of providers recorded per incident; further ones in a longer chain of fallbacks are ignored.
const MAX_LEADS: usize = 8;
/// Maximum number of ids of each kind kept per incident; a run has one of each.
const MAX_KEYS: usize = 8;

/// Role of a match in its incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Role {
    /// The record with the strongest evidence of the failure.
    Cause,
    /// A related record of the same failure.
    Symptom,
}

/// The earlier failure that led to an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RootFailure {
    pub rule: usize,
    pub category: Category,
    pub evidence: Evidence,
    /// The last time the provider failed for this reason, or was skipped because of it.
    pub at: Timestamp,
}

/// State of the run of an incident.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RunState {
    /// Attempts continue.
    #[default]
    Open,
    /// OpenClaw has announced a request to another model.
    FallingBack,
    /// The attempts with a model have ended; a fallback may follow.
    Ended(Timestamp),
    /// There is no other model to ask.
    Exhausted(Timestamp),
    /// The run has ended.
    Closed(Timestamp),
}

/// One failure as a person would count it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Incident {
    /// Number in this scan, from 1.
    #[serde(skip)]
    pub number: u64,
    pub setting: Component,
    pub first_seen: Option<Timestamp>,
    pub last_seen: Option<Timestamp>,
    /// Times for ordering within the source; records without a time take that of the record before.
    pub first_order: Option<Timestamp>,
    pub last_order: Option<Timestamp>,
    #[serde(skip)]
    pub last_line: u64,
    /// The strongest record per provider, in the order of their first records. Records without a provider share one
    /// entry.
    pub leads: Vec<PrimaryEvidence>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root: Option<RootFailure>,
    /// The provider of the last request. Records without a provider are attributed to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<String>,
    /// Sample of the strongest record that has one, with its evidence and rule; without those of fallbacks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample: Option<(Evidence, usize, Sample)>,
    pub records: u64,
    /// Number of records by rule.
    pub rules: LiteMap<usize, u64>,
    #[serde(default, skip_serializing_if = "Captures::is_empty")]
    pub captures: Captures,
    /// The failures of other providers than the first one.
    #[serde(default, skip_serializing_if = "Fallbacks::is_empty")]
    pub fallbacks: Fallbacks,
    /// OpenClaw's own statements about the failure, each with the categories for which it would be true.
    #[serde(default, skip_serializing_if = "LiteMap::is_empty")]
    pub claims: LiteMap<String, Vec<Category>>,
    pub ending: Ending,
    pub runs: Vec<String>,
    pub traces: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    pub course: RunState,
    /// True if a record of the incident reports the failure that ended the gateway's process.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_fatal: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quick: Option<Box<QuickFailures>>,
    /// Records after the end of the source's journal, if the journal contains earlier ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rest: Option<Box<Incident>>,
    /// `true` if the source's journal contains records of this incident.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_in_journal: bool,
    /// Correlation key of the first record, for deciding if the incident continues one of the previous source.
    pub first: CorrelationKey,
}

/// The rule that explains an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cause {
    pub rule: usize,
    pub evidence: Evidence,
    /// The cause is in another incident, earlier in the log.
    pub is_earlier: bool,
}

impl Incident {
    pub fn new(number: u64, found: &Match) -> Self {
        Self {
            number,
            setting: found.setting.clone(),
            first_seen: None,
            last_seen: None,
            first_order: found.when.order,
            last_order: None,
            last_line: 0,
            leads: Vec::new(),
            root: None,
            asked: None,
            sample: None,
            records: 0,
            rules: LiteMap::new(),
            captures: Captures::default(),
            fallbacks: Fallbacks::default(),
            claims: LiteMap::new(),
            ending: Ending::default(),
            runs: Vec::new(),
            traces: Vec::new(),
            session: None,
            course: RunState::Open,
            is_fatal: false,
            quick: None,
            rest: None,
            is_in_journal: false,
            first: CorrelationKey::new(found),
        }
    }

    /// Returns the record that shows the cause. If several providers failed in one run, the first one is the cause and
    /// the others are unsuccessful fallbacks.
    pub fn lead(&self) -> Option<&PrimaryEvidence> {
        let primary = self.provider();
        let of_primary =
            |lead: &&PrimaryEvidence| lead.provider.is_none() || lead.provider.as_deref() == primary;
        let best = strongest(self.leads.iter().filter(of_primary))?;
        if best.is_echo && self.root.is_none() {
            // The log does not show why the first provider is on cooldown; a proven failure of another provider is the
            // best known cause.
            return strongest(self.leads.iter().filter(|lead| lead.is_proven())).or(Some(best));
        }
        Some(best)
    }

    /// Returns the rule that explains the incident: the root failure if the incident itself has no proven cause.
    pub fn cause(&self) -> Option<Cause> {
        let lead = self.lead()?;
        let is_unproven = !lead.is_proven();
        Some(match &self.root {
            Some(root) if is_unproven => Cause { rule: root.rule, evidence: root.evidence, is_earlier: true },
            _ => {
                let better = self
                    .quick
                    .as_ref()
                    .filter(|_| is_unproven)
                    .and_then(|quick| quick.better_than(lead.rule));
                Cause { rule: better.unwrap_or(lead.rule), evidence: lead.evidence, is_earlier: false }
            }
        })
    }

    /// Returns true if the incident is only a consequence of an earlier failure that is not known yet.
    pub fn wants_root(&self) -> bool {
        self.root.is_none() && self.lead().is_some_and(|lead| lead.is_echo)
    }

    /// Returns the provider that failed first.
    pub fn provider(&self) -> Option<&str> {
        self.leads.iter().find_map(|lead| lead.provider.as_deref())
    }

    pub fn has_ids(&self) -> bool {
        !self.runs.is_empty() || !self.traces.is_empty()
    }

    pub fn add(&mut self, found: &Match, sample: Option<Sample>) {
        self.records += 1;
        self.asked = found.captures.get("provider").cloned().or(self.asked.take());
        *self.rules.entry(found.rule).or_default() += 1;
        self.first_seen = earlier(self.first_seen, found.when.time);
        self.last_seen = self.last_seen.max(found.when.time);
        self.first_order = earlier(self.first_order, found.when.order);
        self.last_order = self.last_order.max(found.when.order);
        self.last_line = found.position.line;
        for (ids, id) in [(&mut self.runs, &found.keys.run), (&mut self.traces, &found.keys.trace)] {
            remember(ids, id.as_ref());
        }
        // A run with an id is matched by that id; the session of a record that is matched otherwise is a guess.
        if !self.has_ids() || found.keys.run.is_some() || found.keys.trace.is_some() {
            self.session = self.session.take().or_else(|| found.keys.session.clone());
        }
        let evidence = PrimaryEvidence::new(found, self.asked.clone());
        let weight = evidence.weight();
        self.add_lead(evidence);
        let asked = self.asked.clone();
        // The facts of a fallback's failure do not describe the first failure.
        match asked.filter(|asked| Some(asked.as_str()) != self.provider()) {
            Some(fallback) => self.fallbacks.add(&fallback, found, sample, weight),
            None => self.add_facts(found, sample, weight),
        }
        self.is_fatal |= found.process == ProcessEnd::LastWords;
        if let Some((instead, time)) = found.too_soon.zip(found.when.order) {
            self.add_quick(QuickFailures::new(found.rule, instead, time));
        }
        self.advance(found);
    }

    fn add_facts(&mut self, found: &Match, sample: Option<Sample>, weight: Weight) {
        if let Some(sample) = sample {
            keep_stronger(&mut self.sample, (found.evidence, found.rule, sample));
        }
        for (name, value) in &found.captures {
            self.captures.add(name, value, weight);
        }
        for claim in &found.claims {
            self.add_claim(&claim.says, &claim.means);
        }
    }

    /// Adds a record after the end of the journal to `rest`, if the journal contains earlier records of the incident.
    pub fn add_to_rest(&mut self, found: &Match, sample: Option<Sample>) {
        if self.is_in_journal {
            let number = self.number;
            self.rest.get_or_insert_with(|| Box::new(Self::new(number, found))).add(found, sample);
        }
    }

    fn add_quick(&mut self, later: QuickFailures) {
        match &mut self.quick {
            Some(quick) => quick.absorb(&later),
            None => self.quick = Some(Box::new(later)),
        }
    }

    /// Updates the run state.
    fn advance(&mut self, found: &Match) {
        let time = found.when.order.or(self.last_order).unwrap_or_default();
        match (found.ends, found.has_next) {
            (_, Some(true)) => self.course = RunState::FallingBack,
            (Ends::Run, _) => self.course = RunState::Closed(time),
            _ if matches!(self.course, RunState::Closed(_)) => {}
            (Ends::Told, _) | (_, Some(false)) => self.course = RunState::Exhausted(time),
            (Ends::Candidate, None) => self.course = RunState::Ended(time),
            _ if found.is_attempt && matches!(self.course, RunState::Ended(_)) => {
                self.course = RunState::Open
            }
            _ => {}
        }
    }

    fn add_lead(&mut self, lead: PrimaryEvidence) {
        let count = self.leads.len();
        match self.leads.iter_mut().find(|mine| mine.provider == lead.provider) {
            Some(mine) if lead.weight() > mine.weight() => *mine = lead,
            Some(_) => {}
            None if count < MAX_LEADS => self.leads.push(lead),
            None => {}
        }
    }

    fn add_claim(&mut self, says: &str, means: &[Category]) {
        if self.claims.len() < MAX_CLAIMS {
            self.claims.entry(says.to_owned()).or_insert_with(|| means.to_vec());
        }
    }

    /// Closes the incident at `time`, or at the time of its last record if that is unknown or long ago: what comes after a restart
    /// is no echo of a run that had failed an hour before.
    pub fn close(&mut self, time: Option<Timestamp>) {
        let is_recent = self.last_order.is_none() || within(self.last_order, time, WINDOW);
        self.course = RunState::Closed(time.filter(|_| is_recent).or(self.last_order).unwrap_or_default());
    }

    /// Records that the run succeeded; `fallback` if another model answered.
    pub fn succeed(&mut self, time: Option<Timestamp>, fallback: bool) {
        self.ending.recovered = true;
        self.ending.degraded |= fallback;
        if let Some(time) = time.or(self.last_order) {
            self.course = RunState::Closed(time);
        }
    }

    /// Adds the records that a later source has of the same failure.
    pub fn absorb(&mut self, mut other: Self) {
        self.absorb_facts(&mut other);
        self.records += other.records;
        for (rule, records) in other.rules {
            *self.rules.entry(rule).or_default() += records;
        }
        self.first_seen = earlier(self.first_seen, other.first_seen);
        self.last_seen = self.last_seen.max(other.last_seen);
        self.first_order = earlier(self.first_order, other.first_order);
        self.last_order = self.last_order.max(other.last_order);
        for (ids, others) in [(&mut self.runs, &other.runs), (&mut self.traces, &other.traces)] {
            others.iter().for_each(|id| remember(ids, Some(id)));
        }
        self.session = self.session.take().or(other.session);
        for lead in other.leads {
            let provider = lead.provider.or_else(|| self.asked.clone());
            self.add_lead(PrimaryEvidence { provider, ..lead });
        }
        self.root = self.root.take().or(other.root);
        self.asked = other.asked.or(self.asked.take());
        self.is_fatal |= other.is_fatal;
        other.quick.into_iter().for_each(|later| self.add_quick(*later));
        self.ending.recovered |= other.ending.recovered;
        self.ending.degraded |= other.ending.degraded;
        self.course = self.course_after(other.course, other.first.is_attempt);
    }

    /// Takes the facts of a later source's records. Records without a provider belong to the provider of the last request, and the
    /// facts of a fallback's failure do not describe the first failure.
    fn absorb_facts(&mut self, other: &mut Self) {
        let asked = other.provider().or(self.asked.as_deref()).map(str::to_owned);
        let primary = self.provider().or(asked.as_deref()).map(str::to_owned);
        let fallbacks = std::mem::take(&mut other.fallbacks);
        match asked.filter(|asked| Some(asked) != primary.as_ref()) {
            Some(fallback) => {
                let mut rules = other.rules.clone();
                fallbacks.take_out_of(&mut rules);
                self.fallbacks.absorb(FallbackFailure {
                    first_seen: other.first_seen,
                    last_seen: other.last_seen,
                    first_order: other.first_order,
                    last_order: other.last_order,
                    rules,
                    captures: std::mem::take(&mut other.captures),
                    sample: other.sample.take(),
                    ..FallbackFailure::new(&fallback)
                });
            }
            None => {
                self.captures.absorb(std::mem::take(&mut other.captures));
                for (says, means) in &other.claims {
                    self.add_claim(says, means);
                }
                other.sample.take().into_iter().for_each(|sample| keep_stronger(&mut self.sample, sample));
            }
        }
        for later in fallbacks.0 {
            if Some(&later.provider) == primary.as_ref() {
                self.captures.absorb(later.captures);
                later.sample.into_iter().for_each(|sample| keep_stronger(&mut self.sample, sample));
            } else {
                self.fallbacks.absorb(later);
            }
        }
    }

    /// Returns the run state after a later source continues the incident, equal to the state if both were one source.
    fn course_after(&self, later: RunState, is_attempt: bool) -> RunState {
        match (self.course, later) {
            (RunState::Closed(_), RunState::Open | RunState::Ended(_) | RunState::Exhausted(_))
            | (RunState::Exhausted(_), RunState::Open) => self.course,
            (RunState::Ended(_), RunState::Open) if !is_attempt => self.course,
            _ => later,
        }
    }

    /// Releases unused capacity.
    pub fn shrink(&mut self) {
        self.leads.shrink_to_fit();
        self.runs.shrink_to_fit();
        self.traces.shrink_to_fit();
        shrink(&mut self.rules);
        self.captures.shrink();
        self.fallbacks.shrink();
    }

    /// Maps all rule indices through `new`.
    pub fn renumber(&mut self, new: &mut impl FnMut(usize) -> usize) {
        self.rules = std::mem::take(&mut self.rules).into_iter().map(|(rule, n)| (new(rule), n)).collect();
        shrink(&mut self.rules);
        self.leads.iter_mut().for_each(|lead| lead.rule = new(lead.rule));
        self.quick.iter_mut().for_each(|quick| quick.renumber(new));
        if let Some(root) = &mut self.root {
            root.rule = new(root.rule);
        }
        if let Some(sample) = &mut self.sample {
            sample.1 = new(sample.1);
        }
        self.fallbacks.renumber(new);
        self.first.rule = new(self.first.rule);
        if let Some(rest) = &mut self.rest {
            rest.renumber(new);
        }
    }

    /// Redacts the ids of the incident.
    pub fn redact_ids(&mut self, cleaner: &Cleaner) {
        cleaner.each(self.runs.iter_mut().chain(&mut self.traces).chain(&mut self.session));
        self.first.keys.redact(cleaner);
        self.rest.iter_mut().for_each(|rest| rest.redact_ids(cleaner));
    }

    /// Redacts the text that is normally redacted when records are read, for reports made with `--no-redact`.
    pub fn redact(&mut self, cleaner: &Cleaner) {
        let text = self.sample.as_ref().map(|(_, _, sample)| sample.text.as_str());
        let own = cleaner.knowing(text);
        let leads = self.leads.iter_mut().filter_map(|lead| lead.provider.as_mut());
        own.each(leads.chain(&mut self.asked));
        let first = self.first.captures.iter_mut().map(|(_, value)| value);
        own.each(self.captures.values_mut().chain(first));
        own.keys(&mut self.claims);
        if let Some((_, _, sample)) = &mut self.sample {
            sample.redact(&own);
        }
        self.fallbacks.redact(cleaner);
        self.rest.iter_mut().for_each(|rest| rest.redact(cleaner));
    }
}

fn remember(ids: &mut Vec<String>, id: Option<&String>) {
    if let Some(id) = id
        && ids.len() < MAX_KEYS
        && !ids.contains(id)
    {
        ids.push(id.clone());
    }
}
