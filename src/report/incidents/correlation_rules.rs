//! Correlation rules: which records belong to an incident, with and without common ids.

use jiff::{SignedDuration, Timestamp};

use crate::catalogue::Severity;
use crate::classify::{Component, CorrelationKey, Ends, Match, ProcessEnd, RunKeys};

use super::incident::{Incident, RunState};
use super::primary_evidence::PrimaryEvidence;
use super::time_limits::{ECHO, REACH, WINDOW, within};

/// Longest gap between failures of one channel, tool or store that form one incident: backoff waits up to five minutes.
const EPISODE: SignedDuration = SignedDuration::from_mins(10);
/// Time after the end of a run within which a request for another model still belongs to the run.
const BESIDE: SignedDuration = SignedDuration::from_secs(2);
/// Time after the end of the attempts within which a fallback's answer can arrive. An answer takes longer than its
/// start.
const FALLBACK_ANSWER: SignedDuration = SignedDuration::from_secs(60);
/// Largest distance, in lines, at which records without a time are considered close.
const NEAR_LINES: u64 = 30;

impl Incident {
    /// Returns true if the incident is the run with one of these ids.
    pub fn is_known_by(&self, keys: &RunKeys) -> bool {
        let knows = |ids: &[String], id: &Option<String>| id.as_ref().is_some_and(|id| ids.contains(id));
        self.setting == Component::Run && (knows(&self.runs, &keys.run) || knows(&self.traces, &keys.trace))
    }

    /// Returns the ids of the incident, in separate namespaces for runs and for events outside a run.
    pub fn ids(&self) -> impl Iterator<Item = String> {
        let setting = &self.setting;
        self.runs.iter().chain(&self.traces).map(move |id| setting.id(id).into_owned())
    }

    /// Returns true if a record without known ids belongs to this incident.
    pub fn takes(&self, found: &CorrelationKey) -> bool {
        // Whatever ended the process explains why it ended.
        if self.is_fatal && found.process == ProcessEnd::Exit {
            return self.is_near(found, ECHO);
        }
        match (&self.setting, &found.setting) {
            (Component::Run, Component::Run) => !self.clashes(&found.keys) && self.takes_of_run(found),
            (Component::Beside(mine), Component::Beside(other)) => {
                self.takes_of_episode(found, mine == other)
            }
            _ => false,
        }
    }

    /// Returns how well a record that ends attempts continues this incident, the strongest criterion first: the lanes
    /// gave up before a failover decision, OpenClaw's message is the same, the rule is the same.
    pub fn precedes(&self, found: &Match) -> (bool, bool, bool) {
        let gave_up = found.has_next.is_some() && matches!(self.course, RunState::Ended(_));
        let says_the_same = !found.claims.is_empty()
            && found.claims.iter().all(|claim| self.claims.contains_key(&claim.says));
        (gave_up, says_the_same, self.rules.contains_key(&found.rule))
    }

    fn takes_of_run(&self, found: &CorrelationKey) -> bool {
        let is_known =
            |provider: &str| self.leads.iter().any(|lead| lead.provider.as_deref() == Some(provider));
        let is_other =
            self.provider().is_some() && found.provider().is_some_and(|provider| !is_known(provider));
        let is_other_model = is_other || differ(self.captures.get("model"), found.captures.get("model"));
        let was_said = self.rules.contains_key(&found.rule);
        match self.course {
            RunState::Open => !is_other && self.is_related(found) && self.is_near(found, WINDOW),
            RunState::FallingBack => self.is_near(found, WINDOW),
            // Another model is a fallback; the same model is a new run.
            RunState::Ended(end) if found.is_attempt => is_other_model && self.is_soon(end, found, ECHO),
            // OpenClaw asks a small model for the conversation's title in parallel with the run's own model.
            RunState::Exhausted(end) | RunState::Closed(end) if found.is_attempt => {
                is_other_model && !is_other && self.is_soon(end, found, BESIDE)
            }
            // A model or run that gives up now belongs to another run.
            RunState::Exhausted(_) if found.ends == Ends::Candidate => false,
            RunState::Closed(_) if matches!(found.ends, Ends::Candidate | Ends::Run) => false,
            // A related record repeats an earlier record of the run or has less evidence. A record of a provider
            // skipped because of an earlier failure starts a new incident.
            RunState::Ended(end) | RunState::Exhausted(end) | RunState::Closed(end) => {
                let is_known_echo = found.echo_of.is_empty() || self.lead().is_some_and(|lead| lead.is_echo);
                let says_less = is_known_echo && (found.is_secondary || found.ends != Ends::Nothing);
                let is_about_it = found.is_decision && found.provider().is_some_and(is_known);
                !is_other && (was_said || says_less || is_about_it) && self.is_soon(end, found, ECHO)
            }
        }
    }

