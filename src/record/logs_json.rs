//! `openclaw logs --json`: one object per line; an object of type `log` carries the file's record as text in `raw`.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::level::Level;
use super::parts::Parts;
use super::{file_log, inline, json, plain, text, time};

/// Parses an object of `openclaw logs --json`; `None` if it has another form.
pub(super) fn parse(line: &str) -> Option<Parts<'static>> {
    let object = json::object(line)?;
    match object.get("type")?.as_str()? {
        "log" => Some(log(&object)),
        "raw" => {
            let raw = object.get("raw")?.as_str()?;
            let inner = file_log::parse(raw).or_else(|| plain::parse(raw).map(Parts::into_owned));
            Some(inner.unwrap_or_else(|| text::parse(raw).into_owned()))
        }
        "meta" => Some(Parts { quoted: true, ..said(&object, Level::Info) }),
        "notice" => Some(Parts { subsystem: Some(Cow::Borrowed("logs")), ..said(&object, Level::Info) }),
        // A provider's error body also has the type `error`, but its error is an object and it has no message.
        "error" if object.get("message").is_some_and(Value::is_string) => Some(said(&object, Level::Error)),
        _ => None,
    }
}

fn log(object: &Map<String, Value>) -> Parts<'static> {
    let raw = object.get("raw").and_then(Value::as_str).and_then(file_log::parse);
    raw.unwrap_or_else(|| {
        let text = |name: &str| object.get(name).and_then(Value::as_str);
        let label = text("subsystem").or_else(|| text("module")).or_else(|| text("plugin"));
        let level = text("level").and_then(Level::from_name);
        let mut parts = Parts {
            stamp: text("time").and_then(time::parse),
            level,
            subsystem: label.map(|l| Cow::Owned(l.to_owned())),
            message: Cow::Owned(text("message").unwrap_or_default().to_owned()),
            ..Parts::default()
        };
        inline::read(&mut parts);
        parts.quoted = parts.subsystem.is_none() && level.is_some_and(|l| l <= Level::Info);
        parts
    })
}

/// Returns the message that the command itself prints.
fn said(object: &Map<String, Value>, level: Level) -> Parts<'static> {
    let text = |name: &str| object.get(name).and_then(Value::as_str);
    let mut message = text("message").or_else(|| text("file")).unwrap_or_default().to_owned();
    for name in ["error", "hint"] {
        if let Some(more) = text(name) {
            message.push_str(" | ");
            message.push_str(more);
        }
    }
    Parts { level: Some(level), message: Cow::Owned(message), ..Parts::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_object_is_read_from_its_raw_record() {
        let parts = parse(
            r#"{"type":"log","time":"2026-11-22T10:00:00Z","level":"warn","subsystem":"a/b","message":"m","raw":"{\"0\":\"{\\\"subsystem\\\":\\\"a/b\\\"}\",\"1\":{\"rawErrorPreview\":\"terminated\"},\"2\":\"m\",\"_meta\":{\"logLevelName\":\"WARN\"},\"time\":\"2026-11-22T10:00:00Z\",\"message\":\"m\"}"}"#,
        )
        .expect("a record");
        assert_eq!(parts.errors, [("rawErrorPreview".to_owned(), "terminated".to_owned())]);
        assert_eq!(parts.subsystem.as_deref(), Some("a/b"));
    }

    #[test]
    fn other_objects_are_what_they_say() {
        let notice = parse(r#"{"type":"notice","message":"Log tail truncated"}"#).expect("a record");
        assert_eq!((notice.subsystem.as_deref(), &*notice.message), (Some("logs"), "Log tail truncated"));
        let raw = parse(r#"{"type":"raw","raw":"2026-11-22T09:47:00Z error x/y boom"}"#).expect("a record");
        assert_eq!((raw.subsystem.as_deref(), &*raw.message), (Some("x/y"), "boom"));
        assert!(parse(r#"{"type":"meta","file":"/tmp/openclaw/x.log","size":3}"#).expect("a record").quoted);
        let error = parse(r#"{"type":"error","message":"gateway connect failed","error":"ECONNREFUSED"}"#);
        assert_eq!(error.expect("a record").message, "gateway connect failed | ECONNREFUSED");
        assert!(parse(r#"{"type":"error","error":{"type":"overloaded_error"}}"#).is_none());
    }
}
