//! Wrappers that are a JSON object around each line: Docker's json-file driver and `journalctl -o json`.

use std::sync::LazyLock;

use jiff::Timestamp;
use memchr::memmem::Finder;
use serde_json::Value;

use super::kind::{Unwrapped, Wrapper};
use super::prefix::is_foreign;
use crate::record::format::FILE_LOG;
use crate::record::json;
use crate::record::time::{self, Stamp};

const LOG: &[u8] = b"{\"log\":\"";
const STREAMS: [&[u8]; 2] =
    [b"\",\"stream\":\"stdout\",\"time\":\"", b"\",\"stream\":\"stderr\",\"time\":\""];

/// A line of Docker's json-file driver in the form that Docker writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::record) struct DockerLine<'a> {
    /// The text with its JSON escapes, without the line end.
    pub text: &'a [u8],
    pub time: &'a [u8],
}

impl<'a> DockerLine<'a> {
    /// The bytes before the text.
    pub const OPENING: &'static [u8] = LOG;

    /// Finds the parts of a line; `None` if it has another form, even if it is valid.
    pub fn of(line: &'a [u8]) -> Option<Self> {
        let rest = line.strip_prefix(LOG)?;
        let time = rest.strip_suffix(b"\"}")?;
        let time = &time[memchr::memrchr(b'"', time)? + 1..];
        let text = &rest[..rest.len() - b"\"}".len() - time.len()];
        let text = STREAMS.iter().find_map(|stream| text.strip_suffix(*stream))?;
        // A quotation mark without a backslash would end the text, and so would one after two.
        let is_one_string = memchr::memchr_iter(b'"', text).all(|quote| {
            let backslashes = text[..quote].iter().rev().take_while(|byte| **byte == b'\\').count();
            backslashes % 2 == 1
        });
        let text = text.strip_suffix(b"\\n").unwrap_or(text);
        (is_one_string && !text.ends_with(b"\\")).then_some(Self { text, time })
    }
}

/// Returns the wrapper if a JSON line is an object of Docker or journald.
pub(in crate::record) fn is_json_wrapper(line: &[u8]) -> Option<Wrapper> {
    static STREAM: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\"stream\":\""));
    static MESSAGE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\"MESSAGE\":"));
    static OWN_FIELD: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\"_"));
    if line.starts_with(FILE_LOG) {
        return None;
    }
    if line.starts_with(LOG) && STREAM.find(line).is_some() {
        return Some(Wrapper::DockerJson);
    }
    let head = &line[..line.len().min(4096)];
    (MESSAGE.find(line).is_some() && OWN_FIELD.find(head).is_some()).then_some(Wrapper::JournalJson)
}

/// Returns the text in a JSON wrapper, for deciding whether it begins a record.
pub(in crate::record) fn json_inner(line: &[u8]) -> Option<String> {
    is_json_wrapper(line)?;
    let text = std::str::from_utf8(line).ok()?;
    let object = json::value(text)?;
    Some(inner_text(&object)?.0)
}

/// Removes the wrapper from all lines of a record; `None` if there is none.
pub(super) fn unwrap(text: &str) -> Option<Unwrapped> {
    let wrapper = is_json_wrapper(text.as_bytes())?;
    let (mut stamp, mut process) = (None, None);
    let mut lines: Vec<String> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let object = json::value(line);
        if index == 0 && wrapper == Wrapper::JournalJson {
            process = object.as_ref().and_then(foreign_process).map(|name| name.as_bytes().to_vec());
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

/// Returns the process other than OpenClaw that wrote a record of a journal; `None` if its unit is one of OpenClaw.
fn foreign_process(object: &Value) -> Option<&str> {
    let text = |name: &str| object.get(name).and_then(Value::as_str);
    let units = ["_SYSTEMD_UNIT", "_SYSTEMD_USER_UNIT", "UNIT", "USER_UNIT"];
    if units.into_iter().filter_map(text).any(|unit| unit.contains("openclaw") || unit.contains("clawd")) {
        return None;
    }
    let process = text("SYSLOG_IDENTIFIER").or_else(|| text("_COMM"))?;
    is_foreign(process.as_bytes()).then_some(process)
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
    fn dockers_own_form_is_read_without_parsing() {
        let line = r#"{"log":"[ws] a \"b\" c\\\\d\n","stream":"stderr","time":"2026-11-22T09:51:12.1Z"}"#;
        let expected = DockerLine { text: br#"[ws] a \"b\" c\\\\d"#, time: b"2026-11-22T09:51:12.1Z" };
        assert_eq!(DockerLine::of(line.as_bytes()), Some(expected));
        for (from, to) in [
            ("stderr", "other"),
            ("\\\"b", "\\\\\"b"),
            ("\"}", "\",\"attrs\":{}}"),
            ("{\"log", "{ \"log"),
            ("d\\n\"", "d\\\""),
            ("\\\"b\\\"", "\",\"stream\":\"stderr\",\"time\":\"x"),
        ] {
            let other = line.replacen(from, to, 1);
            assert_ne!(other, line, "{from}");
            assert_eq!(DockerLine::of(other.as_bytes()), None, "{other}");
        }
    }
}
