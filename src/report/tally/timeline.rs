//! Number of incidents over time, in bins that adapt to the time span.

use std::collections::BTreeMap;

use jiff::Timestamp;
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Bin widths in seconds. Each divides the next, so that bins can be joined without loss.
const WIDTHS: [i64; 12] = [1, 5, 15, 60, 300, 900, 3600, 10_800, 21_600, 43_200, 86_400, 604_800];

/// Maximum number of bins in a histogram; the bins become wider instead.
const MAX_BINS: i64 = 60;

/// Maximum number of non-empty bins kept; above it, the bins become wider. A histogram has fewer bins, so it can always
/// be computed from these.
const MAX_KEPT: usize = 500;

/// Counts of incidents over time, in bins of equal width aligned to the epoch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Histogram {
    /// Start of the first bin.
    pub start: Option<Timestamp>,
    /// Width of a bin in seconds.
    pub bin_seconds: i64,
    /// Number of incidents that began in each bin.
    pub counts: Vec<u64>,
}

/// Counts of incidents over time at the finest known resolution: only non-empty bins, if possible narrower than those
/// of the histogram.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Times {
    /// Width of a bin in seconds.
    pub bin_seconds: i64,
    /// Start of each bin, in seconds since 1970, and number of incidents that began in it; in order of time.
    pub bins: Vec<(i64, u64)>,
}

/// Collects times of incidents.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Timeline {
    /// Index into [`WIDTHS`].
    width: usize,
    bins: BTreeMap<i64, u64>,
}

impl Timeline {
    pub fn add(&mut self, time: Timestamp) {
        *self.bins.entry(time.as_second().div_euclid(self.seconds())).or_default() += 1;
        self.keep_bounds();
    }

    pub fn merge(&mut self, other: &Self) {
        let (mine, others) = (self.width.min(WIDTHS.len() - 1), other.width.min(WIDTHS.len() - 1));
        (mine..others).for_each(|_| self.widen());
        let ratio = self.seconds() / WIDTHS[others];
        for (bin, count) in &other.bins {
            *self.bins.entry(bin.div_euclid(ratio.max(1))).or_default() += count;
        }
        self.keep_bounds();
    }

    fn keep_bounds(&mut self) {
        while self.width + 1 < WIDTHS.len() && self.bins.len() > MAX_KEPT {
            self.widen();
        }
    }

    /// Returns a copy with bins so wide that at most `MAX_BINS` cover the span.
    fn coarse(&self) -> Self {
        let mut coarse = self.clone();
        while coarse.width + 1 < WIDTHS.len() && coarse.span() > MAX_BINS {
            coarse.widen();
        }
        coarse
    }

    fn widen(&mut self) {
        let ratio = WIDTHS[self.width + 1] / WIDTHS[self.width];
        for (bin, count) in std::mem::take(&mut self.bins) {
            *self.bins.entry(bin.div_euclid(ratio)).or_default() += count;
        }
        self.width += 1;
    }

    fn seconds(&self) -> i64 {
        WIDTHS[self.width.min(WIDTHS.len() - 1)]
    }

    fn span(&self) -> i64 {
        match (self.bins.first_key_value(), self.bins.last_key_value()) {
            (Some((first, _)), Some((last, _))) => last.saturating_sub(*first).saturating_add(1),
            _ => 0,
        }
    }

    pub fn times(&self) -> Times {
        let seconds = self.seconds();
        let bins = self.bins.iter().map(|(bin, count)| (bin.saturating_mul(seconds), *count)).collect();
        Times { bin_seconds: seconds, bins }
    }

    pub fn histogram(&self) -> Histogram {
        self.coarse().shown()
    }

    fn shown(&self) -> Histogram {
        let width = self.seconds();
        let (Some((&first, _)), Some((&last, _))) = (self.bins.first_key_value(), self.bins.last_key_value())
        else {
            return Histogram::default();
        };
        // If even the widest bins are too many (time stamps centuries apart), only the last ones are shown.
        let first = first.max(first + self.span() - MAX_BINS);
        let counts = (first..=last).map(|bin| self.bins.get(&bin).copied().unwrap_or(0)).collect();
        Histogram {
            start: Timestamp::from_second(first.saturating_mul(width)).ok(),
            bin_seconds: width,
            counts,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    #[test]
    fn each_width_divides_the_next() {
        assert!(WIDTHS.windows(2).all(|pair| pair[1] % pair[0] == 0));
    }

    #[test]
    fn bins_widen_with_the_span_and_lose_nothing() {
        let mut timeline = Timeline::default();
        assert_eq!(timeline.histogram(), Histogram::default());
        timeline.add(at(100));
        timeline.add(at(103));
        let histogram = timeline.histogram();
        assert_eq!((histogram.bin_seconds, histogram.counts), (1, vec![1, 0, 0, 1]));
        timeline.add(at(100 + 3000));
        let histogram = timeline.histogram();
        assert_eq!((histogram.start, histogram.bin_seconds), (Some(at(60)), 60));
        assert_eq!(histogram.counts.iter().sum::<u64>(), 3);
        assert_eq!(timeline.times(), Times { bin_seconds: 1, bins: vec![(100, 1), (103, 1), (3100, 1)] });
    }

    #[test]
    fn many_times_are_kept_in_few_bins_in_whatever_order_they_come() {
        let of = |seconds: &mut dyn Iterator<Item = i64>| {
            let mut timeline = Timeline::default();
            seconds.for_each(|second| timeline.add(at(second)));
            timeline
        };
        let whole = of(&mut (0..10_000).map(|n| n * 7));
        let times = whole.times();
        assert_eq!((times.bin_seconds, times.bins.len()), (300, 234));
        assert_eq!(times.bins.iter().map(|(_, count)| count).sum::<u64>(), 10_000);

        let parts = [0..5, 5..4000, 4000..4001, 4001..10_000].map(|part| of(&mut part.map(|n| n * 7)));
        let mut sum = Timeline::default();
        parts.iter().rev().for_each(|part| sum.merge(part));
        assert_eq!(sum, whole);
        assert_eq!(sum.histogram(), whole.histogram());
        assert_eq!(sum.histogram().bin_seconds, 3600);
    }

    #[test]
    fn parts_add_up_to_the_whole_in_any_order() {
        let of = |seconds: &[i64]| {
            let mut timeline = Timeline::default();
            seconds.iter().for_each(|second| timeline.add(at(*second)));
            timeline
        };
        let (near, far) = ([5, 6, 50, 3000], [-100, 2_000_000, 2_000_001]);
        let whole = of(&[&near[..], &far[..]].concat());
        let (mut a, mut b) = (of(&near), of(&far));
        a.merge(&of(&far));
        b.merge(&of(&near));
        assert_eq!((&a, &b), (&whole, &whole));
    }
}
