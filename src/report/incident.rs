//! An incident: one failure, as a person would count it, and which of its records tells the cause.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::catalogue::{Category, Evidence, Severity};

use super::Sample;
use super::event::{Ends, Match, Position, RunKeys, Setting};
use super::shape::earlier;
use super::status::Ending;

/// Retries wait up to 30 seconds, and a request that hangs is given up after two to five minutes.
pub(super) const WINDOW: SignedDuration = SignedDuration::from_mins(5);
/// A channel, tool or store that fails again within this is still the same failure: backoff goes up to five minutes.
const EPISODE: SignedDuration = SignedDuration::from_mins(10);
/// How long after the end of a run its echoes (the client's message, the CLI's error) still arrive, and how soon a fallback
/// follows a model that failed.
pub(super) const ECHO: SignedDuration = SignedDuration::from_secs(10);
/// A fallback's answer takes longer than its beginning.
const FALLBACK_ANSWER: SignedDuration = SignedDuration::from_secs(60);
/// An incident whose ids were not seen for this long gets no more records; OpenClaw's longest waits are shorter. So this
/// is also how far from its source's edges an incident can be and still go on in another source.
pub(super) const REACH: SignedDuration = SignedDuration::from_mins(30);
/// Records without a time are near to those within so many lines.
const NEAR_LINES: u64 = 30;

/// Claims of OpenClaw's that are kept of one incident; real ones have two or three.
const MAX_CLAIMS: usize = 8;
/// Providers told apart in one incident; a longer chain of fallbacks is one provider's from there on.
const MAX_LEADS: usize = 8;
/// Ids kept of one incident; a run has one of each.
const MAX_KEYS: usize = 8;

/// What a match is in its incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The record that tells most about the failure.
    Cause,
    /// An echo of it.
    Symptom,
}

/// The record that tells most about what one provider did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Lead {
    pub rule: usize,
    pub category: Category,
    pub severity: Severity,
    pub evidence: Evidence,
    /// It tells only what follows from an earlier failure.
    pub is_echo: bool,
    /// It tells of a channel itself, where that is what failed, and not of what the channel stumbled over.
    pub is_of_channel: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    #[serde(skip)]
    pub position: Position,
}

impl Lead {
    fn new(found: &Match) -> Self {
        Self {
            rule: found.rule,
            category: found.category,
            severity: found.severity,
            evidence: found.evidence,
            is_echo: !found.echo_of.is_empty(),
            is_of_channel: found.setting.is_channel() && found.category == Category::Channel,
            provider: found.captures.get("provider").cloned(),
            position: found.position,
        }
    }

    /// What is proven says more than an echo, and an echo more than what OpenClaw makes of a failure.
    fn weight(&self) -> (bool, u8, Evidence) {
        let class = match (self.is_echo, self.is_proven()) {
            (false, true) => 2,
            (true, _) => 1,
            (false, false) => 0,
        };
        (self.is_of_channel, class, self.evidence)
    }

    fn is_proven(&self) -> bool {
        !self.is_echo && !self.evidence.is_hearsay()
    }
}

/// The earlier failure from which an incident follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Root {
    pub rule: usize,
    pub category: Category,
    pub evidence: Evidence,
    /// When the provider last failed of it, or was skipped for it.
    pub at: Timestamp,
}

/// How far the run of an incident has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Course {
    /// Attempts go on.
    #[default]
    Open,
    /// OpenClaw has said that it asks another model.
    FallingBack,
    /// The attempts with a model are over; a fallback may follow.
    Ended(Timestamp),
    /// There is no other model to ask.
    Exhausted(Timestamp),
    /// The run is over.
    Closed(Timestamp),
}

