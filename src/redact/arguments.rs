//! Detects secrets in command lines: the values of options, and users with their passwords.

use std::ops::Range;

use super::bounds::{Name, blanks, closing, is_quote, noted, opening, value_end};
use super::kind::Kind;
use super::named::{argument, behind_name};
use super::names::kind;
use super::scan::{Scan, WINDOW, work};
use super::values::{Tie, is_made, is_secret};

/// Detects the value of an option of a command: `--token value`, `--token=value`, `-u joe:secret`.
pub(super) fn option(
    scan: &mut Scan<'_>,
    name: Range<usize>,
    dashes: usize,
    found: &mut Vec<Range<usize>>,
) -> Option<usize> {
    let text = scan.text;
    let spaces = blanks(text, name.end);
    let own = &text[name.clone()];
    if let Some(is_sure) = names_user(own, dashes) {
        let start = match text.get(name.end) {
            Some(b' ' | b'\t') => name.end + spaces,
            Some(b'=') => name.end + 1,
            _ => next_item(text, name.end)?,
        };
        return login(scan, start, is_sure, found);
    }
    if own.ends_with(b"bearer") && spaces > 0 {
        return argument(scan, name.end + spaces, Kind::Token, found);
    }
    if dashes == 1 && name.len() < WINDOW && is_option_of_command(text, &name) {
        let is_cookie = own == b"b";
        let start = if own.len() == 1 { name.end + spaces } else { name.start + 1 };
        return argument(scan, start, if is_cookie { Kind::Cookie } else { Kind::Password }, found);
    }
    let kind = kind(own, b" ")?;
    // `"--token", "value"`
    if let Some(item) = next_item(text, name.end) {
        return argument(scan, item, kind, found);
    }
    // The value may be on the next line, if that is indented.
    let line = name.end + spaces;
    let is_below = text.get(line) == Some(&b'\n') && blanks(text, line + 1) > 0;
    let spaces = if is_below { spaces + 1 + blanks(text, line + 1) } else { spaces };
    match spaces {
        0 => behind_name(scan, &Name { range: name, kind }, found),
        _ if matches!(text.get(name.end + spaces), Some(b':' | b'=')) => {
            behind_name(scan, &Name { range: name, kind }, found)
        }
        _ if matches!(kind, Kind::Scheme | Kind::Part | Kind::Maybe) => None,
        _ => argument(scan, name.end + spaces, kind, found),
    }
}

/// Returns true if an option of one letter takes a secret, judged by the command before it. For some commands the value follows
/// without a blank.
fn is_option_of_command(text: &[u8], name: &Range<usize>) -> bool {
    const COMMANDS: &[(&str, bool, u8)] = &[
        ("login", false, b'p'),
        ("sshpass", false, b'p'),
        ("mysql", true, b'p'),
        ("7z", true, b'p'),
        ("twine", false, b'p'),
        ("redis-cli", false, b'a'),
        ("mongosh", false, b'p'),
        ("zip", false, b'P'),
        ("sqlcmd", false, b'P'),
        ("ipmitool", false, b'P'),
        ("ldapsearch", false, b'w'),
        ("curl", false, b'b'),
        ("snmp", false, b'c'),
        ("mosquitto", false, b'P'),
        ("vault login", false, b'p'),
    ];
    let Some(&letter) = text.get(name.start) else { return false };
    let is_quoted = name.len() == 1 && text.get(name.end).is_some_and(|b| is_quote(*b));
    let is_attached = name.len() > 1 || is_quoted;
    if name.len() == 1 && !is_quoted && blanks(text, name.end) == 0 {
        return false;
    }
    let is_its =
        |(_, attaches, of): &&(&str, bool, u8)| *of == letter && (*attaches == is_attached || is_quoted);
    if !COMMANDS.iter().any(|command| is_its(&command)) {
        return false;
    }
    let before = &text[name.start.saturating_sub(2 * WINDOW)..name.start];
    work::count(before.len());
    let stands_before = |command: &str| memchr::memmem::find(before, command.as_bytes()).is_some();
    COMMANDS.iter().filter(is_its).any(|(command, ..)| stands_before(command))
}

/// Returns `Some` if an option takes a user and a password, separated by a colon; `true` if it takes nothing else.
fn names_user(own: &[u8], dashes: usize) -> Option<bool> {
    match (own, dashes) {
        (b"u" | b"user" | b"proxy-user", _) => Some(true),
        (b"U" | b"a" | b"E", 1) | (b"cert" | b"auth" | b"creds" | b"login", 2) => Some(false),
        _ => None,
    }
}

/// Returns the start of the quoted item after the one that ends at `end`, on this line or the next: `"--token", "value"`.
fn next_item(text: &[u8], end: usize) -> Option<usize> {
    let (at, true) = closing(text, end) else { return None };
    let start = text.get(at).filter(|b| **b == b',').map(|_| at + 1)?;
    let blank = text[start..].iter().take(WINDOW).take_while(|b| b.is_ascii_whitespace()).count();
    let (value, quote) = opening(text, start + blank);
    quote.map(|_| value - 1)
}

/// Detects the password in a user's name and password: `joe:secret`, `joe%secret`, `joe,secret`. If the option can take other
/// values, the password must look random.
fn login(scan: &mut Scan<'_>, start: usize, is_sure: bool, found: &mut Vec<Range<usize>>) -> Option<usize> {
    let text = scan.text;
    let (start, quote) = opening(text, start);
    let end = value_end(scan, start, quote, Kind::Password);
    let is_between = |b: &u8| *b == b':' || *b == if is_sure { b',' } else { b'%' };
    let colon = start + text[start..end].iter().position(is_between)?;
    let is_number = text[colon + 1..end].len() <= 5 && text[colon + 1..end].iter().all(u8::is_ascii_digit);
    if is_number || !is_sure && !is_made(&text[colon + 1..end]) {
        return None;
    }
    let is_example = matches!(&text[colon + 1..end], b"pass" | b"password" | b"PASSWORD" | b"pw");
    let is_secret = !is_example
        && !text[colon..].starts_with(b"://")
        && is_secret(&text[colon + 1..end], Kind::Password, Tie::TIGHT);
    noted(is_secret, colon + 1..end, found)
}
