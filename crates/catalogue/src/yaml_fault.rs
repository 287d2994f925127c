//! Translates faults of the YAML library into the terms of rule files.

use super::ProblemCode;
use super::did_you_mean::did_you_mean;

/// A fault, and the expected form.
pub(super) struct YamlFault {
    pub code: ProblemCode,
    pub message: String,
    pub expected: String,
}

const A_RULE_FILE: &str = "a rule file: `category:` and a list of `rules:`, each with id, title, severity, any/all, causes and fixes";
const A_LIST: &str = "a list: entries in [brackets], or one per line after a hyphen";
const KEYS: &str = "keys with values: in {braces}, or one per line";
const A_TEXT: &str = "a string; quote it if it begins with a special character or looks like a number";
const A_WORD: &str = "a single word or number, or a list of them";

/// Messages of the library for a value of the wrong type, and the type that the key takes.
const TYPES: [(&str, &str); 9] = [
    ("expected sequence start", A_LIST),
    ("expected mapping start", KEYS),
    ("expected string scalar", A_TEXT),
    ("untagged enum", A_WORD),
    ("externally tagged enum expected", "a single word"),
    ("use Option<String>", A_TEXT),
    ("invalid type", A_TEXT),
    ("invalid value", A_WORD),
    ("invalid integer", "a number"),
];

impl YamlFault {
    /// Translates a message of the library.
    pub fn of(message: &str) -> Self {
        if let Some((_, expected)) = TYPES.iter().find(|(words, _)| message.contains(words)) {
            return Self::new(ProblemCode::WrongType, "wrong type of value for this key", *expected);
        }
        if let Some(what) = message.strip_prefix("budget breached: ") {
            let message = format!("the file exceeds a limit ({what})");
            return Self::new(ProblemCode::InvalidYaml, message, "several smaller files, and few aliases");
        }
        if message.starts_with("multiple YAML documents") {
            let expected = "one document: no `---` between rules";
            return Self::new(ProblemCode::InvalidYaml, "the file contains several YAML documents", expected);
        }
        if let Some(rest) = message.strip_prefix("duplicate mapping key: ") {
            let key = rest.split(',').next().unwrap_or(rest);
            let expected = "each key once; entries of a list begin with a hyphen";
            return Self::new(ProblemCode::InvalidYaml, format!("duplicate key `{key}`"), expected);
        }
        if let Some(key) = message.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`')) {
            return Self::new(ProblemCode::MissingKey, message, format!("`{key}:` with its value, here"));
        }
        let (code, what) = match message {
            _ if message.starts_with("unknown field") => (ProblemCode::UnknownKey, "a known key"),
            _ if message.starts_with("unknown variant") => {
                (ProblemCode::UnknownName, "one of the known names")
            }
            _ => return Self::new(ProblemCode::InvalidYaml, message, A_RULE_FILE),
        };
        match nearest_known(message) {
            Some(nearest) => Self::new(code, message, format!("{what}; the nearest is `{nearest}`")),
            None => Self::new(code, message, what),
        }
    }

    fn new(code: ProblemCode, message: impl Into<String>, expected: impl Into<String>) -> Self {
        Self { code, message: message.into(), expected: expected.into() }
    }
}

/// Returns the known name most similar to the unknown one, if a message contains both.
fn nearest_known(message: &str) -> Option<&str> {
    let (unknown, known) = message.split_once("expected one of ")?;
    let unknown = unknown.split('`').nth(1)?;
    let known = known
        .split(',')
        .map(|name| name.trim().trim_matches(|c: char| !c.is_ascii_alphanumeric() && c != '_'))
        .filter(|name| !name.is_empty() && !name.contains(' '));
    did_you_mean(known, unknown)
}
