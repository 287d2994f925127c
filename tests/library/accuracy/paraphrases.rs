//! Failures in words that no rule knows, and harmless lines in similar words: the concept step. Tuned on even numbers only, so odd ones
//! tell how it does on wordings that nobody has seen.
//!
//! `cargo test --test library accuracy::paraphrases -- --nocapture` prints a row per category and confidence.

use std::collections::BTreeMap;

use clawsift::catalogue::Confidence;
use clawsift::scan::scan_bytes;

use super::{ENGINE, Labelled, fixture, labelled, options};

/// Lowest share of right results in each half.
const FLOOR: f64 = 0.85;

#[derive(Default)]
struct Score {
    labelled: u32,
    certain: u32,
    likely: u32,
    wrong: Vec<String>,
}

impl Score {
    fn right(&self) -> u32 {
        self.certain + self.likely
    }
}

#[test]
fn paraphrases_get_their_category() {
    let mut halves: [BTreeMap<String, Score>; 2] = Default::default();
    let mut alarms = Vec::new();
    for Labelled { id, category, text } in labelled(&fixture("concepts/paraphrases.jsonl")) {
        let report = scan_bytes(&ENGINE, "record", text.as_bytes(), &options());
        let found = report.findings.first();
        let said = found.map_or("none".to_owned(), |finding| finding.category.to_string());
        let number: usize = id.trim_start_matches(|c: char| !c.is_ascii_digit()).parse().expect("a number");
        let score = halves[number % 2].entry(category.clone()).or_default();
        score.labelled += 1;
        match found.map(|finding| finding.confidence) {
            _ if said != category => {
                score.wrong.push(format!("{id}: {said}"));
                alarms.extend((category == "none").then_some(format!("{id}: {said}: {text}")));
            }
            Some(Confidence::Likely) => score.likely += 1,
            _ => score.certain += 1,
        }
    }
    for (name, half) in ["even", "odd"].iter().zip(&halves) {
        println!("{name} numbers\n{:<18}{:>9}{:>9}{:>8}  wrong", "category", "labelled", "certain", "likely");
        for (category, score) in half {
            let (labelled, wrong) = (score.labelled, score.wrong.join(", "));
            println!("{category:<18}{labelled:>9}{:>9}{:>8}  {wrong}", score.certain, score.likely);
        }
        let labelled: u32 = half.values().map(|score| score.labelled).sum();
        let right: u32 = half.values().map(Score::right).sum();
        println!("{right} of {labelled} right");
        assert!(f64::from(right) >= FLOOR * f64::from(labelled), "{name}: {right} of {labelled}");
    }
    assert!(alarms.len() <= 1, "false alarms: {alarms:#?}");
}
