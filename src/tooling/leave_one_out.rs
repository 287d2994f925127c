//! `rules test --leave-one-out`: what would explain the examples of each rule if the rule did not exist. This tells how a catalogue does
//! on wordings that no rule was made for.

use std::collections::BTreeSet;

use rayon::prelude::*;
use serde::Serialize;

use crate::catalogue::{Category, RuleFile};
use crate::engine::{Engine, Verdict};
use crate::record::{Lines, Record};
use crate::redact::Redactor;

use super::test::rules_of;

/// Maximum number of rounds in which further rules of a family are left out.
const MAX_ROUNDS: usize = 8;

/// The results of all examples.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct LeaveOneOut {
    /// Number of examples.
    pub examples: usize,
    /// Number of examples that still get the right category.
    pub right: usize,
    /// Number of those by what their words likely mean.
    pub likely: usize,
    /// Number of examples that nothing explains.
    pub unexplained: usize,
    /// Examples that another rule explains wrongly.
    pub wrong: Vec<WrongAnswer>,
}

/// An example that gets the wrong category if its rule is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WrongAnswer {
    /// The rule that was left out.
    pub rule: String,
    /// The rule that explains the example instead.
    pub instead: String,
    /// The text.
    pub example: String,
}

/// Leaves out each rule of some files that are part of `engine`; each of all rules if `files` is empty. Further rules of its family
/// that win one of its examples are left out as well.
pub fn leave_one_out(engine: &Engine, files: &[RuleFile]) -> LeaveOneOut {
    let is_failure = |rule: &usize| {
        let rule = engine.rule(*rule);
        rule.category != Category::None && !rule.likely
    };
    let rules: Vec<usize> = rules_of(engine, files).into_iter().filter(is_failure).collect();
    let results: Vec<LeaveOneOut> = rules.par_iter().map(|&rule| without(engine, rule)).collect();
    let mut sum = LeaveOneOut::default();
    for result in results {
        sum.examples += result.examples;
        sum.right += result.right;
        sum.likely += result.likely;
        sum.unexplained += result.unexplained;
        sum.wrong.extend(result.wrong);
    }
    sum
}

/// Returns the rules that are left out with the given one: further rules of its family that win one of its examples.
pub fn left_out_with(engine: &Engine, index: usize) -> BTreeSet<usize> {
    let rule = engine.rule(index);
    let family = rule.id.split_inclusive('/').next().unwrap_or_default();
    let is_related = |other: usize| {
        let other = engine.rule(other);
        other.id.starts_with(family) && !other.likely
    };
    let mut left_out = BTreeSet::from([index]);
    for _ in 0..MAX_ROUNDS {
        let winners = rule.examples.iter().filter_map(|text| answer(engine, text, &left_out));
        let more: Vec<usize> = winners.map(|verdict| verdict.rule).filter(|rule| is_related(*rule)).collect();
        if more.is_empty() {
            break;
        }
        left_out.extend(more);
    }
    left_out
}

/// Returns the results for the examples of one rule.
fn without(engine: &Engine, index: usize) -> LeaveOneOut {
    let rule = engine.rule(index);
    let left_out = left_out_with(engine, index);
    let mut result = LeaveOneOut { examples: rule.examples.len(), ..LeaveOneOut::default() };
    for text in &rule.examples {
        match answer(engine, text, &left_out).map(|verdict| engine.rule(verdict.rule)) {
            None => result.unexplained += 1,
            Some(other) if other.category == Category::None => result.unexplained += 1,
            Some(other) if other.category == rule.category => {
                result.right += 1;
                result.likely += usize::from(other.likely);
            }
            Some(other) => result.wrong.push(WrongAnswer {
                rule: rule.id.clone(),
                instead: other.id.clone(),
                example: Redactor::MASKING.clean_lines(text),
            }),
        }
    }
    result
}

fn answer(engine: &Engine, text: &str, left_out: &BTreeSet<usize>) -> Option<Verdict> {
    let raw = Lines::new(text.as_bytes(), 0).next()?;
    engine.classify_without(&Record::parse(&raw), left_out)
}
