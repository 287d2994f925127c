//! Compiles `src/redact/tokens.yaml`, the table of token formats, into static tables for `src/redact/forms.rs`.
//!
//! A form is a regular expression in a restricted language: literals, ASCII classes, repetitions, groups and alternations. It is
//! compiled to one or more sequences of character runs that can be matched without backtracking. If a run could also consume
//! characters that the next part needs, the rest of the form is widened to one run, so that the compiled form matches at least as
//! much as the written one.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;

use regex_syntax::hir::{Class, Hir, HirKind};
use serde::Deserialize;

/// Maximum number of sequences per form.
const MAX_SEQUENCES: usize = 64;
/// Minimum length of the fixed text by which a token is found.
const MIN_ANCHOR: usize = 2;
/// Maximum number of possible first characters of a form without fixed text.
const MAX_FIRST: u32 = 8;

/// The table as it is written in YAML.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    sources: BTreeMap<String, Source>,
    tokens: Vec<Token>,
    named: Vec<Named>,
}

/// A published table that entries are taken from.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "for readers of the table")]
struct Source {
    version: Option<String>,
    licence: String,
    url: Option<String>,
}

/// A token that is recognized by its format.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Token {
    id: String,
    source: String,
    form: String,
    /// Text before the form that is not part of the secret and stays visible.
    #[serde(default)]
    after: String,
    /// True if ordinary words can begin like the token, so that the text after its fixed text must be neither words nor a digest.
    #[serde(default)]
    mixed: bool,
    /// True if ordinary words can begin like the token, so that only whole tokens are masked.
    #[serde(default)]
    whole: bool,
    #[serde(default)]
    #[expect(dead_code, reason = "for readers of the table")]
    see: Option<String>,
}

/// A value of this form after a name that contains one of these words.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    id: String,
    source: String,
    names: Vec<String>,
    form: String,
    #[serde(default)]
    #[expect(dead_code, reason = "for readers of the table")]
    see: Option<String>,
}

/// A run of characters of one set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Run {
    /// The set, with one bit per ASCII character.
    set: u128,
    min: u32,
    /// Maximum number of characters; `u32::MAX` for no limit.
    max: u32,
}

/// Returns the source code of the compiled tables.
pub fn compile(yaml: &str) -> Result<String, Box<dyn Error>> {
    let table: Table = serde_saphyr::from_str(yaml)?;
    let mut out = Out::default();
    for token @ Token { id, source, form, .. } in &table.tokens {
        known(&table, id, source)?;
        for sequence in sequences_of(id, form)? {
            out.token(token, &sequence).map_err(|fault| format!("token `{id}`: {fault}"))?;
        }
    }
    for Named { id, source, names, form, .. } in &table.named {
        known(&table, id, source)?;
        for sequence in sequences_of(id, form)? {
            out.named(names, &sequence);
        }
    }
    Ok(out.finish())
}

fn known(table: &Table, id: &str, source: &str) -> Result<(), String> {
    match table.sources.contains_key(source) {
        true => Ok(()),
        false => Err(format!("token `{id}`: no source is called `{source}`")),
    }
}

/// Returns the sequences of runs of a form.
fn sequences_of(id: &str, form: &str) -> Result<Vec<Vec<Run>>, String> {
    let hir = regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build().parse(form);
    let hir = hir.map_err(|error| format!("token `{id}`: {error}"))?;
    let all = sequences(&hir).map_err(|fault| format!("token `{id}`: {fault}"))?;
    Ok(all.into_iter().map(|runs| without_going_back(merged(runs))).collect())
}

