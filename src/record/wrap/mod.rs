//! Wrappers: the prefixes and objects that other programs put around OpenClaw's lines, such as journald, Docker, PM2 and
//! terminals.
//!
//! A wrapper is removed from each line, so that the content is parsed as if it had none.

mod kind;
mod object;
mod prefix;

use std::borrow::Cow;

use super::codes::plain_bytes;
use super::time::{self, Stamp};

use kind::Unwrapped;
pub use kind::Wrapper;
pub(super) use object::{DockerLine, is_json_wrapper, json_inner};
pub(super) use prefix::may_be_journal;
use prefix::{foreign_process, prefix};

/// A line without its wrappers.
pub(super) struct Bare<'a> {
    pub text: Cow<'a, [u8]>,
    /// True if a journal wrapped the line, so that each line is a record unless its form joins it to the one before.
    pub is_of_journal: bool,
    /// True if the journal has the line from a process other than OpenClaw. Such a line is a separate record.
    pub is_foreign: bool,
}

impl<'a> Bare<'a> {
    /// Removes terminal codes and wrappers from a line, as far as that is possible without parsing JSON.
    pub fn of(line: &'a [u8]) -> Self {
        let mut text = plain_bytes(unquoted(line));
        let outer = prefix(&text);
        // Docker can wrap the output of Compose, and a journal that of Docker; real logs never have more than two wrappers.
        let inner = outer.and_then(|(_, length)| prefix(&text[length..]));
        let is_of_journal = matches!(outer, Some((Wrapper::Journal, _)));
        let outer = outer.map_or(0, |(_, length)| length);
        let is_foreign = is_of_journal && foreign_process(&text[..outer]).is_some();
        let start = outer + inner.map_or(0, |(_, length)| length);
        match &mut text {
            Cow::Borrowed(text) => *text = &text[start..],
            Cow::Owned(text) => drop(text.drain(..start)),
        }
        Self { text, is_of_journal, is_foreign }
    }
}

/// A wrapper around a single line, as it is found without parsing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Outer<'a> {
    pub wrapper: Wrapper,
    /// The prefix, or the time in an object.
    head: &'a [u8],
}

impl<'a> Outer<'a> {
    /// Finds the only wrapper of a line without terminal codes that OpenClaw wrote, and the text in it, with its escapes if the
    /// wrapper is an object. `None` for other lines, and for objects in an unusual form.
    pub fn split(line: &'a [u8]) -> Option<(Self, &'a [u8])> {
        if line.first() == Some(&b'{') {
            let DockerLine { text, time } = DockerLine::of(line)?;
            // A coded character could be the end of a name or of a number, which must not be mistaken for one.
            let has_coded = memchr::memmem::find(text, b"\\u").is_some();
            return (!has_coded).then_some((Self { wrapper: Wrapper::DockerJson, head: time }, text));
        }
        let (wrapper, length) = prefix(line)?;
        let (head, text) = line.split_at(length);
        let is_foreign = wrapper == Wrapper::Journal && foreign_process(head).is_some();
        (!is_foreign).then_some((Self { wrapper, head }, text))
    }

    /// Returns the time of a line in the wrapper whose text begins with the time `own`.
    pub fn stamp(&self, own: Option<Stamp>) -> Option<Stamp> {
        match own {
            Some(Stamp::At(_) | Stamp::Local(_)) => own,
            _ if self.wrapper == Wrapper::DockerJson => choose(own, time::parse_bytes(self.head), true),
            _ => choose(own, prefix::stamp(self.wrapper, self.head), false),
        }
    }
}

/// Returns the time of a record: its own, or that of its wrapper. A wrapper's time has a date, so it takes precedence over a time
/// of day.
pub(super) fn choose(own: Option<Stamp>, outer: Option<Stamp>, is_object: bool) -> Option<Stamp> {
    match own {
        Some(Stamp::Clock(..)) if outer.is_some() || is_object => outer,
        own => own.or(outer),
    }
}

