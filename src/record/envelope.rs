//! Parses the logger's envelope of a record without parsing the message as JSON.
//!
//! In a record of the file log most bytes are the logger's own: runtime, names, paths, times and ids. They have one fixed form,
//! which is verified byte by byte up to the end of the line; a line of any other form has no envelope.

use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::format::FILE_LOG;
use super::level::Level;

/// Parts of a record: the envelope's values and the texts around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Envelope<'a> {
    /// The level that the logger gives the record.
    pub level: Level,
    /// The text of the time.
    pub time: &'a [u8],
    /// The bytes before the envelope: the logger's arguments.
    pub head: &'a [u8],
    /// The logger's names, as older releases write them before the date; otherwise empty.
    pub names: &'a [u8],
    /// The logger's names after the date, and the position in the source code.
    pub label: &'a [u8],
    /// The message, with its JSON escapes.
    pub message: &'a [u8],
    /// True if the message holds backslashes.
    pub is_escaped: bool,
    /// The fields after the message, such as ids, without the closing brace.
    pub extra: &'a [u8],
}

/// Names that may not occur a second time among the extra fields.
const OWN_NAMES: [&[u8]; 5] = [b"_meta", b"time", b"message", b"level", b"subsystem"];

pub(super) const META: &[u8; 20] = b",\"_meta\":{\"runtime\":";
pub(super) const AFTER_META: &[u8; 10] = b"},\"time\":\"";
const CONSOLE_TIME: &[u8] = b"\"time\":\"2";

static META_FINDER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(META));
static AFTER_META_FINDER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(AFTER_META));
static CONSOLE_TIME_FINDER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(CONSOLE_TIME));

/// Parses the envelope of a line; `None` if the line has another form.
pub(super) fn of(line: &[u8]) -> Option<Envelope<'_>> {
    match line.starts_with(FILE_LOG) {
        true => of_file_log(line).map(|(envelope, _)| envelope),
        false => of_console_json(line),
    }
}

/// Returns true if a byte can occur in a time.
pub(super) fn is_of_time(byte: &u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'-' | b':' | b'.' | b'T' | b'Z' | b'+')
}

/// Byte positions of the parts of an envelope.
pub(super) struct EnvelopeSpans {
    /// Start of the name `_meta`.
    pub start: usize,
    /// Contents of the first date.
    pub date: Range<usize>,
    /// Contents of the time.
    pub time: Range<usize>,
    /// Contents of the message.
    pub message: Range<usize>,
}

/// Parses the envelope of a line of the file log, and the positions of its parts.
pub(super) fn of_file_log(line: &[u8]) -> Option<(Envelope<'_>, EnvelopeSpans)> {
    let start = META_FINDER.find(line)?;
    let mut at = Cursor { line, at: start + META.len() };
    at.string()?;
    at.literal(b",\"runtimeVersion\":")?;
    at.string()?;
    at.literal(b",\"hostname\":")?;
    at.string()?;
    let names_start = at.at;
    at.names()?;
    let names = &line[names_start..at.at];
    at.literal(b",\"date\":")?;
    let date = at.at + 1;
    at.string()?;
    let date = date..at.at - 1;
    at.literal(b",\"logLevelId\":")?;
    at.digit()?;
    at.literal(b",\"logLevelName\":")?;
    let level = level(at.string()?)?;
    let label_start = at.at;
    let place = AFTER_META_FINDER.find(&line[at.at..])?;
    at.at += place + AFTER_META.len() - 1;
    let label = &line[label_start..=at.at];
    let time_start = at.at + 1;
    let time = at.string().filter(|time| time.iter().all(is_of_time))?;
    let time_end = at.at - 1;
    at.literal(b",\"hostname\":")?;
    at.string()?;
    at.literal(b",\"message\":")?;
    let message_start = at.at + 1;
    let (message, is_escaped) = at.escaped_string()?;
    let places = EnvelopeSpans { start, date, time: time_start..time_end, message: message_start..at.at - 1 };
    let extra = at.extra()?;
    let envelope = Envelope { level, time, head: &line[..start], names, label, message, is_escaped, extra };
    Some((envelope, places))
}

