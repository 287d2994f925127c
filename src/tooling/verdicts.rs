//! Verdicts on examples and counter-examples of rules.

use crate::engine::Engine;
use crate::record::{Lines, Record};

/// Verdict on an example or counter-example.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The example or counter-example passes.
    Passed,
    /// The rule does not match its example.
    Missed,
    /// The rule matches its counter-example.
    Noisy,
    /// Another rule, given by its index, wins the example.
    Stolen(usize),
    /// Another rule, given by its index, also matches the example, and neither takes precedence.
    Tied(usize),
}

/// Returns the verdict on an example of the rule with index `rule`.
pub fn judge_example(engine: &Engine, rule: usize, example: &str) -> Outcome {
    let Some(raw) = Lines::new(example.as_bytes(), 0).next() else { return Outcome::Missed };
    let record = Record::parse(&raw);
    let rivals = engine.rivals(&record);
    match (rivals.contains(&rule), rivals.iter().find(|other| **other != rule)) {
        (true, None) => Outcome::Passed,
        (true, Some(other)) => Outcome::Tied(*other),
        (false, Some(thief)) if engine.matches(rule, &record) => Outcome::Stolen(*thief),
        (false, _) => Outcome::Missed,
    }
}

/// Returns the verdict on a counter-example of the rule with index `rule`.
pub fn judge_counter_example(engine: &Engine, rule: usize, example: &str) -> Outcome {
    let mut records = Lines::new(example.as_bytes(), 0);
    match records.any(|raw| engine.matches(rule, &Record::parse(&raw))) {
        true => Outcome::Noisy,
        false => Outcome::Passed,
    }
}
