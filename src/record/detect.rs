//! Which format a line has: per line, cheap, without being told.

use memchr::memmem;

use super::{Format, console, plain, time, transcript, wrap};

/// The format of the record that begins with this line, whatever it is wrapped in.
pub fn detect(line: &[u8]) -> Format {
    if line.first() == Some(&b'{') {
        return match wrap::json_inner(line) {
            Some(inner) => of_bare(inner.as_bytes()),
            None => of_bare(line),
        };
    }
    of_bare(&wrap::bare(line))
}

/// The format of a line that is not wrapped.
pub(super) fn of_bare(line: &[u8]) -> Format {
    match line.first() {
        Some(b'{') => of_json(line),
        Some(b'0'..=b'9') if plain::is_plain(line) => Format::Plain,
        Some(b'0'..=b'9') if time::leading_length(line).is_some() => Format::Console,
        Some(b'[') if console::has_label(line) => Format::Console,
        _ => Format::Text,
    }
}

fn of_json(line: &[u8]) -> Format {
    if line.starts_with(b"{\"type\":\"") {
        let kind = &line[9..line.len().min(16)];
        let known = [&b"log\""[..], b"meta\"", b"raw\"", b"notice\"", b"error\""];
        // A provider's own error body has a type of `error` too; its error is an object.
        let is_body = kind.starts_with(b"error\"") && memmem::find(line, b"\"error\":{").is_some();
        if !is_body && known.iter().any(|k| kind.starts_with(k)) {
            return Format::LogsJson;
        }
    }
    let has = |text: &[u8]| memmem::find(line, text).is_some();
    if line.starts_with(b"{\"0\":") || has(b"\"_meta\":") {
        Format::FileLog
    } else if has(b"\"level\":\"") && has(b"\"message\":\"") && has(b"\"time\":\"") {
        Format::ConsoleJson
    } else if transcript::is_transcript(line) {
        Format::Transcript
    } else {
        Format::Text
    }
}

/// Whether this line begins a record, whatever came before it. Lines that do not may continue the record before them.
pub fn starts_record(line: &[u8]) -> bool {
    if line.first() == Some(&b'{') {
        return match wrap::json_inner(line) {
            Some(inner) => is_head(inner.as_bytes()) || !follows(inner.as_bytes()),
            None => of_json(line) != Format::Text,
        };
    }
    let bare = wrap::bare(line);
    is_head(&bare) || wrap::is_foreign(line) || (wrap::is_stamped(line) && !follows(&bare))
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
            assert_eq!((detect(line.as_bytes()), starts_record(line.as_bytes())), (format, starts), "{line}");
        }
    }
}
