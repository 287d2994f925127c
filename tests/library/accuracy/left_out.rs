//! Labelled records whose rule is left out, with those of its family that know the same wordings: how the catalogue does on wordings that
//! no rule was made for.
//!
//! `cargo test --test library accuracy::left_out -- --nocapture` prints the wrong ones.

use std::collections::{BTreeMap, BTreeSet};

use clawsift::catalogue::{Category, Confidence};
use clawsift::record::{Lines, Record};
use clawsift::scan::scan_bytes;
use clawsift::tooling::left_out_with;

use super::{ENGINE, Labelled, fixture, labelled, options};

/// Lowest share of right results, and highest share of wrong ones.
const RIGHT: f64 = 0.75;
const WRONG: f64 = 0.11;

/// Returns the rule and the category of the first record that something explains as a failure.
fn answer(text: &str, left_out: &BTreeSet<usize>) -> Option<(String, Category)> {
    let verdicts = Lines::new(text.as_bytes(), 0).filter_map(|raw| {
        let verdict = ENGINE.classify_without(&Record::parse(&raw), left_out)?;
        let rule = ENGINE.rule(verdict.rule);
        (rule.category != Category::None).then(|| (rule.id.clone(), rule.category))
    });
    verdicts.into_iter().next()
}

#[test]
fn records_without_their_rule_get_their_category() {
    let mut families: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    let (mut count, mut right, mut wrong) = (0, 0, Vec::new());
    for Labelled { id, category, text } in labelled(&fixture("corpus/records.jsonl")) {
        let report = scan_bytes(&ENGINE, "record", text.as_bytes(), &options());
        let certain = report.findings.first().filter(|finding| finding.confidence == Confidence::Certain);
        let Some(rule) = certain.map(|finding| finding.rule.clone()).filter(|_| category != "none") else {
            continue;
        };
        let left_out = families
            .entry(rule.clone())
            .or_insert_with(|| left_out_with(&ENGINE, ENGINE.catalogue().find(&rule).expect("a rule")));
        count += 1;
        match answer(&text, left_out) {
            Some((_, said)) if said.to_string() == category => right += 1,
            Some((instead, _)) => {
                wrong.push(format!("{id}: {category}, without {rule} {instead}: {text:.200}"))
            }
            None => {}
        }
    }
    println!("{}\n{right} of {count} right, {} wrong", wrong.join("\n"), wrong.len());
    assert!(f64::from(right) >= RIGHT * f64::from(count), "{right} of {count} right");
    assert!(wrong.len() as f64 <= WRONG * f64::from(count), "{} of {count} wrong", wrong.len());
}
