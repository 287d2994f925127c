//! Wrappers that are a prefix of each line: journald, Docker, Compose and PM2.

use std::sync::LazyLock;

use clawsift_catalogue::pattern::Pattern;
use memchr::memmem::Finder;

use super::kind::Wrapper;
use crate::record::plain;
use crate::record::time::{self, Stamp};

static COMPOSE: LazyLock<Option<Pattern>> =
    LazyLock::new(|| Pattern::new(r"^[A-Za-z0-9][\w.-]{0,62}(?:-\d{1,3} {1,32}| {2,32})\| ?").ok());

static PM2: LazyLock<Option<Pattern>> = LazyLock::new(|| {
    Pattern::new(r"^(?:\d{1,4}\|[\w. -]{1,40}\| ?|(?<iso>\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?: ?[+-]\d\d:\d\d)?): )")
        .ok()
});

/// Maximum length in bytes of the host's and of the process's name in a journal.
const MAX_NAME: usize = 64;

/// Returns the wrapper at the start of a line, and its length in bytes.
pub(super) fn prefix(line: &[u8]) -> Option<(Wrapper, usize)> {
    let matched = |regex: &LazyLock<Option<Pattern>>| Some(regex.as_ref()?.find(line)?.end);
    match line.first()? {
        b'0'..=b'9' if time::starts_with_date(line) => {
            if let Some(length) = docker_time(line) {
                return Some((Wrapper::Docker, length));
            }
            // Most lines that begin with a date are OpenClaw's own; only those of other programs have a process name or a colon.
            let head = journal_head(line);
            // A word `info` after the time is a level, not a host name.
            let rest = memchr::memchr(b' ', head).map_or(&head[..0], |at| &head[at..]);
            if may_be_journal(line)
                && !rest.starts_with(b" [")
                && !plain::has_level(rest)
                && let Some(length) = journal(line)
            {
                return Some((Wrapper::Journal, length));
            }
            if memchr::memchr(b' ', head).is_some_and(|at| head[at - 1] == b':') {
                return matched(&PM2).map(|length| (Wrapper::Pm2, length));
            }
            None
        }
        b'0'..=b'9'
            if line.iter().take(5).any(|&b| b == b'|') || time::fits(line, b"0000-00-00 00:00:00") =>
        {
            matched(&PM2).map(|length| (Wrapper::Pm2, length))
        }
        b'A'..=b'Z' if line.get(3) == Some(&b' ') && line.get(9) == Some(&b':') => {
            journal(line).map(|length| (Wrapper::Journal, length))
        }
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' if has_bar(&line[..line.len().min(100)]) => {
            matched(&COMPOSE).map(|length| (Wrapper::Compose, length))
        }
        _ => None,
    }
}

/// Returns true if a text holds a bar between spaces, as after the name of a container.
fn has_bar(head: &[u8]) -> bool {
    let is_between = |bar: usize| bar > 0 && head[bar - 1] == b' ' && head.get(bar + 1) == Some(&b' ');
    memchr::memchr_iter(b'|', head).any(is_between)
}

/// Returns the leading bytes of a line, which contain the host and the process.
fn journal_head(line: &[u8]) -> &[u8] {
    &line[..line.len().min(160)]
}

/// Returns true if a line that begins with a date may name a process, as the lines of a journal do.
pub(in crate::record) fn may_be_journal(line: &[u8]) -> bool {
    static AFTER_PROCESS: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"]: "));
    AFTER_PROCESS.find(journal_head(line)).is_some()
}

/// Returns the length of a journal's prefix: `Nov 22 09:51:12 host node[1]: `, or with an ISO time.
fn journal(line: &[u8]) -> Option<usize> {
    let time = journal_time_length(line)?;
    let is_of_host = |byte: u8| byte.is_ascii_alphanumeric() || b"_.:-".contains(&byte);
    let is_of_process = |byte: u8| byte.is_ascii_alphanumeric() || b"_@./-".contains(&byte);
    let host = after_name(line.get(time..)?.strip_prefix(b" ")?, is_of_host)?;
    let mut rest = after_name(host.strip_prefix(b" ")?, is_of_process)?;
    if let Some(id) = rest.strip_prefix(b"[") {
        let digits = id.iter().take_while(|byte| byte.is_ascii_digit()).count();
        rest = id[digits..].strip_prefix(b"]").filter(|_| digits > 0)?;
    }
    rest = rest.strip_prefix(b":")?;
    Some(line.len() - rest.strip_prefix(b" ").unwrap_or(rest).len())
}

/// Returns the rest of a text after the name at its start; `None` if there is no name, or if it is too long.
fn after_name(text: &[u8], is_of_name: impl Fn(u8) -> bool) -> Option<&[u8]> {
    let length = text.iter().take_while(|byte| is_of_name(**byte)).count();
    (1..=MAX_NAME).contains(&length).then(|| &text[length..])
}

