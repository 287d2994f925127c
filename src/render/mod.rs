//! Output of reports: one file per output format.
//!
//! To add a format, write its file and name it in [`Format`] and [`render`].

#[cfg(feature = "csv")]
mod csv;
#[cfg(feature = "cli")]
mod diff;
mod digest;
#[cfg(any(feature = "cli", feature = "tui"))]
mod excerpt;
#[cfg(feature = "html")]
mod html;
mod json;
#[cfg(feature = "cli")]
mod junit;
pub mod live;
mod markdown;
mod ndjson;
#[cfg(feature = "cli")]
mod page;
mod prometheus;
#[cfg(feature = "cli")]
mod rule_page;
#[cfg(all(feature = "cli", feature = "rule-tools"))]
mod rules;
mod sarif;
#[cfg(any(feature = "cli", feature = "html", feature = "tui"))]
#[cfg_attr(not(any(feature = "cli", feature = "tui")), allow(dead_code))] // HTML draws its own.
mod sparkline;
mod style;
#[cfg(feature = "cli")]
mod table;
// Not every format uses all of these.
#[cfg_attr(not(all(feature = "cli", feature = "html", feature = "tui")), allow(dead_code))]
mod words;

use std::io::{self, Write};

use crate::ci_commands::Syntax;
use crate::report::Report;

#[cfg(feature = "cli")]
pub use diff::{DiffFormat, render_diff};
#[cfg(feature = "cli")]
pub use rule_page::render_rules;
#[cfg(all(feature = "cli", feature = "rule-tools"))]
pub use rules::{
    ProblemFormat, render_bench, render_problems, render_rule_list, render_rule_list_markdown, render_test,
    render_whole_rules,
};
pub use style::{Extent, Style};

/// An output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[non_exhaustive]
pub enum Format {
    /// Ranked table with causes and fixes, for a terminal.
    #[cfg(feature = "cli")]
    Table,
    /// Whole report as one JSON object.
    Json,
    /// One JSON object per match.
    Ndjson,
    /// Markdown, for an issue or a wiki.
    Markdown,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// One row per finding, for spreadsheets.
    #[cfg(feature = "csv")]
    Csv,
    /// Prometheus text format, for the textfile collector of node_exporter.
    Prometheus,
    /// JUnit XML, for CI.
    #[cfg(feature = "cli")]
    Junit,
    /// One self-contained page for a browser.
    #[cfg(feature = "html")]
    Html,
}

impl Format {
    /// Returns how characters can be escaped in this format.
    pub fn syntax(self) -> Syntax {
        match self {
            Self::Json | Self::Ndjson | Self::Sarif => Syntax::Json,
            #[cfg(feature = "cli")]
            Self::Junit => Syntax::Markup,
            #[cfg(feature = "html")]
            Self::Html => Syntax::Markup,
            Self::Markdown | Self::Prometheus => Syntax::Text,
            #[cfg(feature = "csv")]
            Self::Csv => Syntax::Text,
            #[cfg(feature = "cli")]
            Self::Table => Syntax::Text,
        }
    }
}

/// Writes a report. The table contains colour codes, which the caller's writer may strip. Put a
/// [`Breaker`](crate::ci_commands::Breaker) around `out` to neutralize text that a CI system would execute as a
/// command.
///
/// # Errors
/// Fails if writing to `out` fails.
pub fn render(report: &Report, format: Format, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    match format {
        #[cfg(feature = "cli")]
        Format::Table => out.write_all(table::render(report, style).as_bytes()),
        Format::Json => json::write(report, out),
        Format::Ndjson => ndjson::write(report, out),
        Format::Markdown => markdown::write(report, style, out),
        Format::Sarif => sarif::write(report, out),
        #[cfg(feature = "csv")]
        Format::Csv => csv::write(report, out),
        Format::Prometheus => prometheus::write(report, out),
        #[cfg(feature = "cli")]
        Format::Junit => junit::write(report, style.fail_on, out),
        #[cfg(feature = "html")]
        Format::Html => out.write_all(html::render(report, style)?.as_bytes()),
    }
}
