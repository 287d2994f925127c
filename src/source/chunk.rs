//! Chunks: parts of a source that can be scanned apart from each other, because each begins where a record begins.

use std::ops::Range;

use super::Map;

/// Where a part ends is looked for in so many bytes at first.
const WINDOW: usize = 4 << 10;

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
    cut(bytes.len(), target, move |from| next_record(bytes, from, starts_record))
}

/// Cuts a map as [`chunks`] cuts bytes.
pub fn map_chunks(map: &Map, target: usize, starts_record: LineTest) -> impl Iterator<Item = Range<usize>> {
    let mut window = Vec::new();
    cut(map.len(), target, move |from| {
        // A page that is looked at through the map costs more than a copy of a few lines.
        let end = (from + WINDOW).min(map.len());
        let is_copied = from < end && map.copy(from..end, &mut window).is_ok();
        match first_record(&window, starts_record).filter(|_| is_copied) {
            Some(found) => from + found,
            None => next_record(map, from, starts_record),
        }
    })
}

/// Cuts so many bytes into parts; `next_record` tells where the first record begins after a place.
fn cut(
    length: usize,
    target: usize,
    mut next_record: impl FnMut(usize) -> usize,
) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    std::iter::from_fn(move || {
        (start < length).then(|| {
            let end = next_record(start + target.max(1) - 1);
            let part = start..end;
            start = end;
            part
        })
    })
}

/// The start of the first record that begins in `bytes`, past its first byte, where the lines up to it are whole.
fn first_record(bytes: &[u8], starts_record: LineTest) -> Option<usize> {
    let mut line_start = memchr::memchr(b'\n', bytes)? + 1;
    loop {
        let length = memchr::memchr(b'\n', &bytes[line_start..])?;
        if starts_record(&bytes[line_start..line_start + length]) {
            return Some(line_start);
        }
        line_start += length + 1;
    }
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
    use std::io::Write;

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
    fn a_map_is_cut_like_the_bytes_in_it() {
        let mut file = tempfile::tempfile().expect("a file");
        let line = |length: usize, begins: bool| {
            [if begins { "#" } else { "x" }, &"-".repeat(length), "\n"].concat()
        };
        let lengths = [0, 1, 100, WINDOW - 2, 5, WINDOW, WINDOW + 1, 3, 3 * WINDOW, 7, 900, 40];
        let text: String = (0..60).map(|i| line(lengths[i * 7 % lengths.len()], i % 5 != 1)).collect();
        file.write_all(text.as_bytes()).expect("writing");
        let map = Map::new(file).expect("a map");
        for target in [1, 10, 500, 1000, WINDOW, 20_000, text.len() - 1, text.len(), text.len() + 1] {
            let parts: Vec<_> = map_chunks(&map, target, starts).collect();
            assert_eq!(parts, chunks(text.as_bytes(), target, starts).collect::<Vec<_>>(), "target {target}");
        }
    }

    #[test]
    fn the_last_record_is_one_that_has_arrived_whole() {
        assert_eq!(last_record(b"#1\n#2\n#3", starts), Some(3));
        assert_eq!(last_record(b"#1\n#2\n b\n", starts), Some(3));
        assert_eq!(last_record(b"#1\n b\n", starts), None);
    }
}
