//! Records that another program has written anew, with spaces between names and values or over many lines:
//! `openclaw logs --json | jq .`, Python's `json.dumps`.

use std::borrow::Cow;

use super::{Format, detect, wrap};

/// A name longer than this is none of a record's.
const MAX_NAME: usize = 64;

/// Whether a text that begins with `{` has a space behind that, or behind its first name.
pub(super) fn is_spaced(text: &[u8]) -> bool {
    match text.get(1) {
        Some(b'"') => {
            let rest = &text[2..text.len().min(2 + MAX_NAME)];
            memchr::memchr(b'"', rest).is_some_and(|end| match rest.get(end + 1) {
                Some(b':') => rest.get(end + 2).is_some_and(u8::is_ascii_whitespace),
                Some(byte) => byte.is_ascii_whitespace(),
                None => false,
            })
        }
        Some(byte) => byte.is_ascii_whitespace(),
        None => false,
    }
}

/// The text as its first writer wrote it, where it is spaced and a record of a known format, or wraps one.
pub(super) fn compact_record(text: &[u8]) -> Option<Vec<u8>> {
    if !is_spaced(text) {
        return None;
    }
    let compact = compact(text);
    let is_known = detect::of_json(&compact) != Format::Text || wrap::is_json_wrapper(&compact).is_some();
    is_known.then_some(compact)
}

/// The same of a text of characters.
pub(super) fn compact_text(text: Cow<'_, str>) -> Cow<'_, str> {
    if !text.starts_with('{') {
        return text;
    }
    // Only ASCII goes, so what was UTF-8 stays it.
    match compact_record(text.as_bytes()).map(String::from_utf8) {
        Some(Ok(compact)) => Cow::Owned(compact),
        _ => text,
    }
}

/// JSON without the space between its parts. Line ends between objects stay.
fn compact(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let (mut depth, mut is_quoted, mut is_escaped) = (0_usize, false, false);
    for &byte in text {
        if is_quoted {
            is_quoted = is_escaped || byte != b'"';
            is_escaped = !is_escaped && byte == b'\\';
            out.push(byte);
            continue;
        }
        match byte {
            b'"' => is_quoted = true,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'\n' if depth == 0 => {}
            b' ' | b'\t' | b'\r' | b'\n' => continue,
            _ => {}
        }
        out.push(byte);
    }
    out
}

/// What stands where an object may begin that is spread over lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spread {
    /// A record: its bytes without the last line end, and how many lines end within it.
    Record(Format, usize, u64),
    /// Something else.
    Other,
    /// More bytes are needed to tell.
    Open,
}

/// Whether a line is an opening brace and nothing else, with which an object begins that is spread over lines.
pub(super) fn opens(line: &[u8]) -> bool {
    line.first() == Some(&b'{') && line[1..].trim_ascii_end().is_empty()
}

/// Looks at what begins with a line that [`opens`]: lines that are indented, up to one with the closing brace.
pub(super) fn spread(bytes: &[u8], max_lines: u64, max_bytes: usize) -> Spread {
    let (mut at, mut lines) = (0, 0);
    while let Some(end) = memchr::memchr(b'\n', &bytes[at..bytes.len().min(max_bytes)]) {
        let line = bytes[at..at + end].trim_ascii_end();
        match line.first() {
            Some(b'}') if line.len() == 1 => return record(&bytes[..at + end], lines),
            _ if at == 0 => {}
            Some(b' ' | b'\t') if !detect::starts_record(line) => {}
            _ => return Spread::Other,
        }
        lines += 1;
        at += end + 1;
        if lines > max_lines {
            return Spread::Other;
        }
    }
    match &bytes[at..] {
        _ if bytes.len() >= max_bytes => Spread::Other,
        b"}" => record(bytes, lines),
        _ => Spread::Open,
    }
}

fn record(bytes: &[u8], lines: u64) -> Spread {
    match compact_record(bytes).map(|compact| detect::of_json(&compact)) {
        Some(format) if format != Format::Text => Spread::Record(format, bytes.trim_ascii_end().len(), lines),
        _ => Spread::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn space_goes_but_within_texts() {
        let spread = "{ \"a\" : [ 1,\r\n\t2 ],\n  \"b c\": \"d \\\" { \\\\\", \"e\": {} }\n{ }\n";
        assert_eq!(compact(spread.as_bytes()), b"{\"a\":[1,2],\"b c\":\"d \\\" { \\\\\",\"e\":{}}\n{}\n");
    }

    #[test]
    fn spaced_objects_are_told_by_their_first_bytes() {
        for (text, expected) in [
            (r#"{"0": "x"}"#, true),
            ("{\n  \"0\": 1\n}", true),
            (r#"{ "type":"log"}"#, true),
            (r#"{"type" :"log"}"#, true),
            (r#"{"type":"log", "x": 1}"#, false),
            ("{", false),
            ("{\"", false),
            ("{}", false),
        ] {
            assert_eq!(is_spaced(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn an_object_over_many_lines_is_looked_at_within_bounds() {
        let log = "{\n  \"type\": \"log\",\n  \"raw\": \"x\"\n}\n";
        let spread = |text: &str| spread(text.as_bytes(), 5, 100);
        assert_eq!(spread(log), Spread::Record(Format::LogsJson, log.len() - 1, 3));
        assert_eq!(spread(&log.replace("log", "dog")), Spread::Other);
        assert_eq!(spread("{\n  \"type\": \"log\",\nx\n}\n"), Spread::Other);
        assert_eq!(spread(log.trim_end()), Spread::Record(Format::LogsJson, log.len() - 1, 3));
        assert_eq!(spread(&log[..log.len() - 2]), Spread::Open);
        assert_eq!(spread(&format!("{{\n{}", "  1,\n".repeat(10))), Spread::Other);
        assert_eq!(spread(&format!("{{\n  \"{}", "a".repeat(200))), Spread::Other);
    }
}
