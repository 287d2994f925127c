//! Wrappers: the prefixes and objects that other programs put around OpenClaw's lines, such as journald, Docker, PM2 and
//! terminals.
//!
//! A wrapper is removed from each line, so that the content is parsed as if it had none.

use std::borrow::Cow;
use std::sync::LazyLock;

use clawsift_catalogue::pattern::Pattern;
use jiff::Timestamp;
use memchr::memmem::Finder;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::codes::plain_bytes;
use super::format::FILE_LOG;
use super::time::{self, Stamp};
use super::{json, plain};

/// A kind of wrapper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wrapper {
    /// `journalctl` and syslog: `Nov 22 09:51:12 host openclaw[123]: `, or with an ISO time.
    Journal,
    /// `journalctl -o json`: one object per line, the text under `MESSAGE`.
    JournalJson,
    /// `docker logs -t`: an RFC 3339 time with nanoseconds.
    Docker,
    /// Docker's json-file driver: one object per line, the text under `log`.
    DockerJson,
    /// `docker compose logs`: `gateway-1  | `, or with the container's own name `openclaw  | `.
    Compose,
    /// PM2: `0|openclaw  | `, or a time and a colon.
    Pm2,
}

/// A record without its wrapper.
pub(super) struct Unwrapped {
    pub wrapper: Wrapper,
    /// The time in the wrapper.
    pub stamp: Option<Stamp>,
    /// The process other than OpenClaw that a journal names.
    pub process: Option<Vec<u8>>,
    pub text: String,
}

static JOURNAL: LazyLock<Option<Pattern>> = LazyLock::new(|| {
    Pattern::new(
        r"(?x)^
        (?: [A-Z][a-z]{2}\ [\ \d]\d\ \d\d:\d\d:\d\d(?:\.\d+)?            # Nov 22 09:51:12
          | \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d) )
        \ [\w.:-]{1,64}\ [\w@./-]{1,64}(?:\[\d+\])?:\ ?",
    )
    .ok()
});

static COMPOSE: LazyLock<Option<Pattern>> =
    LazyLock::new(|| Pattern::new(r"^[A-Za-z0-9][\w.-]{0,62}(?:-\d{1,3} {1,32}| {2,32})\| ?").ok());

static PM2: LazyLock<Option<Pattern>> = LazyLock::new(|| {
    Pattern::new(r"^(?:\d{1,4}\|[\w. -]{1,40}\| ?|(?<iso>\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?: ?[+-]\d\d:\d\d)?): )")
        .ok()
});

/// Returns the wrapper at the start of a line, and its length in bytes.
fn prefix(line: &[u8]) -> Option<(Wrapper, usize)> {
    let matched = |regex: &LazyLock<Option<Pattern>>| Some(regex.as_ref()?.find(line)?.end);
    match line.first()? {
        b'0'..=b'9' if time::starts_with_date(line) => {
            if let Some(length) = docker_time(line) {
                return Some((Wrapper::Docker, length));
            }
            // Most lines that begin with a date are OpenClaw's own; only those of other programs have a process name or a colon.
            let head = journal_head(line);
            // A word `info` after the time is a level, not a host name.
            let rest = memchr::memchr(b' ', head).map_or(&head[..0], |at| &head[at..]);
            if may_be_journal(line)
                && !rest.starts_with(b" [")
                && !plain::has_level(rest)
                && let Some(length) = matched(&JOURNAL)
            {
                return Some((Wrapper::Journal, length));
            }
            if memchr::memchr(b' ', head).is_some_and(|at| head[at - 1] == b':') {
                return matched(&PM2).map(|length| (Wrapper::Pm2, length));
            }
            None
        }
        b'0'..=b'9'
            if line.iter().take(5).any(|&b| b == b'|') || time::fits(line, b"0000-00-00 00:00:00") =>
        {
            matched(&PM2).map(|length| (Wrapper::Pm2, length))
        }
        b'A'..=b'Z' if line.get(3) == Some(&b' ') && line.get(9) == Some(&b':') => {
            matched(&JOURNAL).map(|length| (Wrapper::Journal, length))
        }
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' if has_bar(&line[..line.len().min(100)]) => {
            matched(&COMPOSE).map(|length| (Wrapper::Compose, length))
        }
        _ => None,
    }
}

