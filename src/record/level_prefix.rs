//! Levels that other programs and pasted logs write before a message, in their common spellings: `ERROR`, `[error]`, `error:`,
//! `E0501 10:00:00` (klog), `level=error` (logfmt), `ERROR:name:` (Python), `ERROR crate::module:` (Rust), `❌`.

use std::sync::LazyLock;

use clawsift_catalogue::pattern::Pattern;

use super::level::Level;

/// A level word with its punctuation, and the name of a module after it.
static WORD: LazyLock<Option<Pattern>> = LazyLock::new(|| {
    Pattern::new(
        r"(?x)^(?:
            [\[<(] (?<bracketed> (?i: WORDS ) ) [\]>)] (?: \s+ | $ )
          | (?<upper> WORDS ) (?: : [\w.]+ : \s? | \s* [:|] \s* | \s+ - \s+ | \s+ )
          | (?<lower> (?-i: error | err | warning | warn | fatal | critical | panic ) ) : \s+
          | [\w.]+ : (?<python> ERROR | WARNING | CRITICAL ) : \s?
          | ❌ \s*
        )
        (?: (?: [a-z_]\w* :: )+ \w+ : \s+ )?"
            .replace(
                "WORDS",
                "WARN | WARNING | ERROR | ERR | CRITICAL | CRIT | SEVERE | FATAL | PANIC | ALERT | EMERG",
            )
            .as_str(),
    )
    .ok()
});

/// The level of a logfmt line.
static LOGFMT: LazyLock<Option<Pattern>> =
    LazyLock::new(|| Pattern::new(r#"(?:^|\s)(?:level|lvl|severity)="?(?<level>[A-Za-z]+)\b"#).ok());

/// Splits a level of a warning or an error from the start of a text. Lower levels are left in the text: without a format it is not
/// known what they mean.
pub(super) fn split(text: &str) -> Option<(Level, &str)> {
    if let Some(rest) = klog(text) {
        return Some(rest);
    }
    if let Some(found) = WORD.as_ref().filter(|_| may_begin(text)).and_then(|word| word.captures(text)) {
        let name = ["bracketed", "upper", "lower", "python"].iter().find_map(|group| found.name(group));
        let rest = &text[found.whole().len()..];
        let level = name.map_or(Some(Level::Error), level_of)?;
        // Node's own sentence begins so.
        let is_nodes = level == Level::Fatal && rest.starts_with("ERROR:");
        return (!rest.is_empty()).then_some((level, if is_nodes { text } else { rest }));
    }
    if memchr::memmem::find(text.as_bytes(), b"l=").is_none() && !text.contains("severity=") {
        return None;
    }
    let found = LOGFMT.as_ref()?.captures(text)?;
    Some((level_of(found.name("level")?)?, text))
}

/// Splits the header of klog: the first letter of the level, month and day, time, thread and source.
fn klog(text: &str) -> Option<(Level, &str)> {
    let bytes = text.as_bytes();
    let level = match bytes.first()? {
        b'W' => Level::Warn,
        b'E' => Level::Error,
        b'F' => Level::Fatal,
        _ => return None,
    };
    let is_digits = |range: std::ops::Range<usize>| {
        bytes.get(range).is_some_and(|digits| digits.iter().all(u8::is_ascii_digit))
    };
    let is_header =
        is_digits(1..5) && bytes.get(5) == Some(&b' ') && is_digits(6..8) && bytes.get(8) == Some(&b':');
    let (_, rest) = text.split_once("] ").filter(|_| is_header)?;
    Some((level, rest))
}

/// Quick test for the first byte of a level.
fn may_begin(text: &str) -> bool {
    text.as_bytes()
        .first()
        .is_some_and(|byte| matches!(byte, b'[' | b'<' | b'(' | b'A'..=b'Z' | b'a'..=b'z' | 0xe2))
}

/// Returns true if a word is the name of a warning's or an error's level.
pub(super) fn is_level(word: &str) -> bool {
    level_of(word).is_some()
}

/// Returns the level with the given name if it is that of a warning or an error.
pub(super) fn level_of(name: &str) -> Option<Level> {
    match name.to_ascii_lowercase().as_str() {
        "warn" | "warning" => Some(Level::Warn),
        "error" | "err" | "eror" | "severe" => Some(Level::Error),
        "fatal" | "crit" | "critical" | "panic" | "alert" | "emerg" => Some(Level::Fatal),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_read_in_their_spellings() {
        for (text, level, message) in [
            (
                "ERROR connect ECONNREFUSED 127.0.0.1:11434",
                Level::Error,
                "connect ECONNREFUSED 127.0.0.1:11434",
            ),
            ("ERROR: m", Level::Error, "m"),
            ("error: m", Level::Error, "m"),
            ("[ERROR] m", Level::Error, "m"),
            ("[error] m", Level::Error, "m"),
            ("WARNING m", Level::Warn, "m"),
            ("WARN - m", Level::Warn, "m"),
            ("E0501 10:00:00.000000 1 f.go:12] m", Level::Error, "m"),
            ("ERROR app::net: m", Level::Error, "m"),
            ("ERROR:app.net:m", Level::Error, "m"),
            ("app.net:ERROR:m", Level::Error, "m"),
            ("CRITICAL:root:m", Level::Fatal, "m"),
            ("FATAL: m", Level::Fatal, "m"),
            ("❌ m", Level::Error, "m"),
            ("FATAL ERROR: Reached heap limit", Level::Fatal, "FATAL ERROR: Reached heap limit"),
            ("time=x level=error msg=\"m\"", Level::Error, "time=x level=error msg=\"m\""),
        ] {
            assert_eq!(split(text), Some((level, message)), "{text}");
        }
        for text in [
            "Error: connect ECONNREFUSED",
            "Errors: 0",
            "ERROR",
            "ERRORS found: 0",
            "[agent/embedded] m",
            "E0501",
            "E0501 is a code] x",
            "INFO m",
            "level=info msg=x",
            "warnings: none",
            "an error: m",
        ] {
            assert_eq!(split(text), None, "{text}");
        }
    }
}
