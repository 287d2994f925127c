//! Detects secrets in encoded data: Base64, buffer dumps, byte lists, PEM keys, recovery phrases of wallets.

use std::ops::Range;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::decoding::Reading;
use super::scan::work;

/// Start of a key or certificate in PEM.
const BEGIN: &[u8] = b"-----BEGIN ";
/// Minimum number of Base64 characters that are decoded.
const MIN_BASE64: usize = 24;
/// Minimum number of bytes of a dump that is examined.
const MIN_BYTES: usize = 16;
/// Number of bytes of a Solana key, which is printed as a list.
const KEYPAIR: usize = 64;
/// Number of words of the shortest recovery phrase.
const MIN_WORDS: usize = 12;

/// The words of recovery phrases (BIP-39, English), sorted.
static WORDS: LazyLock<Vec<&str>> = LazyLock::new(|| include_str!("bip39.txt").lines().collect());

const DECODER: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Adds the ranges of encoded secrets. `holds_secret` returns true if a decoded text holds one.
pub(super) fn find(
    reading: &Reading<'_>,
    found: &mut Vec<Range<usize>>,
    holds_secret: &dyn Fn(&str) -> bool,
) {
    let text = reading.text.as_bytes();
    work::count(text.len());
    let mut at = 0;
    while at < text.len() {
        let next = match text[at] {
            b'<' => buffer(text, at)
                .filter(|(_, bytes)| is_key(bytes) || is_secret_text(bytes, holds_secret))
                .map(|(end, _)| at..end),
            b'[' => bytes(text, at + 1)
                .filter(|(_, bytes)| {
                    bytes.len() == KEYPAIR || is_key(bytes) || is_secret_text(bytes, holds_secret)
                })
                .map(|(end, _)| at + 1..end),
            b if is_base64(b) => {
                let length = text[at..].iter().take_while(|b| is_base64(**b)).count();
                work::count(length);
                let run = &text[at..at + length];
                let decoded = || of_hex(run).into_iter().chain(of_base64(run));
                if length >= MIN_BASE64
                    && decoded().any(|bytes| is_key(&bytes) || is_secret_text(&bytes, holds_secret))
                {
                    found.push(at..at + length);
                }
                at += length;
                continue;
            }
            _ => None,
        };
        at = match next {
            Some(secret) => {
                found.push(secret.clone());
                secret.end.max(at + 1)
            }
            None => at + 1,
        };
    }
    private_keys(text, found);
    phrases(text, found);
    lines_of_a_key(&reading.text, found);
}

/// Detects a dump of bytes after the name of a secret, whatever it holds.
pub(super) fn dump_behind_name(text: &[u8], start: usize, found: &mut Vec<Range<usize>>) -> Option<usize> {
    let (end, _) = buffer(text, start)?;
    found.push(start..end);
    Some(end)
}

/// Detects a list of bytes after the name of a secret, whatever it holds.
pub(super) fn bytes_behind_name(text: &[u8], start: usize, found: &mut Vec<Range<usize>>) -> Option<usize> {
    let (end, _) = bytes(text, start).filter(|(_, bytes)| bytes.len() >= MIN_BYTES)?;
    found.push(start..end);
    Some(end)
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'_' | b'-')
}

/// Decodes Base64 of the standard or the URL-safe alphabet.
fn of_base64(run: &[u8]) -> Option<Vec<u8>> {
    let bare = run.iter().copied().take_while(|b| *b != b'=').map(|b| match b {
        b'-' => b'+',
        b'_' => b'/',
        b => b,
    });
    let mut bare: Vec<u8> = bare.collect();
    if bare.len() % 4 == 1 {
        bare.pop();
    }
    DECODER.decode(bare).ok()
}

/// Decodes hexadecimal digits.
fn of_hex(run: &[u8]) -> Option<Vec<u8>> {
    if run.len() % 2 == 1 {
        return None;
    }
    run.chunks_exact(2).map(|pair| hex(pair[0], pair[1])).collect()
}

/// Decodes two hexadecimal digits.
fn hex(high: u8, low: u8) -> Option<u8> {
    let digit = |b: u8| char::from(b).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    Some(digit(high)? << 4 | digit(low)?)
}

/// Returns true if bytes are a text that holds a secret.
fn is_secret_text(bytes: &[u8], holds_secret: &dyn Fn(&str) -> bool) -> bool {
    let is_control = |b: &u8| *b < 0x20 && !b"\r\n\t".contains(b) || *b == 0x7f;
    if bytes.len() < MIN_BYTES || bytes.iter().any(is_control) {
        return false;
    }
    std::str::from_utf8(bytes).is_ok_and(holds_secret)
}

/// Returns true if bytes are the start of a private key in PEM, whose label may be cut.
fn is_key(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(60)];
    start.starts_with(BEGIN) && !contains(start, b"CERT") && !contains(start, b"PUBLIC")
}

