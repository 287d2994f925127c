//! Mutation testing of rules: each mutant is a slightly wider or narrower rule. A mutant that passes all examples and
//! counter-examples shows a part of the rule that no example tests.

use rayon::prelude::*;
use regex_syntax::hir::{
    Capture, Class, ClassBytes, ClassBytesRange, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Look,
    Repetition,
};
use serde::Serialize;

use crate::catalogue::{Location, Prefilter, Rule, RuleFile, Signature, SignatureKind};
use crate::engine::{Engine, Variant};
use crate::record::{Lines, Record};
use clawsift_catalogue::pattern::Pattern;

use super::automata::{Automata, Difference, Sought};
use super::readable::readable;
use super::test::{rules_of, shown};

/// Results of the mutants of some rules.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Mutation {
    /// Percentage of mutants that an example or counter-example distinguishes from the rule.
    pub score: f64,
    /// The rules with mutants.
    pub rules: Vec<RuleMutation>,
}

/// Results of the mutants of one rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleMutation {
    /// The rule's id.
    pub rule: String,
    /// Location of the rule in its file.
    pub location: Location,
    /// Number of mutants.
    pub mutants: usize,
    /// Mutants that no example distinguishes from the rule.
    pub survivors: Vec<Survivor>,
}

/// A mutant that no example distinguishes from its rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Survivor {
    /// Location of the changed signature.
    pub location: Location,
    /// Description of the change.
    pub change: String,
}

/// One of the signature lists of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    Any,
    All,
    None,
}

impl List {
    fn name(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::All => "all",
            Self::None => "none",
        }
    }

    /// Returns the signatures of a rule in this list.
    pub fn of(self, rule: &Rule) -> &Vec<Signature> {
        match self {
            Self::Any => &rule.any,
            Self::All => &rule.all,
            Self::None => &rule.none,
        }
    }

    fn of_mut(self, rule: &mut Rule) -> &mut Vec<Signature> {
        match self {
            Self::Any => &mut rule.any,
            Self::All => &mut rule.all,
            Self::None => &mut rule.none,
        }
    }
}

/// A rule with one signature changed.
pub(super) struct Mutant {
    change: String,
    location: Location,
    pub rule: Rule,
    /// List of the changed signature, and its index there.
    pub list: List,
    pub at: usize,
    /// The changed signature; `None` if it was removed.
    pub kind: Option<SignatureKind>,
    /// An expression whose matches are likely to distinguish the mutant from the rule.
    pub witness: Option<String>,
}

/// Mutates the rules of some files that are part of `engine`; all rules if `files` is empty.
pub fn mutate(engine: &Engine, files: &[RuleFile]) -> Mutation {
    let rules = rules_of(engine, files);
    let rules: Vec<RuleMutation> = rules
        .par_iter()
        .map(|&index| {
            let rule = engine.rule(index);
            let Mutants { count, survivors } = Mutants::of(engine, index);
            let survivors = survivors.into_iter().map(|(_, mutant)| mutant);
            let survivors =
                survivors.map(|mutant| Survivor { location: mutant.location, change: mutant.change });
            RuleMutation {
                rule: rule.id.clone(),
                location: rule.location.clone(),
                mutants: count,
                survivors: survivors.collect(),
            }
        })
        .collect();
    let mutants: usize = rules.iter().map(|rule| rule.mutants).sum();
    let survivors: usize = rules.iter().map(|rule| rule.survivors.len()).sum();
    let score = match mutants {
        0 => 100.0,
        mutants => 100.0 * (mutants - survivors) as f64 / mutants as f64,
    };
    Mutation { score, rules: rules.into_iter().filter(|rule| rule.mutants > 0).collect() }
}

/// Results of the mutants of one rule.
pub(super) struct Mutants {
    /// Number of mutants.
    pub count: usize,
    /// Mutants that no example distinguishes from the rule, ready for further tests.
    pub survivors: Vec<(Variant, Mutant)>,
}

