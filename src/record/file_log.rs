//! OpenClaw's file log: one JSON object per line, with the logger's arguments under "0", "1", "2", ...

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::author::Author;
use super::level::Level;
use super::parts::Parts;
use super::time::Stamp;
use super::{envelope, json, level_prefix, time};

/// Keys of a record that belong to the logger and not to its content.
const ENVELOPE: &[&str] = &[
    "_meta",
    "time",
    "ts",
    "timestamp",
    "hostname",
    "message",
    "msg",
    "level",
    "subsystem",
    "spanId",
    "parentSpanId",
    "traceFlags",
];

/// Parses a line of the file log; `None` if it has another form.
pub(super) fn parse(line: &str) -> Option<Parts<'static>> {
    match json::object(line) {
        Some(record) => {
            // If a record holds two levels, the envelope's takes precedence.
            let level = envelope::of(line.as_bytes()).map(|envelope| envelope.level);
            Some(from_object(&record, level))
        }
        None => from_envelope(line),
    }
}

/// Reads what the envelope holds of a line that is damaged before it, by two writers or by a crash between two lines.
fn from_envelope(line: &str) -> Option<Parts<'static>> {
    let envelope = envelope::of(line.as_bytes())?;
    let text = |bytes: &[u8]| std::str::from_utf8(bytes).ok().map(str::to_owned);
    let message = text(envelope.message)?;
    let decoded = serde_json::from_str(&format!("\"{message}\""));
    let level = envelope.level;
    Some(Parts {
        stamp: time::parse(&text(envelope.time)?),
        level: Some(level),
        message: Cow::Owned(decoded.unwrap_or(message)),
        quoted: level <= Level::Info,
        ..Parts::default()
    })
}

fn from_object(record: &Map<String, Value>, level: Option<Level>) -> Parts<'static> {
    let meta = record.get("_meta");
    let meta_text = |name: &str| meta?.get(name)?.as_str();
    let text = |name: &str| record.get(name)?.as_str();

    let mut parts = Parts {
        stamp: text("time")
            .or_else(|| meta_text("date"))
            .and_then(time::parse)
            .or_else(|| stamp_of_others(record)),
        level: level
            .or_else(|| meta_text("logLevelName").and_then(Level::from_name))
            .or_else(|| record.get("level").or_else(|| record.get("severity")).and_then(level_of)),
        ..Parts::default()
    };

    let mut errors = Vec::new();
    let mut words = Vec::new();
    let bindings = text("0").and_then(label_of);
    let is_bound = bindings.is_some();
    let label =
        meta_text("name").and_then(label_of).or(bindings).or_else(|| text("subsystem").map(str::to_owned));
    let author = Author::of(label.as_deref());
    for argument in arguments(record).skip(usize::from(is_bound)) {
        match argument {
            Value::String(text) => match object_in(text) {
                Some(object) => parts.fields.read_object(&object, author, &mut errors),
                None => words.push(text.as_str()),
            },
            Value::Object(object) => parts.fields.read_object(object, author, &mut errors),
            _ => {}
        }
    }
    let own =
        |(name, _): &(&String, &Value)| !ENVELOPE.contains(&name.as_str()) && name.parse::<usize>().is_err();
    // The record's own values take precedence over those of the errors inside it.
    let (objects, values): (Vec<_>, Vec<_>) =
        record.iter().filter(own).partition(|(_, value)| value.is_object());
    for (name, value) in values.into_iter().chain(objects) {
        let field = Map::from_iter([(name.clone(), value.clone())]);
        parts.fields.read_object(&field, author, &mut errors);
    }

    parts.subsystem = label.map(Cow::Owned);
    parts.message = Cow::Owned(match text("message").or_else(|| text("msg")) {
        Some(message) => message.to_owned(),
        None => words.join(" "),
    });
    errors.retain(|(_, text)| *text != parts.message);
    parts.errors = errors;
    // Unlabelled information is what the CLI showed its user: the assistant's answer, which can be any text.
    parts.quoted = parts.subsystem.is_none() && parts.level.is_some_and(|level| level <= Level::Info);
    parts
}

