//! Status of a failure, relative to the end of the log and not to the wall clock.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalogue::{Category, Severity};
use crate::report::incidents::{LastSeen, LifecycleEvent, Scope, SourceSummary, Success};
use crate::report::tally::{FindingTally, RuleText};

/// Time without an incident before the end of the log after which a failure is quiet.
const QUIET_AFTER: SignedDuration = SignedDuration::from_hours(1);

/// Status of a finding at the end of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Status {
    /// Seen up to the end of the log, with no success since.
    Ongoing,
    /// A fallback model answered in the end.
    Degraded,
    /// Not seen during the last hour of the log, and no success either.
    Quiet,
    /// A retry, or a later run, succeeded.
    Recovered,
}

impl Status {
    /// Returns true if the failure persists, including if a fallback model answers.
    pub fn is_going_on(self) -> bool {
        matches!(self, Self::Ongoing | Self::Degraded)
    }

    /// Returns the name used in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ongoing => "ongoing",
            Self::Degraded => "degraded",
            Self::Quiet => "quiet",
            Self::Recovered => "recovered",
        }
    }
}

/// Returns the status of a finding in one scope. A success after its last incident decides first, then how that
/// incident ended, then the time between it and the end of the log.
fn judge(last: &LastSeen, success: Option<Timestamp>, log_end: Option<Timestamp>) -> Status {
    if last.order.zip(success).is_some_and(|(seen, success)| success > seen) {
        return Status::Recovered;
    }
    if last.ending.degraded {
        return Status::Degraded;
    }
    if last.ending.recovered {
        return Status::Recovered;
    }
    match last.order.zip(log_end) {
        Some((seen, end)) if end.duration_since(seen) > QUIET_AFTER => Status::Quiet,
        _ => Status::Ongoing,
    }
}

/// The successes and the ends of the logs of all gateways.
pub(crate) struct Health {
    successes: Vec<Success>,
    log_ends: HashMap<String, Timestamp>,
}

impl Health {
    /// Collects the successes and log ends of `sources`, which must be in order of time.
    pub(crate) fn new(sources: &[&SourceSummary]) -> Self {
        let mut successes = Vec::new();
        let mut log_ends: HashMap<String, Timestamp> = HashMap::new();
        let mut defaults: HashMap<&str, &String> = HashMap::new();
        for source in sources {
            successes.extend(source.successes.iter().cloned());
            // A success before the log names a provider belongs to the provider of the previous source.
            if let Some((order, provider)) = source.early_success.zip(defaults.get(source.gateway.as_str())) {
                let (gateway, provider) = (source.gateway.clone(), Some((*provider).clone()));
                successes.push(Success {
                    order,
                    scope: Scope { gateway, provider, ..Scope::default() },
                    is_fallback: false,
                });
            }
            if let Some(provider) = &source.default_provider {
                defaults.insert(&source.gateway, provider);
            }
            if let Some(order) = source.last_order {
                let end = log_ends.entry(source.gateway.clone()).or_insert(order);
                *end = order.max(*end);
            }
        }
        Self { successes, log_ends }
    }

    /// Returns the worst status over the scopes in which the failure was seen.
    pub(crate) fn status(&self, rule: &RuleText, tally: &FindingTally, marks: &[LifecycleEvent]) -> Status {
        let of_scope = |last: &LastSeen| {
            let success = self
                .successes
                .iter()
                .filter(|success| success.cures(&last.scope, rule.category))
                .map(|success| success.order)
                .max();
            let restart = restart_after(rule, &last.scope, marks);
            judge(last, success.max(restart), self.log_ends.get(&last.scope.gateway).copied())
        };
        tally.scopes.iter().map(of_scope).min().unwrap_or(Status::Ongoing)
    }
}

/// Returns the time of the gateway's last start, if a start proves that the failure is fixed (a critical failure that
/// prevents the gateway from starting).
fn restart_after(rule: &RuleText, scope: &Scope, marks: &[LifecycleEvent]) -> Option<Timestamp> {
    let keeps_from_starting = rule.severity == Severity::Critical
        && matches!(rule.category, Category::Gateway | Category::Config | Category::Storage);
    let starts = marks.iter().filter(|mark| mark.gateway == scope.gateway && mark.is_start());
    starts.map(|mark| mark.time).max().filter(|_| keeps_from_starting)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::incidents::ending::Ending;

    #[test]
    fn a_success_decides_then_the_ending_then_the_time() {
        let at = |minute: i64| Timestamp::from_second(minute * 60).ok();
        let open = Ending::default();
        let recovered = Ending { recovered: true, degraded: false };
        let degraded = Ending { recovered: true, degraded: true };
        for (ending, order, success, end, status) in [
            (open, at(10), None, at(20), Status::Ongoing),
            (open, at(10), at(5), at(20), Status::Ongoing),
            (open, at(10), at(15), at(20), Status::Recovered),
            (open, at(10), None, at(100), Status::Quiet),
            (open, None, at(5), at(100), Status::Ongoing),
            (recovered, at(10), None, at(11), Status::Recovered),
            (degraded, at(10), at(5), at(20), Status::Degraded),
            (degraded, at(10), at(15), at(20), Status::Recovered),
        ] {
            let last = LastSeen { order, ending, scope: Scope::default() };
            assert_eq!(judge(&last, success, end), status, "{last:?}");
        }
    }
}
