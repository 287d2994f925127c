//! Rate of records per second over the last few seconds.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Time span over which the rate is measured.
const WINDOW: Duration = Duration::from_secs(10);
/// Minimum time between two recorded counts.
const STEP: Duration = Duration::from_millis(500);

/// Rate of incoming records.
#[derive(Debug, Default)]
pub struct Rate {
    counts: VecDeque<(Instant, u64)>,
}

impl Rate {
    /// Records the total number of records at `now`.
    pub fn note(&mut self, records: u64, now: Instant) {
        if self.counts.back().is_none_or(|(last, _)| now.duration_since(*last) >= STEP) {
            self.counts.push_back((now, records));
        }
        // One count from before the window is kept for comparison.
        while self.counts.get(1).is_some_and(|(time, _)| now.duration_since(*time) >= WINDOW) {
            self.counts.pop_front();
        }
    }

    /// Returns the records per second until `now`, with `records` in total.
    pub fn per_second(&self, records: u64, now: Instant) -> f64 {
        // During a pause in the input, no counts were recorded either.
        let since = self.counts.iter().rev().find(|(time, _)| now.duration_since(*time) >= WINDOW);
        let Some((time, count)) = since.or(self.counts.front()) else { return 0.0 };
        let span = now.duration_since(*time).max(STEP);
        records.saturating_sub(*count) as f64 / span.as_secs_f64()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_that_of_the_last_seconds_and_takes_no_memory() {
        let begin = Instant::now();
        let mut rate = Rate::default();
        for tick in 0..10_000_u64 {
            rate.note(tick * 10, begin + Duration::from_millis(tick * 100));
        }
        let end = begin + Duration::from_millis(999_900);
        assert!((rate.per_second(99_990, end) - 100.0).abs() < 1.0, "{}", rate.per_second(99_990, end));
        assert!(rate.counts.len() < 30);
        assert!(rate.per_second(99_990, end + Duration::from_secs(60)) < 1.0);
    }
}
