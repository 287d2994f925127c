//! Detects secrets by their format: a known prefix, an alphabet, a length.
//!
//! The formats are defined in `tokens.yaml`; `build/token_forms.rs` compiles them into the tables of [`forms`](super::forms). A
//! run of letters that could be a word must hold a digit or a capital.

use std::ops::Range;
use std::sync::LazyLock;

use super::forms::{FORMS, Form, NAMED, Run};
use super::scan::{Scan, WINDOW, work};

/// Maximum length in bytes of a value after a vendor's name.
const MAX_NAMED: usize = 8 * WINDOW;
/// Maximum length in bytes of the end of a token whose middle was left out.
const MAX_TAIL: usize = 16 * WINDOW;
/// Minimum length of a prefix that is recognized inside a word.
const MIN_TELLING: usize = 6;
/// Maximum number of characters of a token that other programs' masks show.
const SHOWN_BY_OTHERS: usize = 5;
/// Minimum number of visible characters of a shortened token whose prefix is no evidence: half of a usual token.
const MIN_UNKNOWN: usize = 16;

/// The formats, indexed by the first two bytes of their anchors.
struct Index {
    /// A bit per pair of ASCII characters.
    pairs: [u64; 256],
    /// The formats that begin with each pair, sorted by it.
    forms: Vec<Entry>,
}

/// A format that begins with a pair of characters.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    pair: u16,
    number: u16,
    /// The first four bytes of its anchor, masked.
    opening: u32,
    /// The bits of `opening` that a text must share: none behind a shorter anchor, and not the case where it does not matter.
    mask: u32,
}

static INDEX: LazyLock<Index> = LazyLock::new(|| {
    let mut index = Index { pairs: [0; 256], forms: Vec::new() };
    for (number, form) in (0u16..).zip(FORMS) {
        let [first, second] = form.begins();
        let (opening, mask) = form.opening();
        for pair in first.iter().flat_map(|a| second.iter().map(move |b| pair(*a, *b))) {
            index.pairs[usize::from(pair >> 6)] |= 1 << (pair & 63);
            index.forms.push(Entry { pair, number, opening, mask });
        }
    }
    index.forms.sort_unstable();
    index.forms.dedup();
    index
});

fn pair(a: u8, b: u8) -> u16 {
    u16::from(a & 127) << 7 | u16::from(b & 127)
}

/// Adds the ranges of secrets that their format identifies.
pub(super) fn find(scan: &mut Scan<'_>, found: &mut Vec<Range<usize>>) {
    let index = &*INDEX;
    let text = scan.text;
    work::count(text.len());
    let mut at = 0;
    while at + 1 < text.len() {
        let (a, b) = (text[at], text[at + 1]);
        let pair = pair(a, b);
        let is_known = index.pairs[usize::from(pair >> 6)] >> (pair & 63) & 1 == 1 && (a | b) < 128;
        let bot = if a == b':' { telegram(text, at) } else { None };
        let token = if is_known { best(scan, index, pair, at) } else { None };
        // A token may include the start of the next one, so the scan continues inside it.
        found.extend(bot.into_iter().chain(token));
        at += 1;
    }
}

/// Returns the longest token whose anchor is at `at`.
fn best(scan: &mut Scan<'_>, index: &Index, pair: u16, at: usize) -> Option<Range<usize>> {
    let first = index.forms.partition_point(|entry| entry.pair < pair);
    let entries = index.forms[first..].iter().take_while(|entry| entry.pair == pair);
    let there = opening(&scan.text[at..]);
    let entries = entries.filter(|entry| there & entry.mask == entry.opening);
    let forms = entries.filter_map(|entry| FORMS.get(usize::from(entry.number)));
    forms.filter_map(|form| form.at(scan, at)).max_by_key(|token| token.end)
}

/// Returns the first four bytes of a text as one number, with zeros behind a shorter text.
fn opening(text: &[u8]) -> u32 {
    let mut bytes = [0; 4];
    let length = text.len().min(bytes.len());
    bytes[..length].copy_from_slice(&text[..length]);
    u32::from_le_bytes(bytes)
}

