//! Whether examples and counter-examples go to the rules they are of.

use crate::engine::Engine;
use crate::record::{Lines, Record};

/// What becomes of an example or counter-example.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// As it should be.
    Passed,
    /// The rule does not match its example.
    Missed,
    /// The rule matches its counter-example.
    Noisy,
    /// Another rule, of this index, wins the example.
    Stolen(usize),
    /// Another rule, of this index, matches the example, and nothing says which of the two wins.
    Tied(usize),
}

/// What becomes of an example of the rule of that index.
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

/// What becomes of a counter-example of the rule of that index.
pub fn judge_counter_example(engine: &Engine, rule: usize, example: &str) -> Outcome {
    let mut records = Lines::new(example.as_bytes(), 0);
    match records.any(|raw| engine.matches(rule, &Record::parse(&raw))) {
        true => Outcome::Noisy,
        false => Outcome::Passed,
    }
}
