//! Where in a rule file each part of a rule stands, which the rules themselves do not keep.

use std::collections::HashMap;

use serde::Deserialize;
use serde_saphyr::Spanned;

use crate::catalogue::{Location, Rule, RuleFile};

/// The places of the parts of rules, by the place of each rule.
#[derive(Debug, Default)]
pub(super) struct Places(HashMap<(String, u64), RulePlaces>);

#[derive(Debug, Default)]
struct RulePlaces {
    examples: Vec<Location>,
    counter_examples: Vec<Location>,
    references: Vec<Location>,
    fixes: Vec<Location>,
}

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    rules: Vec<Parts>,
}

#[derive(Deserialize)]
struct Parts {
    id: Spanned<String>,
    #[serde(default)]
    examples: Vec<Spanned<String>>,
    #[serde(default)]
    counter_examples: Vec<Spanned<String>>,
    #[serde(default)]
    references: Vec<Spanned<String>>,
    #[serde(default)]
    fixes: Vec<FixParts>,
}

#[derive(Deserialize)]
struct FixParts {
    say: Spanned<String>,
    run: Option<Spanned<String>>,
}

impl Places {
    /// Those in files that were read before, so that they can be read again.
    pub fn of(files: &[RuleFile]) -> Self {
        let mut places = HashMap::new();
        for file in files {
            let Ok(File { rules }) = serde_saphyr::from_str::<File>(&file.text) else { continue };
            for rule in rules {
                let all = |parts: &[Spanned<String>]| parts.iter().map(|part| file.location(part)).collect();
                let of_fix = |fix: &FixParts| file.location(fix.run.as_ref().unwrap_or(&fix.say));
                let parts = RulePlaces {
                    examples: all(&rule.examples),
                    counter_examples: all(&rule.counter_examples),
                    references: all(&rule.references),
                    fixes: rule.fixes.iter().map(of_fix).collect(),
                };
                let at = file.location(&rule.id);
                places.insert((at.file, at.line), parts);
            }
        }
        Self(places)
    }

    fn find<'p>(
        &'p self,
        rule: &'p Rule,
        index: usize,
        parts: impl Fn(&RulePlaces) -> &Vec<Location>,
    ) -> &'p Location {
        let places = self.0.get(&(rule.location.file.clone(), rule.location.line));
        places.and_then(|places| parts(places).get(index)).unwrap_or(&rule.location)
    }

    /// Where a rule's example stands.
    pub fn example<'p>(&'p self, rule: &'p Rule, index: usize) -> &'p Location {
        self.find(rule, index, |places| &places.examples)
    }

    /// Where a rule's counter-example stands.
    pub fn counter_example<'p>(&'p self, rule: &'p Rule, index: usize) -> &'p Location {
        self.find(rule, index, |places| &places.counter_examples)
    }

    /// Where a rule's reference stands.
    pub fn reference<'p>(&'p self, rule: &'p Rule, index: usize) -> &'p Location {
        self.find(rule, index, |places| &places.references)
    }

    /// Where a rule's fix stands: its command, where it has one.
    pub fn fix<'p>(&'p self, rule: &'p Rule, index: usize) -> &'p Location {
        self.find(rule, index, |places| &places.fixes)
    }
}
