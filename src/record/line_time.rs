//! Finds the times of lines without parsing the lines, wrapped or not.

use std::borrow::Cow;

use super::time::{MIN_TIME, Stamp, clock, leading, parse_bytes};
use super::wrap::Bare;
use super::{detect, foreign_time, spaced};

/// Number of leading bytes of a line that hold another program's time.
const MAX_FOREIGN: usize = 64;

/// Returns the last time in `bytes`, and the start of the line that holds it. NULs divide lines.
pub fn last_time(bytes: &[u8]) -> Option<(Stamp, usize)> {
    let is_end = |byte: &u8| matches!(byte, b'\n' | 0);
    let mut end = bytes.len();
    loop {
        // Skip lines that are too short for a time; there can be very many.
        while let Some(found) = bytes[end.saturating_sub(MIN_TIME)..end].iter().rposition(is_end) {
            end = end.saturating_sub(MIN_TIME) + found;
        }
        let start = memchr::memrchr2(b'\n', 0, &bytes[..end]).map_or(0, |found| found + 1);
        if let Some(stamp) = stamp_of(&bytes[start..end]) {
            return Some((stamp, start));
        }
        end = start.checked_sub(1)?;
    }
}

/// Returns the time of day at the start of a line; `None` if it has a date.
pub(super) fn clock_of(line: &[u8]) -> Option<Stamp> {
    if line.first() == Some(&b'{') || line.len() < MIN_TIME {
        return None;
    }
    clock(&Bare::of(line).text).map(|(stamp, _)| stamp)
}

/// Returns the time of a line, from its start or from a JSON `"time"` key, without parsing the line.
pub fn stamp_of(line: &[u8]) -> Option<Stamp> {
    const SPACED: &[u8] = b"\"time\": \"";
    if line.len() < MIN_TIME {
        return None;
    }
    if line.first() != Some(&b'{') {
        // An object that is spread over lines has its time on a separate line.
        if let Some(rest) = line.trim_ascii_start().strip_prefix(SPACED) {
            return quoted(rest);
        }
        // Most lines are OpenClaw's own, without a wrapper.
        let line = if detect::is_own(line) { Cow::Borrowed(line) } else { Bare::of(line).text };
        return leading(&line).map(|(stamp, _)| stamp).or_else(|| foreign(&line));
    }
    // The record's own time is the last one, after messages that can quote anything. In the objects of `openclaw logs --json` it
    // comes first, but the quoted record's keys are escaped.
    let key: &[u8] = if spaced::is_spaced(line) { SPACED } else { b"\"time\":\"" };
    let at = memchr::memmem::rfind(line, key)? + key.len();
    quoted(&line[at..])
}

/// Returns the time that another program wrote at the start of a line.
fn foreign(line: &[u8]) -> Option<Stamp> {
    let mut start = &line[..line.len().min(MAX_FOREIGN)];
    start = std::str::from_utf8(start).map_or_else(|fault| &start[..fault.valid_up_to()], str::as_bytes);
    foreign_time::leading(std::str::from_utf8(start).ok()?).map(|(stamp, _)| stamp)
}

/// Parses the time that ends at the next quotation mark.
fn quoted(text: &[u8]) -> Option<Stamp> {
    let end = memchr::memchr(b'"', text)?;
    parse_bytes(&text[..end])
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::tz::{Offset, TimeZone};

    use super::*;

    #[test]
    fn finds_the_time_of_each_kind_of_line() {
        let expected: Timestamp = "2026-11-22T09:47:00.546Z".parse().expect("a time");
        let zone = TimeZone::fixed(Offset::UTC);
        for line in [
            "2026-11-22T10:47:00.546+01:00 warn agent/embedded x",
            r#"{"0":"x","message":"\"time\":\"2020-01-01T00:00:00Z\"","time":"2026-11-22T09:47:00.546+00:00"}"#,
            r#"{"type":"log","time":"2026-11-22T09:47:00.546Z","raw":"{\"time\":\"2020-01-01T00:00:00Z\"}"}"#,
            "2026-11-22T09:47:00.546 no offset",
            "gateway-1  | 2026-11-22T09:47:00.546Z [x] y",
        ] {
            let stamp = stamp_of(line.as_bytes()).and_then(|stamp| stamp.resolve(&zone, None));
            assert_eq!(stamp, Some(expected), "{line}");
        }
        assert_eq!(stamp_of(b"9999-99-99T99:99:99Z x"), None);
        assert_eq!(stamp_of(b"    at file.js"), None);
    }

    #[test]
    fn the_last_time_is_that_of_the_last_line_that_has_one() {
        let text = b"Log file: x\n2026-11-22T00:00:01Z info a\n  more\n2026-11-22T00:00:02Z info b\n  end\n";
        let at = |text: &str| text.parse().ok().map(Stamp::At);
        assert_eq!(last_time(text).map(|(stamp, _)| stamp), at("2026-11-22T00:00:02Z"));
    }
}
