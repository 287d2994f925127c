//! Session transcripts and cron run logs of older OpenClaw versions: one JSON object per line.
//!
//! A transcript holds the words of user, model and tools, which are not evidence; only its error fields are.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::level::Level;
use super::parts::Parts;
use super::{json, time};

/// Returns true if a JSON line belongs to a transcript or a cron run log.
pub(super) fn is_transcript(line: &[u8]) -> bool {
    let has = |text: &[u8]| memchr::memmem::find(line, text).is_some();
    line.starts_with(b"{\"type\":\"message\"")
        || line.starts_with(b"{\"type\":\"session\"")
        || (has(b"\"jobId\":") && has(b"\"action\":"))
        || (has(b"\"stopReason\":") && has(b"\"role\":"))
}

/// Parses a line; `None` if it has another form.
pub(super) fn parse(line: &str) -> Option<Parts<'static>> {
    let object = json::object(line)?;
    if object.contains_key("jobId") {
        return Some(cron_run(&object));
    }
    let outer = object.get("timestamp").and_then(Value::as_str).and_then(time::parse);
    let message = object.get("message").and_then(Value::as_object).unwrap_or(&object);
    let text = |name: &str| message.get(name).and_then(Value::as_str);
    let stamp =
        outer.or_else(|| message.get("timestamp").and_then(Value::as_i64).and_then(time::from_millis));
    // Errors that a user or a tool mentions are not errors of a run.
    let is_of_model = text("role").is_none_or(|role| role == "assistant");
    let failed = is_of_model && (text("stopReason") == Some("error") || text("errorMessage").is_some());

    let mut parts = Parts { stamp, ..Parts::default() };
    for name in ["provider", "model", "api", "stopReason", "role", "errorCode", "errorType"] {
        if let Some(value) = text(name) {
            parts.fields.add(name, value);
        }
    }
    let run = message.get("__openclaw").and_then(|inner| inner.get("runId")).and_then(Value::as_str);
    if let Some(run) = run {
        parts.fields.add("runId", run);
    }
    if failed {
        parts.level = Some(Level::Error);
        parts.subsystem = Some(Cow::Borrowed("transcript"));
        parts.message = Cow::Owned(text("errorMessage").unwrap_or("the run ended with an error").to_owned());
        for name in ["errorMessage", "errorCode", "errorType", "errorBody"] {
            if let Some(value) = text(name) {
                parts.errors.push((name.to_owned(), value.to_owned()));
            }
        }
    } else {
        parts.level = Some(Level::Info);
        parts.quoted = true;
        parts.message =
            Cow::Owned(object.get("type").and_then(Value::as_str).unwrap_or("message").to_owned());
    }
    Some(parts)
}

/// Parses a cron run: `{"ts":..., "jobId":"...", "action":"finished", "status":"error", "error":"..."}`.
fn cron_run(object: &Map<String, Value>) -> Parts<'static> {
    let text = |name: &str| object.get(name).and_then(Value::as_str);
    let millis = |name: &str| object.get(name).and_then(Value::as_i64).and_then(time::from_millis);
    let mut parts =
        Parts { stamp: millis("ts").or_else(|| text("ts").and_then(time::parse)), ..Parts::default() };
    parts.subsystem = Some(Cow::Borrowed("cron"));
    for name in ["jobId", "action", "status", "sessionId", "provider", "model", "runId"] {
        if let Some(value) = text(name) {
            parts.fields.add(name, value);
        }
    }
    let status = text("status").unwrap_or_default();
    let error = text("error").or_else(|| text("errorMessage"));
    // A job whose result did not arrive counts as done.
    let is_lost = text("deliveryStatus").is_some_and(|status| status != "delivered");
    match (error, text("deliveryError")) {
        (Some(error), _) if status != "ok" => {
            parts.level = Some(Level::Error);
            parts.message = Cow::Owned(format!("cron: job failed: {error}"));
            parts.errors.push(("error".to_owned(), error.to_owned()));
        }
        (_, Some(error)) if is_lost => {
            parts.level = Some(Level::Warn);
            parts.message = Cow::Owned(format!(
                "cron: result was not delivered: deliveryStatus=not-delivered deliveryError={error}"
            ));
            parts.errors.push(("deliveryError".to_owned(), error.to_owned()));
        }
        _ => {
            parts.level = Some(Level::Info);
            parts.quoted = true;
            let action = text("action").unwrap_or("run");
            parts.message = Cow::Owned(format!("cron: {action} {status}").trim_end().to_owned());
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_counts_and_what_was_said_does_not() {
        let line = r#"{"type":"message","id":"a","timestamp":"2026-05-01T10:00:00.000Z","message":{"role":"assistant","content":[],"provider":"openai","model":"gpt-5","stopReason":"error","errorMessage":"401 Incorrect API key provided","errorCode":"invalid_api_key","__openclaw":{"runId":"r1"}}}"#;
        assert!(is_transcript(line.as_bytes()));
        let parts = parse(line).expect("a record");
        assert_eq!((parts.level, parts.quoted), (Some(Level::Error), false));
        assert_eq!((parts.fields.get("provider"), parts.fields.get("runId")), (Some("openai"), Some("r1")));
        let said = r#"{"type":"message","timestamp":"2026-05-01T10:00:00.000Z","message":{"role":"user","content":[{"type":"text","text":"what is ENOTFOUND?"}]}}"#;
        let parts = parse(said).expect("a record");
        assert!(parts.quoted);
        assert!(!parts.message.contains("ENOTFOUND"));
    }

    #[test]
    fn a_cron_run_fails_or_not() {
        let failed = r#"{"ts":1777629600000,"jobId":"j1","action":"finished","status":"error","error":"LLM request timed out."}"#;
        assert!(is_transcript(failed.as_bytes()));
        let parts = parse(failed).expect("a record");
        assert_eq!(parts.message, "cron: job failed: LLM request timed out.");
        let lost = r#"{"ts":1777629600000,"jobId":"j1","action":"finished","status":"ok","deliveryStatus":"not-delivered","deliveryError":"x"}"#;
        assert_eq!(parse(lost).expect("a record").level, Some(Level::Warn));
        let fine =
            r#"{"ts":1777629600000,"jobId":"j1","action":"finished","status":"ok","summary":"no ENOTFOUND"}"#;
        assert!(parse(fine).expect("a record").quoted);
    }
}
