//! Mutants: rules made a little wider or narrower. One that all examples and counter-examples leave alive shows what no
//! example pins down.

use regex_syntax::hir::{Class, ClassBytes, ClassBytesRange, Hir, HirKind, Repetition};
use serde::Serialize;

use crate::catalogue::{Location, Rule, RuleFile, Signature, SignatureKind};
use crate::engine::{Engine, Trial, Variant};
use crate::pattern::Pattern;
use crate::record::{Lines, RawRecord, Record};
use crate::threads::in_parallel;

use super::test::{rules_of, shown};

/// What became of the mutants of some rules.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Mutation {
    /// Of all mutants, those that some example or counter-example told from the rule, in per cent.
    pub score: f64,
    /// Each rule that has mutants.
    pub rules: Vec<RuleMutation>,
}

/// What became of the mutants of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleMutation {
    /// Its id.
    pub rule: String,
    /// Where it begins.
    pub location: Location,
    /// How many mutants it has.
    pub mutants: usize,
    /// Those that nothing told from the rule.
    pub survivors: Vec<Survivor>,
}

/// A mutant that no example tells from its rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Survivor {
    /// Where the signature stands that was changed.
    pub location: Location,
    /// What was changed.
    pub change: String,
}

/// One of a rule's lists of signatures.
type List = fn(&mut Rule) -> &mut Vec<Signature>;

struct Mutant {
    change: String,
    location: Location,
    rule: Rule,
}

/// Mutates the signatures of the rules of some files, which `engine` was made of; of all rules where there are no files.
pub fn mutate(engine: &Engine, files: &[RuleFile]) -> Mutation {
    let texts = Texts::of(engine);
    let rules = rules_of(engine, files);
    let rules: Vec<RuleMutation> = in_parallel(&rules, |&index| of_rule(engine, index, &texts));
    let mutants: usize = rules.iter().map(|rule| rule.mutants).sum();
    let survivors: usize = rules.iter().map(|rule| rule.survivors.len()).sum();
    let score = match mutants {
        0 => 100.0,
        mutants => 100.0 * (mutants - survivors) as f64 / mutants as f64,
    };
    Mutation { score, rules: rules.into_iter().filter(|rule| rule.mutants > 0).collect() }
}

/// The examples of all rules as records.
struct Texts<'e> {
    /// Whose example it is, and whether it is a counter-example.
    records: Vec<(usize, bool, RawRecord<'e>)>,
}

impl<'e> Texts<'e> {
    fn of(engine: &'e Engine) -> Self {
        let rules = engine.catalogue().rules().iter().enumerate();
        let records = rules.flat_map(|(index, rule)| {
            let examples = rule.examples.iter().map(|text| (false, text));
            let all = examples.chain(rule.counter_examples.iter().map(|text| (true, text)));
            all.filter_map(move |(is_counter, text)| {
                Some((index, is_counter, Lines::new(text.as_bytes(), 0).next()?))
            })
        });
        Self { records: records.collect() }
    }
}

