//! The time range of a report, and its syntax on the command line.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};

/// The time range of a report. A span counts back from the end of the log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Period {
    /// Incidents that ended before this are excluded.
    pub since: Option<Timestamp>,
    /// Incidents that ended longer than this before the end of the log are excluded.
    pub last: Option<SignedDuration>,
    /// Incidents that began after this are excluded.
    pub until: Option<Timestamp>,
    /// Incidents that began later than this before the end of the log are excluded.
    pub until_last: Option<SignedDuration>,
}

/// A point in time, absolute or counted back from the end of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// An absolute point in time.
    At(Timestamp),
    /// This long before the last record of the log.
    BeforeEnd(SignedDuration),
}

/// Error: the text is not a valid point in time or span.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a time; write 2026-11-22, 2026-11-22T10:00, 2026-11-22T10:00:00Z, or a span such as 2h or \"3 days\""
)]
pub struct BadMoment(String);

impl Moment {
    /// Parses RFC 3339, a date, a date and time without an offset (in `zone`), or a span such as `2h`.
    ///
    /// # Errors
    /// Fails if the text has none of these forms.
    ///
    /// ```
    /// use clawsift::report::Moment;
    /// use jiff::{SignedDuration, tz::TimeZone};
    /// let moment = Moment::parse("90 minutes ago", &TimeZone::UTC)?;
    /// assert_eq!(moment, Moment::BeforeEnd(SignedDuration::from_mins(90)));
    /// # Ok::<(), clawsift::report::BadMoment>(())
    /// ```
    pub fn parse(text: &str, zone: &TimeZone) -> Result<Self, BadMoment> {
        let bad = || BadMoment(text.to_owned());
        let text = text.trim();
        if let Ok(time) = text.parse::<Timestamp>() {
            return Ok(Self::At(time));
        }
        let local = text.parse::<DateTime>().or_else(|_| text.parse::<Date>().map(Date::into));
        if let Ok(local) = local {
            let zoned = local.to_zoned(zone.clone()).map_err(|_| bad())?;
            return Ok(Self::At(zoned.timestamp()));
        }
        let span = text.strip_suffix("ago").unwrap_or(text).trim_end();
        let span: Span = span.parse().map_err(|_| bad())?;
        // Days have 24 hours and weeks 7 days: a span of a log needs no calendar. Months and years have no fixed
        // length.
        let duration = span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).map_err(|_| bad())?;
        Ok(Self::BeforeEnd(duration.abs()))
    }
}

impl Period {
    /// Creates the period between two points in time.
    pub fn between(since: Option<Moment>, until: Option<Moment>) -> Self {
        let mut period = Self::default();
        match since {
            Some(Moment::At(time)) => period.since = Some(time),
            Some(Moment::BeforeEnd(span)) => period.last = Some(span),
            None => {}
        }
        match until {
            Some(Moment::At(time)) => period.until = Some(time),
            Some(Moment::BeforeEnd(span)) => period.until_last = Some(span),
            None => {}
        }
        period
    }

    /// Returns true if the end of the log must be known before the period can be applied.
    pub(crate) fn needs_end(&self) -> bool {
        self.last.is_some() || self.until_last.is_some()
    }

    /// Replaces spans by points in time, relative to the end of the log.
    pub(crate) fn settle(&mut self, end: Timestamp) {
        let before_end = |span: SignedDuration| end.checked_sub(span).ok();
        self.since = self.last.take().and_then(before_end).or(self.since);
        self.until = self.until_last.take().and_then(before_end).or(self.until);
    }

    /// Returns true if an incident that ended at `last` is before the period.
    pub(crate) fn is_before(&self, last: Option<Timestamp>) -> bool {
        self.since.zip(last).is_some_and(|(since, last)| last < since)
    }

    /// Returns true if an incident between these times is in the period; an incident without times is.
    pub(crate) fn covers(&self, first: Option<Timestamp>, last: Option<Timestamp>) -> bool {
        let too_late = self.until.zip(first).is_some_and(|(until, first)| first > until);
        !self.is_before(last) && !too_late
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_each_way_of_writing_a_moment() {
        let berlin = TimeZone::fixed(jiff::tz::offset(1));
        let at = |text: &str| Moment::At(text.parse().expect("a time"));
        for (text, moment) in [
            ("2026-11-22T10:00:00Z", at("2026-11-22T10:00:00Z")),
            ("2026-11-22T10:00:00+01:00", at("2026-11-22T09:00:00Z")),
            ("2026-11-22T10:00", at("2026-11-22T09:00:00Z")),
            ("2026-11-22 10:00:30", at("2026-11-22T09:00:30Z")),
            ("2026-11-22", at("2026-11-21T23:00:00Z")),
            ("2h", Moment::BeforeEnd(SignedDuration::from_hours(2))),
            ("1h 30m", Moment::BeforeEnd(SignedDuration::from_mins(90))),
            ("3 days ago", Moment::BeforeEnd(SignedDuration::from_hours(72))),
            ("1 week", Moment::BeforeEnd(SignedDuration::from_hours(168))),
        ] {
            assert_eq!(Moment::parse(text, &berlin), Ok(moment), "{text}");
        }
        for text in ["", "yesterday-ish", "2026-13-01", "5", "1 month"] {
            assert!(Moment::parse(text, &berlin).is_err(), "{text}");
        }
    }

    #[test]
    fn a_span_counts_back_from_the_end_of_the_log() {
        let at = |second| Timestamp::from_second(second).ok();
        let mut period = Period::between(Some(Moment::BeforeEnd(SignedDuration::from_secs(10))), None);
        assert!(period.needs_end());
        period.settle(Timestamp::from_second(100).expect("a time"));
        assert!(!period.covers(at(50), at(89)));
        assert!(period.covers(at(50), at(90)));
        assert!(period.covers(None, None));
    }
}
