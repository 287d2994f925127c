//! What differs each time the same thing is said: ids and durations.
//!
//! They prove nothing, so rules do not see them, and two records that differ in nothing else mean the same.

use std::borrow::Cow;
use std::ops::Range;

/// Stands for an id in the texts that rules see: "substitute", which no signature looks for.
pub const SUBSTITUTE: char = '\u{1a}';

/// Hexadecimal digits in a row that are an id, such as a trace's or a commit's.
const MIN_HEX: usize = 16;
/// Letters and digits of an id behind one of [`PREFIXES`].
const MIN_TAIL: usize = 12;
/// Longer runs of letters and digits are data.
const MAX_ID: usize = 128;
/// A longer number is no duration.
const MAX_DURATION: usize = 12;
/// How the ids of requests and answers begin.
const PREFIXES: [&[u8]; 7] = [b"req_", b"req-", b"msg_", b"resp_", b"chatcmpl-", b"toolu_", b"call_"];

/// Finds ids and durations, one after the other.
///
/// An id is a UUID, 16 or more hexadecimal digits, or `req_` and the like with 12 or more letters and digits; it holds a
/// digit. A duration is the number behind a name that ends with `Ms`: `durationMs=17`, `"elapsedMs":17`.
#[derive(Debug)]
pub struct Opaque<'t> {
    text: &'t [u8],
    at: usize,
    /// Up to here, runs of letters and digits were looked at and are no id.
    seen: usize,
}

impl<'t> Opaque<'t> {
    /// Those of a text.
    pub fn new(text: &'t [u8]) -> Self {
        Self { text, at: 0, seen: 0 }
    }
}

impl Iterator for Opaque<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        loop {
            let digit = next_digit(self.text, self.at)?;
            if let Some(found) = duration(self.text, digit) {
                self.at = found.end;
                return Some(found);
            }
            let mut end = digit + 1;
            while self.text.get(end).is_some_and(u8::is_ascii_digit) {
                end += 1;
            }
            // Most numbers stand alone, and are too short to be ids.
            let touches = |at: Option<usize>| at.and_then(|at| self.text.get(at)).is_some_and(is_of_id);
            let is_alone = !touches(digit.checked_sub(1)) && !touches(Some(end)) && end - digit < MIN_TAIL;
            if digit >= self.seen && !is_alone {
                let run = run(self.text, digit, self.at);
                self.seen = run.end;
                if let Some(found) = id(self.text, &run, digit) {
                    self.at = found.end;
                    self.seen = found.end;
                    return Some(found);
                }
            }
            self.at = end;
        }
    }
}

/// The ids of a trace as OpenClaw's logger ends a record with them, where a text is nothing else: the same that [`Opaque`]
/// finds, in less time.
pub fn trace_ids(text: &[u8]) -> Option<impl Iterator<Item = Range<usize>>> {
    const BEFORE: [&[u8]; 3] = [b",\"traceId\":\"", b"\",\"spanId\":\"", b"\",\"parentSpanId\":\""];
    let mut ids = [const { 0..0 }; 3];
    let mut at = 0;
    for (index, before) in BEFORE.into_iter().enumerate() {
        let Some(rest) = text[at..].strip_prefix(before) else {
            if index < 2 {
                return None;
            }
            break;
        };
        let length = match index {
            0 => is_hex_id::<32>(rest)?,
            _ => is_hex_id::<16>(rest)?,
        };
        at += before.len() + length;
        ids[index] = at - length..at;
    }
    (text[at..] == *b"\",\"traceFlags\":\"01\"").then(|| ids.into_iter().filter(|id| !id.is_empty()))
}

/// The length of the id with which a text begins: hexadecimal digits, of which one at least is no letter.
fn is_hex_id<const N: usize>(text: &[u8]) -> Option<usize> {
    let id = text.first_chunk::<N>()?;
    let is_hex = id.iter().fold(true, |all, b| all & is_hex(*b));
    let has_digit = id.iter().fold(false, |any, b| any | b.is_ascii_digit());
    (is_hex && has_digit).then_some(N)
}

