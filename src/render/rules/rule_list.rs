//! The list of rules as a table.

use comfy_table::{Cell, CellAlignment, ContentArrangement};

use crate::tooling::ListedRule;

use crate::render::Style;

const HEAD: [&str; 6] = ["Rule", "Category", "Severity", "Title", "Examples", "File"];
/// Column of the number of examples.
const EXAMPLES: usize = 4;

/// Returns the table for a person: wrapped to the style's width, with the number of rules below it.
pub(super) fn table(rules: &[ListedRule], style: &Style) -> String {
    let mut table = style.bordered();
    table.set_header(HEAD);
    if let Ok(width) = u16::try_from(style.width) {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    }
    for rule in rules {
        table.add_row(row(rule).map(Cell::new));
    }
    if let Some(column) = table.column_mut(EXAMPLES) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let count = match rules.len() {
        1 => "1 rule".to_owned(),
        count => format!("{count} rules"),
    };
    format!("{table}\n{count}.\n")
}

/// Returns the table in Markdown.
pub(super) fn markdown(rules: &[ListedRule]) -> String {
    let mut out = format!("| {} |\n|---|---|---|---|--:|---|\n", HEAD.join(" | "));
    for rule in rules {
        let cells = row(rule).map(|cell| escaped(&cell));
        out.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    out
}

/// Escapes characters that would belong to the table or start a tag.
fn escaped(cell: &str) -> String {
    let cell = cell.replace('\\', r"\\").replace('|', r"\|").replace('<', "&lt;");
    cell.replace(['\n', '\r'], " ")
}

fn row(rule: &ListedRule) -> [String; 6] {
    [
        rule.id.clone(),
        rule.category.to_string(),
        rule.severity.to_string(),
        rule.title.clone(),
        rule.examples.to_string(),
        rule.file.clone(),
    ]
}
