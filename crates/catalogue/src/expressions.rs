//! Checks the regular expressions of rule files, each once and in parallel, because this is the slowest part of loading.

use std::collections::{BTreeSet, HashMap};

use rayon::prelude::*;

use crate::pattern::{Pattern, PatternError, states};

use super::atoms::{self, AtomSet};
use super::prefilter::Prefilter;
use super::problem::ProblemCode;
use super::raw_file::RawSignature;
use super::trigram_frequencies::TrigramFrequencies;

/// A fault of a signature: its kind, the message, and the expected form.
pub(super) type Fault = (ProblemCode, String, String);

/// Maximum number of states of all expressions of a layer: a hundred times those of the embedded rules, less than a hundred
/// megabytes.
const MAX_STATES: usize = 2_000_000;

/// Result of the check of each expression.
#[derive(Debug, Default)]
pub(super) struct Expressions(HashMap<String, Result<Expression, Fault>>);

/// Conditions that a text must meet for the expression to match.
#[derive(Debug, Clone, Default)]
pub(super) struct Expression {
    pub atoms: Vec<AtomSet>,
    pub prefilter: Prefilter,
}

impl Expressions {
    /// Checks the expressions of some signatures.
    pub fn of<'s>(
        signatures: impl Iterator<Item = &'s RawSignature>,
        background: &TrigramFrequencies,
    ) -> Self {
        let unique: BTreeSet<&str> = signatures.filter_map(|signature| signature.regex.as_deref()).collect();
        let patterns: Vec<&str> = unique.into_iter().collect();
        let checked: Vec<_> = patterns.par_iter().map(|pattern| check(pattern, background)).collect();
        let mut total = 0;
        let within_bounds = checked.into_iter().map(|checked| {
            let (states, expression) = checked?;
            total += states;
            match total > MAX_STATES {
                true => Err(too_many(total)),
                false => Ok(expression),
            }
        });
        Self(patterns.into_iter().map(str::to_owned).zip(within_bounds).collect())
    }

    /// Returns the result for an expression of these files.
    pub fn of_pattern(&self, pattern: &str) -> Result<Expression, Fault> {
        self.0.get(pattern).cloned().unwrap_or_else(|| Ok(Expression::default()))
    }
}

fn too_many(states: usize) -> Fault {
    (
        ProblemCode::RegexTooLarge,
        format!("the regular expressions are too large in total: {states} states or more"),
        format!(
            "smaller bounds in {{m,n}}, or fewer rules (the limit of {MAX_STATES} states is enough for ten thousand rules)"
        ),
    )
}

/// Checks an expression, and returns the number of its automaton's states and its conditions.
fn check(pattern: &str, background: &TrigramFrequencies) -> Result<(usize, Expression), Fault> {
    let hir = Pattern::parse(pattern).map_err(|error| {
        let (code, expected) = match error {
            PatternError::TooLarge => {
                (ProblemCode::RegexTooLarge, "smaller bounds in {m,n}, or fewer nested repetitions")
            }
            PatternError::Syntax(_) => (
                ProblemCode::BadRegex,
                "a regular expression in the syntax of the regex crate (no look-around, no back-references)",
            ),
        };
        (code, shown(&error.to_string()), expected.to_owned())
    })?;
    if hir.properties().minimum_len() == Some(0) {
        return Err((
            ProblemCode::RegexMatchesEmpty,
            "the regular expression matches the empty string, so it would match every record".to_owned(),
            "an expression that needs at least one character".to_owned(),
        ));
    }
    // A class can have one character as written, and several as matched.
    let (atoms, prefilter) = match Pattern::parse_as_matched(pattern) {
        Ok((matched, "")) => (atoms::of_regex(&matched, background), Prefilter::of(&matched)),
        _ => (atoms::of_regex(&hir, background), Prefilter::default()),
    };
    Ok((states(&hir), Expression { atoms, prefilter }))
}

/// Formats the parser's message, which quotes the expression, with its lines shortened.
fn shown(message: &str) -> String {
    const MAX_LINE: usize = 300;
    let lines = message.trim_end().lines().map(|line| match line.char_indices().nth(MAX_LINE) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n    ")
}