fn of_rule(engine: &Engine, index: usize, texts: &Texts<'_>) -> RuleMutation {
    let rule = engine.rule(index);
    let mutants = mutants(rule);
    let records: Vec<(usize, bool, Record<'_>)> = texts
        .records
        .iter()
        // A counter-example says something of its own rule only.
        .filter(|(of, is_counter, _)| *of == index || !is_counter)
        .map(|(of, is_counter, raw)| (*of, *is_counter, Record::parse(raw)))
        .collect();
    let trials: Vec<(usize, bool, Trial<'_>)> =
        records.iter().map(|(of, is_counter, record)| (*of, *is_counter, engine.trial(record))).collect();
    let is_told = |mutant: &Mutant| {
        let variant = engine.variant(index, &mutant.rule);
        trials.iter().any(|(of, is_counter, trial)| tells(engine, index, *of, *is_counter, trial, &variant))
    };
    let count = mutants.len();
    let survivors = mutants.into_iter().filter(|mutant| !is_told(mutant));
    let survivors = survivors.map(|mutant| Survivor { location: mutant.location, change: mutant.change });
    RuleMutation {
        rule: rule.id.clone(),
        location: rule.location.clone(),
        mutants: count,
        survivors: survivors.collect(),
    }
}

/// Whether an example or counter-example of the rule `of` tells a variant from its rule.
fn tells(
    engine: &Engine,
    index: usize,
    of: usize,
    is_counter: bool,
    trial: &Trial<'_>,
    variant: &Variant,
) -> bool {
    if is_counter {
        return engine.variant_matches(trial, variant);
    }
    let before = if of == index { vec![index] } else { engine.winners(trial, None) };
    engine.winners(trial, Some(variant)) != before
}

/// All mutants of a rule. What holds for its whole file is left alone.
fn mutants(rule: &Rule) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    let lists: [(&str, &Vec<Signature>, List); 3] = [
        ("any", &rule.any, |rule| &mut rule.any),
        ("all", &rule.all, |rule| &mut rule.all),
        ("none", &rule.none, |rule| &mut rule.none),
    ];
    for (name, signatures, list) in lists {
        for (at, signature) in signatures.iter().enumerate() {
            if signature.location.line < rule.location.line {
                continue;
            }
            let mut add = |change: String, replacement: Option<SignatureKind>| {
                let mut mutant = rule.clone();
                match replacement {
                    Some(kind) => list(&mut mutant)[at].kind = kind,
                    None => drop(list(&mut mutant).remove(at)),
                }
                // A rule that looks for nothing is no rule.
                if !mutant.any.is_empty() || !mutant.all.is_empty() {
                    mutants.push(Mutant { change, location: signature.location.clone(), rule: mutant });
                }
            };
            if name != "any" || signatures.len() > 1 {
                add(format!("without `{}` under `{name}:`", shown(signature)), None);
            }
            for (change, kind) in of_signature(&signature.kind) {
                add(change, Some(kind));
            }
        }
    }
    mutants
}

fn of_signature(kind: &SignatureKind) -> Vec<(String, SignatureKind)> {
    match kind {
        SignatureKind::Regex(pattern) => {
            let Ok(hir) = Pattern::parse(pattern) else { return Vec::new() };
            let mutants = of_hir(&hir).into_iter();
            mutants.map(|(change, hir)| (change, SignatureKind::Regex(hir.to_string()))).collect()
        }
        SignatureKind::ErrorCode(codes) => without_each(codes)
            .map(|(code, rest)| (format!("without the code {code}"), SignatureKind::ErrorCode(rest)))
            .collect(),
        SignatureKind::HttpStatus(statuses) => without_each(statuses)
            .map(|(status, rest)| (format!("without the status {status}"), SignatureKind::HttpStatus(rest)))
            .collect(),
        SignatureKind::Literal(_) | SignatureKind::Field(_) | SignatureKind::Shared(_) => Vec::new(),
    }
}

/// Each of several, and the others.
fn without_each<T: Clone>(all: &[T]) -> impl Iterator<Item = (&T, Vec<T>)> {
    let several = if all.len() > 1 { all } else { &[] };
    several.iter().enumerate().map(|(at, one)| {
        let mut rest = all.to_vec();
        rest.remove(at);
        (one, rest)
    })
}

/// An expression without one of its anchors, with one of its classes widened, or without one of its alternatives.
fn of_hir(hir: &Hir) -> Vec<(String, Hir)> {
    match hir.kind() {
        HirKind::Empty | HirKind::Literal(_) => Vec::new(),
        HirKind::Look(_) => vec![(format!("without the anchor `{}`", readable(hir)), Hir::empty())],
        HirKind::Class(_) if *hir == any_byte() => Vec::new(),
        HirKind::Class(_) => vec![(format!("with anything for `{}`", readable(hir)), any_byte())],
        HirKind::Capture(capture) => within(&capture.sub, |sub| {
            let mut capture = capture.clone();
            capture.sub = Box::new(sub);
            Hir::capture(capture)
        }),
        HirKind::Repetition(repetition) => within(&repetition.sub, |sub| {
            Hir::repetition(Repetition { sub: Box::new(sub), ..repetition.clone() })
        }),
        HirKind::Concat(parts) => within_each(parts, Hir::concat),
        HirKind::Alternation(parts) => {
            let dropped = without_each(parts).map(|(part, rest)| {
                (format!("without the alternative `{}`", readable(part)), Hir::alternation(rest))
            });
            dropped.chain(within_each(parts, Hir::alternation)).collect()
        }
    }
}

/// An expression as a person would write it: without the groups around single words, and without the flag that says that
/// bytes are matched.
fn readable(hir: &Hir) -> String {
    let printed = hir.to_string();
    let Ok(group) = Pattern::new(r"\(\?(?:-u)?:(?<inner>(?:[^()|\\]|\\.)*)\)(?<repeated>[?*+{]?)") else {
        return printed;
    };
    let bare = group.replace_all(&printed, |found| {
        let (inner, repeated) = (&found["inner"], &found["repeated"]);
        let is_unit = inner.chars().count() == 1 || inner.starts_with('[') || inner.starts_with('\\');
        if repeated.is_empty() || is_unit { format!("{inner}{repeated}") } else { found.whole().to_owned() }
    });
    bare.strip_prefix("(?:").and_then(|rest| rest.strip_suffix(')')).unwrap_or(&bare).to_owned()
}

fn within(sub: &Hir, wrap: impl Fn(Hir) -> Hir) -> Vec<(String, Hir)> {
    of_hir(sub).into_iter().map(|(change, sub)| (change, wrap(sub))).collect()
}

fn within_each(parts: &[Hir], join: impl Fn(Vec<Hir>) -> Hir) -> Vec<(String, Hir)> {
    let of_part = |(at, part): (usize, &Hir)| {
        let replaced = of_hir(part).into_iter().map(move |(change, other)| (at, change, other));
        replaced.collect::<Vec<_>>()
    };
    let all = parts.iter().enumerate().flat_map(of_part);
    all.map(|(at, change, other)| {
        let mut parts = parts.to_vec();
        parts[at] = other;
        (change, join(parts))
    })
    .collect()
}

/// Any byte but the line feed.
fn any_byte() -> Hir {
    let ranges = [ClassBytesRange::new(0, b'\n' - 1), ClassBytesRange::new(b'\n' + 1, u8::MAX)];
    Hir::class(Class::Bytes(ClassBytes::new(ranges)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;

    const RULES: &str = "\
category: dns
rules:
  - id: dns/flurb
    title: t
    severity: error
    any:
      - regex: '\\bflurb (?:failed|crashed) \\d'
      - error_code: [EFLURB, EGLORB]
    causes: [c]
    fixes: [{ say: s }]
    examples: ['flurb failed 7', 'Error: EFLURB']
    counter_examples: ['a glflurb failed 7']
";

    #[test]
    fn what_no_example_pins_down_survives() {
        let engine = Engine::new(Catalogue::from_text("x.yaml", RULES).expect("good"));
        let mutation = mutate(&engine, &[]);
        let survivors: Vec<&str> =
            mutation.rules[0].survivors.iter().map(|survivor| survivor.change.as_str()).collect();
        assert_eq!(
            survivors,
            ["without the alternative `crashed`", "with anything for `[0-9]`", "without the code EGLORB"]
        );
        assert_eq!(mutation.rules[0].mutants, 8);
        assert_eq!(mutation.score, 100.0 * 5.0 / 8.0);
    }
}
