//! Texts as they stand in rule files.

use std::fmt;

use crate::ci_commands::{Syntax, broken};

/// A list of texts under a name, as a part of a rule.
pub(super) fn list(out: &mut fmt::Formatter<'_>, name: &str, texts: &[String]) -> fmt::Result {
    if !texts.is_empty() {
        writeln!(out, "    {name}:")?;
    }
    texts.iter().try_for_each(|text| writeln!(out, "      - {}", quoted(text)))
}

/// A text in quotation marks of YAML: single ones, in which nothing is escaped, unless it has more than one line or would be
/// a command to a CI system.
pub(super) fn quoted(text: &str) -> String {
    match text.contains(char::is_control) || broken(text, Syntax::Json) != text {
        true => broken(&serde_json::Value::from(text).to_string(), Syntax::Json),
        false => format!("'{}'", text.replace('\'', "''")),
    }
}