/// Returns a line without a byte order mark, and without an indent or quotation prefix (`> `) such as mails and issues add. The
/// prefix is removed only before a date.
pub(super) fn unquoted(line: &[u8]) -> &[u8] {
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    let quote = line.iter().take(16).take_while(|b| matches!(b, b' ' | b'\t' | b'>')).count();
    if quote > 0 && time::starts_with_date(&line[quote..]) { &line[quote..] } else { line }
}

/// Removes the wrappers from all lines of a record; `None` if there are none.
pub(super) fn unwrap(text: &str) -> Option<Unwrapped> {
    if text.starts_with('{') {
        return object::unwrap(text);
    }
    let (wrapper, length) = prefix(text.as_bytes())?;
    let head = &text.as_bytes()[..length];
    let process = (wrapper == Wrapper::Journal).then(|| foreign_process(head)).flatten().map(<[u8]>::to_vec);
    let mut inner = String::with_capacity(text.len());
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            inner.push('\n');
        }
        // Keep a line in the middle that has lost its wrapper as it is.
        let length =
            prefix(line.as_bytes()).filter(|(kind, _)| *kind == wrapper).map_or(0, |(_, length)| length);
        inner.push_str(&line[length..]);
    }
    Some(Unwrapped { wrapper, stamp: prefix::stamp(wrapper, head), process, text: inner })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_each_wrapper_off() {
        for (line, wrapper) in [
            ("Nov 22 09:51:12 host openclaw[123]: inner", Wrapper::Journal),
            ("Nov  2 09:51:12.123456 my-host node[1]: inner", Wrapper::Journal),
            ("2026-11-22T09:51:12+0000 host openclaw-gateway[7]: inner", Wrapper::Journal),
            ("2026-11-22T09:51:12.123456789Z inner", Wrapper::Docker),
            ("openclaw-gateway-1  | inner", Wrapper::Compose),
            ("0|openclaw  | inner", Wrapper::Pm2),
            ("2026-11-22T09:51:12: inner", Wrapper::Pm2),
            ("2026-11-22 09:51:12 +00:00: inner", Wrapper::Pm2),
            (r#"{"log":"inner\n","stream":"stdout","time":"2026-11-22T09:51:12.1Z"}"#, Wrapper::DockerJson),
            (
                r#"{"__REALTIME_TIMESTAMP":"1795341072000000","_PID":"7","MESSAGE":"inner","PRIORITY":"6"}"#,
                Wrapper::JournalJson,
            ),
            (r#"{"_PID":"7","MESSAGE":[105,110,110,101,114]}"#, Wrapper::JournalJson),
        ] {
            let unwrapped = unwrap(line).expect(line);
            assert_eq!((unwrapped.wrapper, unwrapped.text.as_str()), (wrapper, "inner"), "{line}");
        }
        let stamp = unwrap("2026-11-22T09:51:12+0100 host openclaw[7]: inner").and_then(|u| u.stamp);
        assert_eq!(stamp, "2026-11-22T08:51:12Z".parse().ok().map(Stamp::At));
    }

    #[test]
    fn leaves_what_only_looks_wrapped() {
        for line in [
            "2026-11-22T09:51:12.123Z warn agent/embedded x: y",
            "2026-11-22T09:51:12.123+00:00 [diagnostic] lane task error: [1]: x",
            "a | b",
            "May the force be with you: x",
            r#"{"log":"x"}"#,
            r#"{"MESSAGE":"x"}"#,
        ] {
            assert!(unwrap(line).is_none(), "{line}");
        }
    }

    #[test]
    fn a_wrapper_goes_off_every_line() {
        let text = "gw-1  | Error: x\ngw-1  |     at f\ngw-1  | ";
        assert_eq!(unwrap(text).expect("a wrapper").text, "Error: x\n    at f\n");
        let json = "{\"log\":\"a\\n\",\"stream\":\"x\"}\n{\"log\":\"  b\\n\",\"stream\":\"x\"}";
        assert_eq!(unwrap(json).expect("a wrapper").text, "a\n  b");
    }

    #[test]
    fn a_wrapper_is_seen_through_colours() {
        assert_eq!(
            Bare::of(b"\x1b[90m2026-11-22T00:00:00Z\x1b[39m x\r").text.as_ref(),
            b"2026-11-22T00:00:00Z x"
        );
    }
}
