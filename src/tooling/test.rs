//! `rules test`: results of examples and counter-examples, with reasons.

use rayon::prelude::*;
use serde::Serialize;

use crate::catalogue::{Location, Rule, RuleFile, Signature, SignatureKind};
use crate::engine::{Engine, Trial};
use crate::record::{Lines, Record};
use crate::redact::Redactor;

use super::places::Places;
use super::verdicts::{Outcome, judge_counter_example, judge_example};

/// Results of all examples of some rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TestRun {
    /// Number of rules tested.
    pub rules: usize,
    /// Number of examples and counter-examples tested.
    pub tried: usize,
    /// Number of examples and counter-examples that passed.
    pub passed: usize,
    /// Examples and counter-examples that failed.
    pub failures: Vec<Failure>,
}

/// An example that its rule does not win, or a counter-example that its rule matches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// Kind of failure.
    pub outcome: FailureKind,
    /// The rule of the example.
    pub rule: String,
    /// Location of the example in its file.
    pub location: Location,
    /// The text.
    pub example: String,
    /// The rule that won the example instead, or is tied with its rule.
    pub other: Option<String>,
    /// Reasons, one per line: what was found (`+`), what was sought and not found (`-`).
    pub why: Vec<String>,
}

/// Kind of failure of an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// The rule does not match its example.
    Missed,
    /// The rule matches its counter-example.
    Noisy,
    /// Another rule wins the example.
    Stolen,
    /// Another rule also matches the example, and neither takes precedence.
    Tied,
}

/// Returns the indices of the rules of these files and of the rules with examples in them; all rules if `files` is
/// empty.
pub(super) fn rules_of(engine: &Engine, files: &[RuleFile]) -> Vec<usize> {
    let is_named = |name: &String| files.iter().any(|file| file.file == *name);
    let is_of = |rule: &Rule| {
        files.is_empty() || is_named(&rule.location.file) || rule.more_examples_in.iter().any(is_named)
    };
    let rules = engine.catalogue().rules().iter().enumerate();
    rules.filter(|(_, rule)| is_of(rule)).map(|(index, _)| index).collect()
}

/// Tests the examples and counter-examples of the rules of some files that are part of `engine`; of all rules if
/// `files` is empty.
pub fn test(engine: &Engine, files: &[RuleFile]) -> TestRun {
    let rules = rules_of(engine, files);
    let places = Places::of(files);
    let failures: Vec<Vec<Failure>> =
        rules.par_iter().map(|&index| failures(engine, index, &places)).collect();
    let failures: Vec<Failure> = failures.into_iter().flatten().collect();
    let count =
        |&index: &usize| engine.rule(index).examples.len() + engine.rule(index).counter_examples.len();
    let tried: usize = rules.iter().map(count).sum();
    TestRun { rules: rules.len(), tried, passed: tried - failures.len(), failures }
}

fn failures(engine: &Engine, index: usize, places: &Places) -> Vec<Failure> {
    let rule = engine.rule(index);
    let examples = rule.examples.iter().enumerate();
    let examples =
        examples.map(|(at, text)| (text, judge_example(engine, index, text), places.example(rule, at)));
    let counter = rule.counter_examples.iter().enumerate().map(|(at, text)| {
        (text, judge_counter_example(engine, index, text), places.counter_example(rule, at))
    });
    let failed = |(text, outcome, location): (&String, Outcome, &Location)| {
        let (outcome, other) = match outcome {
            Outcome::Passed => return None,
            Outcome::Missed => (FailureKind::Missed, None),
            Outcome::Noisy => (FailureKind::Noisy, None),
            Outcome::Stolen(other) => (FailureKind::Stolen, Some(other)),
            Outcome::Tied(other) => (FailureKind::Tied, Some(other)),
        };
        Some(Failure {
            outcome,
            rule: rule.id.clone(),
            location: location.clone(),
            example: Redactor::MASKING.clean_lines(text),
            other: other.map(|other| engine.rule(other).id.clone()),
            why: why(engine, index, other, text, outcome),
        })
    };
    examples.chain(counter).filter_map(failed).collect()
}

