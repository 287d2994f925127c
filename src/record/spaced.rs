//! Records that another program has reformatted, with spaces between names and values or over many lines: `openclaw logs --json |
//! jq .`, Python's `json.dumps`.

use std::borrow::Cow;

use super::bare::of_json;
use super::format::Format;
use super::wrap;

/// Maximum length in bytes of a name in a record.
const MAX_NAME: usize = 64;

/// Returns true if a text that begins with `{` has whitespace after the brace or around the colon of its first name.
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

/// Returns the text in compact form, if it is spaced and is a record of a known format or wraps one.
pub(super) fn compact_record(text: &[u8]) -> Option<Vec<u8>> {
    if !is_spaced(text) {
        return None;
    }
    let compact = compact(text);
    let is_known = of_json(&compact) != Format::Text || wrap::is_json_wrapper(&compact).is_some();
    is_known.then_some(compact)
}

/// Returns the compact form of a text, as [`compact_record`] does; the text itself if it is not such a record.
pub(super) fn compact_text(text: Cow<'_, str>) -> Cow<'_, str> {
    if !text.starts_with('{') {
        return text;
    }
    // Only ASCII bytes are removed, so the result is still UTF-8.
    match compact_record(text.as_bytes()).map(String::from_utf8) {
        Some(Ok(compact)) => Cow::Owned(compact),
        _ => text,
    }
}

/// Returns JSON without the whitespace between its tokens. Line ends between objects are kept.
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
}
