//! Fuzz target: for any bytes, detection and parsing never panic, lose no byte, and take linear time.
#![no_main]

use clawsift::record::{BOUNDARIES, Lines, Record, last_time, stamp_of};
use clawsift::source::chunks;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut end = 0;
    let mut lines = Lines::new(bytes, 0);
    for raw in lines.by_ref() {
        // Only line ends may be between two records.
        assert!(bytes[end..raw.offset].iter().all(|b| matches!(b, b'\n' | b'\r')));
        end = raw.offset + raw.bytes.len();
        let _ = (raw.clock(), stamp_of(raw.first_line()));
        let record = Record::parse(&raw);
        let message = record.evident_message();
        let _ = (record.evidence(&message).count(), record.display_text());
    }
    assert!(bytes[end..].iter().all(|b| matches!(b, b'\n' | b'\r')));
    let newlines = bytes.iter().filter(|&&b| b == b'\n').count() as u64;
    assert!(lines.line_count() == newlines || lines.line_count() == newlines + 1);

    let _ = last_time(bytes);
    let parts = chunks(bytes, 16, BOUNDARIES);
    assert_eq!(parts.map(|part| part.range.len()).sum::<usize>(), bytes.len());
});
