//! Completes time stamps that lack the date or the offset.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use crate::record::Stamp;

/// Minimum backward step of a time of day that is read as the next day.
const NEXT_DAY: SignedDuration = SignedDuration::from_hours(12);

/// Supplies time zone and date for the records of one source, in order.
#[derive(Debug, Clone)]
pub(crate) struct Calendar {
    zone: TimeZone,
    /// Day of the last record; `None` until a record or header names a date.
    day: Option<Day>,
    /// Number of midnights since `day`, or since the first time of day if `day` is unknown.
    days: i64,
    last: Option<Time>,
}

/// A day, as a date or as a point in time on it.
#[derive(Debug, Clone, Copy)]
enum Day {
    Date(Date),
    /// The date is computed on demand, which is rare.
    Of(Timestamp),
}

/// The time of a record, as far as it is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct When {
    /// The point in time; `None` if the date is not known.
    pub time: Option<Timestamp>,
    /// A time for comparison with other records of the same source; only its date may be wrong.
    pub order: Option<Timestamp>,
}

impl Calendar {
    pub fn new(zone: TimeZone) -> Self {
        Self { zone, day: None, days: 0, last: None }
    }

    /// Sets the date that the log names.
    pub fn set_date(&mut self, date: Date) {
        self.day = Some(Day::Date(date));
        self.days = 0;
        self.last = None;
    }

    /// Returns the time of the next record.
    pub fn place(&mut self, stamp: Option<Stamp>) -> When {
        let when = self.peek(stamp);
        match stamp {
            Some(Stamp::Clock(clock, _)) => {
                self.days = self.days_at(clock);
                self.last = Some(clock);
            }
            Some(_) => {
                if let Some(time) = when.time {
                    self.day = Some(Day::Of(time));
                    self.days = 0;
                }
            }
            None => {}
        }
        when
    }

    /// Returns the time that the next record would have with this stamp, without advancing.
    pub fn peek(&self, stamp: Option<Stamp>) -> When {
        let Some(stamp) = stamp else { return When::default() };
        let Stamp::Clock(clock, _) = stamp else {
            let time = stamp.resolve(&self.zone, None);
            return When { time, order: time };
        };
        let days = self.days_at(clock);
        let on = |date: Date| stamp.resolve(&self.zone, Some(date.checked_add(days.days()).ok()?));
        match self.date() {
            Some(date) => {
                let time = on(date);
                When { time, order: time }
            }
            None => When { time: None, order: on(jiff::civil::date(1970, 1, 1)) },
        }
    }

    fn date(&self) -> Option<Date> {
        Some(match self.day? {
            Day::Date(date) => date,
            Day::Of(time) => time.to_zoned(self.zone.clone()).date(),
        })
    }

    /// Returns the number of midnights passed if the next record has this time of day.
    fn days_at(&self, clock: Time) -> i64 {
        self.days + i64::from(self.last.is_some_and(|last| last.duration_since(clock) > NEXT_DAY))
    }
}

/// Returns true if a time of day is earlier than the one before it, and so may be on the next day.
pub fn goes_back(before: Stamp, after: Stamp) -> bool {
    matches!((before, after), (Stamp::Clock(before, _), Stamp::Clock(after, _)) if after < before)
}

/// Returns the date in the name of a log file: `Log file: /tmp/openclaw/openclaw-2026-11-22.log`.
pub(crate) fn date_of_log_file(message: &str) -> Option<Date> {
    let name = message.rsplit(['/', '\\']).next()?;
    let start = name.find("openclaw-").or_else(|| name.find("clawdbot-"))?;
    let stem = name[start..].trim_end().strip_suffix(".log")?;
    stem.get(stem.len().checked_sub(10)?..)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(text: &str) -> Option<Stamp> {
        text.parse().ok().map(|time| Stamp::Clock(time, None))
    }

    #[test]
    fn a_time_of_day_takes_the_date_of_the_log_and_passes_midnight() {
        let mut calendar = Calendar::new(TimeZone::UTC);
        calendar.set_date(jiff::civil::date(2026, 11, 22));
        let time = |when: When| when.time.map(|t| t.to_string()).unwrap_or_default();
        assert_eq!(time(calendar.place(clock("23:59:00"))), "2026-11-22T23:59:00Z");
        assert_eq!(time(calendar.place(clock("23:58:59"))), "2026-11-22T23:58:59Z");
        assert_eq!(time(calendar.place(clock("00:01:00"))), "2026-11-23T00:01:00Z");
        assert_eq!(
            time(calendar.place("2026-12-01T08:00:00Z".parse().ok().map(Stamp::At))),
            "2026-12-01T08:00:00Z"
        );
        assert_eq!(time(calendar.place(clock("09:00:00"))), "2026-12-01T09:00:00Z");
    }

    #[test]
    fn without_a_date_there_is_an_order_but_no_time() {
        let mut calendar = Calendar::new(TimeZone::UTC);
        let first = calendar.place(clock("23:59:00"));
        let second = calendar.place(clock("00:01:00"));
        assert_eq!((first.time, second.time), (None, None));
        assert!(first.order < second.order);
        assert_eq!(calendar.place(None), When::default());
    }

    #[test]
    fn the_name_of_a_log_file_holds_its_date() {
        let date = Some(jiff::civil::date(2026, 11, 22));
        assert_eq!(date_of_log_file("Log file: /tmp/openclaw/openclaw-2026-11-22.log"), date);
        assert_eq!(date_of_log_file(r"log file: C:\Temp\openclaw\openclaw-dev-2026-11-22.log"), date);
        assert_eq!(date_of_log_file("Log file: /var/log/gateway.log"), None);
    }
}