fn sequences(hir: &Hir) -> Result<Vec<Vec<Run>>, String> {
    let one = |set| vec![vec![Run { set, min: 1, max: 1 }]];
    let all = match hir.kind() {
        HirKind::Empty => vec![Vec::new()],
        HirKind::Literal(literal) => {
            let run = |byte: &u8| match byte {
                0..=127 => Ok(Run { set: 1 << byte, min: 1, max: 1 }),
                _ => Err("only ASCII can be looked for".to_owned()),
            };
            vec![literal.0.iter().map(run).collect::<Result<_, _>>()?]
        }
        HirKind::Class(Class::Bytes(class)) => {
            let bytes = class.ranges().iter().flat_map(|range| range.start()..=range.end());
            one(bytes.filter(|byte| *byte < 128).fold(0, |set, byte| set | 1 << byte))
        }
        HirKind::Class(Class::Unicode(class)) => {
            let chars = class.ranges().iter().flat_map(|range| range.start()..=range.end().min('\u{7f}'));
            one(chars.fold(0, |set, c| set | 1 << u32::from(c)))
        }
        HirKind::Capture(capture) => sequences(&capture.sub)?,
        HirKind::Alternation(parts) => {
            let each: Result<Vec<_>, _> = parts.iter().map(sequences).collect();
            each?.into_iter().flatten().collect()
        }
        HirKind::Concat(parts) => {
            let mut all = vec![Vec::new()];
            for part in parts {
                all = pairs(&all, &sequences(part)?);
            }
            all
        }
        HirKind::Repetition(repetition) => {
            repeated(&sequences(&repetition.sub)?, repetition.min, repetition.max)
        }
        HirKind::Look(_) => return Err("a form says nothing of what stands around it".to_owned()),
    };
    match all.len() {
        0..=MAX_SEQUENCES => Ok(all),
        many => Err(format!("it stands for {many} sequences; {MAX_SEQUENCES} are the limit")),
    }
}

fn pairs(first: &[Vec<Run>], second: &[Vec<Run>]) -> Vec<Vec<Run>> {
    let pair =
        |a: &Vec<Run>| second.iter().map(move |b| [a.as_slice(), b.as_slice()].concat()).collect::<Vec<_>>();
    first.iter().flat_map(pair).collect()
}

/// Repeats a part; the optional repetitions are widened to one run of all its characters.
fn repeated(part: &[Vec<Run>], min: u32, max: Option<u32>) -> Vec<Vec<Run>> {
    if let [sequence] = part
        && let [run] = sequence.as_slice()
        && (run.min, run.max) == (1, 1)
    {
        return vec![vec![Run { min, max: max.unwrap_or(u32::MAX), ..*run }]];
    }
    let mut all = vec![Vec::new()];
    for _ in 0..min {
        all = pairs(&all, part);
    }
    if max != Some(min) {
        let set = part.iter().flatten().fold(0, |set, run| set | run.set);
        all.iter_mut().for_each(|sequence| sequence.push(Run { set, min: 0, max: u32::MAX }));
    }
    all
}

/// Merges adjacent runs of the same set.
fn merged(runs: Vec<Run>) -> Vec<Run> {
    let mut out: Vec<Run> = Vec::new();
    for run in runs {
        match out.last_mut() {
            // Fixed text stays character by character.
            Some(last) if last.set == run.set && run.set.count_ones() > 2 => {
                last.min += run.min;
                last.max = last.max.saturating_add(run.max);
            }
            _ => out.push(run),
        }
    }
    out
}

/// Widens the rest of the sequence after a run of variable length that could consume characters of the next run.
fn without_going_back(mut runs: Vec<Run>) -> Vec<Run> {
    let overlaps = |pair: &[Run]| pair[0].min != pair[0].max && pair[0].set & pair[1].set != 0;
    if let Some(at) = runs.windows(2).position(overlaps) {
        let rest = runs.split_off(at);
        let wide =
            |wide: Run, run: &Run| Run { set: wide.set | run.set, min: wide.min + run.min, max: u32::MAX };
        runs.push(rest.iter().fold(Run { set: 0, min: 0, max: 0 }, wide));
    }
    runs
}

/// The tables being generated.
#[derive(Default)]
struct Out {
    classes: Vec<u128>,
    tokens: String,
    named: String,
}

