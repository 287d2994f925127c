//! Locations of the parts of rules in their files, which the loaded rules do not keep.

use std::collections::HashMap;

use serde::Deserialize;
use serde_saphyr::Spanned;

use crate::catalogue::{Location, Rule, RuleFile};

/// Locations of the parts of rules.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// Locations by the position of each rule.
    rules: HashMap<(String, u64), RulePlaces>,
    /// Locations of examples that are separate from their rule, by its id.
    more: HashMap<String, Examples>,
}

#[derive(Debug, Default)]
struct Examples {
    examples: Vec<Location>,
    counter_examples: Vec<Location>,
}

#[derive(Debug, Default)]
struct RulePlaces {
    examples: Examples,
    references: Vec<Location>,
    fixes: Vec<Location>,
}

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    rules: Vec<Parts>,
    #[serde(default)]
    more_examples: Vec<MoreExamples>,
}

#[derive(Deserialize)]
struct MoreExamples {
    rule: String,
    #[serde(default)]
    examples: Vec<Spanned<String>>,
    #[serde(default)]
    counter_examples: Vec<Spanned<String>>,
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
    /// Reads the locations from files that have already been loaded successfully.
    pub fn of(files: &[RuleFile]) -> Self {
        let mut places = Self::default();
        for file in files {
            let Ok(File { rules, more_examples }) = serde_saphyr::from_str::<File>(&file.text) else {
                continue;
            };
            let all = |parts: &[Spanned<String>]| -> Vec<Location> {
                parts.iter().map(|part| file.location(part)).collect()
            };
            for rule in rules {
                let of_fix = |fix: &FixParts| file.location(fix.run.as_ref().unwrap_or(&fix.say));
                let parts = RulePlaces {
                    examples: Examples {
                        examples: all(&rule.examples),
                        counter_examples: all(&rule.counter_examples),
                    },
                    references: all(&rule.references),
                    fixes: rule.fixes.iter().map(of_fix).collect(),
                };
                let at = file.location(&rule.id);
                places.rules.insert((at.file, at.line), parts);
            }
            for more in more_examples {
                let examples = places.more.entry(more.rule).or_default();
                examples.examples.extend(all(&more.examples));
                examples.counter_examples.extend(all(&more.counter_examples));
            }
        }
        places
    }

    fn rule(&self, rule: &Rule) -> Option<&RulePlaces> {
        self.rules.get(&(rule.location.file.clone(), rule.location.line))
    }

    /// Returns the location of example `index` of `count`; separate examples come last.
    fn find<'p>(
        &'p self,
        rule: &'p Rule,
        index: usize,
        count: usize,
        list: impl Fn(&Examples) -> &Vec<Location>,
    ) -> &'p Location {
        let more = self.more.get(&rule.id).map(&list);
        let apart = more.and_then(|more| more.get((index + more.len()).checked_sub(count)?));
        let own = || self.rule(rule).and_then(|places| list(&places.examples).get(index));
        apart.or_else(own).unwrap_or(&rule.location)
    }

    /// Returns the location of a rule's example.
    pub fn example<'p>(&'p self, rule: &'p Rule, index: usize) -> &'p Location {
        self.find(rule, index, rule.examples.len(), |places| &places.examples)
    }

    /// Returns the location of a rule's counter-example.
    pub fn counter_example<'p>(&'p self, rule: &'p Rule, index: usize) -> &'p Location {
        self.find(rule, index, rule.counter_examples.len(), |places| &places.counter_examples)
    }

    /// Returns the location of a rule's reference.
    pub fn reference<'p>(&'p self, rule: &'p Rule, index: usize) -> &'p Location {
        let place = self.rule(rule).and_then(|places| places.references.get(index));
        place.unwrap_or(&rule.location)
    }

    /// Returns the location of a rule's fix: that of its command, if it has one.
    pub fn fix<'p>(&'p self, rule: &'p Rule, index: usize) -> &'p Location {
        let place = self.rule(rule).and_then(|places| places.fixes.get(index));
        place.unwrap_or(&rule.location)
    }
}
