//! Removes terminal codes.

use std::borrow::Cow;

/// Returns the bytes without terminal codes and without the carriage returns that terminals and Windows add.
pub fn plain_bytes(bytes: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr2(0x1b, b'\r', bytes).is_none() {
        return Cow::Borrowed(bytes);
    }
    let mut out = without_colours(bytes).unwrap_or_else(|| anstream::adapter::strip_bytes(bytes).into_vec());
    out.retain(|&b| b != b'\r');
    Cow::Owned(out)
}

/// Returns the bytes without colour codes; `None` if they hold other codes or control characters.
fn without_colours(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(escape) = memchr::memchr(0x1b, rest) {
        out.extend_from_slice(&rest[..escape]);
        let code = rest[escape + 1..].strip_prefix(b"[")?;
        let length = code.iter().take_while(|b| matches!(b, b'0'..=b'9' | b';')).count();
        rest = code[length..].strip_prefix(b"m")?;
    }
    out.extend_from_slice(rest);
    // If other control characters remain, `plain_bytes` falls back to the general stripper.
    let is_plain = |b: &u8| *b >= 0x20 && *b != 0x7f || matches!(b, b'\n' | b'\t' | b'\r');
    out.iter().all(is_plain).then_some(out)
}

/// Returns a text without terminal codes and carriage returns.
pub(super) fn without_codes(text: Cow<'_, str>) -> Cow<'_, str> {
    match plain_bytes(text.as_bytes()) {
        Cow::Owned(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
        Cow::Borrowed(_) => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn colours_go_as_other_codes_do(parts in proptest::collection::vec("[ -~é→\\n\\t]{0,9}|\x1b\\[[0-9;]{0,6}m|\x1b\\[[0-9;]{0,3}[A-Z]|[\x00-\x1f\x7f]", 0..9)) {
            let text = parts.concat();
            if let Some(plain) = without_colours(text.as_bytes()) {
                proptest::prop_assert_eq!(plain, anstream::adapter::strip_bytes(text.as_bytes()).into_vec());
            }
        }
    }

    #[test]
    fn terminal_codes_go_and_text_stays() {
        let text = b"\x1b[38;5;138m10:00:00\x1b[39m \x1b]0;t\x07a\x1b]8;;http://x\x1b\\b\r\n";
        assert_eq!(&*plain_bytes(text), b"10:00:00 ab\n");
        assert_eq!(&*plain_bytes(b"\x1b["), b"");
    }
}