/// Returns true if a text holds a bar between spaces, as after the name of a container.
fn has_bar(head: &[u8]) -> bool {
    let is_between = |bar: usize| bar > 0 && head[bar - 1] == b' ' && head.get(bar + 1) == Some(&b' ');
    memchr::memchr_iter(b'|', head).any(is_between)
}

/// Returns the leading bytes of a line, which contain the host and the process.
fn journal_head(line: &[u8]) -> &[u8] {
    &line[..line.len().min(160)]
}

/// Returns true if a line that begins with a date may name a process, as the lines of a journal do.
pub(super) fn may_be_journal(line: &[u8]) -> bool {
    static AFTER_PROCESS: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"]: "));
    AFTER_PROCESS.find(journal_head(line)).is_some()
}

/// Returns the length of a time stamp of `docker logs -t`, which has nanoseconds, and of the space after it.
fn docker_time(line: &[u8]) -> Option<usize> {
    let digits = line.get(20..)?.iter().take_while(|b| b.is_ascii_digit()).count();
    let end = 20 + digits;
    (line[19] == b'.' && digits >= 7 && line.get(end..end + 2) == Some(b"Z ")).then_some(end + 2)
}

/// Removes terminal codes and wrappers from a line, as far as that is possible without parsing JSON.
pub(super) fn bare(line: &[u8]) -> Cow<'_, [u8]> {
    let line = plain_bytes(unquoted(line));
    // Docker can wrap the output of Compose, and a journal that of Docker; real logs never have more than two wrappers.
    let mut start = 0;
    for _ in 0..2 {
        match prefix(&line[start..]) {
            Some((_, length)) => start += length,
            None => break,
        }
    }
    match line {
        Cow::Borrowed(line) => Cow::Borrowed(&line[start..]),
        Cow::Owned(mut line) => {
            line.drain(..start);
            Cow::Owned(line)
        }
    }
}

/// Returns a line without a byte order mark, and without an indent or quotation prefix (`> `) such as mails and issues add. The
/// prefix is removed only before a date.
pub(super) fn unquoted(line: &[u8]) -> &[u8] {
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    let quote = line.iter().take(16).take_while(|b| matches!(b, b' ' | b'\t' | b'>')).count();
    if quote > 0 && time::starts_with_date(&line[quote..]) { &line[quote..] } else { line }
}

/// Returns the process other than OpenClaw from which the journal has this line. Such a line is a separate record.
pub(super) fn foreign_process(line: &[u8]) -> Option<&[u8]> {
    let Some((Wrapper::Journal, length)) = prefix(line) else { return None };
    Some(journal_process(&line[..length])).filter(|process| is_foreign(process))
}

/// Returns true if a process is not OpenClaw's, by its name.
fn is_foreign(process: &[u8]) -> bool {
    let is_own = [&b"node"[..], b"MainThread"].contains(&process)
        || memchr::memmem::find(process, b"openclaw").is_some()
        || process.starts_with(b"clawd");
    !is_own
}

/// Returns the name of the process in the prefix of a journal's line: `Nov 22 09:51:12 host node[1]: `.
fn journal_process(prefix: &[u8]) -> &[u8] {
    let words = prefix.trim_ascii_end();
    let word = memchr::memrchr(b' ', words).map_or(words, |space| &words[space + 1..]);
    let word = word.strip_suffix(b":").unwrap_or(word);
    memchr::memchr(b'[', word).map_or(word, |bracket| &word[..bracket])
}

/// Returns the process other than OpenClaw that wrote a record of a journal in JSON; `None` if its unit is one of OpenClaw.
fn foreign_process_of(object: &Value) -> Option<&str> {
    let text = |name: &str| object.get(name).and_then(Value::as_str);
    let units = ["_SYSTEMD_UNIT", "_SYSTEMD_USER_UNIT", "UNIT", "USER_UNIT"];
    if units.into_iter().filter_map(text).any(|unit| unit.contains("openclaw") || unit.contains("clawd")) {
        return None;
    }
    let process = text("SYSLOG_IDENTIFIER").or_else(|| text("_COMM"))?;
    is_foreign(process.as_bytes()).then_some(process)
}

