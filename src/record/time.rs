//! Parses time stamps.
//!
//! Some forms lack the offset, others the date. The caller supplies the missing part from the time zone and from earlier records
//! ([`Stamp::resolve`]).

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};

/// The time of a record, as complete as the record gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stamp {
    /// A point in time.
    At(Timestamp),
    /// Date and time without an offset, in local time.
    Local(DateTime),
    /// A time of day, with its offset if the record gives one.
    Clock(Time, Option<Offset>),
}

impl Stamp {
    /// Returns the point in time; uses `zone` for a missing offset and `date` for a missing date. `None` if the date is needed
    /// and not given.
    pub fn resolve(self, zone: &TimeZone, date: Option<Date>) -> Option<Timestamp> {
        let at = |local: DateTime| Some(local.to_zoned(zone.clone()).ok()?.timestamp());
        match self {
            Self::At(time) => Some(time),
            Self::Local(local) => at(local),
            Self::Clock(time, None) => at(date?.to_datetime(time)),
            Self::Clock(time, Some(offset)) => offset.to_timestamp(date?.to_datetime(time)).ok(),
        }
    }
}

/// Parses RFC 3339, with a `T` or a space, with or without an offset.
pub(super) fn parse(text: &str) -> Option<Stamp> {
    parse_bytes(text.as_bytes())
}

/// Parses a time as [`parse`] does, from bytes that may not be UTF-8.
pub(super) fn parse_bytes(text: &[u8]) -> Option<Stamp> {
    parse_universal(text).map(Stamp::At).or_else(|| parse_any(std::str::from_utf8(text).ok()?))
}

/// Parses a time as [`parse`] does, without the fast path of [`parse_universal`].
fn parse_any(text: &str) -> Option<Stamp> {
    text.parse::<Timestamp>().map(Stamp::At).ok().or_else(|| text.parse::<DateTime>().ok().map(Stamp::Local))
}

/// Parses UTC with milliseconds, the form of OpenClaw's logger, on a fast path. `None` for any other form, even if it is valid.
fn parse_universal(text: &[u8]) -> Option<Timestamp> {
    let (time, length) = leading_universal(text)?;
    (length == text.len()).then_some(time)
}

/// Parses such a time at the start of a line, up to the space after it, and returns its length.
fn leading_universal(line: &[u8]) -> Option<(Timestamp, usize)> {
    let (time, rest) = line.split_first_chunk::<23>()?;
    if !fits(time, b"0000-00-00T00:00:00.000") {
        return None;
    }
    let length = match rest {
        [b'Z'] | [b'Z', b' ', ..] => 24,
        b"+00:00" | [b'+', b'0', b'0', b':', b'0', b'0', b' ', ..] => 29,
        _ => return None,
    };
    let digits = time.map(|byte| byte.wrapping_sub(b'0') as i8);
    let two = |at: usize| digits[at] * 10 + digits[at + 1];
    let year = i16::from(two(0)) * 100 + i16::from(two(2));
    let millisecond = i32::from(two(20)) * 10 + i32::from(digits[22]);
    let (hour, minute, second) = (two(11), two(14), two(17));
    let time = DateTime::new(year, two(5), two(8), hour, minute, second, millisecond * 1_000_000).ok()?;
    Some((Offset::UTC.to_timestamp(time).ok()?, length))
}

/// Converts milliseconds since the epoch, as JavaScript counts time.
pub(super) fn from_millis(millis: i64) -> Option<Stamp> {
    Timestamp::from_millisecond(millis).ok().map(Stamp::At)
}

/// Returns the length in bytes of the time stamp at the start of a line, judged by its form alone, without parsing it.
pub(super) fn leading_length(line: &[u8]) -> Option<usize> {
    if starts_with_date(line) {
        let end = line.iter().take(40).position(|&b| b == b' ');
        return Some(end.unwrap_or(line.len()));
    }
    if !fits(line, b"00:00:00") {
        return None;
    }
    let end = line.iter().take(16).position(|&b| b == b' ')?;
    (end == 8 || matches!(line[8], b'+' | b'-' | b'Z')).then_some(end)
}

/// Parses the time stamp at the start of a line, and returns its length in bytes.
pub(super) fn leading(line: &[u8]) -> Option<(Stamp, usize)> {
    if let Some((time, length)) = leading_universal(line) {
        return Some((Stamp::At(time), length));
    }
    if starts_with_date(line) {
        let end = line.iter().position(|&b| b == b' ').unwrap_or(line.len());
        let text = std::str::from_utf8(&line[..end]).ok()?;
        return Some((parse_any(text)?, end));
    }
    clock(line)
}

/// Parses the time of day at the start of a line: `HH:MM:SS`, with or without an offset, before a space.
pub(super) fn clock(line: &[u8]) -> Option<(Stamp, usize)> {
    if !fits(line, b"00:00:00") {
        return None;
    }
    let end = line.iter().position(|&b| b == b' ')?;
    let text = std::str::from_utf8(&line[..end]).ok()?;
    let time: Time = text.get(..8)?.parse().ok()?;
    let offset = match &text[8..] {
        "" => None,
        "Z" => Some(Offset::UTC),
        offset => Some(parse_offset(offset)?),
    };
    Some((Stamp::Clock(time, offset), end))
}