/// Returns the reasons for a failure.
fn why(engine: &Engine, index: usize, other: Option<usize>, text: &str, kind: FailureKind) -> Vec<String> {
    let Some(raw) = Lines::new(text.as_bytes(), 0).next() else {
        return vec!["- the example is empty".to_owned()];
    };
    let record = Record::parse(&raw);
    if record.parts.quoted {
        return vec!["- the record only quotes what somebody said, and so proves nothing".to_owned()];
    }
    let trial = engine.trial(&record);
    match (kind, other) {
        (FailureKind::Missed, _) => missing(engine, index, &trial),
        (_, None) => found(engine, index, &trial),
        (_, Some(other)) => {
            let mut lines = vec![proof(engine, index, &trial, '-'), proof(engine, other, &trial, '+')];
            lines.extend(found(engine, other, &trial));
            lines
        }
    }
}

/// Returns what the rule requires and the record lacks, or excludes and the record has.
fn missing(engine: &Engine, index: usize, trial: &Trial<'_>) -> Vec<String> {
    let (rule, probe) = (engine.rule(index), engine.probe(index, trial));
    let pick = |signatures: &[Signature], are_in: &[bool], wanted: bool, sign: char, list: &str| {
        let picked = signatures.iter().zip(are_in).filter(|(_, is_in)| **is_in == wanted);
        picked.map(|(signature, _)| format!("{sign} {list}: {}", shown(signature))).collect::<Vec<_>>()
    };
    let mut lines = pick(&rule.all, &probe.all, false, '-', "all");
    if !probe.any.contains(&true) {
        lines.extend(pick(&rule.any, &probe.any, false, '-', "any"));
    }
    lines.extend(pick(&rule.none, &probe.none, true, '+', "none"));
    lines
}

/// Returns the signatures of a rule that the record matches.
fn found(engine: &Engine, index: usize, trial: &Trial<'_>) -> Vec<String> {
    let (rule, probe) = (engine.rule(index), engine.probe(index, trial));
    let lists = [("any", &rule.any, &probe.any), ("all", &rule.all, &probe.all)];
    let pick = |(list, signatures, are_in): (&str, &Vec<Signature>, &Vec<bool>)| {
        let picked = signatures.iter().zip(are_in).filter(|(_, is_in)| **is_in);
        picked.map(|(signature, _)| format!("+ {list}: {}", shown(signature))).collect::<Vec<_>>()
    };
    lists.into_iter().flat_map(pick).collect()
}

/// Returns the evidence of a rule on the record.
fn proof(engine: &Engine, index: usize, trial: &Trial<'_>, sign: char) -> String {
    let evidence = engine.probe(index, trial).evidence;
    let evidence = evidence.map_or_else(|| "nothing".to_owned(), |evidence| evidence.to_string());
    format!("{sign} {} with evidence {evidence}", engine.rule(index).id)
}

/// Returns a signature as it is written in a rule file.
pub(super) fn shown(signature: &Signature) -> String {
    match &signature.kind {
        SignatureKind::Literal(text) => format!("literal: {text}"),
        SignatureKind::Regex(pattern) => format!("regex: {pattern}"),
        SignatureKind::HttpStatus(statuses) => format!("http_status: {statuses:?}"),
        SignatureKind::ErrorCode(codes) => format!("error_code: [{}]", codes.join(", ")),
        SignatureKind::Field(fields) => {
            let fields: Vec<String> = fields
                .iter()
                .map(|(name, values)| match values.as_slice() {
                    [value] => format!("{name}: {value}"),
                    values => format!("{name}: [{}]", values.join(", ")),
                })
                .collect();
            format!("field: {{ {} }}", fields.join(", "))
        }
        SignatureKind::Shared(name) => format!("shared: {name}"),
    }
}