/// One failure, as a person would count it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Incident {
    /// Its number in this scan, from 1.
    #[serde(skip)]
    pub number: u64,
    pub setting: Setting,
    pub first_seen: Option<Timestamp>,
    pub last_seen: Option<Timestamp>,
    /// Like `first_seen` and `last_seen`, for comparing within the source.
    pub first_order: Option<Timestamp>,
    pub last_order: Option<Timestamp>,
    #[serde(skip)]
    pub last_line: u64,
    /// By provider, in the order of their first records; those without a provider have one of their own.
    pub leads: Vec<Lead>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root: Option<Root>,
    /// The text of the strongest record of which one was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample: Option<(Evidence, usize, Sample)>,
    pub records: u64,
    /// Records by rule.
    pub rules: BTreeMap<usize, u64>,
    pub captures: BTreeMap<String, String>,
    /// What OpenClaw itself says of it, and of which categories that would be true.
    pub claims: BTreeMap<String, Vec<Category>>,
    pub ending: Ending,
    pub runs: Vec<String>,
    pub traces: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    pub course: Course,
    /// The first record, for telling whether it goes on with an incident of the source before.
    pub first: Glimpse,
}

/// What decides about the incident to which a record belongs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Glimpse {
    pub setting: Setting,
    pub keys: RunKeys,
    pub rule: usize,
    pub category: Category,
    pub echo_of: Vec<Category>,
    pub is_hearsay: bool,
    /// It is about a request itself, and so cannot be an echo of a run that has ended.
    pub is_attempt: bool,
    pub ends: Ends,
    pub order: Option<Timestamp>,
    #[serde(skip)]
    pub line: u64,
    pub captures: BTreeMap<String, String>,
}

impl Glimpse {
    pub fn new(found: &Match) -> Self {
        Self {
            setting: found.setting.clone(),
            keys: found.keys.clone(),
            rule: found.rule,
            category: found.category,
            echo_of: found.echo_of.clone(),
            is_hearsay: found.evidence.is_hearsay(),
            is_attempt: found
                .subsystem
                .as_deref()
                .is_some_and(|name| name.contains("provider-transport-fetch")),
            ends: found.ends,
            order: found.when.order,
            line: found.position.line,
            captures: found.captures.clone(),
        }
    }

    fn provider(&self) -> Option<&str> {
        self.captures.get("provider").map(String::as_str)
    }
}

