//! Significance test for a change of the incident rate between two time spans of unequal length.
//!
//! The model takes incidents as Poisson events. If the rate has not changed, each incident falls into the later span
//! with a probability equal to that span's share of the total time. The later count is therefore binomially
//! distributed, and its tail probability shows if chance explains the change. Failures come in bursts, so the result is
//! an indication and not a proof.

/// Significance level: a change with a lower probability by chance is reported.
const CHANCE: f64 = 0.05;
/// Smallest ratio of two rates that matters to a person, even if a smaller one is statistically significant.
const FACTOR: f64 = 1.25;
/// Largest number of incidents for the exact binomial sum; the normal approximation is used above it.
const MAX_EXACT: u64 = 2000;

/// Number of incidents and the observed time, in hours.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rate {
    pub incidents: u64,
    pub hours: f64,
}

impl Rate {
    /// Returns the incidents per hour; `None` if the observed time is 0.
    pub fn per_hour(self) -> Option<f64> {
        (self.hours > 0.0).then(|| self.incidents as f64 / self.hours)
    }
}

/// Direction of change of a rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trend {
    Rising,
    Falling,
    Level,
}

/// Returns the direction of change if it is significant and large enough to matter, otherwise `Level`.
pub(super) fn trend(before: Rate, after: Rate) -> Trend {
    let Some((old, new)) = before.per_hour().zip(after.per_hour()) else { return Trend::Level };
    if new >= old * FACTOR && chance_of_so_many(before, after) <= CHANCE {
        Trend::Rising
    } else if old >= new * FACTOR && chance_of_so_few(before, after) <= CHANCE {
        Trend::Falling
    } else {
        Trend::Level
    }
}

/// Returns the hours without an incident after which it is certain that the failure has stopped; `None` if `before` has
/// no incidents or no observed time.
pub(super) fn hours_until_sure(before: Rate) -> Option<f64> {
    (before.incidents > 0 && before.hours > 0.0)
        .then(|| before.hours * (CHANCE.powf(-1.0 / before.incidents as f64) - 1.0))
}

/// Returns the probability of at least this many incidents in the later span if the rate has not changed.
fn chance_of_so_many(before: Rate, after: Rate) -> f64 {
    let all = before.incidents + after.incidents;
    at_most(all, before.incidents, before.hours / (before.hours + after.hours))
}

/// Returns the probability of at most this many incidents in the later span if the rate has not changed.
fn chance_of_so_few(before: Rate, after: Rate) -> f64 {
    let all = before.incidents + after.incidents;
    at_most(all, after.incidents, after.hours / (before.hours + after.hours))
}

/// Returns the probability of at most `most` successes in `trials` independent trials, each with probability `p`.
fn at_most(trials: u64, most: u64, p: f64) -> f64 {
    if most >= trials || p <= 0.0 {
        return 1.0;
    }
    if p >= 1.0 {
        return 0.0;
    }
    if trials > MAX_EXACT {
        let (n, k) = (trials as f64, most as f64);
        return normal((k + 0.5 - n * p) / (n * p * (1.0 - p)).sqrt());
    }
    // Logarithms, because the first terms of long sums underflow a float.
    let mut term = trials as f64 * (1.0 - p).ln();
    let mut sum = term.exp();
    for k in 0..most {
        term += ((trials - k) as f64 / (k + 1) as f64).ln() + (p / (1.0 - p)).ln();
        sum += term.exp();
    }
    sum.min(1.0)
}

/// Cumulative distribution function of the standard normal distribution, accurate to a few parts per million.
fn normal(z: f64) -> f64 {
    // Abramowitz and Stegun, Handbook of Mathematical Functions, 26.2.17.
    let t = 1.0 / (1.0 + 0.231_641_9 * z.abs());
    let coefficients = [1.330_274_429, -1.821_255_978, 1.781_477_937, -0.356_563_782, 0.319_381_530];
    let polynomial = coefficients.into_iter().fold(0.0, |sum, c| (sum + c) * t);
    let above = (-z * z / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt() * polynomial;
    if z > 0.0 { 1.0 - above } else { above }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(incidents: u64, hours: f64) -> Rate {
        Rate { incidents, hours }
    }

    #[test]
    fn chances_are_those_of_the_binomial() {
        // Ten coin tosses: at most 2 heads in 56 of 1024 cases.
        assert!((at_most(10, 2, 0.5) - 56.0 / 1024.0).abs() < 1e-12);
        assert!((at_most(3, 0, 0.25) - 0.421_875).abs() < 1e-12);
        assert_eq!(at_most(5, 5, 0.3), 1.0);
        // The exact sum and the approximation agree at the switch from one to the other.
        let exact = at_most(2000, 970, 0.5);
        let curve = normal((970.5 - 1000.0) / 500.0_f64.sqrt());
        assert!((exact - curve).abs() < 1e-4, "{exact} {curve}");
        assert!((normal(1.96) - 0.975).abs() < 1e-4);
        assert!((normal(-1.96) - 0.025).abs() < 1e-4);
    }

    #[test]
    fn a_change_must_be_large_and_no_chance() {
        assert_eq!(trend(rate(4, 10.0), rate(5, 10.0)), Trend::Level);
        assert_eq!(trend(rate(4, 10.0), rate(20, 10.0)), Trend::Rising);
        assert_eq!(trend(rate(20, 10.0), rate(4, 10.0)), Trend::Falling);
        // The same count in a tenth of the time is a higher rate.
        assert_eq!(trend(rate(10, 10.0), rate(10, 1.0)), Trend::Rising);
        // 3 % more is significant with so many incidents, but too little to act on.
        assert_eq!(trend(rate(100_000, 10.0), rate(103_000, 10.0)), Trend::Level);
        assert_eq!(trend(rate(100_000, 10.0), rate(130_000, 10.0)), Trend::Rising);
        assert_eq!(trend(rate(3, 0.0), rate(3, 1.0)), Trend::Level);
    }

    #[test]
    fn what_was_rare_takes_long_to_be_gone_for_sure() {
        assert_eq!(trend(rate(1, 1.0), rate(0, 10.0)), Trend::Level);
        assert!((hours_until_sure(rate(1, 1.0)).expect("hours") - 19.0).abs() < 1e-9);
        assert_eq!(trend(rate(1, 1.0), rate(0, 19.01)), Trend::Falling);
        assert_eq!(trend(rate(10, 1.0), rate(0, 0.36)), Trend::Falling);
        assert_eq!(trend(rate(0, 10.0), rate(1, 10.0)), Trend::Level);
        assert_eq!(trend(rate(0, 1000.0), rate(1, 1.0)), Trend::Rising);
    }
}