/// Returns the length of the time at the start of a journal's line.
fn journal_time_length(line: &[u8]) -> Option<usize> {
    let digits =
        |at: usize| line.get(at..).unwrap_or_default().iter().take_while(|b| b.is_ascii_digit()).count();
    if time::starts_with_date(line) {
        let mut end = 19;
        if matches!(line.get(end), Some(b'.' | b',')) {
            end += 1 + Some(digits(end + 1)).filter(|digits| *digits > 0)?;
        }
        return match line.get(end)? {
            b'Z' => Some(end + 1),
            b'+' | b'-' if time::fits(&line[end + 1..], b"00:00") => Some(end + 6),
            b'+' | b'-' if digits(end + 1) >= 4 => Some(end + 5),
            _ => None,
        };
    }
    let is_month = line.first()?.is_ascii_uppercase() && line.get(1..3)?.iter().all(u8::is_ascii_lowercase);
    let is_day = matches!(line.get(3..6)?, [b' ', b' ' | b'0'..=b'9', b'0'..=b'9']);
    if !is_month || !is_day || !time::fits(&line[6..], b" 00:00:00") {
        return None;
    }
    const END: usize = b"Nov 22 09:51:12".len();
    let fraction = if line.get(END) == Some(&b'.') { digits(END + 1) } else { 0 };
    Some(if fraction > 0 { END + 1 + fraction } else { END })
}

/// Returns the length of a time stamp of `docker logs -t`, which has nanoseconds, and of the space after it.
fn docker_time(line: &[u8]) -> Option<usize> {
    let digits = line.get(20..)?.iter().take_while(|b| b.is_ascii_digit()).count();
    let end = 20 + digits;
    (line[19] == b'.' && digits >= 7 && line.get(end..end + 2) == Some(b"Z ")).then_some(end + 2)
}

/// Returns the time in a prefix; `None` if it has none, or one without a year.
pub(super) fn stamp(wrapper: Wrapper, prefix: &[u8]) -> Option<Stamp> {
    let text = std::str::from_utf8(prefix).ok()?;
    match wrapper {
        Wrapper::Docker => time::parse(text.trim_end()),
        // The other form of a journal's time has no year.
        Wrapper::Journal if text.starts_with(|c: char| c.is_ascii_digit()) => {
            text.split_once(' ').and_then(|(time, _)| journal_time(time))
        }
        Wrapper::Pm2 => {
            let groups = PM2.as_ref()?.captures(text)?;
            let iso = groups.name("iso")?;
            time::parse(&iso.replacen(" +", "+", 1).replacen(" -", "-", 1))
        }
        _ => None,
    }
}

/// Parses a journal's time. `journalctl -o short-iso` writes the offset without a colon.
fn journal_time(text: &str) -> Option<Stamp> {
    let text = text.replace(',', ".");
    let (head, tail) = text.split_at(text.len().checked_sub(4)?);
    if tail.bytes().all(|b| b.is_ascii_digit()) && head.ends_with(['+', '-']) {
        return time::parse(&format!("{head}{}:{}", &tail[..2], &tail[2..]));
    }
    time::parse(&text)
}

/// Returns the name of the process other than OpenClaw in the prefix of a journal's line: `Nov 22 09:51:12 host node[1]: `.
pub(super) fn foreign_process(prefix: &[u8]) -> Option<&[u8]> {
    let words = prefix.trim_ascii_end();
    let word = memchr::memrchr(b' ', words).map_or(words, |space| &words[space + 1..]);
    let word = word.strip_suffix(b":").unwrap_or(word);
    let process = memchr::memchr(b'[', word).map_or(word, |bracket| &word[..bracket]);
    is_foreign(process).then_some(process)
}

/// Returns true if a process is not OpenClaw's, by its name.
pub(super) fn is_foreign(process: &[u8]) -> bool {
    static NAME: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"openclaw"));
    let is_own = [&b"node"[..], b"MainThread"].contains(&process)
        || NAME.find(process).is_some()
        || process.starts_with(b"clawd");
    !is_own
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The form of a journal's prefix as an expression, as a reference for [`journal`].
    static JOURNAL: LazyLock<Pattern> = LazyLock::new(|| {
        Pattern::new(
            r"(?x)^
            (?: [A-Z][a-z]{2}\ [\ 0-9][0-9]\ [0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?            # Nov 22 09:51:12
              | [0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.,][0-9]+)?(?:Z|[+-][0-9]{2}:?[0-9]{2}) )
            \ [A-Za-z0-9_.:-]{1,64}\ [A-Za-z0-9_@./-]{1,64}(?:\[[0-9]+\])?:\ ?",
        )
        .expect("an expression")
    });

    proptest! {
        #[test]
        fn a_journals_prefix_has_its_form(
            time in prop_oneof![
                4 => "Nov [ 0-9][0-9] 09:[0-5][0-9]:12(\\.[0-9]{0,6})?",
                4 => "2026-11-22T09:51:12([.,][0-9]{0,6})?(Z|[+-][0-9]{2}:?[0-9]{2})?",
                1 => "[A-Za-z0-9 :]{0,20}",
            ],
            host in " ?[a-z0-9_.:é-]{0,8}| [a-z]{60,70}",
            process in " ?[a-z@./_-]{0,8}(\\[[0-9]{0,3}\\]?)?| [a-z]{60,70}",
            rest in ":? ?[ -~]{0,20}",
        ) {
            let line = [time, host, process, rest].concat();
            let expected = JOURNAL.find(&line).map(|found| found.end);
            prop_assert_eq!(journal(line.as_bytes()), expected, "{}", line);
        }
    }
}
