//! Variable tokens of a message: ids and durations, which differ each time.
//!
//! They are no evidence, so rules do not see them, and two records that differ in nothing else have the same meaning.

use std::borrow::Cow;
use std::ops::Range;

use fearless_simd::prelude::*;

use crate::block::{self, WIDTH, Work, between, bits, literal, load};

/// Placeholder for a variable token in the texts that rules see: the control character "substitute", which no signature matches.
pub const SUBSTITUTE: char = '\u{1a}';

/// Minimum number of consecutive hexadecimal digits of an id, such as a trace's or a commit's.
pub(super) const MIN_HEX: usize = 16;
/// Minimum number of letters and digits of an id after one of [`PREFIXES`].
const MIN_TAIL: usize = 12;
/// Maximum length of an id in bytes; longer runs of letters and digits are data.
pub(super) const MAX_ID: usize = 128;
/// Maximum number of digits of a duration.
const MAX_DURATION: usize = 12;
/// Prefixes of the ids of requests and answers.
const PREFIXES: [&[u8]; 7] = [b"req_", b"req-", b"msg_", b"resp_", b"chatcmpl-", b"toolu_", b"call_"];

/// Iterator over the ids and durations of a text, in order.
///
/// An id is a UUID, 16 or more hexadecimal digits, or 12 or more letters and digits after a prefix such as `req_`; it must hold a
/// digit. A duration is the number after a name that ends with `Ms`: `durationMs=17`, `"elapsedMs":17`.
#[derive(Debug)]
pub struct VariableTokens<'t> {
    text: &'t [u8],
    at: usize,
    /// End of the runs of letters and digits that were checked and are not ids.
    seen: usize,
    /// Start of the current window, and the mask of its candidate digits that are not yet checked.
    window: usize,
    digits: u64,
    /// Mask of the window's bytes that can occur in an id.
    of_ids: u64,
    /// Start of the next window.
    next_window: usize,
    /// Byte classes of a batch of windows, and the start of the first window.
    kinds: [Kinds; BATCH],
    batch: usize,
}

impl<'t> VariableTokens<'t> {
    /// Creates the iterator over the tokens of a text.
    #[inline]
    pub fn new(text: &'t [u8]) -> Self {
        let kinds = kinds(text, 0);
        Self { text, at: 0, seen: 0, window: 0, digits: 0, of_ids: 0, next_window: 0, kinds, batch: 0 }
    }

    /// Returns the position of the next digit that may belong to an id or begin a duration. Most numbers are neither.
    #[inline]
    fn next_digit(&mut self) -> Option<usize> {
        loop {
            let passed = self.at.saturating_sub(self.window);
            self.digits &= u64::MAX.checked_shl(passed as u32).unwrap_or(0);
            if self.digits != 0 {
                return Some(self.window + self.digits.trailing_zeros() as usize);
            }
            if self.next_window >= self.text.len() {
                return None;
            }
            if self.next_window - self.batch >= BATCH * WINDOW {
                self.batch = self.next_window;
                self.kinds = kinds(self.text, self.batch);
            }
            self.window = self.next_window;
            self.next_window += WINDOW;
            let kinds = self.kinds[(self.window - self.batch) / WINDOW % BATCH];
            // Many windows hold no digit.
            if kinds[0] != 0 {
                let before = self.window.checked_sub(1).map_or(0, |at| self.text[at]);
                (self.digits, self.of_ids) = telling_digits(kinds, before);
            }
        }
    }

    /// Returns the run of letters, digits and hyphens around a digit of the window.
    #[inline]
    fn run(&self, digit: usize) -> Range<usize> {
        let (ends, place) = (!self.of_ids, digit - self.window);
        let (before, after) = (ends & ((1 << place) - 1), ends >> place);
        if before == 0 || after == 0 {
            return run(self.text, digit, self.at);
        }
        let start = self.window + WINDOW - before.leading_zeros() as usize;
        start.max(self.at)..digit + after.trailing_zeros() as usize
    }
}

