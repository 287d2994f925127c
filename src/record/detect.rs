//! Which format a line has: per line, cheap, without being told.

use super::bare::{of_bare, of_json};
use super::codes::plain_bytes;
use super::format::{FILE_LOG, Format};
use super::{console, plain, spaced, time, wrap};

/// What the first look at a line tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Look {
    /// The format of the record that begins with this line, whatever it is wrapped in.
    pub format: Format,
    /// Whether it begins a record, whatever came before it. Lines that do not may continue the record before them.
    pub begins: bool,
    /// The length of OpenClaw's own date and time, where the line, without terminal codes, begins with them and is not wrapped.
    pub time: Option<usize>,
}

impl Look {
    /// That of a line in no known format, which begins no record.
    pub const LOOSE: Self = Self { format: Format::Text, begins: false, time: None };
}

/// Lines of no more bytes are loose, whatever they hold.
pub(super) const MAX_LOOSE: usize = 2;

/// Looks at a line. `is_clean` says that it holds no terminal codes and carriage returns.
pub(super) fn look(line: &[u8], is_clean: bool) -> Look {
    // Most lines are OpenClaw's own, and tell it by their first bytes.
    if line.starts_with(FILE_LOG) {
        return Look { format: Format::FileLog, begins: true, time: None };
    }
    if is_clean && let Some((format, length)) = timed(line) {
        return Look { format, begins: true, time: Some(length) };
    }
    if is_clean && is_loose(line) {
        return Look::LOOSE;
    }
    // On a terminal the time comes in a colour.
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
    let bare = wrap::bare(line);
    let begins = is_head(&bare) || wrap::is_foreign(line) || (wrap::is_stamped(line) && !follows(&bare));
    Look { format: of_bare(&bare), begins, time: None }
}

/// The shortest object of a known format is longer.
const MIN_OBJECT: usize = 10;
/// The longest head of a line in which a wrapper's bar is looked for, and a byte behind it.
const MAX_BAR: usize = 101;

/// Whether a line without terminal codes certainly has no known format and begins no record, as its first bytes tell. Of such
/// lines a stranger can write half a million per megabyte.
fn is_loose(line: &[u8]) -> bool {
    match line {
        _ if line.len() <= MAX_LOOSE => true,
        [b'{', ..] => line.len() < MIN_OBJECT,
        [b'a'..=b'z', ..] => {
            memchr::memchr(b'|', &line[..line.len().min(MAX_BAR)]).is_none()
                && !OPENINGS.iter().any(|opening| line.starts_with(opening))
        }
        _ => false,
    }
}

fn look_at_object(line: &[u8]) -> Look {
    match wrap::json_inner(line) {
        Some(inner) => {
            let inner = inner.as_bytes();
            Look { format: of_bare(inner), begins: is_head(inner) || !follows(inner), time: None }
        }
        None => {
            let format = of_json(line);
            Look { format, begins: format != Format::Text, time: None }
        }
    }
}

/// Whether a line begins with OpenClaw's own date and time, and holds no terminal codes.
pub(super) fn is_own(line: &[u8]) -> bool {
    timed(line).is_some() && is_clean(line)
}

fn is_clean(line: &[u8]) -> bool {
    memchr::memchr2(0x1b, b'\r', line).is_none()
}

/// The format of a line without terminal codes that begins with OpenClaw's own date and time, and the length of these.
/// Journals and Docker write dates, too.
fn timed(line: &[u8]) -> Option<(Format, usize)> {
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

/// Whether this line begins a record, whatever came before it.
pub fn starts_record(line: &[u8]) -> bool {
    line.len() > MAX_LOOSE && look(line, is_clean(line)).begins
}

/// How `openclaw logs`, Node's warnings and Node's last words begin.
const OPENINGS: [&[u8]; 7] = [
    b"Log file: ",
    b"Log source: ",
    b"(node:",
    b"node:internal/",
    b"FATAL ERROR: ",
    b"<--- Last few GCs",
    b"Uncaught ",
];

fn is_head(bare: &[u8]) -> bool {
    of_bare(bare) != Format::Text || OPENINGS.iter().any(|opening| bare.starts_with(opening))
}

/// Whether a line of loose text belongs to the line before it: empty, indented, or the close of a block.
pub(super) fn continues(line: &[u8]) -> bool {
    match line.first() {
        None | Some(b' ' | b'\t' | b'\r' | b'}' | b']' | b')') => true,
        Some(b'[') => !console::has_label(line),
        _ => line.starts_with(b"code: '") || line.starts_with(b"cause: "),
    }
}

/// Whether a line that a wrapper has stamped belongs to the line before it: also where it begins with an error's name, as
/// what Node prints of one error comes line by line.
fn follows(line: &[u8]) -> bool {
    continues(line) || is_error_name(line)
}

/// Whether a line begins with the name of an error class: `TypeError: `, `FetchError [CODE]: `.
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
            assert_eq!((slow.format, slow.begins), (format, starts), "without the short way: {line}");
        }
    }

    proptest::proptest! {
        /// What is told by the first bytes is what is told by all.
        #[test]
        fn loose_lines_are_told_by_their_first_bytes(
            line in "[a-z{}\\[\"0-9|: -]{0,12}|(gw-1|node|a1)[ ]{0,2}[|:][ -~]{0,40}|[{]\"[a-z_]{0,5}\":[ -~]{0,30}|[ -~]{0,60}",
        ) {
            let (fast, slow) = (look(line.as_bytes(), true), look(line.as_bytes(), false));
            proptest::prop_assert_eq!((fast.format, fast.begins), (slow.format, slow.begins), "{}", line);
        }
    }
}