impl Form {
    /// Returns the first bytes of the anchor, and the bits that a text must share with them.
    fn opening(&self) -> (u32, u32) {
        let anchor = self.anchor.as_bytes();
        let any_case = |byte: &u8| self.folds && byte.is_ascii_alphabetic();
        let bits: Vec<u8> = anchor.iter().map(|byte| if any_case(byte) { !0x20 } else { 0xff }).collect();
        let mask = opening(&bits);
        (opening(anchor) & mask, mask)
    }

    /// Returns the possible first and second bytes of an anchor or token.
    fn begins(&self) -> [Vec<u8>; 2] {
        let members =
            |run: Option<&Run>| (0..128).filter(|byte| run.is_some_and(|run| run.has(*byte))).collect();
        let cases = |byte: u8| if self.folds { vec![byte, byte.to_ascii_uppercase()] } else { vec![byte] };
        match *self.anchor.as_bytes() {
            [a, b, ..] => [cases(a), cases(b)],
            [a] => [cases(a), members(self.after.first())],
            [] => [members(self.after.first()), members(self.after.get(1))],
        }
    }

    /// Returns the token of this format whose anchor is at `at`.
    fn at(&self, scan: &mut Scan<'_>, at: usize) -> Option<Range<usize>> {
        let text = scan.text;
        let there = text.get(at..at + self.anchor.len())?;
        let is_there = match self.folds {
            true => there.eq_ignore_ascii_case(self.anchor.as_bytes()),
            false => there == self.anchor.as_bytes(),
        };
        if !is_there {
            return None;
        }
        let start = self.start(scan, at)?;
        // A long prefix with a separator in it is not part of a word.
        let is_telling = self.anchor.len() >= MIN_TELLING && self.anchor.contains(['-', '_']);
        let begins = start == 0
            || self.shows > 0
            || is_telling && start == at
            || !text[start].is_ascii_alphanumeric()
            || !text[start - 1].is_ascii_alphanumeric()
            || scan.is_seam(start);
        if !begins {
            return None;
        }
        let body = at + self.anchor.len();
        let end = self.end(scan, body)?;
        if self.mixed && !is_mixed(&text[body..end]) {
            return None;
        }
        let is_odd = is_odd(&text[body..end]) || is_odd(&text[start..at]);
        (is_odd && start + self.shows < end).then_some(start + self.shows..end)
    }

    /// Returns the start of the token whose anchor is at `at`.
    fn start(&self, scan: &Scan<'_>, at: usize) -> Option<usize> {
        let mut start = at;
        for run in self.before.iter().rev() {
            let before = scan.text[..start].iter().rev().take(run.most().min(2 * WINDOW));
            let length = before.take_while(|byte| run.has(**byte)).count();
            work::count(length);
            if length < run.min as usize {
                return None;
            }
            start -= length;
        }
        Some(start)
    }

    /// Returns the end of the token; `body` is the offset after its anchor.
    fn end(&self, scan: &mut Scan<'_>, body: usize) -> Option<usize> {
        let text = scan.text;
        let mut end = body;
        for (index, run) in self.after.iter().enumerate() {
            let stop = scan.run_end(run.class, end);
            let most = run.most();
            let is_last = index + 1 == self.after.len();
            if stop - end < run.min as usize {
                return self.cut_end(text, body, stop);
            }
            // A longer run is another word.
            if is_last && run.min == run.max && stop - end > most && text[end + most].is_ascii_alphanumeric()
            {
                return None;
            }
            let least = end + run.min as usize;
            // A last run without a fixed length is masked as far as it extends.
            let is_open = is_last && run.min != run.max;
            end = if is_open { stop } else { stop.min(end.saturating_add(most)) };
            // A full stop ends a sentence.
            while is_last && end > least && matches!(text[end - 1], b'.' | b'/' | b':' | b',') {
                end -= 1;
            }
        }
        // If the middle of a token was left out, its end is as secret as its start.
        let tail = ellipsis(&text[end..]).map_or(0, |gap| match word_length(&text[end + gap..]) {
            0 => 0,
            length => gap + length,
        });
        Some(end + tail)
    }