/// Where the next digit stands, looking at eight bytes at a time.
fn next_digit(text: &[u8], mut at: usize) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    while let Some(word) = text.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*word);
        // Zero in the high half of a byte that is 0x30 to 0x3f; borrows make false alarms only behind a true one.
        let high = (word ^ (ONES * 0x30)) & (ONES * 0xf0);
        let mut hits = high.wrapping_sub(ONES) & !high & (ONES * 0x80);
        while hits != 0 {
            let index = at + (hits.trailing_zeros() / 8) as usize;
            if text[index].is_ascii_digit() {
                return Some(index);
            }
            hits &= hits - 1;
        }
        at += 8;
    }
    (at..text.len()).find(|&index| text[index].is_ascii_digit())
}

/// The number that begins at `digit`, where it is a duration.
fn duration(text: &[u8], digit: usize) -> Option<Range<usize>> {
    let before = &text[..digit];
    let name = match before.last()? {
        b'=' => &before[..digit - 1],
        b':' => {
            let quoted = before[..digit - 1].strip_suffix(b"\"")?;
            let escapes = quoted.iter().rev().take_while(|&&b| b == b'\\').count();
            &quoted[..quoted.len() - escapes]
        }
        _ => return None,
    };
    if !name.ends_with(b"Ms") {
        return None;
    }
    let length = text[digit..].iter().take(MAX_DURATION + 1).take_while(|b| b.is_ascii_digit()).count();
    let is_number = text[digit] != b'0' || length == 1;
    let ends = text.get(digit + length).is_none_or(|b| !b.is_ascii_alphanumeric() && *b != b'_');
    (is_number && length <= MAX_DURATION && ends).then_some(digit..digit + length)
}

/// Whether a byte may stand in an id: letters, digits and hyphens.
fn is_of_id(byte: &u8) -> bool {
    const OF_ID: [bool; 256] = {
        let mut of_id = [false; 256];
        let mut byte = 0;
        while byte < 256 {
            of_id[byte] = (byte as u8).is_ascii_alphanumeric() || byte as u8 == b'-';
            byte += 1;
        }
        of_id
    };
    OF_ID[usize::from(*byte)]
}

fn is_hex(byte: u8) -> bool {
    byte.is_ascii_digit() | matches!(byte, b'a'..=b'f')
}

/// The longest stretch around `at` of letters, digits and hyphens, not before `floor`, and not much longer than an id.
fn run(text: &[u8], at: usize, floor: usize) -> Range<usize> {
    let floor = floor.max(at.saturating_sub(MAX_ID));
    let before = text[floor..at].iter().rev().take_while(|b| is_of_id(b)).count();
    let after = text[at..].iter().take(MAX_ID + 1).take_while(|b| is_of_id(b)).count();
    at - before..at + after
}

/// The id that holds the digit, within a run of letters, digits and hyphens.
fn id(text: &[u8], run: &Range<usize>, digit: usize) -> Option<Range<usize>> {
    let word = &text[run.clone()];
    if word.len() < MIN_TAIL || word.len() > MAX_ID {
        return None;
    }
    // The first letter may be half of an escape: `\b`, `\f`.
    if text[..run.start].ends_with(b"\\") {
        return None;
    }
    if let Some(start) = uuid_start(word) {
        return Some(run.start + start..run.end);
    }
    if word.len() >= MIN_HEX && word.iter().all(|&b| is_hex(b)) {
        return Some(run.clone());
    }
    // `chatcmpl-...`, and `req_...`, where the underscore ends the run.
    let tail = word.iter().rposition(|&b| b == b'-').map_or(run.start, |hyphen| run.start + hyphen + 1);
    let is_known = PREFIXES.iter().any(|prefix| text[..tail].ends_with(prefix));
    (is_known && tail <= digit && run.end - tail >= MIN_TAIL).then_some(tail..run.end)
}

/// Where the UUID begins with which a run ends: the whole of it, or what follows a hyphen.
fn uuid_start(word: &[u8]) -> Option<usize> {
    const SHAPE: &[u8; 36] = b"xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    let (before, last) = word.split_last_chunk::<36>()?;
    // No branch in the loop, so that all bytes are compared at once.
    let is_uuid = last.iter().zip(SHAPE).fold(true, |is_uuid, (byte, shape)| {
        is_uuid & if *shape == b'-' { *byte == b'-' } else { is_hex(*byte) }
    });
    (is_uuid && before.last().is_none_or(|b| *b == b'-')).then_some(before.len())
}

