//! Which format a line has: per line, cheap, without being told.

use memchr::memmem;

use super::{Format, plain, time};

/// The format of the record that begins with this line.
pub fn detect(line: &[u8]) -> Format {
    match line.first() {
        Some(b'{') => detect_json(line),
        Some(b'0'..=b'9') if plain::is_plain(line) => Format::Plain,
        _ => Format::Text,
    }
}

fn detect_json(line: &[u8]) -> Format {
    if line.starts_with(b"{\"type\":\"") {
        let kind = &line[9..line.len().min(16)];
        let known = [&b"log\""[..], b"meta\"", b"raw\"", b"notice\"", b"error\""];
        if known.iter().any(|k| kind.starts_with(k)) {
            return Format::LogsJson;
        }
    }
    if line.starts_with(b"{\"0\":") || memmem::find(line, b"\"_meta\":").is_some() {
        return Format::FileLog;
    }
    Format::Text
}

/// Whether this line begins a record, whatever came before it. Lines that do not may continue the record before them.
pub fn starts_record(line: &[u8]) -> bool {
    match line.first() {
        Some(b'{') => detect_json(line) != Format::Text,
        Some(b'0'..=b'9') => time::starts_with_date(line),
        Some(b'L') => line.starts_with(b"Log file: ") || line.starts_with(b"Log source: "),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_the_formats_apart() {
        let cases: [(&str, Format, bool); 9] = [
            (r#"{"0":"{\"subsystem\":\"x\"}","1":"m","_meta":{}}"#, Format::FileLog, true),
            (r#"{"nativeError":{},"_meta":{"date":"x"}}"#, Format::FileLog, true),
            (r#"{"type":"log","time":"x","raw":"{}"}"#, Format::LogsJson, true),
            (r#"{"type":"error","error":{"type":"overloaded_error"}}"#, Format::LogsJson, true),
            ("2026-11-22T09:47:00.546+00:00 warn agent/embedded x", Format::Plain, true),
            ("2026-11-22T09:43:52.554+00:00 [telegram] message", Format::Text, true),
            (r#"{"error":{"message":"a pretty body"}}"#, Format::Text, false),
            ("    at foo (file.js:1:2)", Format::Text, false),
            ("", Format::Text, false),
        ];
        for (line, format, starts) in cases {
            assert_eq!((detect(line.as_bytes()), starts_record(line.as_bytes())), (format, starts), "{line}");
        }
    }
}