/// Number of bytes that are searched for digits at once.
const WINDOW: usize = 64;
/// Number of windows that are classified together. Most messages fit into one batch.
const BATCH: usize = 8;

/// Bit masks of a window's bytes: digits, bytes that can occur in an id, and signs that can precede a duration.
type Kinds = [u64; 3];

/// Classifies the windows of a text from `at`. Bytes beyond the text belong to no class.
#[inline]
fn kinds(text: &[u8], at: usize) -> [Kinds; BATCH] {
    if text.len() >= WINDOW {
        return block::run(LineStart { text, at });
    }
    let mut window = [0; WINDOW];
    window[..text.len()].copy_from_slice(text);
    block::run(LineStart { text: &window, at })
}

/// Classifies the windows of a text that is at least one window long.
struct LineStart<'t> {
    text: &'t [u8],
    at: usize,
}

impl Work for LineStart<'_> {
    type Output = [Kinds; BATCH];

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> [Kinds; BATCH] {
        let mut all = [[0; 3]; BATCH];
        for (index, kinds) in all.iter_mut().enumerate() {
            let start = self.at + index * WINDOW;
            let Some(rest) = self.text.get(start..).filter(|rest| !rest.is_empty()) else { break };
            *kinds = match (rest.first_chunk::<WINDOW>(), self.text.last_chunk::<WINDOW>()) {
                (Some(window), _) => look(simd, window),
                // The end of a text is classified together with the bytes before it, which is cheaper than a copy.
                (None, Some(window)) => look(simd, window).map(|kind| kind >> (WINDOW - rest.len())),
                (None, None) => break,
            };
        }
        all
    }
}

#[inline(always)]
fn look<S: Simd>(simd: S, window: &[u8; WINDOW]) -> Kinds {
    let (mut digits, mut of_ids, mut signs) = (0, 0, 0);
    let (blocks, _) = window.as_chunks::<WIDTH>();
    for block in blocks.iter().rev() {
        let block = load(simd, block);
        let is_digit = between(block, b'0', b'9');
        // Convert letters to lower case.
        let is_letter = between(block | 0x20, b'a', b'z');
        let is_of_id = is_digit | is_letter | block.simd_eq(b'-');
        let is_sign = block.simd_eq(b'=') | block.simd_eq(b':');
        digits = digits << WIDTH | u64::from(bits(is_digit));
        of_ids = of_ids << WIDTH | u64::from(bits(is_of_id));
        signs = signs << WIDTH | u64::from(bits(is_sign));
    }
    [digits, of_ids, signs]
}

/// Returns the mask of the digits that may be significant, and the mask of the bytes that can occur in an id. A digit may be
/// significant if it is in a run of letters, digits and hyphens that is long enough for an id, or directly after a sign that can
/// precede a duration. `before` is the byte before the window. Runs are assumed to continue beyond the window's ends.
#[inline]
fn telling_digits([digits, of_ids, signs]: Kinds, before: u8) -> (u64, u64) {
    let is_sign = matches!(before, b'=' | b':');
    let begins_number = digits & !(digits << 1 | u64::from(before.is_ascii_digit()));
    let behind_sign = begins_number & (signs << 1 | u64::from(is_sign));
    // Find the positions from which 12 bytes without a run end follow, by doubling, and spread each to those 12 bytes.
    let ends = !of_ids;
    let in_2 = ends | ends >> 1;
    let in_4 = in_2 | in_2 >> 2;
    let in_12 = in_4 | in_4 >> 4 | in_4 >> 8;
    let begins = !in_12;
    let twice = begins | begins << 1;
    let four_times = twice | twice << 2;
    let in_run = four_times | four_times << 4 | four_times << 8;
    let at_start = match is_of_id(&before) {
        true => (ends & ends.wrapping_neg()).wrapping_sub(1),
        false => 0,
    };
    (behind_sign | digits & (in_run | at_start), of_ids)
}