/// Parses an offset such as `+01:00`.
fn parse_offset(text: &str) -> Option<Offset> {
    if !fits(text.get(1..)?.as_bytes(), b"00:00") || text.len() != 6 {
        return None;
    }
    let seconds = text[1..3].parse::<i32>().ok()? * 3600 + text[4..6].parse::<i32>().ok()? * 60;
    match text.as_bytes()[0] {
        b'+' => Offset::from_seconds(seconds).ok(),
        b'-' => Offset::from_seconds(-seconds).ok(),
        _ => None,
    }
}

/// Returns true if a line begins with `YYYY-MM-DDTHH:MM:SS`.
pub(super) fn starts_with_date(line: &[u8]) -> bool {
    fits(line, b"0000-00-00T00:00:00")
}

/// Returns true if a text begins with this shape, in which 0 stands for any digit.
#[inline]
pub(super) fn fits<const N: usize>(text: &[u8], shape: &[u8; N]) -> bool {
    // The loop has no branch, so that all bytes are compared at once.
    text.first_chunk::<N>().is_some_and(|text| {
        text.iter().zip(shape).fold(true, |fits, (byte, shape)| {
            fits & if *shape == b'0' { byte.is_ascii_digit() } else { byte == shape }
        })
    })
}

/// Returns true if [`leading`] can parse the text. Checks the numbers first, which is faster than parsing.
pub(super) fn is_readable(text: &[u8]) -> bool {
    is_plainly_valid(text) || leading(text).is_some()
}

/// Returns true if a text is a date and time, on a day from 1 to 28, in UTC or with an offset of at most 23 hours.
fn is_plainly_valid(text: &[u8]) -> bool {
    let number = |at: usize| (text[at] - b'0') * 10 + (text[at + 1] - b'0');
    if !starts_with_date(text)
        || !(1..=12).contains(&number(5))
        || !(1..=28).contains(&number(8))
        || number(11) > 23
        || number(14) > 59
        || number(17) > 59
    {
        return false;
    }
    let fraction = text[19..]
        .strip_prefix(b".")
        .map_or(0, |rest| rest.iter().take_while(|b| b.is_ascii_digit()).count());
    let zone = if fraction > 0 { 20 + fraction } else { 19 };
    match &text[zone..] {
        b"Z" => fraction <= 9,
        [b'+' | b'-', rest @ ..] if rest.len() == 5 && fits(rest, b"00:00") => {
            fraction <= 9 && number(zone + 1) <= 23 && number(zone + 4) <= 59
        }
        _ => false,
    }
}

/// Length in bytes of the shortest time, `HH:MM:SS`.
pub(crate) const MIN_TIME: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_plainly_a_time_can_be_read() {
        for (text, plainly) in [
            ("2026-11-22T09:47:00.546Z", true),
            ("2026-02-28T23:59:59+23:59", true),
            ("2026-11-22T09:47:00.123456789-01:30", true),
            ("2026-11-30T09:47:00Z", false),
            ("2026-11-22T09:47:00", false),
        ] {
            assert!(leading(text.as_bytes()).is_some() && is_readable(text.as_bytes()), "{text}");
            assert_eq!(is_plainly_valid(text.as_bytes()), plainly, "{text}");
        }
        for text in [
            "2026-13-22T09:47:00Z",
            "2026-02-30T09:47:00Z",
            "2026-11-22T24:47:00Z",
            "2026-11-22T09:47:61Z",
            "2026-11-22T09:47:00.1234567890Z",
            "2026-11-22T09:47:00+1:00",
            "2026-11-22T09:47:00.Z",
        ] {
            assert!(!is_readable(text.as_bytes()) && leading(text.as_bytes()).is_none(), "{text}");
        }
    }

    #[test]
    fn a_universal_time_is_read_alike_the_short_way_and_the_long_one() {
        for time in [
            "2026-11-22T09:47:00.546",
            "2024-02-29T23:59:59.999",
            "0001-01-01T00:00:00.000",
            "1969-12-31T12:00:00.001",
        ] {
            for zone in ["Z", "+00:00"] {
                let text = format!("{time}{zone}");
                assert_eq!(parse_universal(text.as_bytes()), text.parse().ok(), "{text}");
                assert!(parse_universal(text.as_bytes()).is_some(), "{text}");
            }
        }
        for text in [
            "2026-02-29T09:47:00.546Z",
            "2026-13-01T09:47:00.546Z",
            "2026-11-22T24:00:00.000Z",
            "2026-11-22T23:59:60.000Z",
            "2026-11-22T09:47:00.546+01:00",
            "2026-11-22T09:47:00.5461Z",
            "2026-11-22T09:47:00Z",
            "2026-11-22T09:47:00.546",
        ] {
            assert_eq!(parse_universal(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn a_time_of_day_needs_a_date_and_perhaps_a_zone() {
        let berlin = TimeZone::fixed(jiff::tz::offset(1));
        let date = jiff::civil::date(2026, 11, 22);
        for (line, expected) in [
            ("10:47:00+01:00 warn x", "2026-11-22T09:47:00Z"),
            ("10:47:00-02:30 warn x", "2026-11-22T13:17:00Z"),
            ("10:47:00Z warn x", "2026-11-22T10:47:00Z"),
            ("10:47:00 [gateway] x", "2026-11-22T09:47:00Z"),
        ] {
            let (stamp, _) = clock(line.as_bytes()).expect(line);
            assert_eq!(stamp.resolve(&berlin, Some(date)), expected.parse().ok(), "{line}");
            assert_eq!(stamp.resolve(&berlin, None), None);
        }
        for line in ["10:47 x", "10:47:00", "10:47:00,123 x", "25:61:00 x", "10:47:00+1 x"] {
            assert_eq!(clock(line.as_bytes()), None, "{line}");
        }
    }
}
