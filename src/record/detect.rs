//! Detects the format of a single line from its bytes alone.

use super::bare::{of_bare, of_json};
use super::codes::plain_bytes;
use super::format::{FILE_LOG, Format};
use super::wrap::{self, Bare, DockerLine};
use super::{console, plain, spaced, time};

/// Result of the first inspection of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LineStart {
    /// Format of the record that begins with this line, without its wrapper.
    pub format: Format,
    /// True if the line begins a record regardless of the lines before it. Other lines may continue the previous record.
    pub begins: bool,
    /// Length of OpenClaw's date and time at the start of the line; `None` if the line does not begin with them, holds terminal
    /// codes before them, or is wrapped.
    pub time: Option<usize>,
    /// True if the text of a wrapped or quoted line begins with a date and time.
    pub is_dated: bool,
}

impl LineStart {
    /// The result for a line in no known format that begins no record.
    pub const LOOSE: Self = Self { format: Format::Text, begins: false, time: None, is_dated: false };
}

/// Lines of at most this many bytes are loose, whatever they hold.
pub(super) const MAX_LOOSE: usize = 2;

/// Inspects a line. `is_clean` must be true only if it holds no terminal codes and no carriage returns.
pub(super) fn look(line: &[u8], is_clean: bool) -> LineStart {
    // Fast path: the first bytes identify most of OpenClaw's own lines.
    if line.starts_with(FILE_LOG) {
        return LineStart { format: Format::FileLog, begins: true, ..LineStart::LOOSE };
    }
    if is_clean && let Some((format, length)) = timed(line) {
        return LineStart { format, begins: true, time: Some(length), is_dated: false };
    }
    if is_clean && is_loose(line) {
        return LineStart::LOOSE;
    }
    // A terminal log colours the time.
    if !is_clean && matches!(line.first(), Some(0x1b | b'0'..=b'9' | b'[')) {
        let plain = plain_bytes(line);
        if matches!(plain.first(), Some(b'0'..=b'9' | b'[')) {
            return look(&plain, true);
        }
    }
    if line.first() == Some(&b'{') {
        return match spaced::compact_record(line) {
            Some(compact) => look_at_object(&compact),
            None => look_at_object(line),
        };
    }
    let Bare { text, is_of_journal, is_foreign } = Bare::of(line);
    let format = of_bare(&text);
    let begins =
        is_head(format, &text) || is_of_service(&text) || is_foreign || (is_of_journal && !follows(&text));
    LineStart { format, begins, time: None, is_dated: time::starts_with_date(&text) }
}

/// Minimum length in bytes of an object in a known format.
const MIN_OBJECT: usize = 10;
/// Number of leading bytes that are searched for the bar of a container wrapper; includes one byte after the bar.
const MAX_BAR: usize = 101;

/// Returns true if the first bytes of a line without terminal codes prove that it has no known format and begins no record.
/// Hostile input can hold half a million such lines per megabyte.
fn is_loose(line: &[u8]) -> bool {
    match line {
        _ if line.len() <= MAX_LOOSE => true,
        [b'{', ..] => line.len() < MIN_OBJECT,
        [b'a'..=b'z', ..] => {
            memchr::memchr(b'|', &line[..line.len().min(MAX_BAR)]).is_none()
                && !OPENINGS.iter().any(|opening| line.starts_with(opening))
                && !is_of_service(line)
        }
        _ => false,
    }
}

fn look_at_object(line: &[u8]) -> LineStart {
    // The time and the label at the start of a text have no escapes.
    if let Some(format) = DockerLine::of(line).and_then(|line| own_format(line.text)) {
        return LineStart { format, begins: true, ..LineStart::LOOSE };
    }
    match wrap::json_inner(line) {
        Some(inner) => {
            let inner = inner.as_bytes();
            let format = of_bare(inner);
            LineStart { format, begins: is_head(format, inner) || !follows(inner), ..LineStart::LOOSE }
        }
        None => {
            let format = of_json(line);
            LineStart { format, begins: format != Format::Text, ..LineStart::LOOSE }
        }
    }
}

