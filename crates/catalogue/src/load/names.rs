//! Resolves references to rules and groups in other files, once all files are read.

use super::super::did_you_mean::did_you_mean;
use super::super::{Location, Problem, ProblemCode};
use super::Loader;

impl Loader<'_> {
    /// Checks that every name exists: rules or families in `overrides`, groups in `shared`. A retired id must not be reused.
    pub(super) fn check_names(&mut self) {
        for (location, id) in std::mem::take(&mut self.overrides) {
            if self.has_faults_enough() {
                return;
            }
            let is_known = match id.strip_suffix('*') {
                Some(family) => self.index.keys().any(|known| known.starts_with(family)),
                None => self.index.contains_key(&id),
            };
            if !is_known {
                self.fail_at(location, self.unknown_rule("overrides", &id));
            }
        }
        for (location, name) in std::mem::take(&mut self.wanted) {
            if self.has_faults_enough() {
                return;
            }
            if !self.shared.contains_key(&name) {
                let message = format!("unknown shared group `{name}`");
                let expected = or_nearest(self.shared.keys(), &name, "the name of a group under `shared:`");
                let problem = Problem::new(ProblemCode::UnknownGroup, &location, message, expected);
                self.fail_at(location, problem);
            }
        }
        let mut back = Vec::new();
        for retired in &self.retired {
            let Some(rule) = self.index.get(&retired.id).map(|&at| &self.rules[at]) else { continue };
            back.push(Problem {
                code: ProblemCode::RetiredId,
                location: rule.location.clone(),
                message: format!("the id `{}` was retired: {}", retired.id, retired.why),
                expected: "a new id; reports of earlier versions still use the old one".to_owned(),
                source_line: self.line(&rule.location),
            });
        }
        self.problems.extend(back);
    }

    /// Adds the additional examples to their rules.
    pub(super) fn add_examples(&mut self) {
        for (location, more) in std::mem::take(&mut self.more_examples) {
            if self.has_faults_enough() {
                return;
            }
            match self.index.get(&more.rule) {
                Some(&at) => {
                    let rule = &mut self.rules[at];
                    rule.examples.extend(more.examples);
                    rule.counter_examples.extend(more.counter_examples);
                    rule.more_examples_in.push(location.file);
                }
                None => self.fail_at(location, self.unknown_rule("more_examples", &more.rule)),
            }
        }
    }

    pub(super) fn unknown_rule(&self, place: &str, id: &str) -> Problem {
        let retired = self.retired.iter().find(|retired| retired.id == id);
        let mut ids: Vec<&String> = self.index.keys().collect();
        ids.sort();
        Problem {
            code: ProblemCode::UnknownRule,
            location: Location { file: place.to_owned(), line: 0, column: 0 },
            message: match retired {
                Some(retired) => format!("the rule `{id}` was retired: {}", retired.why),
                None => format!("unknown rule `{id}`"),
            },
            expected: match retired.and_then(|retired| retired.replaced_by.as_ref()) {
                Some(heir) => format!("its replacement, `{heir}`"),
                None => or_nearest(ids.into_iter(), id, "the id of a rule"),
            },
            source_line: None,
        }
    }
}

/// Returns the expected form, with the most similar known name.
pub(super) fn or_nearest<'n>(known: impl Iterator<Item = &'n String>, name: &str, what: &str) -> String {
    match did_you_mean(known.map(String::as_str), name) {
        Some(nearest) => format!("{what}; the nearest is `{nearest}`"),
        None => what.to_owned(),
    }
}
