//! Labelled records: compares the catalogue's verdict with each label, and with OpenClaw's own classifier.
//!
//! `CLAWSIFT_CORPUS=FILE cargo test --test library accuracy::corpus -- --nocapture` scores another file of records.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use clawsift::catalogue::Confidence;
use clawsift::scan::scan_bytes;

use super::{ENGINE, fixture, labelled, options};

/// Returns the category and the rule of the first finding, as a user would see it, and whether it is only likely; `none` if there is
/// no finding.
fn verdict(text: &str) -> (String, String, bool) {
    let report = scan_bytes(&ENGINE, "record", text.as_bytes(), &options());
    match report.findings.first() {
        Some(finding) => {
            let is_likely = finding.confidence == Confidence::Likely;
            (finding.category.to_string(), finding.rule.clone(), is_likely)
        }
        None => ("none".to_owned(), "no finding".to_owned(), false),
    }
}

/// Per category: how often it was found correctly, by a likely finding among them, and how often it was said.
#[derive(Default)]
struct Score {
    labelled: u32,
    found: u32,
    right: u32,
    likely: u32,
}

fn table(scores: &BTreeMap<String, Score>) -> String {
    let mut table = format!(
        "{:<18}{:>9}{:>7}{:>8}{:>11}{:>8}\n",
        "category", "labelled", "right", "likely", "precision", "recall"
    );
    let percent = |part: u32, whole: u32| match whole {
        0 => "-".to_owned(),
        _ => format!("{:.1}", 100.0 * f64::from(part) / f64::from(whole)),
    };
    for (name, score) in scores {
        let (precision, recall) = (percent(score.right, score.found), percent(score.right, score.labelled));
        let Score { labelled, right, likely, .. } = score;
        writeln!(table, "{name:<18}{labelled:>9}{right:>7}{likely:>8}{precision:>11}{recall:>8}")
            .expect("a string");
    }
    table
}

/// Scores a file of labelled records and prints the table. Fails below a share of `floor` correct verdicts, and on any
/// false alarm.
fn score(text: &str, floor: f64) {
    let (mut scores, mut wrong, mut false_alarms) = (BTreeMap::<String, Score>::new(), Vec::new(), 0);
    for record in labelled(text) {
        let (category, rule, is_likely) = verdict(&record.text);
        let is_right = category == record.category;
        scores.entry(category.clone()).or_default().found += 1;
        let score = scores.entry(record.category.clone()).or_default();
        score.labelled += 1;
        score.right += u32::from(is_right);
        score.likely += u32::from(is_right && is_likely);
        if !is_right {
            false_alarms += u32::from(record.category == "none");
            let excerpt: String = record.text.chars().take(300).collect();
            wrong.push(format!("{}: {category} said, by {rule}\n    {excerpt}", record.id));
        }
    }
    let count = text.lines().count();
    println!("{}{} of {count} right\n{}", table(&scores), count - wrong.len(), wrong.join("\n"));
    if floor > 0.0 {
        assert_eq!(false_alarms, 0, "false alarms");
        assert!(wrong.len() as f64 <= (1.0 - floor) * count as f64, "{} of {count} wrong", wrong.len());
    }
}

/// Records in the formats and wordings of real ones.
#[test]
fn labelled_records_get_their_category() {
    match std::env::var_os("CLAWSIFT_CORPUS") {
        Some(path) => score(&fs::read_to_string(path).expect("a corpus"), 0.0),
        None => score(&fixture("corpus/records.jsonl"), 0.99),
    }
}

/// The same failures in other wordings: of other providers, other library versions, other envelopes.
#[test]
fn other_wordings_get_their_category() {
    score(&fixture("corpus/variants.jsonl"), 0.99);
}

/// Returns the categories for a reason of OpenClaw's. If one reason covers several categories, each of them counts as
/// agreement.
fn meaning(reason: &str) -> &'static [&'static str] {
    match reason {
        "auth" => &["auth", "permission", "proxy"],
        "auth_permanent" => &["auth", "permission"],
        "billing" => &["billing"],
        "rate_limit" => &["rate_limit", "billing"],
        "overloaded" => &["overloaded"],
        "server_error" => &["server_error", "overloaded"],
        "timeout" => &[
            "connection",
            "dns",
            "connect_timeout",
            "request_timeout",
            "overloaded",
            "server_error",
            "tls",
            "local_model",
            "proxy",
        ],
        "tls_certificate" => &["tls"],
        "context_overflow" => &["context_overflow"],
        "format" => &["bad_request"],
        "model_not_found" => &["model_not_found"],
        "session_expired" => &["session"],
        "empty_response" | "no_error_details" => &["server_error"],
        "null" => &["none"],
        other => panic!("an unknown reason: {other}"),
    }
}

/// The test texts of OpenClaw's own classifier, in the form of a failed run. `disagreements.tsv` must list exactly the
/// differences, and which side is right.
#[test]
fn openclaws_own_classifier_agrees() {
    let mut differences = Vec::new();
    let rows = fixture("corpus/classifier.tsv");
    let rows: Vec<(&str, &str)> = rows.lines().skip(1).filter_map(|line| line.split_once('\t')).collect();
    for (reason, text) in &rows {
        let (category, ..) = verdict(&text.replace("\\n", "\n"));
        if !meaning(reason).contains(&category.as_str()) {
            differences.push(format!("{reason}\t{category}\t{text}"));
        }
    }
    let listed = fixture("corpus/disagreements.tsv");
    let listed: Vec<Vec<&str>> = listed.lines().skip(1).map(|line| line.splitn(3, '\t').collect()).collect();
    let known: Vec<&str> = listed.iter().map(|row| row[2]).collect();
    let new: Vec<&String> = differences.iter().filter(|d| !known.contains(&d.as_str())).collect();
    let gone: Vec<&&str> = known.iter().filter(|k| !differences.iter().any(|d| d == *k)).collect();
    assert!(new.is_empty() && gone.is_empty(), "new: {new:#?}\ngone: {gone:#?}");

    let wrong = listed.iter().filter(|row| row[0] == "OpenClaw").count();
    println!(
        "{} of {} agree, {} differ; OpenClaw is right in {wrong}",
        rows.len() - differences.len(),
        rows.len(),
        differences.len()
    );
    assert!(wrong as f64 <= 0.02 * rows.len() as f64, "OpenClaw is right {wrong} times where we are not");
}