/// A text in which [`SUBSTITUTE`] stands for each id and duration, and these in their order.
pub fn take_out_opaque(text: &str) -> (Cow<'_, str>, Vec<&str>) {
    let (mut out, mut taken, mut copied) = (String::new(), Vec::new(), 0);
    for found in Opaque::new(text.as_bytes()) {
        out.push_str(&text[copied..found.start]);
        out.push(SUBSTITUTE);
        copied = found.end;
        taken.push(&text[found]);
    }
    if taken.is_empty() {
        return (Cow::Borrowed(text), taken);
    }
    out.push_str(&text[copied..]);
    (Cow::Owned(out), taken)
}

/// A text in which [`SUBSTITUTE`] stands for each id and duration.
pub fn without_opaque(text: &str) -> Cow<'_, str> {
    take_out_opaque(text).0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn finds_what_differs_each_time() {
        for (text, expected) in [
            ("run cab52cbb-7144-44d8-b45b-c113863dfdcb ended", "run \u{1a} ended"),
            ("runId=deadbeef-aaaa-4bcd-abcd-abcdefabcdef.", "runId=\u{1a}."),
            ("trace 960325a1d17653299a8e098d9f829c2f/c1fe97956fa8c4a9", "trace \u{1a}/\u{1a}"),
            ("durationMs=220 active=0", "durationMs=\u{1a} active=0"),
            (
                r#"{"elapsedMs":17,"x":17,\"waitedMs\\":0}"#,
                "{\"elapsedMs\":\u{1a},\"x\":17,\\\"waitedMs\\\\\":\u{1a}}",
            ),
            (r#""request_id":"req_011CSHoEeqs5C35K2UUZqSGW""#, "\"request_id\":\"req_\u{1a}\""),
            ("chatcmpl-9abCdEfGhIjKl0 failed", "chatcmpl-\u{1a} failed"),
            (
                "session:agent:main:explicit:00008274-31e3-4c78-b2d1-1fe83d1e4207",
                "session:agent:main:explicit:\u{1a}",
            ),
            ("run-7-00008274-31e3-4c78-b2d1-1fe83d1e4207", "run-7-\u{1a}"),
            ("/s/00008274-31e3-4c78-b2d1-1fe83d1e4207.jsonl", "/s/\u{1a}.jsonl"),
        ] {
            assert_eq!(without_opaque(text), expected);
        }
        for text in [
            "status=429 code=401",
            "conn=5dd13851…501c",
            "delayMs=01 delayMs=12a delayMs=1234567890123",
            "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
            "claude-sonnet-4-5-20250929",
            "x00008274-31e3-4c78-b2d1-1fe83d1e4207",
            r"\b123456789abcdef0",
            "model gpt-5",
            "0123456789abcde",
            "",
        ] {
            assert_eq!(without_opaque(text), text);
        }
    }

    #[test]
    fn the_ids_of_a_trace_are_those_that_the_search_finds() {
        let id = "960325a1d17653299a8e098d9f829c2f";
        let full = format!(
            r#","traceId":"{id}","spanId":"c1fe97956fa8c4a9","parentSpanId":"00fe97956fa8c4a9","traceFlags":"01""#
        );
        let short = full.replace(r#","parentSpanId":"00fe97956fa8c4a9""#, "");
        for text in [&full, &short] {
            let ids: Vec<_> = trace_ids(text.as_bytes()).expect("ids").collect();
            assert_eq!(ids, Opaque::new(text.as_bytes()).collect::<Vec<_>>());
        }
        for (from, to) in
            [("96032", "x6032"), ("c1fe97956fa8c4a9", "abcdefabcdefabcd"), ("01\"", "00\""), ("a9\"", "a\"")]
        {
            assert!(trace_ids(full.replacen(from, to, 1).as_bytes()).is_none(), "{from}");
        }
        for end in 0..full.len() {
            assert!(trace_ids(&full.as_bytes()[..end]).is_none(), "{end}");
        }
    }

    #[test]
    fn a_flood_of_digits_and_letters_is_read_in_linear_time() {
        let text = "0a-".repeat(1 << 20);
        assert_eq!(Opaque::new(text.as_bytes()).count(), 0);
    }

    proptest! {
        #[test]
        fn the_next_digit_is_the_next_digit(text in "[ -~é]{0,60}", from in 0_usize..70) {
            let text = text.as_bytes();
            let slow = (from..text.len()).find(|&at| text[at].is_ascii_digit());
            prop_assert_eq!(next_digit(text, from), slow);
        }
    }
}