/// Returns true if a line begins with OpenClaw's own date and time and holds no terminal codes.
pub(super) fn is_own(line: &[u8]) -> bool {
    timed(line).is_some() && is_clean(line)
}

fn is_clean(line: &[u8]) -> bool {
    memchr::memchr2(0x1b, b'\r', line).is_none()
}

/// Returns the format of a text without terminal codes that begins with OpenClaw's own date and time or with a label.
fn own_format(text: &[u8]) -> Option<Format> {
    match text.first()? {
        b'[' => console::has_label(text).then_some(Format::Console),
        _ => timed(text).map(|(format, _)| format),
    }
}

/// Returns the format of a line without terminal codes that begins with OpenClaw's own date and time, and the length of these.
/// Excludes the dates that journals and Docker write.
pub(super) fn timed(line: &[u8]) -> Option<(Format, usize)> {
    if !time::starts_with_date(line) {
        return None;
    }
    let end = 19 + line[19..].iter().take(21).position(|&b| b == b' ')?;
    let is_docker = line[19] == b'.' && line[20..end].iter().take_while(|b| b.is_ascii_digit()).count() >= 7;
    if is_docker || line[end - 1] == b':' {
        return None;
    }
    if line.get(end + 1) == Some(&b'[') {
        return Some((Format::Console, end));
    }
    if plain::has_level(&line[end..]) {
        return Some((Format::Plain, end));
    }
    (!wrap::may_be_journal(line)).then_some((Format::Console, end))
}

/// Returns true if this line begins a record regardless of the lines before it.
pub fn starts_record(line: &[u8]) -> bool {
    line.len() > MAX_LOOSE && look(line, is_clean(line)).begins
}

/// Openings of the output of `openclaw logs`, of Node's warnings and of Node's fatal errors.
const OPENINGS: [&[u8]; 7] = [
    b"Log file: ",
    b"Log source: ",
    b"(node:",
    b"node:internal/",
    b"FATAL ERROR: ",
    b"<--- Last few GCs",
    b"Uncaught ",
];

/// Returns true if a text of this format begins a record, whatever precedes it.
fn is_head(format: Format, bare: &[u8]) -> bool {
    format != Format::Text || OPENINGS.iter().any(|opening| bare.starts_with(opening))
}

/// Returns true if a service manager writes about a unit: `openclaw-gateway.service: Main process exited`.
fn is_of_service(line: &[u8]) -> bool {
    let name = line.iter().take(80).take_while(|b| b.is_ascii_alphanumeric() || b"@._-".contains(b)).count();
    name > 8 && line[..name].ends_with(b".service") && line[name..].starts_with(b": ")
}

/// Returns true if a line of loose text continues the line before it: it is empty, indented, or closes a block.
pub(super) fn continues(line: &[u8]) -> bool {
    match line.first() {
        None | Some(b' ' | b'\t' | b'\r' | b'}' | b']' | b')') => true,
        Some(b'[') => !console::has_label(line) && !begins_with_date(&line[1..]),
        _ => line.starts_with(b"code: '") || line.starts_with(b"cause: "),
    }
}

/// Returns true if a text begins with a date and a time, as the lines of many programs do behind a bracket.
fn begins_with_date(text: &[u8]) -> bool {
    time::starts_with_date(text) || time::fits(text, b"0000-00-00 00:00:00")
}

/// Returns true if both lines belong to one error that npm prints.
pub(super) fn are_of_npm(head: &[u8], line: &[u8]) -> bool {
    [&b"npm error"[..], b"npm ERR!"].iter().any(|prefix| head.starts_with(prefix) && line.starts_with(prefix))
}

/// Returns true if a line with a wrapper's time continues the line before it. This includes a line that begins with an error's
/// name, because the wrapper stamps each line of one error that Node prints.
fn follows(line: &[u8]) -> bool {
    continues(line) || is_error_name(line)
}