    /// Returns the end of a shortened token: its last visible byte, or the end of the part after the omission.
    fn cut_end(&self, text: &[u8], body: usize, stop: usize) -> Option<usize> {
        let gap = ellipsis(&text[stop..]);
        // A short run behind a prefix that words have, too, is a token only if something was left out of it, and the caller finds that
        // it is no word.
        if self.whole && !(self.mixed && gap.is_some()) {
            return None;
        }
        let visible = stop - body;
        let Some(gap) = gap else {
            let is_cut =
                stop == text.len() && visible > SHOWN_BY_OTHERS && self.anchor.contains(['-', '_', '.']);
            return is_cut.then_some(stop);
        };
        let rest = &text[stop + gap..];
        let tail = word_length(rest);
        // A short prefix is also how words, addresses and versions begin (`OpenClaw…`, `127.0.0.1…`).
        let is_known = self.anchor.len() >= 3 && self.anchor.contains(char::is_alphabetic);
        if !is_known && visible < MIN_UNKNOWN {
            return None;
        }
        match tail {
            0 if visible > 0 => Some(stop),
            // OpenClaw's own masks show six characters of the start and four of the end.
            _ if visible > SHOWN_BY_OTHERS || tail > 2 * SHOWN_BY_OTHERS => Some(stop + gap + tail),
            _ => None,
        }
    }
}

/// Returns the length of the omission mark at the start of a text.
pub(super) fn ellipsis(text: &[u8]) -> Option<usize> {
    if text.starts_with("…".as_bytes()) {
        return Some("…".len());
    }
    let bullets =
        text.chunks_exact("•".len()).take(WINDOW).take_while(|part| *part == "•".as_bytes()).count();
    if bullets >= 2 {
        return Some(bullets * "•".len());
    }
    let run = |byte: u8| text.iter().take(WINDOW).take_while(|b| **b == byte).count();
    let length = [b'*', b'.'].into_iter().map(run).find(|length| *length >= 3);
    let marks: [&[u8]; 3] = [b"[...]", b"[truncated", b"<truncated"];
    length.or_else(|| marks.iter().find(|mark| text.starts_with(mark)).map(|mark| mark.len()))
}

/// Returns the length of the word at the start of a text, up to a limit.
fn word_length(text: &[u8]) -> usize {
    let length =
        text.iter().take(MAX_TAIL).take_while(|b| b.is_ascii_alphanumeric() || b"_-".contains(b)).count();
    work::count(length);
    length
}

