//! The structured objects that OpenClaw up to 2026.7 printed inside the text of a record, before its message:
//! `{"subsystem":"x"} {"event":"y","status":429} message`.

use serde_json::Value;

use super::author::Author;
use super::json;
use super::parts::Parts;

/// Maximum number of objects read; real records have two.
const MAX_OBJECTS: usize = 4;

/// Keys of a child logger's bindings, which only repeat the label.
const BINDINGS: [&str; 4] = ["subsystem", "module", "plugin", "name"];

/// Moves the objects at the start of a record's message into its fields. The message is what follows them, or the name of the
/// event if nothing does. Other objects, such as a provider's answer, stay in the message.
pub(super) fn read(parts: &mut Parts<'_>) {
    let begins = |key: &str| parts.message[2..].strip_prefix(key).is_some_and(|rest| rest.starts_with('"'));
    let may_have_objects = parts.message.starts_with("{\"")
        && (BINDINGS.into_iter().any(begins) || parts.message.contains("\"event\":"));
    if !may_have_objects {
        return;
    }
    let message = std::mem::take(&mut parts.message).into_owned();
    let author = Author::of(parts.subsystem.as_deref());
    let mut rest = message.as_str();
    let mut event = None;
    for _ in 0..MAX_OBJECTS {
        let Some((object, behind)) = json::object_at_start(rest) else { break };
        let is_binding = object.keys().all(|key| BINDINGS.contains(&key.as_str()));
        let name = object.get("event").and_then(Value::as_str);
        // Without bindings before it, only an event is known to be an object of the logger.
        if !is_binding && name.is_none() && rest.len() == message.len() {
            break;
        }
        event = event.or_else(|| name.map(|name| name.replace('_', " ")));
        if is_binding {
            let label = BINDINGS.iter().find_map(|key| object.get(*key)?.as_str());
            parts.subsystem = parts.subsystem.take().or_else(|| Some(label?.to_owned().into()));
        } else {
            parts.fields.read_object(&object, author, &mut parts.errors);
        }
        rest = behind.trim_start_matches(' ');
    }
    parts.message = match (rest.is_empty(), event) {
        (true, Some(event)) => event.into(),
        (true, None) => message.into(),
        (false, _) => rest.to_owned().into(),
    };
    let Parts { message, errors, .. } = parts;
    errors.retain(|(_, text)| text != message);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(message: &str) -> Parts<'_> {
        let mut parts = Parts { message: message.into(), ..Parts::default() };
        read(&mut parts);
        parts
    }

    #[test]
    fn objects_before_the_message_are_fields() {
        let read = parts(
            r#"{"subsystem":"model-fallback/decision"} {"event":"model_fallback_decision","runId":"r1","status":408,"rawError":"a \"}\" b"} model fallback decision"#,
        );
        assert_eq!(read.message, "model fallback decision");
        assert_eq!(read.subsystem.as_deref(), Some("model-fallback/decision"));
        assert_eq!((read.fields.get("runId"), read.fields.get("status")), (Some("r1"), Some("408")));
        assert_eq!(read.errors, [("rawError".to_owned(), r#"a "}" b"#.to_owned())]);
        let rule = parts(r#"{"subsystem":"tools"} {"rule":"deny"} tool denied"#);
        assert_eq!((&*rule.message, rule.fields.get("rule")), ("tool denied", Some("deny")));
    }

    #[test]
    fn an_event_alone_is_its_own_message() {
        let read = parts(r#"{"event":"embedded_run_agent_end","provider":"openai","error":"401 no"}"#);
        assert_eq!(read.message, "embedded run agent end");
        assert_eq!(read.fields.get("provider"), Some("openai"));
    }

    #[test]
    fn other_objects_stay_in_the_message() {
        for text in [
            r#"{"error":{"code":401}}"#,
            r#"{"error":{"code":401}} and text"#,
            r#"{"event":"cut"#,
            r#"{"subsystem":"x"}"#,
            "{\"",
            "{}",
        ] {
            assert_eq!(parts(text).message, text);
        }
    }
}
