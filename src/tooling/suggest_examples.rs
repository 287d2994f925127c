//! Suggests examples and counter-examples that distinguish mutants from their rules where no existing example does, for
//! review by the author.

use std::fmt;

use rayon::prelude::*;

use crate::catalogue::{Rule, RuleFile, Signature, SignatureKind};
use crate::engine::{Engine, Variant};
use crate::redact::Redactor;

use super::automata::{Automata, Difference, Sought, as_pattern};
use super::mutate::{Line, List, Mutant, Mutants, retain_untold, tells};
use super::test::rules_of;
use super::verdicts::{Outcome, judge_counter_example, judge_example};
use super::yaml;

/// Possible beginnings of a line, as in OpenClaw's records; an example that another rule wins without a beginning may
/// pass with one.
const BEGINNINGS: [&str; 4] = [
    "",
    "Error: ",
    "2026-11-22T09:43:35.301Z error agents/runtime ",
    "2026-11-22T09:43:35.301Z warn gateway ",
];
/// Separators between two parts of a line.
const BETWEEN: [&str; 2] = [" ", ". "];
/// Maximum number of samples per shared group, and of examples with a replaced text.
const MAX_SAMPLES: usize = 4;

/// Method of finding a text that a signature matches and its mutant does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Search {
    /// By the changed part alone, which is fast.
    Witness,
    /// By the signature and its mutant alone.
    Alone,
    /// Among texts that no other signature of the list matches.
    BesideOthers,
}

const SEARCHES: [Search; 3] = [Search::Witness, Search::Alone, Search::BesideOthers];

/// Suggested lines for some rules. The `Display` form is a rule file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pins(pub Vec<RulePins>);

/// Suggested lines for one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RulePins {
    /// The rule's id.
    pub rule: String,
    /// Lines that the rule wins.
    pub examples: Vec<String>,
    /// Lines that the rule does not match.
    pub counter_examples: Vec<String>,
}

/// Suggests lines for the rules of some files that are part of `engine`; for all rules if `files` is empty.
pub fn suggest_examples(engine: &Engine, files: &[RuleFile]) -> Pins {
    let pins: Vec<RulePins> =
        rules_of(engine, files).par_iter().map(|&index| Suggester::new(engine, index).pins()).collect();
    let has_lines = |pins: &RulePins| !pins.examples.is_empty() || !pins.counter_examples.is_empty();
    Pins(pins.into_iter().filter(has_lines).collect())
}

impl fmt::Display for Pins {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "more_examples:")?;
        for pins in &self.0 {
            writeln!(out, "  - rule: {}", pins.rule)?;
            yaml::list(out, "examples", &pins.examples)?;
            yaml::list(out, "counter_examples", &pins.counter_examples)?;
        }
        Ok(())
    }
}

/// Finds lines for one rule.
struct Suggester<'e> {
    engine: &'e Engine,
    index: usize,
    rule: &'e Rule,
    automata: Automata,
}

impl<'e> Suggester<'e> {
    fn new(engine: &'e Engine, index: usize) -> Self {
        Self { engine, index, rule: engine.rule(index), automata: Automata::default() }
    }

    fn pins(mut self) -> RulePins {
        let mut pins =
            RulePins { rule: self.rule.id.clone(), examples: Vec::new(), counter_examples: Vec::new() };
        let mut left = Mutants::of(self.engine, self.index).survivors;
        left.reverse();
        while let Some((variant, mutant)) = left.pop() {
            let found = SEARCHES.iter().find_map(|&search| self.telling(&variant, &mutant, search));
            let Some((text, line)) = found else { continue };
            // The line may distinguish other mutants too.
            retain_untold(self.engine, self.index, (&text, line), &mut left);
            match line {
                Line::CounterExample => pins.counter_examples.push(text),
                _ => pins.examples.push(text),
            }
        }
        pins
    }

    /// Returns a line that distinguishes a mutant from the rule.
    fn telling(&mut self, variant: &Variant, mutant: &Mutant, search: Search) -> Option<(String, Line)> {
        let candidates = self.candidates(mutant, search).into_iter();
        let mut true_ones = candidates.filter(|(text, line)| self.is_true(text, *line));
        true_ones.find(|(text, line)| tells(self.engine, self.index, (text, *line), variant))
    }

    /// Returns true if a line passes as an example or counter-example and contains no secret.
    fn is_true(&self, text: &str, line: Line) -> bool {
        let outcome = match line {
            Line::CounterExample => judge_counter_example(self.engine, self.index, text),
            _ => judge_example(self.engine, self.index, text),
        };
        outcome == Outcome::Passed && Redactor::MASKING.clean(text) == text
    }

