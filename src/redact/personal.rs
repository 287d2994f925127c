//! Detects telephone numbers, e-mail addresses, and messenger accounts in these formats.

use std::ops::Range;

use super::decoding::Reading;

/// Number of digits of a telephone number (E.164).
const DIGITS: std::ops::RangeInclusive<usize> = 7..=15;
/// Domains of WhatsApp accounts.
const WHATSAPP: [&str; 5] = ["s.whatsapp.net", "c.us", "g.us", "lid", "broadcast"];
/// Names after which a bare number identifies a person.
const NAMES: [&str; 12] = [
    "phone",
    "phonenumber",
    "phone_number",
    "e164",
    "msisdn",
    "sender",
    "recipient",
    "participant",
    "caller",
    "callee",
    "whatsapp",
    "signal",
];

/// A kind of personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Personal {
    /// An e-mail address.
    Email,
    /// A telephone number, or an account that consists of one.
    Phone,
}

impl Personal {
    /// Returns the name in a mask.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "phone",
        }
    }
}

/// Adds the ranges of telephone numbers and addresses.
pub(super) fn find(reading: &Reading<'_>, found: &mut Vec<(Range<usize>, Personal)>) {
    let text = reading.text.as_bytes();
    let mut at = 0;
    while at < text.len() {
        let next = match text[at] {
            b'@' => address(text, at),
            b'+' => number(text, at).map(|range| (range, Personal::Phone)),
            b':' | b'=' => named(text, at).map(|range| (range, Personal::Phone)),
            _ => None,
        };
        match next {
            Some((range, what)) => {
                at = range.end.max(at + 1);
                found.push((range, what));
            }
            None => at += 1,
        }
    }
}

/// Returns the address around an at sign.
fn address(text: &[u8], at: usize) -> Option<(Range<usize>, Personal)> {
    let is_local = |b: &&u8| b.is_ascii_alphanumeric() || b"._%+-".contains(*b);
    let mut local = text[..at].iter().rev().take(64).take_while(is_local).count();
    let is_domain = |b: &&u8| b.is_ascii_alphanumeric() || b".-".contains(*b);
    let mut length = text[at + 1..].iter().take(255).take_while(is_domain).count();
    while length > 0 && matches!(text[at + length], b'.' | b'-') {
        length -= 1;
    }
    let domain = std::str::from_utf8(&text[at + 1..at + 1 + length]).ok()?;
    // The device of an account follows a colon.
    let is_account = WHATSAPP.contains(&domain);
    if is_account
        && text[at - local..at].iter().all(u8::is_ascii_digit)
        && at > local
        && text[at - local - 1] == b':'
    {
        local += 1 + text[..at - local - 1].iter().rev().take_while(|b| b.is_ascii_digit()).count();
    }
    let start = at - local;
    // The user part of a URL.
    let is_of_url = text[..start].ends_with(b"://") || text[..start].ends_with(b":");
    let (_, end) = domain.rsplit_once('.').unwrap_or(("", domain));
    let is_public = end.len() >= 2 && end.bytes().all(|b| b.is_ascii_alphabetic()) && domain.contains('.');
    if local == 0 || is_of_url && !is_account && text[..start].windows(3).any(|part| part == b"://") {
        return None;
    }
    let what = if is_account { Personal::Phone } else { Personal::Email };
    (is_account || is_public).then_some((start..at + 1 + length, what))
}

/// Returns the telephone number in international format at a plus sign.
fn number(text: &[u8], plus: usize) -> Option<Range<usize>> {
    if plus > 0 && (text[plus - 1].is_ascii_alphanumeric() || matches!(text[plus - 1], b'+' | b'/' | b'=')) {
        return None;
    }
    let rest = &text[plus + 1..];
    if !matches!(rest.first(), Some(b'1'..=b'9')) {
        return None;
    }
    let (mut digits, mut at, mut end) = (0, 0, 0);
    loop {
        let group = rest[at..].iter().take_while(|b| b.is_ascii_digit()).count();
        let after = rest.get(at + group).copied();
        // A number that continues with letters is an id; with a colon, a time.
        if group == 0
            || digits + group > *DIGITS.end()
            || after.is_some_and(|b| b.is_ascii_alphabetic() || b == b':')
        {
            break;
        }
        digits += group;
        at += group;
        end = at;
        let separators = rest[at..].iter().take(2).take_while(|b| b" ()./-".contains(b)).count();
        if separators == 0 {
            break;
        }
        at += separators;
    }
    DIGITS.contains(&digits).then_some(plus..plus + 1 + end)
}