impl Mutants {
    /// Creates the mutants of a rule, and tests them on its own examples, then on those of all other rules.
    pub fn of(engine: &Engine, index: usize) -> Self {
        let rule = engine.rule(index);
        let mutants = mutants(rule);
        let mut count = mutants.len();
        let mut survivors: Vec<(Variant, Mutant)> =
            mutants.into_iter().map(|mutant| (engine.variant(index, &mutant.rule), mutant)).collect();
        let examples = rule.examples.iter().map(|text| (text, Line::Example));
        let own = examples.chain(rule.counter_examples.iter().map(|text| (text, Line::CounterExample)));
        let others = engine.catalogue().rules().iter().enumerate().filter(|(at, _)| *at != index);
        let others = others.flat_map(|(_, other)| &other.examples).map(|text| (text, Line::Foreign));
        for (text, line) in own.chain(others) {
            if survivors.is_empty() {
                break;
            }
            retain_untold(engine, index, (text, line), &mut survivors);
        }
        let mut automata = Automata::default();
        let before = survivors.len();
        survivors.retain(|(_, mutant)| !mutant.changes_nothing(rule, &mut automata));
        count -= before - survivors.len();
        Self { count, survivors }
    }
}

impl Mutant {
    /// Returns true if the changed signature provably matches the same lines as before.
    fn changes_nothing(&self, rule: &Rule, automata: &mut Automata) -> bool {
        let Some(SignatureKind::Regex(changed)) = &self.kind else { return false };
        let original = automata.of(&self.list.of(rule)[self.at].kind);
        let Some((original, changed)) = original.zip(Sought::new(changed)) else { return false };
        original.beyond(&changed) == Difference::None && changed.beyond(&original) == Difference::None
    }
}

/// Origin of a line on which mutants are tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    /// An example of the rule.
    Example,
    /// A counter-example of the rule.
    CounterExample,
    /// An example of another rule.
    Foreign,
}

/// Removes the mutants of rule `index` that a line distinguishes from the rule.
pub(super) fn retain_untold<T>(
    engine: &Engine,
    index: usize,
    line: (&str, Line),
    left: &mut Vec<(Variant, T)>,
) {
    with_line(engine, index, line, |is_told| left.retain(|(variant, _)| !is_told(variant)));
}

/// Returns true if a line distinguishes a mutant of rule `index` from the rule.
pub(super) fn tells(engine: &Engine, index: usize, line: (&str, Line), variant: &Variant) -> bool {
    let mut is_told = false;
    with_line(engine, index, line, |tells| is_told = tells(variant));
    is_told
}

/// Calls `ask` with a function that returns true if the line distinguishes a mutant from rule `index`. Does nothing for
/// an empty line.
fn with_line(
    engine: &Engine,
    index: usize,
    (text, line): (&str, Line),
    ask: impl FnOnce(&dyn Fn(&Variant) -> bool),
) {
    let Some(raw) = Lines::new(text.as_bytes(), 0).next() else { return };
    let record = Record::parse(&raw);
    let trial = engine.trial(&record);
    let before = if line == Line::Foreign { engine.winners(&trial, None) } else { vec![index] };
    ask(&|variant| match line {
        Line::CounterExample => engine.variant_matches(&trial, variant),
        Line::Example | Line::Foreign => engine.winners(&trial, Some(variant)) != before,
    });
}

