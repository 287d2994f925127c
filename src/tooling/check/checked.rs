//! The rules being checked, with their context.

use std::collections::HashSet;

use crate::catalogue::{Location, Rule, RuleFile};
use crate::engine::Engine;
use crate::tooling::places::Places;
use crate::tooling::test::rules_of;

/// The rules being checked, and all other rules of the catalogue.
pub(super) struct Checked<'a> {
    pub engine: &'a Engine,
    pub files: &'a [RuleFile],
    pub names: HashSet<&'a str>,
    /// The rules of the checked files with their indices.
    pub rules: Vec<(usize, &'a Rule)>,
    pub places: Places,
}

impl<'a> Checked<'a> {
    pub fn new(engine: &'a Engine, files: &'a [RuleFile]) -> Self {
        let names: HashSet<&str> = files.iter().map(|file| file.file.as_str()).collect();
        let rules = rules_of(engine, files).into_iter().map(|index| (index, engine.rule(index)));
        Self { engine, files, names, rules: rules.collect(), places: Places::of(files) }
    }

    pub fn has_file(&self, name: &str) -> bool {
        self.files.is_empty() || self.names.contains(name)
    }

    pub fn has_rule(&self, index: usize) -> bool {
        let rule = self.engine.rule(index);
        self.has_file(&rule.location.file) || rule.more_examples_in.iter().any(|file| self.has_file(file))
    }

    /// Returns the text of a line of the files.
    pub fn line(&self, location: &Location) -> Option<String> {
        self.files.iter().find(|file| file.file == location.file)?.line(location.line)
    }
}
