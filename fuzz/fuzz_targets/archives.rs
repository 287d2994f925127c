//! Fuzz target: decompressing any bytes ends, with an error if they are invalid, and never exceeds the limit.
#![no_main]

use std::io::{Cursor, Read};

use clawsift::source::unpack;
use libfuzzer_sys::fuzz_target;

const LIMIT: u64 = 1 << 20;

fuzz_target!(|bytes: &[u8]| {
    let Ok(mut reader) = unpack(Box::new(Cursor::new(bytes.to_vec())), LIMIT) else { return };
    let mut text = Vec::new();
    let _ = reader.read_to_end(&mut text);
    // UTF-16 text, decompressed before it is decoded, can take three bytes of UTF-8 per two bytes.
    assert!(text.len() as u64 <= 3 * LIMIT.max(bytes.len() as u64));
});