/// Returns the number after a name that identifies a person: `"sender":"4915112345678"`, `whatsapp:direct:4915112345678`.
fn named(text: &[u8], at: usize) -> Option<Range<usize>> {
    let rest = &text[at + 1..];
    let before = rest.iter().take(8).take_while(|b| b" \\\"'[".contains(b)).count();
    let digits = rest[before..].iter().take_while(|b| b.is_ascii_digit()).count();
    let after = rest.get(before + digits).copied();
    if !(8..=15).contains(&digits)
        || after.is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'@' | b'-'))
    {
        return None;
    }
    let is_name = |b: &&u8| b.is_ascii_alphanumeric() || b"_:".contains(*b);
    let ends = text[..at].iter().rev().take_while(|b| b" \\\"'".contains(b)).count();
    let length = text[..at - ends].iter().rev().take(64).take_while(is_name).count();
    let name = std::str::from_utf8(&text[at - ends - length..at - ends]).ok()?.to_ascii_lowercase();
    let mut parts = name.rsplit(':');
    let last = parts.next()?;
    let is_chat = matches!(last, "direct" | "dm" | "group")
        && parts.next().is_some_and(|channel| NAMES.contains(&channel));
    let is_name = is_chat || NAMES.contains(&last);
    is_name.then_some(at + 1 + before..at + 1 + before + digits)
}

/// Returns the digits of a number, independent of its format.
pub(super) fn digits(number: &str) -> String {
    let account = number.split(['@', ':']).next().unwrap_or(number);
    account.chars().filter(char::is_ascii_digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<(String, Personal)> {
        let mut found = Vec::new();
        find(&Reading::all(text)[0], &mut found);
        found.into_iter().map(|(range, what)| (text[range].to_owned(), what)).collect()
    }

    #[test]
    fn people_are_known_by_number_and_address() {
        for (text, personal, what) in [
            ("call +49 151 1234-5678, twice", "+49 151 1234-5678", Personal::Phone),
            ("+1 (415) 555-0100 called", "+1 (415) 555-0100", Personal::Phone),
            ("+4915112345678 2026-11-22", "+4915112345678", Personal::Phone),
            ("agent:main:signal:direct:+4915112345678", "+4915112345678", Personal::Phone),
            ("to 4915112345678@s.whatsapp.net", "4915112345678@s.whatsapp.net", Personal::Phone),
            ("to 4915112345678:12@s.whatsapp.net", "4915112345678:12@s.whatsapp.net", Personal::Phone),
            ("{\"sender\":\"4915112345678\"}", "4915112345678", Personal::Phone),
            ("session agent:main:whatsapp:direct:4915112345678", "4915112345678", Personal::Phone),
            ("mail joe.x+y@mail.example.com.", "joe.x+y@mail.example.com", Personal::Email),
            ("<joe@x.org>: hi", "joe@x.org", Personal::Email),
        ] {
            assert_eq!(all(text), [(personal.to_owned(), what)]);
        }
        assert_eq!(digits("+49 151 1234"), digits("491511234:12@s.whatsapp.net"));
    }

    #[test]
    fn times_ports_and_ids_tell_nobody() {
        for text in [
            "2026-11-22T10:19:02.749+00:00 +10:00 +1000 utc+1",
            "1763806742749 127.0.0.1:11434 pid=12345678 chat -1001234567890",
            "npm install -g openclaw@latest openclaw@2026.9.6",
            "https://joe:secret@proxy.corp:3128/ https://joe@proxy.corp/",
            "durationMs=12345678901 cab52cbb-7144-44d8-b45b-c113863dfdcb c+12345678",
            "user @joe said",
        ] {
            assert!(all(text).is_empty(), "{text}: {:?}", all(text));
        }
    }
}