/// Returns the level of a JSON line, by its name or by its number in pino's and bunyan's scale.
fn level_of(value: &Value) -> Option<Level> {
    match value {
        Value::String(name) => Level::from_name(name).or_else(|| level_prefix::level_of(name)),
        Value::Number(number) => match number.as_u64()? {
            10..20 => Some(Level::Trace),
            20..30 => Some(Level::Debug),
            30..40 => Some(Level::Info),
            40..50 => Some(Level::Warn),
            50..60 => Some(Level::Error),
            60.. => Some(Level::Fatal),
            _ => None,
        },
        _ => None,
    }
}

/// Returns the time of a JSON line under the names and in the forms that other loggers use.
fn stamp_of_others(record: &Map<String, Value>) -> Option<Stamp> {
    ["time", "ts", "timestamp", "@timestamp"].iter().find_map(|name| match record.get(*name)? {
        Value::String(text) => time::parse(text),
        // Seconds or milliseconds since the epoch.
        Value::Number(number) => {
            let value = number.as_f64()?;
            time::from_millis(if value < 1e11 { value * 1000.0 } else { value } as i64)
        }
        _ => None,
    })
}

/// Returns the logger's arguments in order: the values under "0", "1", "2", ...
fn arguments(record: &Map<String, Value>) -> impl Iterator<Item = &Value> {
    (0..10).map_while(|position| record.get(&position.to_string()))
}

/// Parses a string that holds an object as JSON.
fn object_in(text: &str) -> Option<Map<String, Value>> {
    if text.starts_with('{') { json::object(text) } else { None }
}

/// Returns the name in a child logger's bindings: the `subsystem`, otherwise the module or plugin.
fn label_of(bindings: &str) -> Option<String> {
    let bindings = object_in(bindings)?;
    ["subsystem", "module", "plugin"]
        .into_iter()
        .find_map(|name| bindings.get(name)?.as_str())
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_an_event_with_its_object() {
        let parts = parse(
            r#"{"0":"{\"subsystem\":\"agent/embedded\"}","1":{"runId":"r1","error":"LLM request timed out.","rawErrorPreview":"terminated","provider":"llm04","failoverReason":"timeout"},"2":"embedded run agent end","_meta":{"date":"2026-11-22T10:19:28.726Z","logLevelName":"WARN","name":"{\"subsystem\":\"agent/embedded\"}"},"time":"2026-11-22T10:19:28.859+00:00","message":"embedded run agent end","traceId":"t1"}"#,
        )
        .expect("a record");
        assert_eq!(parts.subsystem.as_deref(), Some("agent/embedded"));
        assert_eq!(parts.level, Some(Level::Warn));
        assert_eq!(parts.stamp, time::parse("2026-11-22T10:19:28.859Z"));
        assert_eq!(parts.message, "embedded run agent end");
        assert_eq!(parts.errors.len(), 2);
        assert_eq!(parts.fields.get("traceId"), Some("t1"));
        assert_eq!(parts.fields.get("runId"), Some("r1"));
        assert!(!parts.quoted);
    }

    #[test]
    fn reads_older_records_and_lone_errors() {
        let old = parse(r#"{"0":"{\"module\":\"cron\"}","1":"cron: job failed","2":"x","_meta":{"logLevelName":"ERROR","date":"2026-02-02T00:00:00.000Z"}}"#)
            .expect("a record");
        assert_eq!((old.subsystem.as_deref(), &*old.message), (Some("cron"), "cron: job failed x"));
        assert!(old.stamp.is_some());

        let error = parse(r#"{"name":"TypeError","message":"fetch failed","stack":[],"cause":{"message":"getaddrinfo ENOTFOUND x.y","code":"***"},"_meta":{"logLevelName":"ERROR"}}"#)
            .expect("a record");
        assert!(error.errors.iter().any(|(_, text)| text.contains("ENOTFOUND")), "{error:?}");
    }

    #[test]
    fn an_answer_is_quoted_and_an_error_is_not() {
        let line = |level: &str| {
            format!(
                r#"{{"0":"HTTP 429 means","_meta":{{"logLevelName":"{level}","name":"openclaw"}},"message":"HTTP 429 means"}}"#
            )
        };
        assert!(parse(&line("INFO")).expect("a record").quoted);
        assert!(!parse(&line("ERROR")).expect("a record").quoted);
    }

    #[test]
    fn what_is_no_object_or_nests_too_deep_is_not_read() {
        assert!(parse("[1]").is_none());
        assert!(parse(r#"{"0":"cut off"#).is_none());
        let deep = format!(r#"{{"0":{}1{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
        assert!(parse(&deep).is_none());
    }
}