/// Returns true if the line has a wrapper with its own time, so that each line is a record unless its form joins it to the one
/// before.
pub(super) fn is_stamped(line: &[u8]) -> bool {
    matches!(prefix(line), Some((Wrapper::Journal, _)))
}

/// Removes the wrappers from all lines of a record; `None` if there are none.
pub(super) fn unwrap(text: &str) -> Option<Unwrapped> {
    if text.starts_with('{') {
        return unwrap_json(text);
    }
    let (wrapper, length) = prefix(text.as_bytes())?;
    let stamp = match wrapper {
        Wrapper::Docker => time::parse(text[..length].trim_end()),
        // The other form of a journal's time has no year.
        Wrapper::Journal if text.starts_with(|c: char| c.is_ascii_digit()) => {
            text.split_once(' ').and_then(|(time, _)| journal_time(time))
        }
        Wrapper::Pm2 => PM2.as_ref().and_then(|regex| {
            let groups = regex.captures(text)?;
            let iso = groups.name("iso")?;
            time::parse(&iso.replacen(" +", "+", 1).replacen(" -", "-", 1))
        }),
        _ => None,
    };
    let process = (wrapper == Wrapper::Journal)
        .then(|| journal_process(&text.as_bytes()[..length]))
        .filter(|process| is_foreign(process))
        .map(<[u8]>::to_vec);
    let mut inner = String::with_capacity(text.len());
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            inner.push('\n');
        }
        // Keep a line in the middle that has lost its wrapper as it is.
        let length =
            prefix(line.as_bytes()).filter(|(kind, _)| *kind == wrapper).map_or(0, |(_, length)| length);
        inner.push_str(&line[length..]);
    }
    Some(Unwrapped { wrapper, stamp, process, text: inner })
}

/// Parses a journal's time. `journalctl -o short-iso` writes the offset without a colon.
fn journal_time(text: &str) -> Option<Stamp> {
    let text = text.replace(',', ".");
    let (head, tail) = text.split_at(text.len().checked_sub(4)?);
    if tail.bytes().all(|b| b.is_ascii_digit()) && head.ends_with(['+', '-']) {
        return time::parse(&format!("{head}{}:{}", &tail[..2], &tail[2..]));
    }
    time::parse(&text)
}

/// Returns the wrapper if a JSON line is an object of Docker or journald.
pub(super) fn is_json_wrapper(line: &[u8]) -> Option<Wrapper> {
    if line.starts_with(FILE_LOG) {
        return None;
    }
    let head = &line[..line.len().min(4096)];
    if line.starts_with(b"{\"log\":\"") && memchr::memmem::find(line, b"\"stream\":\"").is_some() {
        return Some(Wrapper::DockerJson);
    }
    static MESSAGE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\"MESSAGE\":"));
    (MESSAGE.find(line).is_some() && memchr::memmem::find(head, b"\"_").is_some())
        .then_some(Wrapper::JournalJson)
}

/// Returns the text in a JSON wrapper, for deciding whether it begins a record.
pub(super) fn json_inner(line: &[u8]) -> Option<String> {
    is_json_wrapper(line)?;
    let text = std::str::from_utf8(line).ok()?;
    let object = json::value(text)?;
    Some(inner_text(&object)?.0)
}

fn unwrap_json(text: &str) -> Option<Unwrapped> {
    let wrapper = is_json_wrapper(text.as_bytes())?;
    let (mut stamp, mut process) = (None, None);
    let mut lines: Vec<String> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let object = json::value(line);
        if index == 0 && wrapper == Wrapper::JournalJson {
            process = object.as_ref().and_then(foreign_process_of).map(|name| name.as_bytes().to_vec());
        }
        match object.and_then(|object| inner_text(&object)) {
            Some((text, time)) => {
                stamp = stamp.or(time);
                lines.push(text);
            }
            None => lines.push(line.to_owned()),
        }
    }
    Some(Unwrapped { wrapper, stamp, process, text: lines.join("\n") })
}

