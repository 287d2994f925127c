//! Check of examples: each must be won by its rule, and no counter-example may match the rule.

use crate::catalogue::{Location, Problem, ProblemCode, Rule};
use crate::redact::Redactor;
use crate::tooling::verdicts::{Outcome, judge_counter_example, judge_example};

use super::checked::Checked;

const TAKES_PRECEDENCE: &str =
    "`overrides:` in the rule that should win, or a signature that does not match this line";

pub(super) fn check(checked: &Checked<'_>, index: usize, rule: &Rule, problems: &mut Vec<Problem>) {
    if rule.examples.is_empty() {
        problems.push(Problem::new(
            ProblemCode::IncompleteRule,
            &rule.location,
            format!("the rule `{}` has no examples", rule.id),
            "at least one line under `examples:` that this rule wins",
        ));
    }
    let engine = checked.engine;
    let name = |other: usize| engine.rule(other).id.as_str();
    let mut thieves = Vec::new();
    for (at, example) in rule.examples.iter().enumerate() {
        let place = checked.places.example(rule, at);
        problems.extend(secret(example, place));
        let (code, message, expected) = match judge_example(engine, index, example) {
            Outcome::Passed => continue,
            Outcome::Missed => (
                ProblemCode::ExampleMissed,
                format!("the rule `{}` does not match this example", rule.id),
                "a line that contains one of `any:`, each of `all:` and none of `none:`",
            ),
            Outcome::Stolen(thief) => {
                thieves.push((thief, example));
                let message = format!("the rule `{}` wins this example of `{}`", name(thief), rule.id);
                (ProblemCode::ExampleStolen, message, TAKES_PRECEDENCE)
            }
            Outcome::Tied(other) => (
                ProblemCode::NoPrecedence,
                format!(
                    "the rules `{}` and `{}` both match this line, and neither overrides the other",
                    rule.id,
                    name(other)
                ),
                TAKES_PRECEDENCE,
            ),
            Outcome::Noisy => continue,
        };
        problems.push(Problem::new(code, place, message, expected));
    }
    if let Some((thief, witness)) = thieves.first().filter(|_| thieves.len() == rule.examples.len()) {
        problems.push(Problem::new(
            ProblemCode::ShadowedRule,
            &rule.location,
            format!("the rule `{}` wins none of its examples; `{}` wins: {witness}", rule.id, name(*thief)),
            "an example that only this rule matches, or merge the two rules",
        ));
    }
    for (at, example) in rule.counter_examples.iter().enumerate() {
        let place = checked.places.counter_example(rule, at);
        problems.extend(secret(example, place));
        if judge_counter_example(engine, index, example) == Outcome::Noisy {
            problems.push(Problem::new(
                ProblemCode::CounterExampleMatched,
                place,
                format!("the rule `{}` matches this counter-example", rule.id),
                "a more specific signature, or an entry under `none:`",
            ));
        }
    }
}

/// Reports examples of other rules that a checked rule wins.
pub(super) fn check_others(checked: &Checked<'_>, problems: &mut Vec<Problem>) {
    let engine = checked.engine;
    for (index, rule) in engine.catalogue().rules().iter().enumerate() {
        if checked.has_rule(index) {
            continue;
        }
        for example in &rule.examples {
            let (thief, code, what) = match judge_example(engine, index, example) {
                Outcome::Stolen(thief) => (thief, ProblemCode::ExampleStolen, "wins"),
                Outcome::Tied(other) => (other, ProblemCode::NoPrecedence, "ties on"),
                _ => continue,
            };
            if checked.has_rule(thief) {
                let own = engine.rule(thief);
                problems.push(Problem::new(
                    code,
                    &own.location,
                    format!("the rule `{}` {what} an example of `{}`: {example}", own.id, rule.id),
                    TAKES_PRECEDENCE,
                ));
            }
        }
    }
}

fn secret(example: &str, place: &Location) -> Option<Problem> {
    let clean = Redactor::MASKING.clean(example);
    (clean != Redactor::OPEN.clean(example)).then(|| {
        Problem::new(
            ProblemCode::SecretInExample,
            place,
            "this example contains what looks like a key, token or password",
            format!("the same line without it: {clean}"),
        )
    })
}
