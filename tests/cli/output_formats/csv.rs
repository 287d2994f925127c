//! `--format csv`, parsed with a CSV reader, like in a spreadsheet.

use super::{HOSTILE, LOG, hostile, json, snapshot, written};

fn rows(text: &str) -> Vec<csv::StringRecord> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.records().map(|row| row.expect("a row as long as the head")).collect()
}

#[test]
fn a_row_a_finding() {
    snapshot("csv", &written(&["--format", "csv", LOG]));
}

#[test]
fn what_is_read_back_is_the_report_and_no_formula() {
    let text = hostile("csv");
    let report = json(&[&HOSTILE[..], &["--format", "json"]].concat());
    let findings = report["findings"].as_array().expect("findings");
    let rows = rows(&text);
    assert_eq!(rows.len(), findings.len());
    let head = csv::Reader::from_reader(text.as_bytes()).headers().expect("a head").clone();
    let column = |name: &str| head.iter().position(|head| head == name).expect("a column");
    for (row, finding) in rows.iter().zip(findings) {
        assert_eq!(row[column("rule")], finding["rule"]);
        assert_eq!(row[column("fingerprint")], finding["fingerprint"]);
        assert_eq!(row[column("text")], finding["samples"][0]["text"]);
        assert_eq!(row[column("incidents")], finding["incidents"].to_string());
        let formulas: Vec<&str> = row
            .iter()
            .filter(|value| value.trim_start().starts_with(['=', '+', '-', '@', '\t', '\r']))
            .collect();
        assert!(formulas.is_empty(), "{formulas:?}");
    }
    let calls = rows.iter().filter(|row| row[column("fix")].contains("HYPERLINK")).count();
    assert_eq!(calls, 1, "the formulas are there as texts");
}

#[test]
fn lines_end_as_the_standard_says_and_an_empty_report_has_a_head() {
    let text = written(&["--format", "csv", "fixtures/logs/ok-anthropic/file.log"]);
    assert!(text.starts_with("rank,severity,") && text.ends_with("\r\n"));
    assert_eq!(text.lines().count(), 1);
}
