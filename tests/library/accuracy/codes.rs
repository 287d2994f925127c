//! Codes and texts of official tables, as a record of the file log, as a line of the console and alone, and what `explain` says of
//! them.
//!
//! `CLAWSIFT_CODES=FILE cargo test --test library accuracy::codes -- --nocapture` scores another file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::{env, fs};

use clawsift::redact::Redactor;
use clawsift::report::RulePage;
use clawsift::scan::scan_bytes;

use super::{ENGINE, options};
use crate::printed::Printed;

/// Lowest share of right results.
const FLOOR: f64 = 0.98;

/// A code as it is printed. `text` holds spellings between bars, or the subsystem, the level and the message.
#[derive(serde::Deserialize)]
struct Code {
    table: String,
    code: String,
    text: String,
    category: String,
    also: Vec<String>,
}

impl Code {
    /// A number alone says nothing.
    fn printed(&self) -> Vec<Printed<'_>> {
        let parts: Vec<&str> = self.text.split('|').collect();
        if let [subsystem, level @ ("info" | "warn" | "error"), message] = parts[..] {
            return vec![Printed { subsystem: subsystem.trim(), level, message }];
        }
        let is_number = |text: &&str| text.chars().all(|c| c.is_ascii_digit());
        let printed = |message| Printed { subsystem: "agent/embedded", level: "error", message };
        parts.into_iter().filter(|text| !is_number(text)).map(printed).collect()
    }

    fn accepts(&self, category: &str) -> bool {
        self.category == category || self.also.iter().any(|also| also == category)
    }
}

fn codes() -> Vec<Code> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/codes/codes.jsonl");
    let text = fs::read_to_string(env::var_os("CLAWSIFT_CODES").map_or(own, Into::into)).expect("codes");
    text.lines().map(|line| serde_json::from_str(line).expect("a code")).collect()
}

fn category(log: &str) -> String {
    let report = scan_bytes(&ENGINE, "log", log.as_bytes(), &options());
    report.findings.first().map_or("none".to_owned(), |finding| finding.category.to_string())
}

#[test]
fn codes_get_their_category_in_each_form() {
    let codes = codes();
    let mut tables: BTreeMap<&str, [u32; 4]> = BTreeMap::new();
    let (mut wrong, mut all) = ([0; 3], 0);
    for code in &codes {
        for printed in code.printed() {
            let row = tables.entry(&code.table).or_default();
            row[3] += 1;
            all += 1;
            let forms = [printed.file_log(), printed.console(), printed.message.to_owned()];
            for (form, log) in forms.iter().enumerate() {
                let found = category(log);
                if code.accepts(&found) {
                    row[form] += 1;
                } else {
                    wrong[form] += 1;
                    println!("{} {}: {found}, not {}: {log}", code.table, code.code, code.category);
                }
            }
        }
    }
    println!("{:24}{:>6}{:>9}{:>7}{:>6}", "table", "file", "console", "alone", "of");
    for (table, [file, console, alone, all]) in &tables {
        println!("{table:24}{file:>6}{console:>9}{alone:>7}{all:>6}");
    }
    let allowed = (1.0 - FLOOR) * f64::from(all);
    assert!(wrong.iter().all(|wrong| f64::from(*wrong) <= allowed), "{wrong:?} of {all} wrong");
}

#[test]
fn codes_are_explained() {
    let codes = codes();
    let wanted: BTreeSet<&str> = codes.iter().filter_map(|code| code.code.split(' ').next()).collect();
    let wanted: Vec<&str> = wanted.into_iter().filter(|code| !code.is_empty()).collect();
    let is_told = |code: &&&str| {
        let pages = RulePage::explain(&ENGINE, Redactor::MASKING, code).unwrap_or_default();
        pages.iter().flat_map(|page| &page.meanings).any(|meaning| meaning.code.eq_ignore_ascii_case(code))
    };
    let missing: Vec<&&str> = wanted.iter().filter(|code| !is_told(code)).collect();
    let most = (1.0 - FLOOR) * wanted.len() as f64;
    assert!(missing.len() as f64 <= most, "{missing:?} of {} are not explained", wanted.len());
}
