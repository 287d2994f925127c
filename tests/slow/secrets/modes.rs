//! Without a key, and with the same key, equal input gives equal reports, and the reports of parts merge to that of the
//! whole.

use std::fs;
use std::path::PathBuf;

use clawsift::redact::{Redactor, TagKey};
use clawsift::report::{Report, View, merge};
use clawsift::scan::{Options, scan};
use clawsift::source::Input;
use jiff::tz::TimeZone;

use super::kinds::{self, secret};
use super::outputs::ENGINE;
use super::writings::Writing;

fn report(paths: &[PathBuf], redactor: Redactor) -> Report {
    let inputs: Vec<Input> = paths.iter().cloned().map(Input::Path).collect();
    scan(&ENGINE, &inputs, &[], &Options::new().redactor(redactor).zone(TimeZone::UTC))
}

fn json(report: &Report) -> String {
    serde_json::to_string_pretty(report).expect("JSON")
}

#[test]
fn reports_are_the_same_and_add_up_with_a_key_and_without() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut paths = Vec::new();
    for part in 0..3 {
        let secrets =
            (0..20).map(|index| secret(kinds::COMMON * part + index, (part * 20 + index) as u64 % 30));
        let log: String = secrets.filter_map(|secret| Some(Writing::FileLog.log(&secret)?.text)).collect();
        let log = log.replace("2026-11-22T00", &format!("2026-11-22T0{part}"));
        let path = folder.path().join(format!("openclaw-2026-11-2{part}.log"));
        fs::write(&path, log).expect("a log");
        paths.push(path);
    }
    let key = |bytes: &[u8]| TagKey::new(bytes).expect("a key");
    let (one, other) = (key(b"a key of some length"), key(b"another key that is long"));
    for redactor in [
        Redactor::MASKING,
        Redactor::PERSONAL,
        Redactor::MASKING.with_key(one),
        Redactor::PERSONAL.with_key(other),
    ] {
        let whole = report(&paths, redactor);
        assert!(json(&whole).contains("[redacted"));
        assert_eq!(json(&whole), json(&report(&paths, redactor)));
        let mut parts: Vec<Report> =
            paths.iter().map(|path| report(std::slice::from_ref(path), redactor)).collect();
        for _ in 0..2 {
            let through = parts.iter().map(|part| serde_json::from_str(&json(part)).expect("a report"));
            assert_eq!(json(&merge(through, &View::default()).expect("a sum")), json(&whole));
            parts.reverse();
        }
    }
    // Fingerprints and incidents do not depend on the form of masks.
    let plain = report(&paths, Redactor::MASKING);
    let keyed = report(&paths, Redactor::MASKING.with_key(one));
    let told = |report: &Report| -> Vec<(String, u64)> {
        report.findings.iter().map(|finding| (finding.fingerprint.clone(), finding.incidents)).collect()
    };
    assert_eq!(told(&plain), told(&keyed));
}
