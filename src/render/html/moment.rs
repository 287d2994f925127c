//! Formatting of times for the page.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::report::Report;

/// Maximum number of changes of the time zone's offset passed to the page's script; later times use the last offset.
const MAX_CHANGES: usize = 64;

/// Formats times in one time zone.
pub(super) struct Clock<'a> {
    zone: &'a TimeZone,
    one_day: bool,
    /// First and last time of the sources.
    pub span: Option<(Timestamp, Timestamp)>,
}

/// A time in display form and in machine-readable form.
pub(super) struct Moment {
    /// RFC 3339 form.
    pub exact: String,
    /// Display form in the report's time zone.
    pub text: String,
}

impl<'a> Clock<'a> {
    /// Creates the clock of a report; if all its times are on one day, the date is omitted.
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

    /// Returns the time span of the sources: `2026-11-22 10:05:00 to 10:07:12`.
    pub fn span_text(&self) -> Option<String> {
        let (first, last) = self.span?;
        Some(format!("{} to {}", self.written(first, "%Y-%m-%d %H:%M:%S"), self.text(last)))
    }

    /// Returns the name of the time zone, or its offset if it has no name.
    pub fn zone_name(&self) -> String {
        let offset = || self.span.map_or(String::new(), |(_, last)| self.zone.to_offset(last).to_string());
        self.zone.iana_name().map_or_else(offset, str::to_owned)
    }

    /// Returns the start of each period with a constant offset and that offset, in seconds, so that a script can show
    /// times in the same time zone.
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
