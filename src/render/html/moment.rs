//! Times as a page shows them.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::report::Report;

/// Changes of the zone's offset that the page's script gets to know of; a log that spans more is labelled by the last of them.
const MAX_CHANGES: usize = 64;

/// Writes times in one zone.
pub(super) struct Clock<'a> {
    zone: &'a TimeZone,
    one_day: bool,
    /// The first and last time in the sources.
    pub span: Option<(Timestamp, Timestamp)>,
}

/// A time for people and for programs.
pub(super) struct Moment {
    /// RFC 3339.
    pub exact: String,
    /// In the report's zone.
    pub text: String,
}

impl<'a> Clock<'a> {
    /// The clock of a report: where all its times are of one day, that day is not repeated.
    pub fn new(report: &Report, zone: &'a TimeZone) -> Self {
        let span = report.span();
        let day = |time: Timestamp| time.to_zoned(zone.clone()).date();
        Self { zone, one_day: span.is_some_and(|(first, last)| day(first) == day(last)), span }
    }

    pub fn moment(&self, time: Timestamp) -> Moment {
        Moment { exact: time.to_string(), text: self.text(time) }
    }

    pub fn text(&self, time: Timestamp) -> String {
        self.written(time, if self.one_day { "%H:%M:%S" } else { "%Y-%m-%d %H:%M:%S" })
    }

    /// The time that the sources cover: `2026-11-22 10:05:00 to 10:07:12`.
    pub fn span_text(&self) -> Option<String> {
        let (first, last) = self.span?;
        Some(format!("{} to {}", self.written(first, "%Y-%m-%d %H:%M:%S"), self.text(last)))
    }

    /// The zone by its name, or else by its offset.
    pub fn zone_name(&self) -> String {
        let offset = || self.span.map_or(String::new(), |(_, last)| self.zone.to_offset(last).to_string());
        self.zone.iana_name().map_or_else(offset, str::to_owned)
    }

    /// From when on which offset holds, in seconds, for a script that is to show times in the same zone.
    pub fn offsets(&self) -> Vec<(i64, i32)> {
        let Some((first, last)) = self.span else { return Vec::new() };
        let mut offsets = vec![(first.as_second(), self.zone.to_offset(first).seconds())];
        let changes = self.zone.following(first).take_while(|change| change.timestamp() <= last);
        offsets.extend(
            changes
                .take(MAX_CHANGES)
                .map(|change| (change.timestamp().as_second(), change.offset().seconds())),
        );
        offsets
    }

    fn written(&self, time: Timestamp, form: &str) -> String {
        time.to_zoned(self.zone.clone()).strftime(form).to_string()
    }
}