    /// Returns lines that may distinguish a mutant from its rule, the simplest first.
    fn candidates(&mut self, mutant: &Mutant, search: Search) -> Vec<(String, Line)> {
        let original = &mutant.list.of(self.rule)[mutant.at];
        let (lost, gained) = match search {
            Search::Witness => {
                let witness = mutant.witness.as_deref().and_then(Sought::new);
                let text = witness.and_then(|witness| Some(witness.shortest()?.to_owned()));
                let texts: Vec<String> = text.into_iter().collect();
                (texts.clone(), texts)
            }
            _ => (self.lost(original, mutant, search), self.gained(original, mutant, search)),
        };
        // A wider signature under `none:` makes the rule narrower.
        let (kept_out, let_in) = match mutant.list {
            List::None => (lost, gained),
            List::Any | List::All => (gained, lost),
        };
        let mut lines: Vec<(String, Line)> = Vec::new();
        for (texts, line) in [(let_in, Line::Example), (kept_out, Line::CounterExample)] {
            for text in texts {
                lines.extend(self.lines(mutant, &text).into_iter().map(|text| (text, line)));
            }
        }
        lines
    }

    /// Returns texts that a signature matches and its mutant does not, if possible none that another alternative of the
    /// rule matches.
    fn lost(&mut self, original: &Signature, mutant: &Mutant, search: Search) -> Vec<String> {
        match (&original.kind, &mutant.kind) {
            (SignatureKind::Regex(_), Some(SignatureKind::Regex(changed))) => {
                let Some(original) = self.automata.of(&original.kind) else { return Vec::new() };
                self.beyond(&original, changed, mutant, search)
            }
            (SignatureKind::Regex(_) | SignatureKind::Literal(_), None) => {
                if search == Search::Alone {
                    return self.samples(original);
                }
                let Some(original) = self.automata.of(&original.kind) else { return Vec::new() };
                self.beyond(&original, "", mutant, search)
            }
            (SignatureKind::ErrorCode(all), Some(SignatureKind::ErrorCode(rest))) => {
                all.iter().filter(|code| !rest.contains(code)).cloned().collect()
            }
            (SignatureKind::HttpStatus(all), Some(SignatureKind::HttpStatus(rest))) => {
                let lost = all.iter().filter(|status| !rest.contains(status));
                lost.map(|status| format!("HTTP {status}")).collect()
            }
            (_, None) => self.samples(original),
            _ => Vec::new(),
        }
    }

    /// Returns texts that a mutant's signature matches and the original does not.
    fn gained(&mut self, original: &Signature, mutant: &Mutant, search: Search) -> Vec<String> {
        match (as_pattern(&original.kind), &mutant.kind) {
            (Some(original), Some(SignatureKind::Regex(changed))) => match Sought::new(changed) {
                Some(changed) => self.beyond(&changed, &original, mutant, search),
                None => Vec::new(),
            },
            // Without one signature of `all:`, a line with only the others matches.
            (_, None) if mutant.list == List::All => vec![String::new()],
            _ => Vec::new(),
        }
    }

    /// Returns a text that an automaton matches and an expression does not.
    fn beyond(&self, inner: &Sought, outer: &str, mutant: &Mutant, search: Search) -> Vec<String> {
        let mut outers = vec![outer.to_owned()];
        if search == Search::BesideOthers {
            let others = mutant.list.of(self.rule).iter().enumerate().filter(|(at, _)| *at != mutant.at);
            outers.extend(others.filter_map(|(_, other)| as_pattern(&other.kind)));
        }
        let outers: Vec<String> =
            outers.iter().filter(|outer| !outer.is_empty()).map(|outer| format!("(?:{outer})")).collect();
        let Some(outer) = Sought::new(&outers.join("|")) else { return Vec::new() };
        match inner.beyond(&outer) {
            Difference::Line(line) => String::from_utf8(line).into_iter().collect(),
            Difference::None | Difference::Unknown => Vec::new(),
        }
    }

