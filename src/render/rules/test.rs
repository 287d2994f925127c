//! Results of examples and mutants, for a person.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style as Paint};

use crate::redact::Redactor;
use crate::tooling::{Failure, FailureKind, LeaveOneOut, Mutation, RuleMutation, TestRun, WrongAnswer};

use crate::render::page::{BOLD, DIM};

const FAILED: Paint = AnsiColor::Red.on_default().bold();
const MORE: Paint = AnsiColor::Green.on_default();
const LESS: Paint = AnsiColor::Red.on_default();

pub(super) fn write(
    test: &TestRun,
    mutation: Option<&Mutation>,
    left_out: Option<&LeaveOneOut>,
    out: &mut dyn Write,
) -> io::Result<()> {
    for failure in &test.failures {
        write_failure(failure, out)?;
    }
    if test.tried == 0 {
        return writeln!(
            out,
            "{FAILED}nothing was tested{FAILED:#}: {}, without any example or counter-example; add some under \
             `examples:` and `counter_examples:`",
            rules(test.rules)
        );
    }
    let count = |kind| test.failures.iter().filter(|failure| failure.outcome == kind).count();
    writeln!(
        out,
        "{BOLD}{} passed, {} missed, {} noisy, {} stolen, {} tied{BOLD:#} of {} examples of {}",
        test.passed,
        count(FailureKind::Missed),
        count(FailureKind::Noisy),
        count(FailureKind::Stolen),
        count(FailureKind::Tied),
        test.tried,
        rules(test.rules)
    )?;
    mutation.map_or(Ok(()), |mutation| write_mutation(mutation, out))?;
    left_out.map_or(Ok(()), |left_out| write_left_out(left_out, out))
}

fn write_left_out(left_out: &LeaveOneOut, out: &mut dyn Write) -> io::Result<()> {
    let LeaveOneOut { examples, right, likely, unexplained, wrong } = left_out;
    writeln!(out)?;
    for WrongAnswer { rule, instead, example } in wrong {
        writeln!(out, "{FAILED}{rule}{FAILED:#} without it: {instead}")?;
        writeln!(out, "    {}", Redactor::OPEN.clean(example))?;
    }
    let share = |count: usize| 100.0 * count as f64 / (*examples).max(1) as f64;
    writeln!(
        out,
        "{BOLD}each rule left out: {:.1} % of {examples} examples right{BOLD:#} ({:.1} % likely), {:.1} % unexplained, {:.1} % wrong",
        share(*right),
        share(*likely),
        share(*unexplained),
        share(wrong.len())
    )
}

fn rules(count: usize) -> String {
    if count == 1 { "1 rule".to_owned() } else { format!("{count} rules") }
}

fn write_failure(failure: &Failure, out: &mut dyn Write) -> io::Result<()> {
    let other = failure.other.as_deref().unwrap_or_default();
    let what = match failure.outcome {
        FailureKind::Missed => "missed: the rule does not match its example".to_owned(),
        FailureKind::Noisy => "noisy: the rule matches its counter-example".to_owned(),
        FailureKind::Stolen => format!("stolen: {other} wins the example"),
        FailureKind::Tied => {
            format!("tied: {other} matches the example too, and neither rule overrides the other")
        }
    };
    writeln!(out, "{FAILED}{}{FAILED:#} {what} {DIM}({}){DIM:#}", failure.rule, failure.location)?;
    writeln!(out, "    {}", Redactor::OPEN.clean(&failure.example))?;
    for line in &failure.why {
        let paint = if line.starts_with('+') { MORE } else { LESS };
        writeln!(out, "  {paint}{}{paint:#}", Redactor::OPEN.clean(line))?;
    }
    writeln!(out)
}

fn write_mutation(mutation: &Mutation, out: &mut dyn Write) -> io::Result<()> {
    let mut rules: Vec<&RuleMutation> =
        mutation.rules.iter().filter(|rule| !rule.survivors.is_empty()).collect();
    rules.sort_by_key(|rule| std::cmp::Reverse(rule.survivors.len()));
    for rule in rules {
        let noticed = rule.mutants - rule.survivors.len();
        let score = 100 * noticed / rule.mutants.max(1);
        writeln!(
            out,
            "\n{BOLD}{}{BOLD:#} {DIM}({}){DIM:#}: {noticed} of {} changes detected, {score} %; not detected:",
            rule.rule, rule.location, rule.mutants
        )?;
        for survivor in &rule.survivors {
            writeln!(out, "  line {}: {}", survivor.location.line, Redactor::OPEN.clean(&survivor.change))?;
        }
    }
    let mutants: usize = mutation.rules.iter().map(|rule| rule.mutants).sum();
    let survivors: usize = mutation.rules.iter().map(|rule| rule.survivors.len()).sum();
    writeln!(
        out,
        "\n{BOLD}mutation score {:.1} %{BOLD:#}: the examples detect {} of {mutants} changes",
        mutation.score,
        mutants - survivors
    )
}