/// Returns true if a line begins with the name of an error class: `TypeError: `, `FetchError [CODE]: `.
fn is_error_name(line: &[u8]) -> bool {
    let word = line.iter().take(60).take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
    let rest = &line[word..];
    (line[..word].ends_with(b"Error") || line[..word].ends_with(b"Exception"))
        && (rest.starts_with(b": ") || rest.starts_with(b" ["))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_the_formats_apart() {
        for (line, format, starts) in [
            (r#"{"0":"{\"subsystem\":\"x\"}","1":"m","_meta":{}}"#, Format::FileLog, true),
            (r#"{"nativeError":{},"_meta":{"date":"x"}}"#, Format::FileLog, true),
            (r#"{"type":"log","time":"x","raw":"{}"}"#, Format::LogsJson, true),
            (r#"{"type":"error","message":"x","error":"y"}"#, Format::LogsJson, true),
            (r#"{"type":"error","error":{"type":"overloaded_error"}}"#, Format::Text, false),
            (r#"{"time":"x","level":"warn","subsystem":"a","message":"m"}"#, Format::ConsoleJson, true),
            (r#"{"type":"message","message":{}}"#, Format::Transcript, true),
            (r#"{"jobId":"x","action":"finished","status":"ok"}"#, Format::Transcript, true),
            ("2026-11-22T09:47:00.546+00:00 warn agent/embedded x", Format::Plain, true),
            ("10:29:21+00:00 info gateway starting...", Format::Plain, true),
            ("2026-11-22T09:43:52.554+00:00 [telegram] message", Format::Console, true),
            ("08:42:54 [agent/embedded] x", Format::Console, true),
            ("[diagnostic] lane task error", Format::Console, true),
            ("\u{1b}[90m08:42:54\u{1b}[39m \u{1b}[36m[ws]\u{1b}[39m x", Format::Console, true),
            ("gw-1  | 2026-11-22T09:43:52.554Z [ws] x", Format::Console, true),
            ("Nov 22 09:51:12 host node[1]: 2026-11-22T09:51:12Z [ws] x", Format::Console, true),
            ("Nov 22 09:51:12 host node[1]:     at f (a.js:1)", Format::Text, false),
            ("Nov 22 09:51:12 host node[1]: FetchError: x", Format::Text, false),
            ("Nov 22 09:51:12 host systemd[1]: openclaw.service: Failed", Format::Text, true),
            (r#"{"error":{"message":"a pretty body"}}"#, Format::Text, false),
            ("    at foo (file.js:1:2)", Format::Text, false),
            ("", Format::Text, false),
        ] {
            let seen = look(line.as_bytes(), !line.contains('\u{1b}'));
            assert_eq!((seen.format, seen.begins), (format, starts), "{line}");
            let slow = look(line.as_bytes(), false);
            assert_eq!((slow.format, slow.begins), (format, starts), "without the fast path: {line}");
        }
    }

    #[test]
    fn a_date_in_a_bracket_continues_no_line() {
        for (line, is_continued) in [
            ("[2026-05-01 10:00:00,000: ERROR/MainProcess] consumer: x", false),
            ("[2026-05-01T10:00:00.000] [ERROR] x", false),
            ("[gateway] x", false),
            ("[2026]", true),
            ("[cause]: Error: x", true),
        ] {
            assert_eq!(continues(line.as_bytes()), is_continued, "{line}");
        }
    }

    proptest::proptest! {
        /// The fast path over the first bytes agrees with the full inspection.
        #[test]
        fn loose_lines_are_told_by_their_first_bytes(
            line in "[a-z{}\\[\"0-9|: -]{0,12}|(gw-1|node|a1)[ ]{0,2}[|:][ -~]{0,40}|[{]\"[a-z_]{0,5}\":[ -~]{0,30}|[ -~]{0,60}",
        ) {
            let (fast, slow) = (look(line.as_bytes(), true), look(line.as_bytes(), false));
            proptest::prop_assert_eq!((fast.format, fast.begins), (slow.format, slow.begins), "{}", line);
        }
    }
}
