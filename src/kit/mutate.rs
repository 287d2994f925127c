//! Mutants: rules made a little wider or narrower. One that all examples and counter-examples leave alive shows what no
//! example pins down.

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

    /// The signatures of a rule that are in it.
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
    /// The list of the signature, and its place there.
    pub list: List,
    pub at: usize,
    /// What the signature became; none where it was left out.
    pub kind: Option<SignatureKind>,
    /// An expression of which matches are likely to tell it from the rule.
    pub witness: Option<String>,
}

/// Mutates the signatures of the rules of some files, which `engine` was made of; of all rules where there are no files.
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

/// What became of the mutants of one rule.
pub(super) struct Mutants {
    /// How many there are.
    pub count: usize,
    /// Those that nothing tells from the rule, ready to be tried on more.
    pub survivors: Vec<(Variant, Mutant)>,
}

impl Mutants {
    /// Makes the mutants of the rule of that index, and tries them on its examples, then on those of all others.
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
    /// Whether the signature provably matches the same lines as before.
    fn changes_nothing(&self, rule: &Rule, automata: &mut Automata) -> bool {
        let Some(SignatureKind::Regex(changed)) = &self.kind else { return false };
        let original = automata.of(&self.list.of(rule)[self.at].kind);
        let Some((original, changed)) = original.zip(Sought::new(changed)) else { return false };
        original.beyond(&changed) == Difference::None && changed.beyond(&original) == Difference::None
    }
}

/// Whose a line is on which mutants are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    /// An example of the rule itself.
    Example,
    /// A counter-example of the rule itself.
    CounterExample,
    /// An example of another rule.
    Foreign,
}

/// Leaves those mutants of the rule of that index that a line does not tell from it.
pub(super) fn retain_untold<T>(
    engine: &Engine,
    index: usize,
    line: (&str, Line),
    left: &mut Vec<(Variant, T)>,
) {
    with_line(engine, index, line, |is_told| left.retain(|(variant, _)| !is_told(variant)));
}

/// Whether a line tells a mutant of the rule of that index from it.
pub(super) fn tells(engine: &Engine, index: usize, line: (&str, Line), variant: &Variant) -> bool {
    let mut is_told = false;
    with_line(engine, index, line, |tells| is_told = tells(variant));
    is_told
}

/// Hands over what says whether a line tells a mutant from the rule of that index. An empty line says nothing.
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

/// All mutants of a rule. What holds for its whole file is left alone.
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
                        // What the one that was changed needs says nothing of this one.
                        let (atoms, prefilter) = (Vec::new(), Prefilter::default());
                        list.of_mut(&mut mutant)[at] =
                            Signature { kind, atoms, prefilter, ..signature.clone() };
                    }
                    None => drop(list.of_mut(&mut mutant).remove(at)),
                }
                // A rule that looks for nothing is no rule.
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

/// A signature changed in one place.
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

/// Each of several, and the others.
fn without_each<T: Clone>(all: &[T]) -> impl Iterator<Item = (&T, Vec<T>)> {
    let several = if all.len() > 1 { all } else { &[] };
    several.iter().enumerate().map(|(at, one)| {
        let mut rest = all.to_vec();
        rest.remove(at);
        (one, rest)
    })
}

/// An expression changed in one place.
struct Edit {
    /// What was changed.
    change: String,
    changed: Hir,
    /// What the change is about alone: texts in which it is found are likely to tell the changed expression from the other.
    witness: Hir,
}

/// An expression without one of its anchors, with one of its classes widened, or without one of its alternatives.
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

/// The edits of each part. What an edit is about stands among the other parts, or, of an alternative, alone.
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

/// Any byte but the line feed and those of a class.
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

/// Whether a class is one letter in both cases, which is how a letter is written where case counts elsewhere.
fn is_letter(class: &Class) -> bool {
    let Class::Bytes(class) = class else { return false };
    let letters: Vec<u8> =
        class.ranges().iter().flat_map(|range| range.start()..=range.end()).take(3).collect();
    matches!(letters[..], [upper, lower] if upper.is_ascii_uppercase() && upper.to_ascii_lowercase() == lower)
}

/// Any byte but the line feed.
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
