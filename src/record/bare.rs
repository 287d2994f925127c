//! Detects the format of a line that has no wrapper.

use std::sync::LazyLock;

use memchr::memmem::{self, Finder};

use super::format::{FILE_LOG, Format};
use super::{console, control_ui, plain, time, transcript};

/// Returns the format of a line that has no wrapper.
pub(super) fn of_bare(line: &[u8]) -> Format {
    match line.first() {
        Some(b'{') => of_json(line),
        Some(b'0'..=b'9') if plain::is_plain(line) => Format::Plain,
        Some(b'0'..=b'9') if time::leading_length(line).is_some() && !control_ui::is_time(line) => {
            Format::Console
        }
        Some(b'[') if console::has_label(line) => Format::Console,
        _ => Format::Text,
    }
}

static META: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\"_meta\":"));
static LEVEL: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\"level\":\""));
static MESSAGE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\"message\":\""));
static SEVERITY: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\"severity\":\""));
static LEVEL_NUMBER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\"level\":"));
static MSG: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\"msg\":\""));

pub(super) fn of_json(line: &[u8]) -> Format {
    if line.starts_with(b"{\"type\":\"") {
        let kind = &line[9..line.len().min(16)];
        let known = [&b"log\""[..], b"meta\"", b"raw\"", b"notice\"", b"error\""];
        // A provider's own error body has a type of `error` too; its error is an object.
        let is_body = kind.starts_with(b"error\"") && memmem::find(line, b"\"error\":{").is_some();
        if !is_body && known.iter().any(|k| kind.starts_with(k)) {
            return Format::LogsJson;
        }
    }
    let has = |key: &LazyLock<Finder<'static>>| key.find(line).is_some();
    if line.starts_with(FILE_LOG) || has(&META) {
        Format::FileLog
    } else if ((has(&LEVEL) || has(&SEVERITY)) && (has(&MESSAGE) || has(&MSG)))
        || (has(&LEVEL_NUMBER) && has(&MSG))
    {
        Format::ConsoleJson
    } else if transcript::is_transcript(line) {
        Format::Transcript
    } else {
        Format::Text
    }
}