    /// Returns whole lines with a text and the other parts that the rule requires.
    fn lines(&mut self, mutant: &Mutant, text: &str) -> Vec<String> {
        let mut parts: Vec<String> = Vec::new();
        for (at, signature) in self.rule.all.iter().enumerate() {
            if mutant.list != List::All || at != mutant.at {
                parts.extend(self.samples(signature).into_iter().next());
            }
        }
        if mutant.list != List::Any {
            parts.extend(self.rule.any.iter().find_map(|s| self.samples(s).into_iter().next()));
        }
        let mut lines = Vec::new();
        let context = parts.join(" ");
        for beginning in BEGINNINGS {
            if context.is_empty() || text.is_empty() {
                lines.push(format!("{beginning}{context}{text}"));
                continue;
            }
            for between in BETWEEN {
                lines.push(format!("{beginning}{context}{between}{text}"));
                lines.push(format!("{beginning}{text}{between}{context}"));
            }
        }
        lines.extend(self.in_examples(mutant, text));
        if mutant.list == List::None {
            let examples = self.rule.examples.iter().filter(|example| !example.contains('\n'));
            lines.extend(
                examples.flat_map(|example| BETWEEN.map(|between| format!("{example}{between}{text}"))),
            );
        }
        lines
    }

    /// Returns the rule's examples with `text` in place of the part that the signature matches.
    fn in_examples(&mut self, mutant: &Mutant, text: &str) -> Vec<String> {
        let signature = &mutant.list.of(self.rule)[mutant.at];
        let Some(sought) = self.automata.of(&signature.kind) else { return Vec::new() };
        let replaced = |example: &String| {
            let found = sought.pattern.find(example.to_ascii_lowercase())?;
            Some(format!("{}{text}{}", example.get(..found.start)?, example.get(found.end..)?))
        };
        self.rule.examples.iter().filter_map(replaced).take(MAX_SAMPLES).collect()
    }

    /// Returns texts that a signature matches.
    fn samples(&mut self, signature: &Signature) -> Vec<String> {
        match &signature.kind {
            SignatureKind::Literal(text) => vec![text.clone()],
            SignatureKind::Regex(_) => {
                let sought = self.automata.of(&signature.kind);
                sought.and_then(|sought| Some(sought.shortest()?.to_owned())).into_iter().collect()
            }
            SignatureKind::HttpStatus(statuses) => {
                statuses.first().map(|status| format!("HTTP {status}")).into_iter().collect()
            }
            SignatureKind::ErrorCode(codes) => codes.first().cloned().into_iter().collect(),
            SignatureKind::Field(fields) => {
                let value = |values: &Vec<String>| values.first().map(|value| value.replace('*', ""));
                let fields: Vec<String> = fields
                    .iter()
                    .filter_map(|(name, values)| Some(format!("{name}={}", value(values)?)))
                    .collect();
                vec![fields.join(" ")]
            }
            SignatureKind::Shared(name) => {
                let group = self.engine.catalogue().shared().get(name);
                let group = group.into_iter().flat_map(|group| group.iter()).take(MAX_SAMPLES);
                group.flat_map(|signature| self.samples(signature)).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue;
    use crate::tooling::mutate;

    const RULES: &str = "\
category: dns
none:
  - field: { subsystem: [channels/*] }
rules:
  - id: dns/flurb
    title: t
    severity: error
    any:
      - regex: '\\bflurb (?:failed|crashed) \\d'
      - error_code: [EFLURB, EGLORB]
      - http_status: [502, 503]
      - regex: 'flurb 又(?:失败|断开)'
    none:
      - regex: 'harmless|on purpose'
    causes: [c]
    fixes: [{ say: s }]
    examples: ['flurb failed 7']
  - id: dns/glorb
    title: t
    severity: error
    all:
      - literal: glorb of
      - regex: 'lord (?:x|y)'
      - field: { provider: [local*] }
    overrides: [dns/*]
    causes: [c]
    fixes: [{ say: s }]
    examples: ['glorb of lord x provider=local1']
";

    #[test]
    fn the_lines_tell_all_mutants_from_their_rules() {
        let before = Engine::new(catalogue::from_text("x.yaml", RULES).expect("good"));
        assert!(mutate(&before, &[]).score < 25.0);
        let pins = suggest_examples(&before, &[]).to_string();
        let catalogue = catalogue::from_text("x.yaml", RULES).expect("good");
        let catalogue = catalogue::overlaid(catalogue, "pins.yaml", &pins);
        let after = Engine::new(catalogue.unwrap_or_else(|problems| panic!("{problems}\n{pins}")));
        let run = crate::tooling::test(&after, &[]);
        assert!(run.failures.is_empty(), "{:#?}", run.failures);
        let mutation = mutate(&after, &[]);
        assert_eq!(mutation.score, 100.0, "{:#?}\n{pins}", mutation.rules);
    }
}
