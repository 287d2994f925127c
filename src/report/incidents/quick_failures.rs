//! Attempts of one run that fail sooner than any time limit. OpenClaw calls each fault of the network a timeout; if one attempt after
//! another "times out" within seconds, nothing was waited for.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Shortest time limit for an attempt that a user would configure. Attempts include the pause before them.
const SHORTEST_LIMIT: SignedDuration = SignedDuration::from_secs(10);
/// Distance within which records report the same attempt.
const SAME_ATTEMPT: SignedDuration = SignedDuration::from_secs(1);
/// A pause that is longer than any between retries: something was waited for.
const LONG_PAUSE: SignedDuration = SignedDuration::from_secs(45);
/// Number of attempts that must follow another one too soon.
const MIN_QUICK: u32 = 2;

/// The attempts of an incident that are said to have failed by a rule that other rules explain better if they were quick.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct QuickFailures {
    /// The rule that matched the records.
    pub rule: usize,
    /// The rule that explains quick failures.
    pub instead: usize,
    first: Timestamp,
    last: Timestamp,
    quick: u32,
    /// True if an attempt took long.
    #[serde(default)]
    is_slow: bool,
}

impl QuickFailures {
    pub fn new(rule: usize, instead: usize, time: Timestamp) -> Self {
        Self { rule, instead, first: time, last: time, quick: 0, is_slow: false }
    }

    /// Adds later attempts.
    pub fn absorb(&mut self, later: &Self) {
        if self.rule != later.rule {
            return;
        }
        let pause = later.first.duration_since(self.last);
        self.quick += later.quick + u32::from((SAME_ATTEMPT..SHORTEST_LIMIT).contains(&pause));
        self.is_slow |= later.is_slow || pause >= LONG_PAUSE;
        self.first = self.first.min(later.first);
        self.last = self.last.max(later.last);
    }

    /// Returns the rule that explains the failures if they were too quick for this one.
    pub fn better_than(&self, rule: usize) -> Option<usize> {
        (rule == self.rule && self.quick >= MIN_QUICK && !self.is_slow).then_some(self.instead)
    }

    pub fn renumber(&mut self, new: &mut impl FnMut(usize) -> usize) {
        (self.rule, self.instead) = (new(self.rule), new(self.instead));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(seconds: &[f64]) -> Option<usize> {
        let at = |seconds: f64| {
            QuickFailures::new(1, 2, Timestamp::from_microsecond((seconds * 1e6) as i64).expect("a time"))
        };
        let mut all = at(seconds[0]);
        seconds[1..].iter().for_each(|seconds| all.absorb(&at(*seconds)));
        all.better_than(1)
    }

    #[test]
    fn only_attempts_that_follow_each_other_in_seconds_are_quick() {
        assert_eq!(after(&[0.0, 3.5, 9.0, 18.4]), Some(2));
        assert_eq!(after(&[0.0, 3.5]), None);
        assert_eq!(after(&[0.0, 0.1, 0.2, 0.25]), None);
        assert_eq!(after(&[0.0, 60.0, 121.0, 183.0]), None);
        assert_eq!(after(&[0.0, 3.0, 6.0, 66.0, 126.0]), None);
    }
}
