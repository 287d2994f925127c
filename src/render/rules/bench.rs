//! Cost of rules as a table, with warnings below it.

use comfy_table::{Cell, CellAlignment, Table};

use crate::tooling::{Bench, RuleCost};

use crate::render::Style;
use crate::render::page::{BOLD, Page};

/// Returns the cost of rules as text with colour codes.
pub(super) fn render(bench: &Bench, style: &Style) -> String {
    let mut page = Page::new(style);
    let looked = format!(
        "{} records read, {} compared with rules; selecting candidate rules took {}",
        bench.records,
        bench.judged,
        duration(bench.search_ns)
    );
    page.wrapped("", 0, &looked);
    if !bench.rules.is_empty() {
        page.line(&table(bench, style).to_string());
    }
    page.wrapped("", 0, &format!("{} rules were never tried.", bench.idle));
    for warning in &bench.warnings {
        page.line(&format!("{BOLD}warning{BOLD:#}: {warning}"));
    }
    page.out
}

fn table(bench: &Bench, style: &Style) -> Table {
    let mut table = style.bordered();
    table.set_header(["Rule", "Tried", "Share", "Matched", "Won", "Per try", "Total"]);
    for rule in &bench.rules {
        table.add_row(row(rule, bench.judged));
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn row(rule: &RuleCost, judged: u64) -> [Cell; 7] {
    let share = 100.0 * rule.candidates as f64 / judged.max(1) as f64;
    [
        Cell::new(if rule.is_slow { format!("{} (slow)", rule.rule) } else { rule.rule.clone() }),
        Cell::new(rule.candidates),
        Cell::new(format!("{share:.1} %")),
        Cell::new(rule.matches),
        Cell::new(rule.wins),
        Cell::new(duration(rule.time_ns / rule.candidates.max(1))),
        Cell::new(duration(rule.time_ns)),
    ]
}

/// Formats nanoseconds in a suitable unit.
fn duration(ns: u64) -> String {
    match ns {
        0..10_000 => format!("{ns} ns"),
        10_000..10_000_000 => format!("{} µs", ns / 1000),
        10_000_000..10_000_000_000 => format!("{} ms", ns / 1_000_000),
        _ => format!("{} s", ns / 1_000_000_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_is_chosen_that_fits() {
        let shown = [0, 9_999, 10_000, 9_999_999, 10_000_000, 12_000_000_000].map(duration);
        assert_eq!(shown, ["0 ns", "9999 ns", "10 µs", "9999 µs", "10 ms", "12 s"]);
    }
}
