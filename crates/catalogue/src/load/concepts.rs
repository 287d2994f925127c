//! Adds the concepts of rule files, and checks the names and expressions in them.

use std::collections::BTreeMap;

use serde_saphyr::Spanned;

use super::super::concepts::{Likely, RawConcepts, RawLikely};
use super::super::near::{Near, Term, is_name};
use super::super::{Location, Problem, ProblemCode, RuleFile};
use super::Loader;

impl Loader<'_> {
    /// Adds the concepts of one file. The rules of all files must be loaded.
    pub(super) fn concepts(&mut self, source: &RuleFile, raw: RawConcepts) {
        let start = Location { file: source.file.clone(), line: 1, column: 1 };
        let RawConcepts { words, derived, negatable, negations, passed_over, failing, names, likely } = raw;
        for (name, phrases) in &words {
            let fault = match () {
                () if !is_name(name) => format!("`{name}` is not the name of a concept"),
                () if phrases.iter().all(|phrase| phrase.trim().is_empty()) => {
                    format!("the concept `{name}` has no words")
                }
                () => continue,
            };
            let expected = "a name in capitals such as CREDENTIAL, and a list of words and phrases";
            self.problems.push(source.problem(ProblemCode::BadConcept, &start, fault, expected));
        }
        self.concepts.words.extend(words);
        for name in negatable.iter().chain(&failing) {
            if !self.concepts.words.contains_key(name) {
                self.unknown_concept(source, &start, name);
            }
        }
        self.concepts.negatable.extend(negatable);
        self.concepts.failing.extend(failing);
        self.concepts.names.extend(names);
        for (mine, more) in self.concepts.negations.iter_mut().zip([negations, passed_over]) {
            mine.extend(more);
        }
        for likely in likely {
            if self.has_faults_enough() {
                return;
            }
            self.likely(source, likely, &derived);
        }
        self.concepts.likely.sort_by_key(|likely| std::cmp::Reverse(likely.rank));
    }

    fn likely(&mut self, source: &RuleFile, raw: Spanned<RawLikely>, derived: &BTreeMap<String, String>) {
        let location = source.location(&raw);
        let RawLikely { rule, harmless, rank, only_in, not_in, near } = raw.value;
        if rule.is_some() == harmless {
            let message = "a meaning needs a rule or must be harmless, and not both";
            let expected = "`rule: ID` or `harmless: true`";
            self.problems.push(source.problem(ProblemCode::BadConcept, &location, message, expected));
        }
        if let Some(rule) = &rule {
            self.check_rule_of_meaning(source, rule);
        }
        let mut expressions = Vec::new();
        for written in near {
            let location = source.location(&written);
            match Near::parse(&written.value, derived) {
                Ok(near) => {
                    self.check_concepts(source, &location, &near);
                    expressions.push(near);
                }
                Err(fault) => {
                    let message = format!("`{}` cannot be read: {fault}", written.value);
                    let expected = "concepts and words with gaps, such as CREDENTIAL ~6 (BAD | 'too old')";
                    self.problems.push(source.problem(ProblemCode::BadConcept, &location, message, expected));
                }
            }
        }
        let rule = rule.map(|rule| rule.value);
        self.concepts.likely.push(Likely { rule, rank, only_in, not_in, near: expressions });
    }

    /// A meaning is explained by a rule that is likely.
    fn check_rule_of_meaning(&mut self, source: &RuleFile, rule: &Spanned<String>) {
        let location = source.location(rule);
        let problem = match self.index.get(&rule.value).map(|&at| self.rules[at].likely) {
            Some(true) => return,
            Some(false) => {
                let message = format!("the rule `{}` is not one for likely meanings", rule.value);
                source.problem(ProblemCode::BadConcept, &location, message, "`likely: true` in the rule")
            }
            None => Problem {
                source_line: source.line(location.line),
                location,
                ..self.unknown_rule("likely", &rule.value)
            },
        };
        self.problems.push(problem);
    }

    fn check_concepts(&mut self, source: &RuleFile, location: &Location, near: &Near) {
        let mut unknown = Vec::new();
        for term in near.terms() {
            term.each(&mut |term| match term {
                Term::Concept(name) if !self.concepts.words.contains_key(name) => unknown.push(name.clone()),
                _ => {}
            });
        }
        for name in unknown {
            self.unknown_concept(source, location, &name);
        }
    }

    fn unknown_concept(&mut self, source: &RuleFile, location: &Location, name: &str) {
        let message = format!("unknown concept `{name}`");
        let expected =
            super::names::or_nearest(self.concepts.words.keys(), name, "a name under `words:` or `derived:`");
        self.problems.push(source.problem(ProblemCode::UnknownConcept, location, message, expected));
    }
}
