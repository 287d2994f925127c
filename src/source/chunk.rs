//! Chunks: parts of a source that can be scanned apart from each other, because each begins where a record begins.

use std::ops::Range;

/// Tells whether a line (without its line end) certainly begins a record, whatever came before it.
pub type LineTest = fn(&[u8]) -> bool;

/// Cuts `bytes` into parts of about `target` bytes, each of which but the first begins with a line that begins a record.
///
/// A part grows until such a line comes; a text without any is one part. Where a part ends is looked for when it is asked
/// for, so that parts of a large map can be scanned meanwhile.
///
/// ```
/// let text = b"#1\n  a\n#2\n#3\n";
/// let starts = |line: &[u8]| line.starts_with(b"#");
/// let parts: Vec<_> = clawsift::source::chunks(text, 1, starts).collect();
/// assert_eq!(parts, [0..7, 7..10, 10..13]);
/// ```
pub fn chunks(bytes: &[u8], target: usize, starts_record: LineTest) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    std::iter::from_fn(move || {
        (start < bytes.len()).then(|| {
            let end = next_record(bytes, start + target.max(1) - 1, starts_record);
            let part = start..end;
            start = end;
            part
        })
    })
}

/// The start of the first record that begins after `from`, or the end of `bytes`.
fn next_record(bytes: &[u8], from: usize, starts_record: LineTest) -> usize {
    let mut at = from;
    while let Some(newline) = bytes.get(at..).and_then(|rest| memchr::memchr(b'\n', rest)) {
        let line_start = at + newline + 1;
        if line_start >= bytes.len() {
            break;
        }
        if starts_record(line_at(bytes, line_start)) {
            return line_start;
        }
        at = line_start;
    }
    bytes.len()
}

/// The start of the last record that begins in `bytes`, past its first byte.
pub(super) fn last_record(bytes: &[u8], starts_record: LineTest) -> Option<usize> {
    let mut end = bytes.len();
    while let Some(newline) = memchr::memrchr(b'\n', &bytes[..end]) {
        let line_start = newline + 1;
        // The line that is still arriving may yet turn out to begin something else.
        if memchr::memchr(b'\n', &bytes[line_start..]).is_some() && starts_record(line_at(bytes, line_start))
        {
            return Some(line_start);
        }
        end = newline;
    }
    None
}

fn line_at(bytes: &[u8], start: usize) -> &[u8] {
    let rest = &bytes[start..];
    match memchr::memchr(b'\n', rest) {
        Some(end) => &rest[..end],
        None => rest,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn starts(line: &[u8]) -> bool {
        line.starts_with(b"#")
    }

    #[test]
    fn parts_join_to_the_whole_and_begin_with_records() {
        let text = b"x\n#1\n a\n\n#2\n#3 long line\n b\n#4";
        for target in 1..=text.len() + 1 {
            let parts: Vec<_> = chunks(text, target, starts).collect();
            let joined: Vec<u8> = parts.iter().flat_map(|part| text[part.clone()].to_vec()).collect();
            assert_eq!(joined, text);
            for part in &parts[1..] {
                assert_eq!(text[part.start], b'#', "target {target}");
            }
        }
        assert!(chunks(b"", 4, starts).next().is_none());
    }

    #[test]
    fn the_last_record_is_one_that_has_arrived_whole() {
        assert_eq!(last_record(b"#1\n#2\n#3", starts), Some(3));
        assert_eq!(last_record(b"#1\n#2\n b\n", starts), Some(3));
        assert_eq!(last_record(b"#1\n b\n", starts), None);
    }
}
