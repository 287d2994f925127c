//! Times that other programs write at the start of a line: `[2026-05-01T10:00:00.000] x`, `2026-05-01 10:00:00,123 x` (Python, Java),
//! `2026/05/01 10:00:00 x` (nginx, Go).

use super::time::{self, Stamp};

/// Maximum length of such a time, in bytes.
const MAX_TIME: usize = 40;

/// Parses the time at the start of a text, and returns the text after it.
pub(super) fn leading(text: &str) -> Option<(Stamp, &str)> {
    let inner = text.strip_prefix('[').unwrap_or(text);
    let bytes = inner.as_bytes();
    let has_form = |shape| time::fits(bytes, shape);
    if !has_form(b"0000-00-00 00:00:00")
        && !has_form(b"0000/00/00 00:00:00")
        && !has_form(b"0000-00-00T00:00:00")
    {
        return None;
    }
    let clock = &inner[..19];
    let length = inner[19..]
        .bytes()
        .take(MAX_TIME)
        .take_while(|byte| byte.is_ascii_digit() || b".,:+-Z".contains(byte))
        .count();
    let (rest, behind) = inner[19..].split_at(length);
    let (fraction, offset) = match rest.strip_prefix(['.', ',']) {
        Some(rest) => rest.split_at(rest.bytes().take_while(u8::is_ascii_digit).count()),
        None => ("", rest.trim_end_matches([':', ','])),
    };
    let offset = offset.trim_end_matches(':');
    let fraction = if fraction.is_empty() { String::new() } else { format!(".{fraction}") };
    let stamp = time::parse(&format!("{}{fraction}{offset}", clock.replace('/', "-").replacen(' ', "T", 1)))?;
    let behind = if inner.len() < text.len() { behind.strip_prefix(']')? } else { behind };
    let message = behind.trim_start_matches(' ');
    (message.len() < behind.len()).then_some((stamp, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_other_programs_are_read() {
        for (text, stamp, rest) in [
            ("[2026-07-25T17:24:11.789] [ERROR] x", "2026-07-25T17:24:11.789", "[ERROR] x"),
            ("2026/05/01 10:00:00 [error] 1#0: x", "2026-05-01T10:00:00", "[error] 1#0: x"),
            ("2026-05-01 10:00:00,123 ERROR x", "2026-05-01T10:00:00.123", "ERROR x"),
            ("2026-05-01 10:00:00.5+02:00 x", "2026-05-01T10:00:00.5+02:00", "x"),
        ] {
            assert_eq!(leading(text), time::parse(stamp).map(|stamp| (stamp, rest)), "{text}");
        }
        for text in
            ["2026-05-01", "[2026-07-25T17:24:11.789 x", "2026-99-99 10:00:00 x", "10:00:00 x", "é2026"]
        {
            assert_eq!(leading(text), None, "{text}");
        }
    }
}
