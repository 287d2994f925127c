//! Table output of a comparison, for a person at a terminal.

use comfy_table::{Cell, CellAlignment, Color, ContentArrangement};

use crate::report::{Change, Comparison, Outcome, Row};

use super::super::Style;
use super::super::page::{Advice, BOLD, MAX_TEXT_WIDTH, Page};
use super::super::words::count;
use super::words::{change, headline, patience, seen, side, status};

/// Maximum number of findings with details below the table.
const DETAILS: usize = 5;

/// Returns the comparison as text with colour codes.
pub(super) fn render(comparison: &Comparison, style: &Style) -> String {
    let mut page = Page::new(style);
    page.line(&format!("{BOLD}{}{BOLD:#}", headline(comparison)));
    page.wrapped("  before  ", 10, &side(&comparison.before, style));
    page.wrapped("  after   ", 10, &side(&comparison.after, style));
    if !comparison.findings.is_empty() {
        page.line(&table(comparison, style));
    }
    let mut told = comparison.findings.iter().filter(|row| has_details(row));
    told.by_ref().take(DETAILS).for_each(|row| details(&mut page, comparison, row));
    if let others @ 1.. = told.count() {
        page.line("");
        page.wrapped(
            "",
            0,
            &format!("{} with details; --format json lists all", count(others as u64, "more finding")),
        );
    }
    if !comparison.notes.is_empty() {
        page.line("");
        page.line(&format!("{BOLD}Notes{BOLD:#}"));
        for note in &comparison.notes {
            page.wrapped(" - ", 3, note);
        }
    }
    if comparison.outcome == Outcome::Worse {
        page.line("");
        page.wrapped("", 0, "Exit status 1: something is new or worse.");
    }
    page.out
}

fn table(comparison: &Comparison, style: &Style) -> String {
    let mut table = style.bordered();
    table
        .enforce_styling()
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(u16::try_from(style.width.min(MAX_TEXT_WIDTH + 30)).unwrap_or(80))
        .set_header(["Change", "Severity", "Finding", "Before", "After", "Status"]);
    for row in &comparison.findings {
        table.add_row([
            Cell::new(change(row)).fg(color(row.change)),
            Cell::new(row.severity),
            Cell::new(&row.title),
            Cell::new(seen(row.before.as_ref(), &comparison.before)).set_alignment(CellAlignment::Right),
            Cell::new(seen(row.after.as_ref(), &comparison.after)).set_alignment(CellAlignment::Right),
            Cell::new(status(row)),
        ]);
    }
    table.to_string()
}

/// Returns true if a row has details that do not fit into the table.
fn has_details(row: &Row) -> bool {
    let texts = [row.came.is_empty(), row.went.is_empty(), row.fixes.is_empty()];
    texts.contains(&false) || row.sure_after_hours.is_some()
}

fn details(page: &mut Page<'_>, comparison: &Comparison, row: &Row) {
    page.line("");
    page.title(None, &format!("{}: {}", change(row), row.title));
    page.detail("rule", &format!("{} ({}, {})", row.rule, row.category, row.severity));
    if !row.came.is_empty() {
        page.detail("new", &row.came.join(", "));
    }
    if !row.went.is_empty() {
        page.detail("gone", &row.went.join(", "));
    }
    if let Some(patience) = patience(row, &comparison.after) {
        page.detail("certainty", &patience);
    }
    page.advice(&Advice { causes: &[], fixes: &row.fixes, limits: None, references: &[] });
}

fn color(change: Change) -> Color {
    match change {
        Change::New | Change::Worse => Color::Red,
        Change::Unchanged => Color::Reset,
        Change::Better | Change::Stopped => Color::Green,
    }
}