fn inner_text(object: &Value) -> Option<(String, Option<Stamp>)> {
    if let Some(log) = object.get("log").and_then(Value::as_str) {
        let stamp = object.get("time").and_then(Value::as_str).and_then(time::parse);
        return Some((log.trim_end_matches(['\r', '\n']).to_owned(), stamp));
    }
    let micros = object.get("__REALTIME_TIMESTAMP").and_then(|value| match value {
        Value::String(text) => text.parse::<i64>().ok(),
        other => other.as_i64(),
    });
    let stamp = micros.and_then(|micros| Timestamp::from_microsecond(micros).ok()).map(Stamp::At);
    let message = match object.get("MESSAGE")? {
        Value::String(text) => text.clone(),
        // journald writes text that is not UTF-8 or holds colours as a list of bytes.
        Value::Array(bytes) => {
            let bytes: Vec<u8> =
                bytes.iter().filter_map(|b| b.as_u64().and_then(|b| u8::try_from(b).ok())).collect();
            String::from_utf8_lossy(&bytes).into_owned()
        }
        _ => return None,
    };
    Some((message, stamp))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_each_wrapper_off() {
        for (line, wrapper) in [
            ("Nov 22 09:51:12 host openclaw[123]: inner", Wrapper::Journal),
            ("Nov  2 09:51:12.123456 my-host node[1]: inner", Wrapper::Journal),
            ("2026-11-22T09:51:12+0000 host openclaw-gateway[7]: inner", Wrapper::Journal),
            ("2026-11-22T09:51:12.123456789Z inner", Wrapper::Docker),
            ("openclaw-gateway-1  | inner", Wrapper::Compose),
            ("0|openclaw  | inner", Wrapper::Pm2),
            ("2026-11-22T09:51:12: inner", Wrapper::Pm2),
            ("2026-11-22 09:51:12 +00:00: inner", Wrapper::Pm2),
            (r#"{"log":"inner\n","stream":"stdout","time":"2026-11-22T09:51:12.1Z"}"#, Wrapper::DockerJson),
            (
                r#"{"__REALTIME_TIMESTAMP":"1795341072000000","_PID":"7","MESSAGE":"inner","PRIORITY":"6"}"#,
                Wrapper::JournalJson,
            ),
            (r#"{"_PID":"7","MESSAGE":[105,110,110,101,114]}"#, Wrapper::JournalJson),
        ] {
            let unwrapped = unwrap(line).expect(line);
            assert_eq!((unwrapped.wrapper, unwrapped.text.as_str()), (wrapper, "inner"), "{line}");
        }
        let stamp = unwrap("2026-11-22T09:51:12+0100 host openclaw[7]: inner").and_then(|u| u.stamp);
        assert_eq!(stamp, "2026-11-22T08:51:12Z".parse().ok().map(Stamp::At));
    }

    #[test]
    fn leaves_what_only_looks_wrapped() {
        for line in [
            "2026-11-22T09:51:12.123Z warn agent/embedded x: y",
            "2026-11-22T09:51:12.123+00:00 [diagnostic] lane task error: [1]: x",
            "a | b",
            "May the force be with you: x",
            r#"{"log":"x"}"#,
            r#"{"MESSAGE":"x"}"#,
        ] {
            assert!(unwrap(line).is_none(), "{line}");
        }
    }

    #[test]
    fn a_wrapper_goes_off_every_line() {
        let text = "gw-1  | Error: x\ngw-1  |     at f\ngw-1  | ";
        assert_eq!(unwrap(text).expect("a wrapper").text, "Error: x\n    at f\n");
        let json = "{\"log\":\"a\\n\",\"stream\":\"x\"}\n{\"log\":\"  b\\n\",\"stream\":\"x\"}";
        assert_eq!(unwrap(json).expect("a wrapper").text, "a\n  b");
    }

    #[test]
    fn a_wrapper_is_seen_through_colours() {
        assert_eq!(bare(b"\x1b[90m2026-11-22T00:00:00Z\x1b[39m x\r").as_ref(), b"2026-11-22T00:00:00Z x");
    }
}
