//! Fuzz target: for any log, the report does not depend on chunk size or number of workers, and no fast path changes the meaning
//! of a record.
#![no_main]

use std::sync::LazyLock;

use clawsift::catalogue;
use clawsift::engine::Engine;
use clawsift::scan::{Options, PrefilterCheck, scan_bytes};
use libfuzzer_sys::fuzz_target;

static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::new(catalogue::embedded().expect("good rules")));

fuzz_target!(|bytes: &[u8]| {
    let report = |chunk: usize, jobs: usize| {
        let options = Options::new().chunk(chunk).jobs(jobs).zone(jiff::tz::TimeZone::UTC);
        serde_json::to_string(&scan_bytes(&ENGINE, "log", bytes, &options)).expect("JSON")
    };
    let whole = report(bytes.len() + 1, 1);
    assert_eq!(report(1, 1), whole);
    assert_eq!(report(97, 2), whole);
    let verification = PrefilterCheck::default();
    let options = Options::new().jobs(1).prefilter_check(&verification);
    scan_bytes(&ENGINE, "log", bytes, &options);
    assert_eq!(verification.differences(), []);
});