    fn takes_of_episode(&self, found: &CorrelationKey, is_same: bool) -> bool {
        // Failures of two servers or tools are two incidents.
        let differs = ["server", "plugin", "tool", "path", "host", "account"]
            .iter()
            .any(|name| differ(self.captures.get(name), found.captures.get(*name)));
        // Only a failure that is critical or ended the gateway explains why it does not run.
        let explains = |lead: &PrimaryEvidence| {
            (lead.severity == Severity::Critical || self.is_fatal) && found.echo_of.contains(&lead.category)
        };
        let follows = self.leads.iter().any(explains);
        let is_related = match is_same {
            true => {
                let was_hearsay = self.lead().is_some_and(|lead| lead.evidence.is_secondary());
                found.setting.is_channel()
                    || follows
                    || found.is_secondary
                    || was_hearsay
                    || self.rules.contains_key(&found.rule)
            }
            false => follows,
        };
        let other_run = found.setting.is_tool() && self.clashes(&found.keys);
        self.course == RunState::Open && is_related && !differs && !other_run && self.is_near(found, EPISODE)
    }

    fn clashes(&self, keys: &RunKeys) -> bool {
        let other = |mine: &[String], key: &Option<String>| {
            !mine.is_empty() && key.as_ref().is_some_and(|key| !mine.contains(key))
        };
        other(&self.runs, &keys.run)
            || other(&self.traces, &keys.trace)
            || differ(self.session.as_ref(), keys.session.as_ref())
    }

    /// Returns true if a record reports the same failure: the same provider, rule or category, or only secondary
    /// evidence. Two proven causes of different kinds, of which one does not name its provider, are two failures.
    fn is_related(&self, found: &CorrelationKey) -> bool {
        (self.provider().is_some() && found.provider().is_some())
            || found.ends != Ends::Nothing
            || self.rules.contains_key(&found.rule)
            || self.leads.iter().any(|lead| lead.category == found.category)
            || found.is_secondary
            || self.lead().is_some_and(|lead| lead.evidence.is_secondary())
    }

    /// Returns true if a record follows `end` within `span`.
    fn is_soon(&self, end: Timestamp, found: &CorrelationKey, span: SignedDuration) -> bool {
        match self.last_order.is_some() && found.order.is_some() {
            true => within(Some(end), found.order, span),
            false => self.is_near(found, span),
        }
    }

    fn is_near(&self, found: &CorrelationKey, span: SignedDuration) -> bool {
        if self.last_order.is_some() && found.order.is_some() {
            return within(self.last_order, found.order, span);
        }
        found.line.checked_sub(self.last_line).is_some_and(|lines| lines <= NEAR_LINES)
    }

    /// Returns true if a record at this time is too late to belong to the incident.
    pub fn is_over(&self, time: Option<Timestamp>) -> bool {
        self.last_order.zip(time).is_some_and(|(last, time)| time.duration_since(last) > REACH)
    }

    /// Checks whether a successful end of a run, known only by its time, ends this incident. Returns `Some(true)` if a
    /// model other than the requested one succeeded, `None` if it does not end this incident.
    pub fn ends_well(&self, time: Option<Timestamp>) -> Option<bool> {
        if self.setting != Component::Run || self.has_ids() {
            return None;
        }
        match self.course {
            RunState::Open => within(self.last_order, time, WINDOW).then_some(false),
            RunState::FallingBack => within(self.last_order, time, WINDOW).then_some(true),
            RunState::Ended(end) => within(Some(end), time, FALLBACK_ANSWER).then_some(true),
            RunState::Exhausted(_) | RunState::Closed(_) => None,
        }
    }

    /// Returns true if another model has answered in place of this provider's, in a record that names no run.
    pub fn is_answered_for(&self, requested: &str, time: Option<Timestamp>) -> bool {
        self.setting == Component::Run
            && self.provider() == Some(requested)
            && matches!(self.course, RunState::Open | RunState::FallingBack | RunState::Ended(_))
            && within(self.last_order, time, WINDOW)
    }
}

/// Returns true if both values are known and differ.
fn differ(a: Option<&String>, b: Option<&String>) -> bool {
    a.zip(b).is_some_and(|(a, b)| a != b)
}
