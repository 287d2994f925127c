//! Output of a comparison of two reports: one file per format.

mod markdown;
mod table;
mod words;

use std::io::{self, Write};

use crate::ci_commands::Syntax;
use crate::report::Comparison;

use super::Style;

/// Output format of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum DiffFormat {
    /// Table with fixes, for a terminal
    Table,
    /// Whole comparison as one JSON object
    Json,
    /// Markdown, for an issue or a wiki
    Markdown,
}

impl DiffFormat {
    /// Returns how characters can be escaped in this format.
    pub fn syntax(self) -> Syntax {
        match self {
            Self::Table | Self::Markdown => Syntax::Text,
            Self::Json => Syntax::Json,
        }
    }
}

/// Writes a comparison. The table contains colour codes, which the caller's writer may strip.
///
/// # Errors
/// Fails if writing to `out` fails.
pub fn render_diff(
    comparison: &Comparison,
    format: DiffFormat,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        DiffFormat::Table => out.write_all(table::render(comparison, style).as_bytes()),
        DiffFormat::Markdown => out.write_all(markdown::render(comparison, style).as_bytes()),
        DiffFormat::Json => {
            serde_json::to_writer_pretty(&mut *out, comparison)?;
            writeln!(out)
        }
    }
}