/// Parses the envelope of a line of the console as JSON.
pub(super) fn of_console_json(line: &[u8]) -> Option<Envelope<'_>> {
    let start = CONSOLE_TIME_FINDER.find(line)?;
    if start == 0 || !matches!(line[start - 1], b'{' | b',') {
        return None;
    }
    let mut at = Cursor { line, at: start + CONSOLE_TIME.len() - 2 };
    let time = at.string().filter(|time| time.iter().all(is_of_time))?;
    at.literal(b",\"level\":")?;
    let level = level(at.string()?)?;
    let label_start = at.at;
    if at.literal(b",\"subsystem\":").is_some() {
        at.string()?;
    }
    let label = &line[label_start..at.at];
    at.literal(b",\"message\":")?;
    let (message, is_escaped) = at.escaped_string()?;
    (line[at.at..] == *b"}").then_some(Envelope {
        level,
        time,
        head: &line[..start],
        names: b"",
        label,
        message,
        is_escaped,
        extra: b"",
    })
}

fn level(name: &[u8]) -> Option<Level> {
    Level::from_name(std::str::from_utf8(name).ok()?)
}

/// A read position in a line.
pub(super) struct Cursor<'a> {
    pub line: &'a [u8],
    pub at: usize,
}

impl<'a> Cursor<'a> {
    #[inline]
    fn literal(&mut self, text: &[u8]) -> Option<()> {
        self.line[self.at..].starts_with(text).then(|| self.at += text.len())
    }

    fn digit(&mut self) -> Option<()> {
        self.line.get(self.at)?.is_ascii_digit().then(|| self.at += 1)
    }

    /// Reads a JSON string and returns its contents.
    fn string(&mut self) -> Option<&'a [u8]> {
        self.escaped_string().map(|(contents, _)| contents)
    }

    /// Reads a JSON string and returns its contents, and true if they hold backslashes.
    fn escaped_string(&mut self) -> Option<(&'a [u8], bool)> {
        self.literal(b"\"")?;
        let start = self.at;
        let mut is_escaped = false;
        loop {
            let rest = &self.line[self.at..];
            let found = memchr::memchr2(b'"', b'\\', rest)?;
            if rest[found] == b'"' {
                let contents = &self.line[start..self.at + found];
                self.at += found + 1;
                return Some((contents, is_escaped));
            }
            is_escaped = true;
            self.at += found + 2;
            if self.at > self.line.len() {
                return None;
            }
        }
    }

    /// Reads the fields up to the closing brace at the end of the line. All must be strings, and none may have a name of the
    /// envelope.
    pub fn extra(&mut self) -> Option<&'a [u8]> {
        let start = self.at;
        if self.trace_ids().is_some() {
            return Some(&self.line[start..self.line.len() - 1]);
        }
        self.at = start;
        while self.literal(b",").is_some() {
            let name = self.string()?;
            if OWN_NAMES.contains(&name) || name.first().is_none_or(u8::is_ascii_digit) {
                return None;
            }
            self.literal(b":")?;
            self.string()?;
        }
        (self.line[self.at..] == *b"}").then(|| &self.line[start..self.at])
    }
}

