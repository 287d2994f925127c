//! How a report is shown: one file per output format.
//!
//! To add a format: write its file, and name it in [`Format`] and [`render`].

mod bench;
mod csv;
mod diff;
mod digest;
mod excerpt;
mod html;
mod json;
mod junit;
pub mod live;
mod markdown;
mod ndjson;
mod page;
mod problems;
mod prometheus;
mod rule_list;
mod rule_page;
mod sarif;
mod sparkline;
mod style;
mod table;
mod test;
mod whole_rule;
mod words;

use std::io::{self, Write};

use crate::catalogue::Problem;
use crate::ci_commands::Syntax;
use crate::kit::{Bench, ListedRule, Mutation, ShownRule, TestRun};
use crate::report::{Report, RulePage};

pub use diff::{DiffFormat, render_diff};
pub use problems::ProblemFormat;
pub use style::{Extent, Style};

/// An output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// A ranked table and advice, for a person at a terminal.
    Table,
    /// The whole report as one JSON object.
    Json,
    /// One JSON object a match.
    Ndjson,
    /// Markdown, for an issue or a wiki.
    Markdown,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// A row a finding, for spreadsheets.
    Csv,
    /// Gauges in Prometheus' text format, for node_exporter's textfile collector.
    Prometheus,
    /// JUnit XML, for CI.
    Junit,
    /// One page for a browser, in one file.
    Html,
}

impl Format {
    /// How characters can be escaped in it.
    pub fn syntax(self) -> Syntax {
        match self {
            Self::Json | Self::Ndjson | Self::Sarif => Syntax::Json,
            Self::Junit | Self::Html => Syntax::Markup,
            Self::Table | Self::Markdown | Self::Csv | Self::Prometheus => Syntax::Text,
        }
    }
}

/// Writes a report. The table holds colour codes, which the caller's writer may strip. What a CI system would obey in it is
/// broken by a [`Breaker`](crate::ci_commands::Breaker) around `out`.
///
/// # Errors
/// When `out` cannot be written.
pub fn render(report: &Report, format: Format, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Table => out.write_all(table::render(report, style).as_bytes()),
        Format::Json => json::write(report, out),
        Format::Ndjson => ndjson::write(report, out),
        Format::Markdown => markdown::write(report, style, out),
        Format::Sarif => sarif::write(report, out),
        Format::Csv => csv::write(report, out),
        Format::Prometheus => prometheus::write(report, out),
        Format::Junit => junit::write(report, style.fail_on, out),
        Format::Html => out.write_all(html::render(report, style)?.as_bytes()),
    }
}

/// Writes the pages of rules, as `explain` shows them. They hold colour codes, which the caller's writer may strip.
///
/// # Errors
/// When `out` cannot be written.
pub fn render_rules(pages: &[RulePage], style: &Style, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(rule_page::render(pages, style).as_bytes())
}

/// Writes what rules cost, and the warnings.
///
/// # Errors
/// When `out` cannot be written.
pub fn render_bench(bench: &Bench, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(bench::render(bench, style).as_bytes())
}

/// Writes faults of rule files. For a person they hold colour codes, which the caller's writer may strip.
///
/// # Errors
/// When `out` cannot be written.
pub fn render_problems(problems: &[Problem], format: ProblemFormat, out: &mut dyn Write) -> io::Result<()> {
    problems::write(problems, format, out)
}

/// Writes what became of examples, and of mutants. It holds colour codes, which the caller's writer may strip.
///
/// # Errors
/// When `out` cannot be written.
pub fn render_test(test: &TestRun, mutation: Option<&Mutation>, out: &mut dyn Write) -> io::Result<()> {
    test::write(test, mutation, out)
}

/// Writes the list of rules as a table.
///
/// # Errors
/// When `out` cannot be written.
pub fn render_rule_list(rules: &[ListedRule], style: &Style, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(rule_list::table(rules, style).as_bytes())
}

/// Writes the list of rules as a table in Markdown.
///
/// # Errors
/// When `out` cannot be written.
pub fn render_rule_list_markdown(rules: &[ListedRule], out: &mut dyn Write) -> io::Result<()> {
    out.write_all(rule_list::markdown(rules).as_bytes())
}

/// Writes whole rules, as their author sees them. They hold colour codes, which the caller's writer may strip.
///
/// # Errors
/// When `out` cannot be written.
pub fn render_whole_rules(rules: &[ShownRule<'_>], style: &Style, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(whole_rule::render(rules, style).as_bytes())
}