impl Iterator for VariableTokens<'_> {
    type Item = Range<usize>;

    #[inline]
    fn next(&mut self) -> Option<Range<usize>> {
        loop {
            let digit = self.next_digit()?;
            if let Some(found) = duration(self.text, digit) {
                self.at = found.end;
                return Some(found);
            }
            if digit >= self.seen {
                let run = self.run(digit);
                self.seen = run.end;
                if let Some(found) = id(self.text, &run, digit) {
                    self.at = found.end;
                    self.seen = found.end;
                    return Some(found);
                }
            }
            let number = self.text[digit..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            // If the file changes while it is read, the digit may be gone.
            self.at = digit + number.max(1);
        }
    }
}

/// Returns the ids of a trace if the text consists only of them in the form in which OpenClaw's logger ends a record. Finds the
/// same ids as [`VariableTokens`] in less time.
pub fn trace_ids(text: &[u8]) -> Option<impl Iterator<Item = Range<usize>>> {
    let trace = literal(text, 0, b",\"traceId\":\"")?;
    let trace = hex_id::<32>(text, trace)?;
    let span = hex_id::<16>(text, literal(text, trace.end, b"\",\"spanId\":\"")?)?;
    let parent = match literal(text, span.end, b"\",\"parentSpanId\":\"") {
        Some(parent) => Some(hex_id::<16>(text, parent)?),
        None => None,
    };
    let end = parent.as_ref().map_or(span.end, |parent| parent.end);
    let end = literal(text, end, b"\",\"traceFlags\":\"01\"")?;
    (end == text.len()).then(|| [trace, span].into_iter().chain(parent))
}

/// Returns the id that begins at `at`: `N` hexadecimal digits, at least one of them 0 to 9.
#[inline]
fn hex_id<const N: usize>(text: &[u8], at: usize) -> Option<Range<usize>> {
    let id = text.get(at..)?.first_chunk::<N>()?;
    let is_hex = id.iter().fold(true, |all, b| all & is_hex(*b));
    let has_digit = id.iter().fold(false, |any, b| any | b.is_ascii_digit());
    (is_hex && has_digit).then_some(at..at + N)
}

/// Returns the number that begins at `digit` if it is a duration.
fn duration(text: &[u8], digit: usize) -> Option<Range<usize>> {
    if !names_duration(&text[..digit]) {
        return None;
    }
    let length = text[digit..].iter().take(MAX_DURATION + 1).take_while(|b| b.is_ascii_digit()).count();
    let is_number = text[digit] != b'0' || length == 1;
    let ends = text.get(digit + length).is_none_or(|b| !b.is_ascii_alphanumeric() && *b != b'_');
    // If the file changes while it is read, the digit may be gone.
    (is_number && (1..=MAX_DURATION).contains(&length) && ends).then_some(digit..digit + length)
}

/// Returns true if a number after this text is a duration: it ends with a name such as `durationMs=` or `"elapsedMs":`.
pub(super) fn names_duration(before: &[u8]) -> bool {
    let name = match before {
        [name @ .., b'='] => name,
        [quoted @ .., b'"', b':'] => {
            let escapes = quoted.iter().rev().take_while(|&&b| b == b'\\').count();
            &quoted[..quoted.len() - escapes]
        }
        _ => return false,
    };
    name.ends_with(b"Ms")
}

