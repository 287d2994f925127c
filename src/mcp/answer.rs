//! Answers for agents: structured JSON, and a short text to read.

use std::fmt::Display;

use jiff::tz::TimeZone;
use rmcp::model::{CallToolResult, ContentBlock};
use serde_json::{Value, json};

use crate::redact::Redactor;
use crate::render::live::change_line;
use crate::report::{Report, RulePage};
use crate::watch::{Change, ChangeKind, Stage};

use super::background_watch::Standing;

/// Maximum number of findings named in the text.
const NAMED: usize = 10;

/// Maximum length of a refusal, in characters. A refusal repeats the request, which may have any length.
const MAX_REFUSAL: usize = 8000;

/// Returns an error result. Secrets are masked, because the request or the name of a file may contain one.
pub(super) fn refusal(why: &impl Display) -> CallToolResult {
    let why = Redactor::MASKING.excerpt(&why.to_string(), MAX_REFUSAL);
    CallToolResult::error(vec![ContentBlock::text(why)])
}

/// Returns a report, reduced to `budget` tokens.
pub(super) fn scanned(mut report: Report, budget: usize, zone: &TimeZone) -> CallToolResult {
    let text = summary(&report, zone);
    report.fit(budget);
    answer(text, json!({ "report": value(&report) }))
}

/// Returns the state of a followed log, reduced to `budget` tokens.
pub(super) fn watched(standing: Standing, budget: usize, zone: &TimeZone) -> CallToolResult {
    let Standing { name, stage, mut report, changes } = standing;
    let name = Redactor::MASKING.clean(&name);
    let stage = match stage {
        Stage::Waiting => "waiting",
        Stage::CatchingUp => "catching_up",
        Stage::Following => "following",
        Stage::Ended => "ended",
    };
    let mut text = format!("{name}: {stage}\n");
    text.push_str(&match changes.is_empty() {
        true => "nothing has changed since the last call\n".to_owned(),
        false => format!("changed since the last call:\n{}", lines(&changes, zone)),
    });
    text.push_str(&summary(&report, zone));
    report.fit(budget);
    let changed: Vec<Value> = changes
        .iter()
        .map(|change| {
            let finding = &change.finding;
            json!({
                "change": change.kind,
                "rule": finding.rule,
                "severity": finding.severity,
                "status": finding.status,
                "incidents": finding.incidents,
            })
        })
        .collect();
    answer(text, json!({ "log": name, "stage": stage, "changes": changed, "report": value(&report) }))
}

/// Returns the pages of rules.
pub(super) fn explained(pages: &[RulePage]) -> CallToolResult {
    let texts: Vec<String> = pages
        .iter()
        .map(|page| {
            let causes = page.causes.iter().map(|cause| format!("- {cause}\n")).collect::<String>();
            let fix = |fix: &crate::report::FilledFix| {
                let run = fix.run.as_ref().map_or(String::new(), |run| format!("\n   $ {run}"));
                format!("{}{run}", fix.say)
            };
            let fixes = page.fixes.iter().enumerate();
            let fixes = fixes.map(|(at, it)| format!("{}. {}\n", at + 1, fix(it))).collect::<String>();
            format!(
                "{} ({}, {})\nWhy it happens:\n{causes}How to fix it:\n{fixes}",
                page.title, page.rule, page.severity
            )
        })
        .collect();
    answer(texts.join("\n"), json!({ "pages": value(&pages) }))
}

fn answer(text: String, structured: Value) -> CallToolResult {
    let mut result = CallToolResult::success(vec![ContentBlock::text(text)]);
    result.structured_content = Some(structured);
    result
}

fn value(what: &impl serde::Serialize) -> Value {
    // Strings, numbers and lists only, so serialization cannot fail.
    serde_json::to_value(what).unwrap_or_default()
}

/// Returns a summary of the findings in a few lines.
fn summary(report: &Report, zone: &TimeZone) -> String {
    let totals = &report.totals;
    let mut text = format!("{} incidents in {} records", totals.incidents, totals.records);
    text.push_str(if report.findings.is_empty() { ": no known failure\n" } else { "\n" });
    let known =
        |finding: &crate::report::Finding| Change { kind: ChangeKind::Known, finding: finding.clone() };
    let named: Vec<Change> = report.findings.iter().take(NAMED).map(known).collect();
    text.push_str(&lines(&named, zone));
    if let Some(others @ 1..) = report.findings.len().checked_sub(NAMED) {
        text.push_str(&format!("and {others} more findings\n"));
    }
    if totals.unclassified > 0 {
        text.push_str(&format!("{} unexplained warnings and errors\n", totals.unclassified));
    }
    for source in &report.sources {
        source.problems.iter().for_each(|problem| text.push_str(&format!("{}: {problem}\n", source.name)));
    }
    text
}

fn lines(changes: &[Change], zone: &TimeZone) -> String {
    let line = |change: &Change| anstream::adapter::strip_str(&change_line(change, zone)).to_string() + "\n";
    changes.iter().map(line).collect()
}
