//! Objects that another program has spread over many lines.

use super::bare::of_json;
use super::detect::starts_record;
use super::format::Format;
use super::spaced::compact_record;
use crate::source::first_run;

/// Result of the search for an object that is spread over lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spread {
    /// A record: its length without the last line end, and the number of line ends within it.
    Record(Format, usize, u64),
    /// No such object.
    Other,
    /// Undecided: more bytes are needed.
    Open,
}

/// Returns true if a line consists of an opening brace, with which an object that is spread over lines begins.
pub(super) fn opens(line: &[u8]) -> bool {
    line.first() == Some(&b'{') && line[1..].trim_ascii_end().is_empty()
}

/// Reads indented lines after a line that [`opens`], up to one that consists of the closing brace.
pub(super) fn spread(bytes: &[u8], max_lines: u64, max_bytes: usize) -> Spread {
    let (mut at, mut lines) = (0, 0);
    while let Some(end) = memchr::memchr(b'\n', &bytes[at..bytes.len().min(max_bytes)]) {
        let line = bytes[at..at + end].trim_ascii_end();
        match line.first() {
            // NULs end a record.
            _ if first_run(line).is_some() => return Spread::Other,
            Some(b'}') if line.len() == 1 => return record(&bytes[..at + end], lines),
            _ if at == 0 => {}
            Some(b' ' | b'\t') if !starts_record(line) => {}
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
    match compact_record(bytes).map(|compact| of_json(&compact)) {
        Some(format) if format != Format::Text => Spread::Record(format, bytes.trim_ascii_end().len(), lines),
        _ => Spread::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