impl Out {
    fn token(&mut self, token: &Token, runs: &[Run]) -> Result<(), String> {
        let Token { after: shown, mixed, .. } = token;
        let found = || anchor(runs).or_else(|| few(runs)).or_else(|| mark(runs));
        let Range { start, end } = match shown.as_str() {
            "" => found().ok_or("it has no fixed text by which it could be found")?,
            _ => Range { start: 0, end: 0 },
        };
        // A single separator inside a token is not a sufficient prefix.
        let whole = token.whole || end - start == 1;
        let folds = runs[start..end].iter().any(|run| run.set.count_ones() == 2);
        let text: String = match shown.as_str() {
            "" => runs[start..end].iter().map(|run| first(run.set)).collect(),
            shown => shown.to_owned(),
        };
        let text = if folds { text.to_ascii_lowercase() } else { text };
        let (before, after) = (self.parts(&runs[..start]), self.parts(&runs[end..]));
        let shows = shown.len();
        writeln!(
            self.tokens,
            "    Form {{ anchor: {text:?}, folds: {folds}, shows: {shows}, mixed: {mixed}, whole: {whole}, \
             before: &[{before}], after: &[{after}] }},"
        )
        .map_err(|error| error.to_string())
    }

    fn named(&mut self, names: &[String], runs: &[Run]) {
        let parts = self.parts(runs);
        for name in names {
            self.named.push_str(&format!("    ({:?}, &[{parts}]),\n", name.to_ascii_lowercase()));
        }
    }

    fn parts(&mut self, runs: &[Run]) -> String {
        let part = |Run { set, min, max }: &Run| {
            let class = self.classes.iter().position(|known| known == set).unwrap_or_else(|| {
                self.classes.push(*set);
                self.classes.len() - 1
            });
            format!("Run {{ class: {class}, min: {min}, max: {max} }}")
        };
        runs.iter().map(part).collect::<Vec<_>>().join(", ")
    }

    fn finish(self) -> String {
        let Self { classes, tokens, named } = self;
        let count = classes.len();
        let classes: String = classes.iter().map(|set| format!("    {set:#x},\n")).collect();
        format!(
            "pub(super) const CLASSES: [u128; {count}] = [\n{classes}];\n\
             pub(super) static FORMS: &[Form] = &[\n{tokens}];\n\
             pub(super) static NAMED: &[(&str, &[Run])] = &[\n{named}];\n"
        )
    }
}

/// Returns the fixed text of a form: its prefix if that is long enough, otherwise the longest fixed part.
fn anchor(runs: &[Run]) -> Option<Range> {
    let is_fixed =
        |run: &Run| (run.min, run.max) == (1, 1) && (run.set.count_ones() == 1 || is_letter(run.set));
    let mut best: Option<Range> = None;
    let mut start = 0;
    while start < runs.len() {
        let length = runs[start..].iter().take_while(|run| is_fixed(run)).count();
        let is_longer = best.is_none_or(|best| length > best.end - best.start);
        if length >= MIN_ANCHOR && is_longer {
            best = Some(Range { start, end: start + length });
            if start == 0 {
                break;
            }
        }
        start += length.max(1);
    }
    best
}

/// Returns an empty range if the form has no fixed text but only a few possible first pairs of characters.
fn few(runs: &[Run]) -> Option<Range> {
    let is_fixed =
        runs.first().is_some_and(|run| (run.min, run.max) == (1, 1) && run.set.count_ones() <= MAX_FIRST);
    (is_fixed && runs.get(1).is_some_and(|run| run.min > 0)).then_some(Range { start: 0, end: 0 })
}

/// Returns the last single separator inside the form.
fn mark(runs: &[Run]) -> Option<Range> {
    let is_mark = |run: &Run| {
        (run.min, run.max, run.set.count_ones()) == (1, 1, 1) && first(run.set).is_ascii_punctuation()
    };
    // The part after the separator must not be optional.
    let is_followed = |at: &usize| runs.get(at + 1).is_some_and(|run| run.min > 0);
    let at = (1..runs.len()).filter(is_followed).rfind(|at| is_mark(&runs[*at]))?;
    Some(Range { start: at, end: at + 1 })
}

#[derive(Clone, Copy)]
struct Range {
    start: usize,
    end: usize,
}

/// Returns true if the set consists of one letter in upper and lower case.
fn is_letter(set: u128) -> bool {
    set.count_ones() == 2
        && first(set).is_ascii_uppercase()
        && set == 1 << u32::from(first(set)) | 1 << (u32::from(first(set)) + 32)
}

fn first(set: u128) -> char {
    char::from(u8::try_from(set.trailing_zeros().min(127)).unwrap_or(b'?'))
}