/// What explains an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cause {
    pub rule: usize,
    pub evidence: Evidence,
    /// It stands earlier in the log, in another incident.
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
            sample: None,
            records: 0,
            rules: BTreeMap::new(),
            captures: BTreeMap::new(),
            claims: BTreeMap::new(),
            ending: Ending::default(),
            runs: Vec::new(),
            traces: Vec::new(),
            session: None,
            course: Course::Open,
            first: Glimpse::new(found),
        }
    }

    /// The lead that tells the cause. Of several providers that failed in one run, the first is what went wrong, and the
    /// others are the fallbacks that did not help.
    pub fn lead(&self) -> Option<&Lead> {
        let primary = self.leads.iter().find_map(|lead| lead.provider.as_deref());
        let of_primary = |lead: &&Lead| lead.provider.is_none() || lead.provider.as_deref() == primary;
        let best = strongest(self.leads.iter().filter(of_primary))?;
        if best.is_echo && self.root.is_none() {
            // Nobody knows why the first provider rests; then the others are at least a cause that the log has.
            return strongest(self.leads.iter().filter(|lead| lead.is_proven())).or(Some(best));
        }
        Some(best)
    }

    /// What explains it.
    pub fn cause(&self) -> Option<Cause> {
        let lead = self.lead()?;
        let is_unproven = !lead.is_proven();
        Some(match &self.root {
            Some(root) if is_unproven => Cause { rule: root.rule, evidence: root.evidence, is_earlier: true },
            _ => Cause { rule: lead.rule, evidence: lead.evidence, is_earlier: false },
        })
    }

    /// Whether it only follows from a failure that is not known (yet).
    pub fn wants_root(&self) -> bool {
        self.root.is_none() && self.lead().is_some_and(|lead| lead.is_echo)
    }

    /// The provider that failed first.
    pub fn provider(&self) -> Option<&str> {
        self.leads.iter().find_map(|lead| lead.provider.as_deref())
    }

    pub fn has_ids(&self) -> bool {
        !self.runs.is_empty() || !self.traces.is_empty()
    }

    /// Whether it is the run of that name.
    pub fn is_known_by(&self, keys: &RunKeys) -> bool {
        let knows = |ids: &[String], id: &Option<String>| id.as_ref().is_some_and(|id| ids.contains(id));
        self.setting == Setting::Run && (knows(&self.runs, &keys.run) || knows(&self.traces, &keys.trace))
    }

    /// Whether the other is known by one of the same ids.
    pub fn shares_ids(&self, other: &Self) -> bool {
        let share = |a: &[String], b: &[String]| a.iter().any(|id| b.contains(id));
        self.setting == other.setting
            && (share(&self.runs, &other.runs) || share(&self.traces, &other.traces))
    }

    /// Whether a record whose ids are not known belongs to this incident.
    pub fn takes(&self, found: &Glimpse) -> bool {
        match (&self.setting, &found.setting) {
            (Setting::Run, Setting::Run) => !self.clashes(&found.keys) && self.takes_of_run(found),
            (Setting::Beside(mine), Setting::Beside(other)) => self.takes_of_episode(found, mine == other),
            _ => false,
        }
    }

    /// How well a record that ends attempts follows what this incident has said: whether the lanes gave up before a
    /// decision, OpenClaw's words, or at least the rule.
    pub fn precedes(&self, found: &Match) -> (bool, bool, bool) {
        let gave_up = found.has_next.is_some() && matches!(self.course, Course::Ended(_));
        let says_the_same = !found.claims.is_empty()
            && found.claims.iter().all(|claim| self.claims.contains_key(&claim.says));
        (gave_up, says_the_same, self.rules.contains_key(&found.rule))
    }

    fn takes_of_run(&self, found: &Glimpse) -> bool {
        let is_known =
            |provider: &str| self.leads.iter().any(|lead| lead.provider.as_deref() == Some(provider));
        let names_one = self.leads.iter().any(|lead| lead.provider.is_some());
        let is_other = names_one && found.provider().is_some_and(|provider| !is_known(provider));
        let is_other_model = is_other || differ(self.captures.get("model"), found.captures.get("model"));
        let was_said = self.rules.contains_key(&found.rule);
        match self.course {
            Course::Open => !is_other && self.is_related(found) && self.is_near(found, WINDOW),
            Course::FallingBack => self.is_near(found, WINDOW),
            // Another model is a fallback, the same one a new run.
            Course::Ended(end) if found.is_attempt => is_other_model && within(Some(end), found.order, ECHO),
            // What gives up then is another run.
            Course::Exhausted(_) if found.ends == Ends::Candidate => false,
            Course::Closed(_) if matches!(found.ends, Ends::Candidate | Ends::Run) => false,
            // An echo repeats what the run has said, or says less. To be skipped for an earlier failure is a new one.
            Course::Ended(end) | Course::Exhausted(end) | Course::Closed(end) => {
                let is_known_echo = found.echo_of.is_empty() || self.lead().is_some_and(|lead| lead.is_echo);
                let says_less = is_known_echo && (found.is_hearsay || found.ends != Ends::Nothing);
                !is_other
                    && !found.is_attempt
                    && (was_said || says_less)
                    && within(Some(end), found.order, ECHO)
            }
        }
    }

    fn takes_of_episode(&self, found: &Glimpse, is_same: bool) -> bool {
        // Two servers or tools that fail are two failures.
        let differs = ["server", "plugin", "tool", "path", "host", "account"]
            .iter()
            .any(|name| differ(self.captures.get(*name), found.captures.get(*name)));
        // What does not keep the gateway from running is not why it does not run.
        let explains =
            |lead: &Lead| lead.severity == Severity::Critical && found.echo_of.contains(&lead.category);
        let follows = self.leads.iter().any(explains);
        let is_related = match is_same {
            true => {
                let was_hearsay = self.lead().is_some_and(|lead| lead.evidence.is_hearsay());
                found.setting.is_channel()
                    || follows
                    || found.is_hearsay
                    || was_hearsay
                    || self.rules.contains_key(&found.rule)
            }
            false => follows,
        };
        let other_run = found.setting.is_tool() && self.clashes(&found.keys);
        self.course == Course::Open && is_related && !differs && !other_run && self.is_near(found, EPISODE)
    }

    fn clashes(&self, keys: &RunKeys) -> bool {
        let other = |mine: &[String], key: &Option<String>| {
            !mine.is_empty() && key.as_ref().is_some_and(|key| !mine.contains(key))
        };
        other(&self.runs, &keys.run)
            || other(&self.traces, &keys.trace)
            || differ(self.session.as_ref(), keys.session.as_ref())
    }

    /// Whether a record tells of the same failure: the same provider, rule or category again, or words that only repeat
    /// another's. Two strong causes of different kinds, of which one does not name its provider, are two failures.
    fn is_related(&self, found: &Glimpse) -> bool {
        let names_one = self.leads.iter().any(|lead| lead.provider.is_some());
        (names_one && found.provider().is_some())
            || found.ends != Ends::Nothing
            || self.rules.contains_key(&found.rule)
            || self.leads.iter().any(|lead| lead.category == found.category)
            || found.is_hearsay
            || self.lead().is_some_and(|lead| lead.evidence.is_hearsay())
    }

    fn is_near(&self, found: &Glimpse, span: SignedDuration) -> bool {
        if self.last_order.is_some() && found.order.is_some() {
            return within(self.last_order, found.order, span);
        }
        found.line.checked_sub(self.last_line).is_some_and(|lines| lines <= NEAR_LINES)
    }

    /// Whether a record of this time is too late to belong to it.
    pub fn is_over(&self, time: Option<Timestamp>) -> bool {
        self.last_order.zip(time).is_some_and(|(last, time)| time.duration_since(last) > REACH)
    }

    pub fn add(&mut self, found: &Match, sample: Option<Sample>) {
        self.records += 1;
        *self.rules.entry(found.rule).or_default() += 1;
        self.first_seen = earlier(self.first_seen, found.when.time);
        self.last_seen = self.last_seen.max(found.when.time);
        self.first_order = earlier(self.first_order, found.when.order);
        self.last_order = self.last_order.max(found.when.order);
        self.last_line = found.position.line;
        for (ids, id) in [(&mut self.runs, &found.keys.run), (&mut self.traces, &found.keys.trace)] {
            remember(ids, id.as_ref());
        }
        // A run that is known by its id was joined by that; whose lane gave up is then a guess.
        if !self.has_ids() || found.keys.run.is_some() || found.keys.trace.is_some() {
            self.session = self.session.take().or_else(|| found.keys.session.clone());
        }
        self.add_lead(Lead::new(found));
        if let Some(sample) = sample {
            self.add_sample((found.evidence, found.rule, sample));
        }
        // What a fallback met with is no fact of the first failure.
        let provider = found.captures.get("provider").map(String::as_str);
        if provider.is_none() || provider == self.provider() {
            for (name, value) in &found.captures {
                self.captures.entry(name.clone()).or_insert_with(|| value.clone());
            }
            for claim in &found.claims {
                self.add_claim(&claim.says, &claim.means);
            }
        }
        self.advance(found);
    }

    /// Follows the course of the run.
    fn advance(&mut self, found: &Match) {
        let time = found.when.order.or(self.last_order).unwrap_or_default();
        let is_attempt = is_attempt(found);
        match (found.ends, found.has_next) {
            (_, Some(true)) => self.course = Course::FallingBack,
            (Ends::Run, _) => self.course = Course::Closed(time),
            _ if matches!(self.course, Course::Closed(_)) => {}
            (Ends::Told, _) | (_, Some(false)) => self.course = Course::Exhausted(time),
            (Ends::Candidate, None) => self.course = Course::Ended(time),
            _ if is_attempt => self.course = Course::Open,
            _ => {}
        }
    }

    fn add_lead(&mut self, lead: Lead) {
        let count = self.leads.len();
        match self.leads.iter_mut().find(|mine| mine.provider == lead.provider) {
            Some(mine) if lead.weight() > mine.weight() => *mine = lead,
            Some(_) => {}
            None if count < MAX_LEADS => self.leads.push(lead),
            None => {}
        }
    }

    fn add_sample(&mut self, sample: (Evidence, usize, Sample)) {
        if self.sample.as_ref().is_none_or(|mine| sample.0 > mine.0) {
            self.sample = Some(sample);
        }
    }

    fn add_claim(&mut self, says: &str, means: &[Category]) {
        if self.claims.len() < MAX_CLAIMS {
            self.claims.entry(says.to_owned()).or_insert_with(|| means.to_vec());
        }
    }

    /// The run came to a good end.
    pub fn succeed(&mut self, time: Option<Timestamp>, fallback: bool) {
        self.ending.recovered = true;
        self.ending.degraded |= fallback;
        if let Some(time) = time.or(self.last_order) {
            self.course = Course::Closed(time);
        }
    }

    /// Whether the good end of a run of which only the time is known is the end of this one, and if so, whether another
    /// model than the wanted one has brought it about.
    pub fn ends_well(&self, time: Option<Timestamp>) -> Option<bool> {
        if self.setting != Setting::Run || self.has_ids() {
            return None;
        }
        match self.course {
            Course::Open => within(self.last_order, time, WINDOW).then_some(false),
            Course::FallingBack => within(self.last_order, time, WINDOW).then_some(true),
            Course::Ended(end) => within(Some(end), time, FALLBACK_ANSWER).then_some(true),
            Course::Exhausted(_) | Course::Closed(_) => None,
        }
    }

    /// Whether another model has answered for this provider, of which the record names no run.
    pub fn is_answered_for(&self, requested: &str, time: Option<Timestamp>) -> bool {
        self.setting == Setting::Run
            && self.provider() == Some(requested)
            && matches!(self.course, Course::Open | Course::FallingBack | Course::Ended(_))
            && within(self.last_order, time, WINDOW)
    }

    /// Adds what a later source tells of the same failure.
    pub fn absorb(&mut self, other: Self) {
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
        other.leads.into_iter().for_each(|lead| self.add_lead(lead));
        self.root = self.root.take().or(other.root);
        other.sample.into_iter().for_each(|sample| self.add_sample(sample));
        for (name, value) in other.captures {
            self.captures.entry(name).or_insert(value);
        }
        for (says, means) in &other.claims {
            self.add_claim(says, means);
        }
        self.ending.recovered |= other.ending.recovered;
        self.ending.degraded |= other.ending.degraded;
        self.course = other.course;
    }

    /// Gives the rules other indices.
    pub fn renumber(&mut self, new: &impl Fn(usize) -> usize) {
        self.rules = std::mem::take(&mut self.rules).into_iter().map(|(rule, n)| (new(rule), n)).collect();
        self.leads.iter_mut().for_each(|lead| lead.rule = new(lead.rule));
        if let Some(root) = &mut self.root {
            root.rule = new(root.rule);
        }
        if let Some(sample) = &mut self.sample {
            sample.1 = new(sample.1);
        }
        self.first.rule = new(self.first.rule);
    }
}

/// Whether a record is about a request itself.
fn is_attempt(found: &Match) -> bool {
    found.subsystem.as_deref().is_some_and(|name| name.contains("provider-transport-fetch"))
}

/// Whether two values are known and not the same.
fn differ(a: Option<&String>, b: Option<&String>) -> bool {
    a.zip(b).is_some_and(|(a, b)| a != b)
}

/// The strongest of some leads, the first of equals.
fn strongest<'l>(leads: impl Iterator<Item = &'l Lead>) -> Option<&'l Lead> {
    leads.reduce(|best, lead| if lead.weight() > best.weight() { lead } else { best })
}

fn remember(ids: &mut Vec<String>, id: Option<&String>) {
    if let Some(id) = id
        && ids.len() < MAX_KEYS
        && !ids.contains(id)
    {
        ids.push(id.clone());
    }
}

/// Whether `time` is at most `span` after `before`.
pub(super) fn within(before: Option<Timestamp>, time: Option<Timestamp>, span: SignedDuration) -> bool {
    before.zip(time).is_some_and(|(before, time)| {
        let distance = time.duration_since(before);
        // Writers' clocks are read a little before their lines reach the file.
        distance <= span && distance >= -ECHO
    })
}
