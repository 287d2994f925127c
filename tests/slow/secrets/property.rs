//! Property test with random secrets; `PROPTEST_CASES` sets the number of cases.

use clawsift::redact::Redactor;
use proptest::prelude::*;

use super::kinds::{self, secret};
use super::outputs::{leak, outputs, report};
use super::writings::{self, Writing};

fn check(kind: usize, writing: Writing, seed: u64) -> Result<(), String> {
    let secret = secret(kind, seed);
    let Some(log) = writing.log(&secret) else { return Ok(()) };
    for (name, text) in outputs(&log) {
        if let Some(piece) = leak(&text, &secret) {
            let at = text.find(&piece).unwrap_or(0);
            let around: String = text[at..].chars().take(60).collect();
            return Err(format!(
                "{} as {writing:?} in {name}: {piece} of {} ...{around}",
                secret.kind, secret.text
            ));
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(16), ..ProptestConfig::default() })]

    #[test]
    fn no_secret_survives_in_any_format(kind in 0..*kinds::COUNT, writing in 0..writings::ALL.len(), seed: u64) {
        if let Err(leak) = check(kind, writings::ALL[writing], seed) {
            prop_assert!(false, "{leak}");
        }
    }
}

/// Each writing with some kinds defined by hand, and each kind of the table in some writing.
#[test]
fn each_kind_and_each_writing_is_tried() {
    let count = (*kinds::COUNT).max(writings::ALL.len());
    let leaks: Vec<String> = (0..count)
        .filter_map(|at| {
            let seed = 0x9e37_79b9_7f4a_7c15 + at as u64;
            masked_in_text(at, writings::ALL[at % writings::ALL.len()], seed).err()
        })
        .collect();
    assert!(leaks.is_empty(), "{}: {leaks:#?}", leaks.len());
}

/// Returns an error if the text of a record, from which every output is made, contains a part of the secret.
fn masked_in_text(kind: usize, writing: Writing, seed: u64) -> Result<(), String> {
    let secret = secret(kind, seed);
    let Some(log) = writing.log(&secret) else { return Ok(()) };
    let text = Redactor::MASKING.clean_lines(&log.text);
    match leak(&text, &secret) {
        Some(piece) => Err(format!("{} as {writing:?}: {piece} of {} in {text}", secret.kind, secret.text)),
        None => Ok(()),
    }
}

/// Each kind defined by hand, in each writing.
#[test]
fn common_kinds_are_masked_in_each_writing() {
    let leaks: Vec<String> = (0..kinds::COMMON)
        .flat_map(|kind| writings::ALL.iter().map(move |writing| (kind, *writing)))
        .filter_map(|(kind, writing)| masked_in_text(kind, writing, 0x1234_5678 + kind as u64).err())
        .collect();
    assert!(leaks.is_empty(), "{}: {leaks:#?}", leaks.len());
}

/// The check finds secrets that are shown: it does not pass merely because it finds nothing.
#[test]
fn without_masking_the_secret_is_there() {
    for writing in [
        Writing::Plain,
        Writing::FileLog,
        Writing::LogsJson,
        Writing::Transcript,
        Writing::Nested(1),
        Writing::Run,
    ] {
        let secret = secret(0, 7);
        let log = writing.log(&secret).expect("a log");
        let open = report(&log, clawsift::redact::Redactor::OPEN);
        let shown = super::outputs::reports(&open)
            .into_iter()
            .filter(|(_, text)| leak(text, &secret).is_some())
            .count();
        assert!(shown >= 1, "{writing:?}");
        // And what was masked was shown as masked.
        let masked = super::outputs::reports(&report(&log, clawsift::redact::Redactor::MASKING));
        assert!(masked.iter().any(|(_, text)| text.contains("[redacted]")), "{writing:?}");
    }
}