/// Returns true if a byte can occur in an id: a letter, digit or hyphen.
pub(super) fn is_of_id(byte: &u8) -> bool {
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

pub(super) fn is_hex(byte: u8) -> bool {
    byte.is_ascii_digit() | matches!(byte, b'a'..=b'f')
}

/// Returns the run of letters, digits and hyphens around `at`, from `floor` at the earliest, cut at slightly more than the length
/// of an id.
fn run(text: &[u8], at: usize, floor: usize) -> Range<usize> {
    let floor = floor.max(at.saturating_sub(MAX_ID));
    let before = text[floor..at].iter().rev().take_while(|b| is_of_id(b)).count();
    let after = text[at..].iter().take(MAX_ID + 1).take_while(|b| is_of_id(b)).count();
    at - before..at + after
}

/// Returns the id that holds the digit, within a run of letters, digits and hyphens.
fn id(text: &[u8], run: &Range<usize>, digit: usize) -> Option<Range<usize>> {
    let word = &text[run.clone()];
    if word.len() < MIN_TAIL || word.len() > MAX_ID {
        return None;
    }
    // The first letter may be part of an escape sequence: `\b`, `\f`.
    if text[..run.start].ends_with(b"\\") {
        return None;
    }
    if let Some(start) = uuid_start(word) {
        return Some(run.start + start..run.end);
    }
    if word.len() >= MIN_HEX && word.iter().all(|&b| is_hex(b)) {
        return Some(run.clone());
    }
    // An underscore ends a run, so for `req_...` the whole run is the tail; for `chatcmpl-...` the tail follows the hyphen.
    let tail = word.iter().rposition(|&b| b == b'-').map_or(run.start, |hyphen| run.start + hyphen + 1);
    let is_known = PREFIXES.iter().any(|prefix| text[..tail].ends_with(prefix));
    (is_known && tail <= digit && run.end - tail >= MIN_TAIL).then_some(tail..run.end)
}

/// Returns the start of the UUID at the end of a run, provided it is the whole run or follows a hyphen.
fn uuid_start(word: &[u8]) -> Option<usize> {
    const SHAPE: &[u8; 36] = b"xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    let (before, last) = word.split_last_chunk::<36>()?;
    // No branch in the loop, so that all bytes are compared at once.
    let is_uuid = last.iter().zip(SHAPE).fold(true, |is_uuid, (byte, shape)| {
        is_uuid & if *shape == b'-' { *byte == b'-' } else { is_hex(*byte) }
    });
    (is_uuid && before.last().is_none_or(|b| *b == b'-')).then_some(before.len())
}

/// Replaces each id and duration by [`SUBSTITUTE`], and returns the text and the removed tokens in order.
pub fn extract_tokens(text: &str) -> (Cow<'_, str>, Vec<&str>) {
    let (mut out, mut taken, mut copied) = (String::new(), Vec::new(), 0);
    for found in VariableTokens::new(text.as_bytes()) {
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

/// Replaces each id and duration by [`SUBSTITUTE`].
pub fn without_tokens(text: &str) -> Cow<'_, str> {
    extract_tokens(text).0
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
            assert_eq!(without_tokens(text), expected);
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
            assert_eq!(without_tokens(text), text);
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
            assert_eq!(ids, VariableTokens::new(text.as_bytes()).collect::<Vec<_>>());
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
        assert_eq!(VariableTokens::new(text.as_bytes()).count(), 0);
    }

    /// Reference implementation of [`VariableTokens`] that checks every number.
    fn found_slowly(text: &[u8]) -> Vec<Range<usize>> {
        let (mut found, mut at, mut seen) = (Vec::new(), 0, 0);
        while let Some(digit) = (at..text.len()).find(|&at| text[at].is_ascii_digit()) {
            let end = digit + text[digit..].iter().take_while(|b| b.is_ascii_digit()).count();
            let duration = duration(text, digit);
            let run = run(text, digit, at);
            at = end;
            if let Some(duration) = duration {
                at = duration.end;
                found.push(duration);
            } else if digit >= seen {
                seen = run.end;
                if let Some(id) = id(text, &run, digit) {
                    (at, seen) = (id.end, id.end);
                    found.push(id);
                }
            }
        }
        found
    }

    proptest! {
        #[test]
        fn no_number_that_counts_is_passed_over(
            parts in prop::collection::vec(
                prop_oneof![
                    4 => "[ -~é]{0,20}",
                    2 => "[0-9a-f]{1,40}",
                    1 => "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
                    2 => "(req_|chatcmpl-|call_)[A-Za-z0-9]{8,20}",
                    2 => r#"[a-z]{1,4}Ms(=|":|\\":)[0-9]{1,14}[ ,a-]"#,
                    1 => "[a-z0-9-]{100,150}",
                ],
                0..12,
            )
        ) {
            let text = parts.concat();
            let found: Vec<_> = VariableTokens::new(text.as_bytes()).collect();
            prop_assert_eq!(found, found_slowly(text.as_bytes()), "{}", text);
        }
    }
}
