//! Any bytes are an archive: unpacking ends, with an error where something is wrong, and gives no more than it may.
#![no_main]

use std::io::{Cursor, Read};

use clawsift::source::unpack;
use libfuzzer_sys::fuzz_target;

const LIMIT: u64 = 1 << 20;

fuzz_target!(|bytes: &[u8]| {
    let Ok(mut reader) = unpack(Box::new(Cursor::new(bytes.to_vec())), LIMIT) else { return };
    let mut text = Vec::new();
    let _ = reader.read_to_end(&mut text);
    // Text of two bytes a character, unpacked before it is read, may take three in UTF-8.
    assert!(text.len() as u64 <= 3 * LIMIT.max(bytes.len() as u64));
});