/// Returns true if a run of characters is not an ordinary word: it has a digit or a capital, or is too long.
fn is_odd(run: &[u8]) -> bool {
    let run = &run[..run.len().min(WINDOW)];
    work::count(run.len());
    run.iter().any(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
        || run.split(|b| !b.is_ascii_lowercase()).any(|word| word.len() >= 24)
}

/// Returns true if a run of characters is neither words nor a digest: it has capitals and small letters, and also digits, or
/// capitals where no word begins.
fn is_mixed(run: &[u8]) -> bool {
    let run = &run[..run.len().min(WINDOW)];
    work::count(run.len());
    let has = |test: fn(&u8) -> bool| run.iter().any(test);
    let changes = run.windows(2).filter(|pair| pair[0].is_ascii_uppercase() != pair[1].is_ascii_uppercase());
    has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && (has(u8::is_ascii_digit) || 11 * changes.count() >= 4 * run.len())
}

/// Returns the length of the value at the start of a text, if it has the format that the table defines for this name.
pub(super) fn named_length(name: &str, text: &[u8]) -> Option<usize> {
    static NAMES: LazyLock<Option<aho_corasick::AhoCorasick>> =
        LazyLock::new(|| aho_corasick::AhoCorasick::new(NAMED.iter().map(|(name, _)| name)).ok());
    let text = &text[..text.len().min(MAX_NAMED)];
    let length = |parts: &[Run]| {
        let mut at = 0;
        for run in parts {
            let length = text[at..].iter().take(run.most()).take_while(|byte| run.has(**byte)).count();
            work::count(length);
            if length < run.min as usize {
                return None;
            }
            at += length;
        }
        let goes_on = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
        (!text.get(at).is_some_and(goes_on)).then_some(at)
    };
    let names = NAMES.as_ref()?.find_overlapping_iter(name);
    let forms = names.filter_map(|found| NAMED.get(found.pattern().as_usize()));
    forms.filter_map(|(_, parts)| length(parts)).max()
}

/// Parts of tokens that name the token's purpose.
const PURPOSES: &[&str] = &[
    "access", "admin", "api", "apikey", "auth", "key", "live", "oat", "oauth", "pat", "priv", "private",
    "prod", "refresh", "rt", "secret", "sk", "svcacct", "tkn", "tok", "token",
];
/// Prefixes of random data that is not secret: digests, ids of requests and of parts of an answer.
const IDS: &[&str] = &[
    "asst", "batch", "call", "chatcmpl", "cmpl", "conv", "ctx", "oc", "om", "ou", "on", "cus", "embd", "ev",
    "evt", "fc", "file", "gen", "id", "img", "item", "job", "md5", "meeting", "modr", "msg", "msgbatch",
    "node", "org", "proj", "req", "request", "resp", "rev", "rs", "run", "session", "sha1", "sha256",
    "sha384", "sha512", "snap", "srvtoolu", "step", "task", "team", "thread", "toolu", "trace", "user",
    "usr", "vs", "wamid", "ws",
];
/// Minimum number of characters of a random part.
const RANDOM: usize = 20;

/// Returns true if a word begins like an id or a digest.
pub(super) fn is_id(word: &[u8]) -> bool {
    let length = word.iter().take(16).take_while(|b| b.is_ascii_alphanumeric()).count();
    matches!(word.get(length), Some(b'_' | b'-' | b'.' | b':'))
        && IDS.iter().any(|id| word[..length].eq_ignore_ascii_case(id.as_bytes()))
}

/// Returns true if a word looks like a token of an unknown vendor: parts that name its purpose, and a random part.
pub(super) fn is_typed(word: &[u8]) -> bool {
    if word.len() < RANDOM + 4 {
        return false;
    }
    let is_separator = |b: &u8| matches!(b, b'_' | b'-' | b'.');
    let Some(first_end) = word.iter().take(WINDOW).position(is_separator) else { return false };
    let lower = |part: &[u8]| part.to_ascii_lowercase();
    if is_id(word) {
        return false;
    }
    work::count(word.len().min(4 * WINDOW));
    let (mut has_purpose, mut is_purpose) = (false, false);
    for part in word[..word.len().min(4 * WINDOW)].split(is_separator).take(6) {
        let has = |test: fn(&u8) -> bool| part.iter().any(test);
        let is_mixed = has(u8::is_ascii_digit) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase);
        let is_plain = part.iter().all(u8::is_ascii_alphanumeric);
        if is_plain && is_mixed && part.len() >= RANDOM {
            return has_purpose || part.len() >= 36;
        }
        // After a short name and an underscore, that many digits are neither a version nor a file hash.
        let is_vendors = word[first_end] == b'_' && first_end <= 8;
        let is_hex = part.len() >= 32 && has(u8::is_ascii_digit) && part.iter().all(u8::is_ascii_hexdigit);
        if is_hex && (is_purpose || is_vendors) {
            return true;
        }
        if part.len() > 16 || part.is_empty() || !is_plain {
            return false;
        }
        let part = lower(part);
        is_purpose = PURPOSES.iter().any(|purpose| purpose.as_bytes() == part);
        has_purpose |= is_purpose;
    }
    false
}

/// Returns the Telegram bot token whose colon is at `colon`. Its number precedes the colon, also in a URL.
fn telegram(text: &[u8], colon: usize) -> Option<Range<usize>> {
    let digits = text[..colon].iter().rev().take(13).take_while(|b| b.is_ascii_digit()).count();
    if !(6..=12).contains(&digits) {
        return None;
    }
    let rest = &text[colon + 1..];
    let length = word_length(rest);
    let is_cut = length >= 8
        && (ellipsis(&rest[length..]).is_some() || length == rest.len() && rest.starts_with(b"AA"));
    (length >= 30 || is_cut).then_some(colon - digits..colon + 1 + length)
}
