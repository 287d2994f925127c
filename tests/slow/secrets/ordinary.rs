//! Ordinary text stays readable: lists everything that is masked in the logs of the fixtures and in the examples of the
//! rules.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use clawsift::redact::Redactor;

use super::outputs::ENGINE;

/// Returns each masked place of a text with the words before it.
fn masked(text: &str, redactor: Redactor) -> Vec<String> {
    let clean = redactor.clean(text);
    let places = ["[redacted]", "[email]", "[phone]"].into_iter().flat_map(|mark| clean.match_indices(mark));
    places
        .filter(|(_, mark)| !text.contains(mark))
        .map(|(at, mark)| {
            let before: Vec<char> = clean[..at].chars().rev().take(40).collect();
            format!("{}{mark}", before.into_iter().rev().collect::<String>())
        })
        .collect()
}

#[test]
fn what_is_masked_in_real_logs_is_known() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/logs");
    let mut all = BTreeSet::new();
    for case in fs::read_dir(folder).expect("fixtures").map(|case| case.expect("a case").path()) {
        for file in fs::read_dir(&case).into_iter().flatten().map(|file| file.expect("a file").path()) {
            let text = String::from_utf8_lossy(&fs::read(&file).expect("a text")).into_owned();
            all.extend(text.lines().flat_map(|line| masked(line, Redactor::PERSONAL)));
        }
    }
    assert_eq!(all, BTreeSet::new());
}

#[test]
fn examples_of_rules_stay_as_they_are() {
    let rules = ENGINE.catalogue().rules();
    let examples = rules.iter().flat_map(|rule| rule.examples.iter().chain(&rule.counter_examples));
    let all: Vec<String> = examples.flat_map(|example| masked(example, Redactor::MASKING)).collect();
    assert_eq!(all, Vec::<String>::new());
}

/// Ordinary texts that look like secrets or mention them.
#[test]
fn ordinary_texts_stay_as_they_are() {
    let texts =
        include_str!("ordinary.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let texts: Vec<&str> = texts.collect();
    assert!(texts.len() >= 150, "{}", texts.len());
    let masked: Vec<String> = texts
        .iter()
        .filter(|text| Redactor::MASKING.clean(text) != **text)
        .map(|text| (*text).to_owned())
        .collect();
    assert!(masked.is_empty(), "{masked:#?}");
}
