//! Formatting of texts for rule files.

use std::fmt;

use crate::ci_commands::{Syntax, broken};

/// Writes a named list of texts as part of a rule.
pub(super) fn list(out: &mut fmt::Formatter<'_>, name: &str, texts: &[String]) -> fmt::Result {
    if !texts.is_empty() {
        writeln!(out, "    {name}:")?;
    }
    texts.iter().try_for_each(|text| writeln!(out, "      - {}", quoted(text)))
}

/// Quotes a text for YAML: in single quotes, without escapes, unless it has several lines or would be a command to a CI
/// system.
pub(super) fn quoted(text: &str) -> String {
    match text.contains(char::is_control) || broken(text, Syntax::Json) != text {
        true => broken(&serde_json::Value::from(text).to_string(), Syntax::Json),
        false => format!("'{}'", text.replace('\'', "''")),
    }
}
