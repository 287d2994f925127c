//! Fuzz target: loading any text as a rule file ends with a catalogue or with problems that have a location, and loaded rules can
//! be matched.
#![no_main]

use clawsift::catalogue;
use clawsift::engine::Engine;
use clawsift::record::{Lines, Record};
use libfuzzer_sys::fuzz_target;

const LINES: [&str; 3] = [
    "2026-11-22T09:00:00.000+00:00 error agent/embedded HTTP 429: quota exceeded, retry after 20 seconds",
    "{\"0\":\"fetch failed\",\"_meta\":{\"logLevelName\":\"WARN\"},\"time\":\"2026-11-22T09:00:00.000Z\",\"message\":\"connect ECONNREFUSED\"}",
    "Error: getaddrinfo ENOTFOUND api.example.com",
];

fuzz_target!(|text: &str| {
    match catalogue::from_text("own.yaml", text) {
        Ok(catalogue) => {
            let engine = Engine::new(catalogue);
            for line in LINES {
                let raw = Lines::new(line.as_bytes(), 0).next().expect("a record");
                let record = Record::parse(&raw);
                assert_eq!(engine.classify(&record), engine.classify_by_brute_force(&record), "{line}");
            }
        }
        Err(problems) => assert!(!problems.0.is_empty() && !problems.to_string().is_empty()),
    }
});