/// Returns all mutants of a rule, except for signatures that apply to its whole file.
fn mutants(rule: &Rule) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for list in [List::Any, List::All, List::None] {
        let signatures = list.of(rule);
        for (at, signature) in signatures.iter().enumerate() {
            if signature.location.line < rule.location.line {
                continue;
            }
            let mut add = |change: String, kind: Option<SignatureKind>, witness: Option<String>| {
                let mut mutant = rule.clone();
                match kind.clone() {
                    Some(kind) => {
                        // The atoms of the original signature may not be required by the changed one.
                        let (atoms, prefilter) = (Vec::new(), Prefilter::default());
                        list.of_mut(&mut mutant)[at] =
                            Signature { kind, atoms, prefilter, ..signature.clone() };
                    }
                    None => drop(list.of_mut(&mut mutant).remove(at)),
                }
                // A rule without signatures is invalid.
                if !mutant.any.is_empty() || !mutant.all.is_empty() {
                    let location = signature.location.clone();
                    mutants.push(Mutant { change, location, rule: mutant, list, at, kind, witness });
                }
            };
            if list != List::Any || signatures.len() > 1 {
                add(format!("without `{}` under `{}:`", shown(signature), list.name()), None, None);
            }
            for Changed { change, kind, witness } in of_signature(&signature.kind) {
                add(change, Some(kind), witness);
            }
        }
    }
    mutants
}

/// A signature with one change.
struct Changed {
    change: String,
    kind: SignatureKind,
    witness: Option<String>,
}

impl Changed {
    fn of(change: String, kind: SignatureKind) -> Self {
        Self { change, kind, witness: None }
    }
}

fn of_signature(kind: &SignatureKind) -> Vec<Changed> {
    match kind {
        SignatureKind::Regex(pattern) => {
            let Ok((hir, flag)) = Pattern::parse_as_matched(pattern) else { return Vec::new() };
            let edit = |Edit { change, changed, witness }: Edit| Changed {
                change,
                kind: SignatureKind::Regex(format!("{flag}{changed}")),
                witness: Some(format!("{flag}{witness}")),
            };
            of_hir(&hir).into_iter().map(edit).collect()
        }
        SignatureKind::ErrorCode(codes) => without_each(codes)
            .map(|(code, rest)| {
                Changed::of(format!("without the code {code}"), SignatureKind::ErrorCode(rest))
            })
            .collect(),
        SignatureKind::HttpStatus(statuses) => without_each(statuses)
            .map(|(status, rest)| {
                Changed::of(format!("without the status {status}"), SignatureKind::HttpStatus(rest))
            })
            .collect(),
        SignatureKind::Literal(_) | SignatureKind::Field(_) | SignatureKind::Shared(_) => Vec::new(),
    }
}

/// Returns each element of a list together with the other elements; nothing for fewer than two.
fn without_each<T: Clone>(all: &[T]) -> impl Iterator<Item = (&T, Vec<T>)> {
    let several = if all.len() > 1 { all } else { &[] };
    several.iter().enumerate().map(|(at, one)| {
        let mut rest = all.to_vec();
        rest.remove(at);
        (one, rest)
    })
}

/// An expression with one change.
struct Edit {
    /// Description of the change.
    change: String,
    changed: Hir,
    /// The changed part alone; texts that contain it are likely to distinguish the changed expression from the
    /// original.
    witness: Hir,
}

