//! Markdown output of a comparison, for an issue or a wiki.

use std::fmt::Write as _;

use crate::report::{Comparison, Row};

use super::super::Style;
use super::super::markdown::text;
use super::words::{change, headline, patience, seen, side, status};

pub(super) fn render(comparison: &Comparison, style: &Style) -> String {
    let mut out = format!("## clawsift diff: {}\n\n", headline(comparison));
    let _ = writeln!(out, "- before: {}", text::plain(&side(&comparison.before, style)));
    let _ = writeln!(out, "- after: {}", text::plain(&side(&comparison.after, style)));
    if !comparison.findings.is_empty() {
        out.push_str("\n| change | severity | finding | rule | before | after | status |\n|---|---|---|---|--:|--:|---|\n");
    }
    for row in &comparison.findings {
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} |",
            change(row),
            row.severity,
            text::cell(&row.title),
            text::cell(&row.rule),
            seen(row.before.as_ref(), &comparison.before),
            seen(row.after.as_ref(), &comparison.after),
            status(row),
        );
    }
    for row in &comparison.findings {
        details(&mut out, comparison, row);
    }
    if !comparison.notes.is_empty() {
        out.push('\n');
    }
    for note in &comparison.notes {
        let _ = writeln!(out, "- {}", text::plain(note));
    }
    out
}

fn details(out: &mut String, comparison: &Comparison, row: &Row) {
    let mut items: Vec<String> = Vec::new();
    if !row.came.is_empty() {
        items.push(format!("- new: {}\n", text::plain(&row.came.join(", "))));
    }
    if !row.went.is_empty() {
        items.push(format!("- gone: {}\n", text::plain(&row.went.join(", "))));
    }
    if let Some(patience) = patience(row, &comparison.after) {
        items.push(format!("- {patience}\n"));
    }
    for (index, fix) in row.fixes.iter().enumerate() {
        let mut item = format!("{}. {}\n", index + 1, text::plain(&fix.say));
        if let Some(run) = &fix.run {
            item.push_str(&text::block("sh", run, 3));
        }
        if let Some(config) = &fix.config {
            item.push_str(&text::block("json5", config, 3));
        }
        items.push(item);
    }
    if !items.is_empty() {
        let _ = write!(out, "\n### {}: {}\n\n{}", change(row), text::plain(&row.title), items.concat());
    }
}
