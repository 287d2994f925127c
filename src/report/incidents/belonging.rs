//! Which records belong to an incident, where they know each other by an id, and where they do not.

use jiff::{SignedDuration, Timestamp};

use crate::catalogue::Severity;
use crate::classify::{Ends, Glimpse, Match, RunKeys, Setting};

use super::incident::{Course, Incident, Lead};
use super::nearness::{ECHO, REACH, WINDOW, within};

/// A channel, tool or store that fails again within this is still the same failure: backoff goes up to five minutes.
const EPISODE: SignedDuration = SignedDuration::from_mins(10);
/// How soon after the end of a run a request for another model is still a part of it.
const BESIDE: SignedDuration = SignedDuration::from_secs(2);
/// A fallback's answer takes longer than its beginning.
const FALLBACK_ANSWER: SignedDuration = SignedDuration::from_secs(60);
/// Records without a time are near to those within so many lines.
const NEAR_LINES: u64 = 30;

impl Incident {
    /// Whether it is the run of that name.
    pub fn is_known_by(&self, keys: &RunKeys) -> bool {
        let knows = |ids: &[String], id: &Option<String>| id.as_ref().is_some_and(|id| ids.contains(id));
        self.setting == Setting::Run && (knows(&self.runs, &keys.run) || knows(&self.traces, &keys.trace))
    }

    /// The ids by which it is known, apart for runs and for what happens beside them.
    pub fn ids(&self) -> impl Iterator<Item = String> {
        let setting = &self.setting;
        self.runs.iter().chain(&self.traces).map(move |id| setting.id(id).into_owned())
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
        let is_other =
            self.provider().is_some() && found.provider().is_some_and(|provider| !is_known(provider));
        let is_other_model = is_other || differ(self.captures.get("model"), found.captures.get("model"));
        let was_said = self.rules.contains_key(&found.rule);
        match self.course {
            Course::Open => !is_other && self.is_related(found) && self.is_near(found, WINDOW),
            Course::FallingBack => self.is_near(found, WINDOW),
            // Another model is a fallback, the same one a new run.
            Course::Ended(end) if found.is_attempt => is_other_model && self.is_soon(end, found, ECHO),
            // The small model that makes a title is asked beside the run's own.
            Course::Exhausted(end) | Course::Closed(end) if found.is_attempt => {
                is_other_model && !is_other && self.is_soon(end, found, BESIDE)
            }
            // What gives up then is another run.
            Course::Exhausted(_) if found.ends == Ends::Candidate => false,
            Course::Closed(_) if matches!(found.ends, Ends::Candidate | Ends::Run) => false,
            // An echo repeats what the run has said, or says less. To be skipped for an earlier failure is a new one.
            Course::Ended(end) | Course::Exhausted(end) | Course::Closed(end) => {
                let is_known_echo = found.echo_of.is_empty() || self.lead().is_some_and(|lead| lead.is_echo);
                let says_less = is_known_echo && (found.is_hearsay || found.ends != Ends::Nothing);
                !is_other && (was_said || says_less) && self.is_soon(end, found, ECHO)
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
        (self.provider().is_some() && found.provider().is_some())
            || found.ends != Ends::Nothing
            || self.rules.contains_key(&found.rule)
            || self.leads.iter().any(|lead| lead.category == found.category)
            || found.is_hearsay
            || self.lead().is_some_and(|lead| lead.evidence.is_hearsay())
    }

    /// Whether a record comes soon after the end.
    fn is_soon(&self, end: Timestamp, found: &Glimpse, span: SignedDuration) -> bool {
        match self.last_order.is_some() && found.order.is_some() {
            true => within(Some(end), found.order, span),
            false => self.is_near(found, span),
        }
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
}

/// Whether two values are known and not the same.
fn differ(a: Option<&String>, b: Option<&String>) -> bool {
    a.zip(b).is_some_and(|(a, b)| a != b)
}
