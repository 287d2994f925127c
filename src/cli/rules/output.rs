//! What the rule author's tools write to standard output.

use std::io::{self, IsTerminal};

use anstream::ColorChoice;
use jiff::tz::TimeZone;

use crate::catalogue::Problem;
use crate::ci_commands::Syntax;
use crate::cli::error::CliError;
use crate::cli::options::ColorWhen;
use crate::cli::output::{choice, style, terminal_width, to_standard_output};
use crate::render::{self, ProblemFormat};
use crate::tooling::{Bench, LeaveOneOut, ListedRule, Mutation, ShownRule, TestRun};

pub(super) use crate::cli::output::{write_json, write_line};

/// Writes what rules cost to standard output.
pub(super) fn write_bench(bench: &Bench) -> Result<(), CliError> {
    let style = style(terminal_width(), &TimeZone::UTC);
    to_standard_output(ColorChoice::Auto, Syntax::Text, |out| render::render_bench(bench, &style, out))
}

/// Writes faults of rule files to standard output.
pub(super) fn write_problems(
    problems: &[Problem],
    format: ProblemFormat,
    color: ColorWhen,
) -> Result<(), CliError> {
    to_standard_output(choice(color), format.syntax(), |out| render::render_problems(problems, format, out))
}

/// Writes what became of examples, and of mutants, to standard output.
pub(super) fn write_test(
    test: &TestRun,
    mutation: Option<&Mutation>,
    left_out: Option<&LeaveOneOut>,
    color: ColorWhen,
) -> Result<(), CliError> {
    to_standard_output(choice(color), Syntax::Text, |out| render::render_test(test, mutation, left_out, out))
}

/// Writes the list of rules to standard output: on a terminal in its width, else a rule a line, to be searched.
pub(super) fn write_rule_list(rules: &[ListedRule]) -> Result<(), CliError> {
    let width = if io::stdout().is_terminal() { terminal_width() } else { usize::MAX };
    let style = style(width, &TimeZone::UTC);
    to_standard_output(ColorChoice::Auto, Syntax::Text, |out| render::render_rule_list(rules, &style, out))
}

/// Writes the list of rules to standard output as a table in Markdown.
pub(super) fn write_rule_list_markdown(rules: &[ListedRule]) -> Result<(), CliError> {
    to_standard_output(ColorChoice::Auto, Syntax::Text, |out| render::render_rule_list_markdown(rules, out))
}

/// Writes whole rules to standard output.
pub(super) fn write_whole_rules(rules: &[ShownRule<'_>], color: ColorWhen) -> Result<(), CliError> {
    let style = style(terminal_width(), &TimeZone::UTC);
    to_standard_output(choice(color), Syntax::Text, |out| render::render_whole_rules(rules, &style, out))
}
