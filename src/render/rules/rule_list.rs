//! The list of rules, as a table.

use comfy_table::{Cell, CellAlignment, ContentArrangement};

use crate::kit::ListedRule;

use crate::render::Style;

const HEAD: [&str; 6] = ["Rule", "Category", "Severity", "Title", "Examples", "File"];
/// The place of the number of examples.
const EXAMPLES: usize = 4;

/// For a person: filled to the style's width, and the number of rules under it.
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

/// In Markdown.
pub(super) fn markdown(rules: &[ListedRule]) -> String {
    let mut out = format!("| {} |\n|---|---|---|---|--:|---|\n", HEAD.join(" | "));
    for rule in rules {
        let cells = row(rule).map(|cell| escaped(&cell));
        out.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    out
}

/// What would be taken for the table's own, or for a tag, as it is.
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
