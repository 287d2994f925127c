//! Fields within a text: `key=value`, and `"key":value` of JSON.

use std::ops::Range;

/// Parts of the names of fields that tell of a failure.
const TELLING: [&str; 18] = [
    "err",
    "fail",
    "cause",
    "detail",
    "msg",
    "message",
    "status",
    "stderr",
    "description",
    "reason",
    "warn",
    "problem",
    "outcome",
    "exception",
    "type",
    "finish",
    "stop",
    "code",
];
/// Fields whose names hold one of these and that tell of none.
const SILENT: [&str; 17] = [
    "errcode",
    "iserror",
    "errno",
    "messageid",
    "message_id",
    "documentation_url",
    "windowtype",
    "prompt",
    "content",
    "statustext",
    "exitcode",
    "contenttype",
    "content-type",
    "content_type",
    "mimetype",
    "chattype",
    "messagetype",
];
/// Endings of names of numbers and settings.
const NUMBERS: [&str; 14] = [
    "count",
    "total",
    "ms",
    "bytes",
    "tokens",
    "attempts",
    "retries",
    "limit",
    "threshold",
    "remaining",
    "size",
    "policy",
    "order",
    "seconds",
];

/// A field at the start of a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Field<'t> {
    name: &'t str,
    written: &'t str,
    /// The bytes of the value in the text.
    pub value: Range<usize>,
}

impl Field<'_> {
    /// Returns true if the value of the field says what failed.
    pub fn tells_of_failure(&self) -> bool {
        if matches!(self.written, "0" | "false" | "true" | "null" | "none" | "undefined" | "")
            || self.name.ends_with("Id")
            || self.name.ends_with("Ms")
        {
            return false;
        }
        let name = self.name.to_ascii_lowercase();
        let is_number = NUMBERS.iter().any(|ending| name.ends_with(ending)) && !name.contains("err");
        !is_number && TELLING.iter().any(|part| name.contains(part)) && !SILENT.contains(&name.as_str())
    }

    /// Returns true for `exitCode=0`.
    pub fn is_clean_exit(&self) -> bool {
        self.name.eq_ignore_ascii_case("exitcode") && self.written == "0"
            || self.name.eq_ignore_ascii_case("iserror") && self.written == "false"
    }
}

/// Returns the field that begins with a name, if `=` and a value follow.
pub(super) fn in_text<'t>(name: &'t str, behind: &'t str) -> Option<Field<'t>> {
    let value = behind.strip_prefix('=').filter(|value| !value.starts_with('='))?;
    let (written, length) = value_at(value);
    let start = name.len() + 1;
    Some(Field { name, written, value: start..start + length })
}

/// Returns the field at the start of a text that begins with the quotation mark before its name.
pub(super) fn in_json(text: &str) -> Option<Field<'_>> {
    const MAX_NAME: usize = 40;
    let inner = text.strip_prefix('"')?;
    let end = inner.bytes().take(MAX_NAME + 1).position(|byte| byte == b'"')?;
    let name = &inner[..end];
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '@' | ' ');
    let behind = inner[end + 1..].trim_start().strip_prefix(':')?.trim_start();
    if name.is_empty() || !name.chars().all(is_part) {
        return None;
    }
    let start = text.len() - behind.len();
    // What is within an object or a list follows by itself.
    let (written, length) = if behind.starts_with(['{', '[']) { ("", 0) } else { value_at(behind) };
    Some(Field { name, written, value: start..start + length })
}

/// Returns a value without its quotation marks, and its length with them.
fn value_at(text: &str) -> (&str, usize) {
    if let Some(inner) = text.strip_prefix('"') {
        let mut is_escaped = false;
        let end = inner.bytes().position(|byte| {
            let ends = byte == b'"' && !is_escaped;
            is_escaped = byte == b'\\' && !is_escaped;
            ends
        });
        return match end {
            Some(end) => (&inner[..end], end + 2),
            None => (inner, text.len()),
        };
    }
    let end = text.find(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | ')' | '}' | ']' | '"'));
    let end = end.unwrap_or(text.len());
    (&text[..end], end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_fields_of_failures_are_read() {
        for (text, value, tells) in [
            ("error=\"it broke\" x", "it broke", true),
            ("errorMessage=broke x", "broke", true),
            ("model=gpt", "gpt", false),
            ("failed=0", "0", false),
            ("timeoutMs=3", "3", false),
        ] {
            let (name, rest) = text.split_at(text.find('=').expect("a field"));
            let field = in_text(name, rest).expect("a field");
            assert_eq!((field.written, field.tells_of_failure()), (value, tells), "{text}");
        }
        let field = in_json("\"message\": \"a \\\"b\\\" c\", 1").expect("a field");
        assert_eq!(field.written, "a \\\"b\\\" c");
        assert!(in_json("\"a sentence\" he said").is_none());
        assert!(in_json("\"").is_none());
    }
}
