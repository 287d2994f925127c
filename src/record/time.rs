//! Time stamps, and where they stand in a line.

use jiff::Timestamp;
use jiff::civil::DateTime;

/// Reads an RFC 3339 time stamp; one without an offset is taken as UTC, as OpenClaw writes the offset wherever the time
/// is local.
pub(super) fn parse(text: &str) -> Option<Timestamp> {
    text.parse::<Timestamp>()
        .ok()
        .or_else(|| text.parse::<DateTime>().ok()?.in_tz("UTC").ok().map(|zoned| zoned.timestamp()))
}

/// The time stamp that a line begins with, and how many bytes it takes.
pub(super) fn leading(line: &[u8]) -> Option<(Timestamp, usize)> {
    if !starts_with_date(line) {
        return None;
    }
    let end = line.iter().position(|&b| b == b' ').unwrap_or(line.len());
    let text = std::str::from_utf8(&line[..end]).ok()?;
    Some((parse(text)?, end))
}

/// Whether a line begins with `YYYY-MM-DDTHH:MM:SS`.
pub(super) fn starts_with_date(line: &[u8]) -> bool {
    const SHAPE: &[u8] = b"0000-00-00T00:00:00";
    line.len() > SHAPE.len()
        && SHAPE.iter().zip(line).all(|(shape, byte)| match shape {
            b'0' => byte.is_ascii_digit(),
            other => byte == other,
        })
}

/// The time of the first record in `bytes` that carries one.
pub fn earliest_time(bytes: &[u8]) -> Option<Timestamp> {
    bytes.split(|&b| b == b'\n').take(64).find_map(of_line)
}

/// The time of the last record in `bytes` that carries one.
pub fn last_time(bytes: &[u8]) -> Option<Timestamp> {
    bytes.rsplit(|&b| b == b'\n').take(1024).find_map(of_line)
}

/// The time of a line, without parsing it: at its start, or behind a JSON `"time"` key.
fn of_line(line: &[u8]) -> Option<Timestamp> {
    if let Some((time, _)) = leading(line) {
        return Some(time);
    }
    if line.first() != Some(&b'{') {
        return None;
    }
    // The record's own time is the last one: messages, which may quote anything, come before it. In the objects of
    // `openclaw logs --json` it comes first, and the quoted record's keys are escaped.
    let key = b"\"time\":\"";
    let at = memchr::memmem::rfind(line, key)? + key.len();
    let rest = &line[at..];
    let end = memchr::memchr(b'"', rest)?;
    parse(std::str::from_utf8(&rest[..end]).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_time_of_each_kind_of_line() {
        let expected: Timestamp = "2026-11-22T09:47:00.546Z".parse().expect("a time");
        for line in [
            "2026-11-22T10:47:00.546+01:00 warn agent/embedded x",
            r#"{"0":"x","message":"\"time\":\"2020-01-01T00:00:00Z\"","time":"2026-11-22T09:47:00.546+00:00"}"#,
            r#"{"type":"log","time":"2026-11-22T09:47:00.546Z","raw":"{\"time\":\"2020-01-01T00:00:00Z\"}"}"#,
            "2026-11-22T09:47:00.546 no offset",
        ] {
            assert_eq!(of_line(line.as_bytes()), Some(expected), "{line}");
        }
        assert_eq!(of_line(b"9999-99-99T99:99:99Z x"), None);
        assert_eq!(of_line(b"    at file.js"), None);
    }

    #[test]
    fn first_and_last_skip_lines_without_time() {
        let text = b"Log file: x\n2026-11-22T00:00:01Z info a\n  more\n2026-11-22T00:00:02Z info b\n  end\n";
        assert_eq!(earliest_time(text).map(|t| t.to_string()).as_deref(), Some("2026-11-22T00:00:01Z"));
        assert_eq!(last_time(text).map(|t| t.to_string()).as_deref(), Some("2026-11-22T00:00:02Z"));
    }
}