/// Parses the buffer dump at `start`, and returns its end and its bytes: `<Buffer 2d 2d 2d>`.
fn buffer(text: &[u8], start: usize) -> Option<(usize, Vec<u8>)> {
    const OPENING: &[u8] = b"<Buffer ";
    let mut at = start + OPENING.len();
    if text.get(start..at)? != OPENING {
        return None;
    }
    let mut bytes = Vec::new();
    while let Some(&[a, b]) = text.get(at..at + 2) {
        let Some(byte) = hex(a, b) else { break };
        bytes.push(byte);
        at += 2;
        if text.get(at) != Some(&b' ') {
            break;
        }
        at += 1;
    }
    work::count(at - start);
    (!bytes.is_empty()).then_some((at, bytes))
}

/// Parses the list of bytes at `start`, and returns its end and the bytes.
fn bytes(text: &[u8], start: usize) -> Option<(usize, Vec<u8>)> {
    let (mut at, mut bytes) = (start, Vec::new());
    let mut end = at;
    loop {
        at += text[at..].iter().take(16).take_while(|b| b.is_ascii_whitespace()).count();
        let length = text[at..].iter().take(4).take_while(|b| b.is_ascii_digit()).count();
        let number =
            std::str::from_utf8(text.get(at..at + length)?).ok().and_then(|digits| digits.parse().ok());
        let Some(number) = number else { break };
        bytes.push(number);
        at += length;
        end = at;
        if text.get(at) != Some(&b',') {
            break;
        }
        at += 1;
    }
    work::count(end - start);
    (!bytes.is_empty()).then_some((end, bytes))
}

/// Adds the ranges of private keys in PEM, whatever text is before them.
fn private_keys(text: &[u8], found: &mut Vec<Range<usize>>) {
    let mut at = 0;
    while let Some(next) = memchr::memmem::find(&text[at..], BEGIN) {
        at += next;
        match private_key(text, at) {
            Some(key) => {
                at = key.end;
                found.push(key);
            }
            None => at += BEGIN.len(),
        }
    }
}

/// Returns the private key in PEM at `at`, up to its end or the end of the text.
fn private_key(text: &[u8], at: usize) -> Option<Range<usize>> {
    const END: &[u8] = b"-----END ";
    let rest = text.get(at..)?.strip_prefix(BEGIN)?;
    let label = rest.iter().take(60).position(|&b| b == b'-')?;
    if !contains(&rest[..label], b"PRIVATE KEY") && !contains(&rest[..label], b"Static key") {
        return None;
    }
    let body = &rest[label..];
    let end = memchr::memmem::find(body, END).map_or(body.len(), |end| {
        let after = &body[end + END.len()..];
        let close = memchr::memmem::find(&after[..after.len().min(80)], b"-----");
        end + END.len() + close.map_or(0, |close| close + 5)
    });
    work::count(end);
    Some(at..at + BEGIN.len() + label + end)
}

/// Adds the ranges of recovery phrases, with or without a name before them.
fn phrases(text: &[u8], found: &mut Vec<Range<usize>>) {
    let (mut at, mut start, mut count) = (0, 0, 0);
    while at < text.len() {
        let length = text[at..].iter().take_while(|b| b.is_ascii_lowercase()).count();
        let end = at + length;
        let gap = text[end..].iter().take(3).take_while(|b| matches!(b, b' ' | b',' | b'\n')).count();
        work::count(length + gap);
        let is_word = (3..=8).contains(&length);
        if is_word {
            start = if count == 0 { at } else { start };
            count += 1;
        }
        if !is_word || gap == 0 || end + gap == text.len() {
            if count >= MIN_WORDS {
                words_of_a_wallet(text, start..if is_word { end } else { at }, found);
            }
            count = 0;
        }
        at = end + gap.max(usize::from(length == 0));
    }
}

/// Adds a range of enough consecutive words from the recovery word list, separated by blanks, commas or line ends.
fn words_of_a_wallet(text: &[u8], range: Range<usize>, found: &mut Vec<Range<usize>>) {
    let (mut at, mut first, mut last, mut count) = (range.start, 0, 0, 0);
    for word in text[range.clone()].split(|b| !b.is_ascii_lowercase()) {
        let is_known = std::str::from_utf8(word).is_ok_and(|word| WORDS.binary_search(&word).is_ok());
        if is_known {
            first = if count == 0 { at } else { first };
            (last, count) = (at + word.len(), count + 1);
        }
        at += word.len() + 1;
        if !word.is_empty() && !is_known || at > range.end {
            if count >= MIN_WORDS {
                found.push(first..last);
            }
            count = 0;
        }
    }
}

/// Adds the lines of a PEM key without its first line: 64 characters of Base64 and nothing else.
fn lines_of_a_key(text: &str, found: &mut Vec<Range<usize>>) {
    const LINE: usize = 64;
    if text.len() < LINE {
        return;
    }
    let mut start = 0;
    for line in text.split('\n') {
        let bare = line.trim();
        let is_base64 = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=');
        if bare.len() == LINE
            && bare.bytes().all(is_base64)
            && bare.bytes().any(|b| b.is_ascii_lowercase())
            && bare.bytes().any(|b| b.is_ascii_uppercase())
        {
            let at = start + (line.len() - line.trim_start().len());
            found.push(at..at + LINE);
        }
        start += line.len() + 1;
    }
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}
