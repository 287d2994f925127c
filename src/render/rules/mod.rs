//! Output of the rule author's tools.

mod bench;
mod problems;
mod rule_list;
mod test;
mod whole_rule;

use std::io::{self, Write};

use crate::catalogue::Problem;
use crate::tooling::{Bench, LeaveOneOut, ListedRule, Mutation, ShownRule, TestRun};

use super::Style;

pub use problems::ProblemFormat;

/// Writes the cost of rules, and the warnings.
///
/// # Errors
/// Fails if writing to `out` fails.
pub fn render_bench(bench: &Bench, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(bench::render(bench, style).as_bytes())
}

/// Writes problems of rule files. The format for people contains colour codes, which the caller's writer may strip.
///
/// # Errors
/// Fails if writing to `out` fails.
pub fn render_problems(problems: &[Problem], format: ProblemFormat, out: &mut dyn Write) -> io::Result<()> {
    problems::write(problems, format, out)
}

/// Writes the results of examples and of mutants. They contain colour codes, which the caller's writer may strip.
///
/// # Errors
/// Fails if writing to `out` fails.
pub fn render_test(
    test: &TestRun,
    mutation: Option<&Mutation>,
    left_out: Option<&LeaveOneOut>,
    out: &mut dyn Write,
) -> io::Result<()> {
    test::write(test, mutation, left_out, out)
}

/// Writes the list of rules as a table.
///
/// # Errors
/// Fails if writing to `out` fails.
pub fn render_rule_list(rules: &[ListedRule], style: &Style, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(rule_list::table(rules, style).as_bytes())
}

/// Writes the list of rules as a Markdown table.
///
/// # Errors
/// Fails if writing to `out` fails.
pub fn render_rule_list_markdown(rules: &[ListedRule], out: &mut dyn Write) -> io::Result<()> {
    out.write_all(rule_list::markdown(rules).as_bytes())
}

/// Writes whole rules for their author. They contain colour codes, which the caller's writer may strip.
///
/// # Errors
/// Fails if writing to `out` fails.
pub fn render_whole_rules(rules: &[ShownRule<'_>], style: &Style, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(whole_rule::render(rules, style).as_bytes())
}