/// Returns the expression without one of its anchors, with one of its classes widened, or without one of its
/// alternatives.
fn of_hir(hir: &Hir) -> Vec<Edit> {
    match hir.kind() {
        HirKind::Empty | HirKind::Literal(_) => Vec::new(),
        HirKind::Look(look) => {
            let change = format!("without the anchor `{}`", readable(hir));
            let witness = match look {
                Look::WordAscii => Hir::look(Look::WordAsciiNegate),
                Look::WordAsciiNegate => Hir::look(Look::WordAscii),
                _ => any_byte(),
            };
            vec![Edit { change, changed: Hir::empty(), witness }]
        }
        HirKind::Class(class) if *hir == any_byte() || is_letter(class) => Vec::new(),
        HirKind::Class(class) => {
            let change = format!("with anything for `{}`", readable(hir));
            vec![Edit { change, changed: any_byte(), witness: anything_but(class) }]
        }
        HirKind::Capture(capture) => {
            let wrap = |sub| Hir::capture(Capture { sub: Box::new(sub), ..capture.clone() });
            within(&capture.sub, wrap, wrap)
        }
        HirKind::Repetition(repetition) => {
            let repeat = |sub: Hir| Hir::repetition(Repetition { sub: Box::new(sub), ..repetition.clone() });
            let before = repetition.min.saturating_sub(1);
            let as_last = |last: Hir| {
                let sub = repetition.sub.clone();
                let others = Repetition { min: before, max: Some(before), greedy: true, sub };
                Hir::concat(vec![Hir::repetition(others), last])
            };
            within(&repetition.sub, repeat, as_last)
        }
        HirKind::Concat(parts) => within_each(parts, Hir::concat, true),
        HirKind::Alternation(parts) => {
            let dropped = without_each(parts).map(|(part, rest)| Edit {
                change: format!("without the alternative `{}`", readable(part)),
                changed: Hir::alternation(rest),
                witness: part.clone(),
            });
            dropped.chain(within_each(parts, Hir::alternation, false)).collect()
        }
    }
}

fn within(sub: &Hir, changed: impl Fn(Hir) -> Hir, witness: impl Fn(Hir) -> Hir) -> Vec<Edit> {
    let edits = of_hir(sub).into_iter();
    edits.map(|e| Edit { changed: changed(e.changed), witness: witness(e.witness), ..e }).collect()
}

/// Returns the edits of each part. The witness contains the other parts too, except for alternatives.
fn within_each(parts: &[Hir], join: fn(Vec<Hir>) -> Hir, is_among_others: bool) -> Vec<Edit> {
    let of_part = |(at, part): (usize, &Hir)| {
        let put = |other: Hir| {
            let mut parts = parts.to_vec();
            parts[at] = other;
            join(parts)
        };
        within(part, put, |witness| if is_among_others { put(witness) } else { witness })
    };
    parts.iter().enumerate().flat_map(of_part).collect()
}

/// Returns an expression for any byte except the line feed and those of a class.
fn anything_but(class: &Class) -> Hir {
    match class {
        Class::Bytes(class) => {
            let mut others = class.clone();
            others.negate();
            others.difference(&ClassBytes::new([ClassBytesRange::new(b'\n', b'\n')]));
            Hir::class(Class::Bytes(others))
        }
        Class::Unicode(class) => {
            let mut others = class.clone();
            others.negate();
            others.difference(&ClassUnicode::new([ClassUnicodeRange::new('\n', '\n')]));
            Hir::class(Class::Unicode(others))
        }
    }
}

/// Returns true if a class is one letter in both cases, which is the form of a case-insensitive letter.
fn is_letter(class: &Class) -> bool {
    let Class::Bytes(class) = class else { return false };
    let letters: Vec<u8> =
        class.ranges().iter().flat_map(|range| range.start()..=range.end()).take(3).collect();
    matches!(letters[..], [upper, lower] if upper.is_ascii_uppercase() && upper.to_ascii_lowercase() == lower)
}

/// Returns an expression for any byte except the line feed.
fn any_byte() -> Hir {
    let ranges = [ClassBytesRange::new(0, b'\n' - 1), ClassBytesRange::new(b'\n' + 1, u8::MAX)];
    Hir::class(Class::Bytes(ClassBytes::new(ranges)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue;

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
        let engine = Engine::new(catalogue::from_text("x.yaml", RULES).expect("good"));
        let mutation = mutate(&engine, &[]);
        let survivors: Vec<&str> =
            mutation.rules[0].survivors.iter().map(|survivor| survivor.change.as_str()).collect();
        assert_eq!(
            survivors,
            ["without the alternative `crashed`", "with anything for `\\d`", "without the code EGLORB"]
        );
        assert_eq!(mutation.rules[0].mutants, 8);
        assert_eq!(mutation.score, 100.0 * 5.0 / 8.0);
    }
}