impl Cursor<'_> {
    /// Reads the names of the logger and its parents, if they stand here.
    fn names(&mut self) -> Option<()> {
        if self.literal(b",\"name\":").is_none() {
            return Some(());
        }
        self.string()?;
        if self.literal(b",\"parentNames\":[").is_none() {
            return Some(());
        }
        self.string()?;
        while self.literal(b",").is_some() {
            self.string()?;
        }
        self.literal(b"]")
    }

    /// Reads the trace ids in their usual form, or no fields at all, up to the end of the line.
    fn trace_ids(&mut self) -> Option<()> {
        if self.literal(b",\"traceId\":\"").is_some() {
            self.id::<32>()?;
            self.literal(b"\",\"spanId\":\"")?;
            self.id::<16>()?;
            if self.literal(b"\",\"parentSpanId\":\"").is_some() {
                self.id::<16>()?;
            }
            self.literal(b"\",\"traceFlags\":\"01\"")?;
        }
        (self.line[self.at..] == *b"}").then_some(())
    }

    /// Reads an id of length `N`.
    fn id<const N: usize>(&mut self) -> Option<()> {
        let id = self.line[self.at..].first_chunk::<N>()?;
        let is_id = id.iter().fold(true, |is_id, byte| is_id & (*byte != b'"') & (*byte != b'\\'));
        is_id.then(|| self.at += N)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = r#"{"0":"{\"subsystem\":\"agent/embedded\"}","1":"run \"x\"","_meta":{"runtime":"node","runtimeVersion":"24.21.0","hostname":"clawbox","date":"2026-01-01T00:00:56.698Z","logLevelId":2,"logLevelName":"DEBUG","name":"{\"subsystem\":\"agent/embedded\"}","parentNames":["openclaw"]},"time":"2026-01-01T00:00:56.698+00:00","hostname":"clawbox","message":"run \"x\"","traceId":"960325a1d17653299a8e098d9f829c2f","traceFlags":"01"}"#;

    #[test]
    fn the_envelope_of_a_record_is_read_up_to_its_last_byte() {
        let envelope = of(LINE.as_bytes()).expect("an envelope");
        assert_eq!(envelope.level, Level::Debug);
        assert_eq!(envelope.time, b"2026-01-01T00:00:56.698+00:00");
        assert_eq!(envelope.message, br#"run \"x\""#);
        assert_eq!(envelope.extra, br#","traceId":"960325a1d17653299a8e098d9f829c2f","traceFlags":"01""#);
        assert!(envelope.head.ends_with(br#""1":"run \"x\"""#));

        let placed =
            LINE.replace(r#""parentNames":["openclaw"]"#, r#""path":{"fullFilePath":"/a/b.js:1:2"}"#);
        assert_eq!(of(placed.as_bytes()).map(|e| e.level), Some(Level::Debug));

        let names = r#","name":"{\"subsystem\":\"agent/embedded\"}","parentNames":["openclaw"]"#;
        let older = LINE.replace(names, "").replace(r#","date""#, &format!(r#"{names},"date""#));
        let found = of(older.as_bytes()).expect("an envelope");
        assert_eq!((found.names, found.label), (names.as_bytes(), &b"},\"time\":\""[..]));
    }

    #[test]
    fn another_shape_has_no_envelope() {
        for (from, to) in [
            ("\"01\"}", "\"01\"}}"),
            ("\"01\"}", "\"01\""),
            ("\"01\"}", "\"01\",\"message\":\"y\"}"),
            ("\"01\"}", "\"01\",\"n\":1}"),
            ("\"traceFlags\":\"01\"}", "\"traceFlags\":\"01\\\"}"),
            ("\"DEBUG\"", "\"LOUD\""),
            (",\"hostname\"", ", \"hostname\""),
            ("\"message\":\"run", "\"message\":{\"run"),
        ] {
            let other = LINE.replacen(from, to, 1);
            assert_ne!(other, LINE, "{from}");
            assert_eq!(of(other.as_bytes()), None, "{other}");
        }
        for end in 0..LINE.len() {
            assert_eq!(of(&LINE.as_bytes()[..end]), None, "{end}");
        }
    }

    #[test]
    fn the_console_as_json_has_one_too() {
        let line = br#"{"pid":21,"time":"2026-01-01T00:02:03.601+00:00","level":"warn","subsystem":"session-sqlite","message":"slow"}"#;
        let envelope = of_console_json(line).expect("an envelope");
        assert_eq!(
            (envelope.level, envelope.message, envelope.head),
            (Level::Warn, &b"slow"[..], &b"{\"pid\":21,"[..])
        );
        for end in 0..line.len() {
            assert_eq!(of(&line[..end]), None);
        }
        assert_eq!(
            of_console_json(br#"{"a":{"time":"2026","level":"info","message":"x"},"level":"warn"}"#),
            None
        );
    }
}
