//! Tells binary files from logs.

use super::detect::starts_record;
use super::format::Format;
use super::lines::Lines;

/// Number of bytes that decide, after NULs at the start.
pub const BINARY_HEAD: usize = 64 << 10;

/// First bytes of files that can hold text of records: SQLite, the systemd journal, ELF, PNG.
const MAGIC: [&[u8]; 4] = [b"SQLite format 3\0", b"LPKSHHRH", b"\x7fELF", b"\x89PNG\r\n\x1a\n"];

/// Returns true if a file is binary, judged by its first [`BINARY_HEAD`] bytes: they hold NULs, are no UTF-16 text with a byte-order
/// mark, and hold no record of a known format.
pub fn is_binary(head: &[u8]) -> bool {
    // Most logs hold no NULs.
    if memchr::memchr(0, head).is_none() || head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
        return false;
    }
    let is_known = |format: Format, line: &[u8]| format != Format::Text || starts_record(line);
    MAGIC.iter().any(|magic| head.starts_with(magic))
        || !Lines::new(head, 0).any(|raw| is_known(raw.format, raw.first_line()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_binary_if_it_holds_nuls_and_no_record() {
        let nuls = "\0".repeat(4096);
        for (text, expected) in [
            (&b"loose text"[..], false),
            (b"caf\xe9 in Latin-1\n", false),
            (b"loose text\0", true),
            (b"SQLite format 3\0\x10\0", true),
            (b"SQLite format 3\0\x10\0\0\0\0\0{\"0\":\"a\",\"_meta\":{}}\n", true),
            (b"\xff\xfea\0b\0", false),
            (b"\x02\0\0\0\0\0\0\0~\0\0\0reboot\0\0\0", true),
            (b"2026-11-22T00:00:01Z error x y\0z\n", false),
            (b"x\0\nNov 22 09:51:13 host systemd[1]: openclaw.service: Main process exited\n", false),
            (format!("torn{nuls}2026-11-22T00:00:01Z error x y\n").as_bytes(), false),
            (nuls.as_bytes(), true),
        ] {
            assert_eq!(is_binary(text), expected, "{:?}", String::from_utf8_lossy(text));
        }
    }
}
