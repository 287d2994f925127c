//! Text copied from the Logs page of OpenClaw's Control UI: time, level, subsystem and message on a line each.

use std::borrow::Cow;

use jiff::civil::Time;

use super::level::Level;
use super::parts::Parts;
use super::time::{self, Stamp};

/// Number of lines of a record before its message.
const HEAD_LINES: u64 = 3;

/// Returns true if a line can follow `count` lines of a record that begins with `head`.
pub(super) fn continues(head: &[u8], count: u64, line: &[u8]) -> bool {
    (1..=HEAD_LINES).contains(&count)
        && clock(head).is_some()
        && match count {
            1 => level(line).is_some(),
            _ => !line.is_empty() && clock(line).is_none(),
        }
}

/// Returns true if a line consists of a time of day.
pub(super) fn is_time(line: &[u8]) -> bool {
    clock(line).is_some()
}

/// Parses a record; `None` if it has another form.
pub(super) fn parse(text: &str) -> Option<Parts<'_>> {
    let (head, rest) = text.split_once('\n')?;
    let stamp = Stamp::Clock(clock(head.as_bytes())?, None);
    let (name, rest) = rest.split_once('\n')?;
    let level = level(name.as_bytes())?;
    let (label, message) = rest.split_once('\n').unwrap_or(("", rest));
    // The page shows no line for a record without a subsystem.
    let is_label = !label.trim_end().is_empty() && !label.trim_end().contains(' ');
    let (subsystem, message) = if is_label { (Some(label.trim_end()), message) } else { (None, rest) };
    Some(Parts {
        stamp: Some(stamp),
        level: Some(level),
        subsystem: subsystem.map(Cow::Borrowed),
        message: Cow::Borrowed(message),
        ..Parts::default()
    })
}

fn level(line: &[u8]) -> Option<Level> {
    Level::from_name(std::str::from_utf8(line).ok()?.trim_end())
}

/// Parses a line that consists of a time of day, as a browser writes it: `17:20:19`, `5:20:19 PM`.
fn clock(line: &[u8]) -> Option<Time> {
    let line = line.trim_ascii_end();
    // The longest has a narrow space before `AM`.
    if !(7..=13).contains(&line.len()) || !line[0].is_ascii_digit() {
        return None;
    }
    let text = std::str::from_utf8(line).ok()?;
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != ':').unwrap_or(text.len());
    let (clock, half) = (&text[..digits], text[digits..].trim_start());
    let padded = if clock.len() == 7 { format!("0{clock}") } else { clock.to_owned() };
    if !time::fits(padded.as_bytes(), b"00:00:00") || padded.len() != 8 {
        return None;
    }
    let time: Time = padded.parse().ok()?;
    let hour = match half {
        "" => time.hour(),
        "AM" | "am" => time.hour() % 12,
        "PM" | "pm" => time.hour() % 12 + 12,
        _ => return None,
    };
    time.with().hour(hour).build().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Lines, Record};

    #[test]
    fn a_copied_record_is_one_record() {
        let text = "a message whose head was not copied\n17:20:19\ninfo\ngateway/ws\nwebchat connected conn=1\n\
                    05:20:24 PM\nwarn\nagent/embedded\nembedded run agent end: error=x\n17:20:25\nerror\nno label here\n";
        let records: Vec<_> = Lines::new(text.as_bytes(), 0).collect();
        let parsed: Vec<_> = records.iter().map(|raw| Record::parse(raw).parts).collect();
        let seen: Vec<_> = parsed.iter().map(|p| (p.level, p.subsystem.as_deref(), &*p.message)).collect();
        assert_eq!(
            seen,
            [
                (None, None, "a message whose head was not copied"),
                (Some(Level::Info), Some("gateway/ws"), "webchat connected conn=1"),
                (Some(Level::Warn), Some("agent/embedded"), "embedded run agent end: error=x"),
                (Some(Level::Error), None, "no label here"),
            ]
        );
        assert_eq!(parsed[2].stamp, Some(Stamp::Clock(jiff::civil::time(17, 20, 24, 0), None)));
    }

    #[test]
    fn other_lines_are_no_time() {
        for line in ["17:20", "17:20:19 x", "25:20:19", "17:20:19.5", "1", "12:00:00Z"] {
            assert_eq!(clock(line.as_bytes()), None, "{line}");
        }
    }
}
