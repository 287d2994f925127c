//! Measures the cost of each rule on a log, and lists slow signatures.

use serde::Serialize;

use crate::catalogue::{Location, Problem, ProblemCode, Rule, Signature};
use crate::engine::{Cost, CostMeter, Engine};
use crate::scan::each_record;
use crate::source::{Cancellation, Input, SourceError};

/// Cost of a catalogue's rules on some logs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Bench {
    /// Number of records read.
    pub records: u64,
    /// Number of records that rules were evaluated on; the others are info records without meaning.
    pub judged: u64,
    /// Time of the prefilter that selects candidate rules, in nanoseconds.
    pub search_ns: u64,
    /// The evaluated rules, the most expensive first.
    pub rules: Vec<RuleCost>,
    /// Number of rules that were never evaluated.
    pub idle: usize,
    /// Signatures that must be evaluated on every record.
    pub warnings: Vec<Problem>,
}

/// Cost of one rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleCost {
    /// The rule's id.
    pub rule: String,
    /// Location of the rule in its file.
    pub location: Location,
    /// Number of records that contain a required atom of the rule.
    pub candidates: u64,
    /// Number of candidates that the rule matched, whether or not it won them.
    pub matches: u64,
    /// Number of records that the rule won.
    pub wins: u64,
    /// Time of evaluating the rule, in nanoseconds.
    pub time_ns: u64,
    /// `true` if the rule has no usable atom, so that every record is a candidate.
    pub is_slow: bool,
}

/// Measures the cost of each rule on the records of some logs. Also returns the sources that could not be read to their
/// end.
pub fn bench(engine: &Engine, inputs: &[Input], stop: &Cancellation) -> (Bench, Vec<SourceError>) {
    let mut meter = CostMeter::new(engine);
    let read = |input| each_record(input, stop, |raw| meter.add(raw)).err();
    let errors = inputs.iter().filter_map(read).collect();
    let slow = engine.rules_without_atoms();
    let of_rule = |(index, cost): (usize, &Cost)| {
        let rule = engine.rule(index);
        (cost.candidates > 0).then(|| RuleCost {
            rule: rule.id.clone(),
            location: rule.location.clone(),
            candidates: cost.candidates,
            matches: cost.matches,
            wins: cost.wins,
            time_ns: nanoseconds(cost.time),
            is_slow: slow.contains(&index),
        })
    };
    let mut rules: Vec<RuleCost> = meter.costs.iter().enumerate().filter_map(of_rule).collect();
    rules.sort_by(|a, b| b.time_ns.cmp(&a.time_ns).then_with(|| a.rule.cmp(&b.rule)));
    let bench = Bench {
        records: meter.records,
        judged: meter.judged,
        search_ns: nanoseconds(meter.search),
        idle: meter.costs.len() - rules.len(),
        rules,
        warnings: slow_signatures(engine),
    };
    (bench, errors)
}

fn nanoseconds(time: std::time::Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// Returns the signatures because of which a rule must be evaluated on every record: they contain no rare atom.
pub fn slow_signatures(engine: &Engine) -> Vec<Problem> {
    let slow = engine.rules_without_atoms().iter().map(|&index| engine.rule(index));
    slow.flat_map(|rule| {
        let candidates = if rule.any.is_empty() { &rule.all } else { &rule.any };
        let without = candidates.iter().filter(|signature| !engine.is_given_away(signature));
        without.map(|signature| slow_signature(rule, signature))
    })
    .collect()
}

fn slow_signature(rule: &Rule, signature: &Signature) -> Problem {
    Problem::new(
        ProblemCode::SlowSignature,
        &signature.location,
        format!("the rule `{}` is tried on every record: this signature requires no fixed text", rule.id),
        "a literal of three or more characters in each alternative, or a rarer signature under `all:`",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue;

    const RULES: &str = "\
category: dns
rules:
  - id: dns/quick
    title: t
    severity: error
    any: [{ error_code: ENOTFOUND }]
    causes: [c]
    fixes: [{ say: s }]
  - id: dns/slow
    title: t
    severity: error
    any:
      - literal: name server
      - regex: 'a\\d+b'
    causes: [c]
    fixes: [{ say: s }]
  - id: dns/helped
    title: t
    severity: error
    any: [{ regex: 'a\\d+b' }]
    all: [{ literal: resolver }]
    causes: [c]
    fixes: [{ say: s }]
";

    #[test]
    fn a_rule_without_atoms_is_tried_on_every_record_and_named() {
        let engine = Engine::new(catalogue::from_text("x.yaml", RULES).expect("good"));
        let folder = tempfile::tempdir().expect("a folder");
        let log = folder.path().join("x.log");
        let lines = "Error: getaddrinfo ENOTFOUND a\nError: resolver a1b\nError: other\n";
        std::fs::write(&log, lines).expect("a log");
        let (bench, errors) = bench(&engine, &[Input::Path(log)], &Cancellation::new());
        assert_eq!(errors, []);
        assert_eq!((bench.records, bench.judged, bench.idle), (3, 3, 0));
        let cost = |id: &str| {
            let rule = bench.rules.iter().find(|rule| rule.rule == id).expect("a cost");
            (rule.candidates, rule.matches, rule.wins, rule.is_slow)
        };
        assert_eq!(cost("dns/quick"), (1, 1, 1, false));
        assert_eq!(cost("dns/slow"), (3, 1, 1, true));
        assert_eq!(cost("dns/helped"), (1, 1, 0, false));
        let places: Vec<_> =
            bench.warnings.iter().map(|warning| (warning.code, warning.location.line)).collect();
        assert_eq!(places, [(ProblemCode::SlowSignature, 14)]);
    }
}
