//! Loads rule files in layers, each checked as a whole.

mod concepts;
mod names;
mod tables;

use std::collections::{BTreeMap, HashMap};
use std::hash::{Hash, Hasher};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use serde_saphyr::Spanned;
use xxhash_rust::xxh3::Xxh3;

use super::atom_index::AtomIndex;
use super::code_table::{CodePlace, CodeTable, Desugared};
use super::concepts::Concepts;
use super::encoded::Encoded;
use super::expressions::Expressions;
use super::lists::{self, Lists};
use super::overlay::{Change, RawMoreExamples};
use super::raw_file::{RawFile, RawRule, RawSignature};
use super::required_atoms::{Groups, RequiredAtom, Requirements};
use super::rule_file::RuleFile;
use super::rule_index::RuleIndex;
use super::{
    Category, Location, Problem, ProblemCode, Problems, Retired, Rule, Signature, SignatureKind,
    TrigramFrequencies, signature,
};

/// Maximum number of reported faults. Nobody reads more, and each costs a search for the most similar name.
const MAX_PROBLEMS: usize = 200;

/// All active rules, in a fixed order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Catalogue {
    rules: Vec<Encoded<Rule>>,
    index: RuleIndex,
    shared: Groups,
    lists: Lists,
    tables: Encoded<Vec<CodeTable>>,
    concepts: Encoded<Concepts>,
    retired: Vec<Retired>,
    fingerprint: u64,
    /// Changes of overlays that have no effect any more.
    #[serde(skip)]
    idle: Vec<Problem>,
}

impl Catalogue {
    /// Returns the catalogue with its shared groups only.
    pub fn without_rules(self) -> Self {
        let mut concepts = self.concepts.into_inner();
        concepts.likely.clear();
        let (index, concepts) = (RuleIndex::default(), concepts.into());
        Self { rules: Vec::new(), index, concepts, retired: Vec::new(), ..self }
    }

    /// Returns the active rules.
    pub fn rules(&self) -> &[Encoded<Rule>] {
        &self.rules
    }

    /// Returns the index of the rule with an id.
    pub fn find(&self, id: &str) -> Option<usize> {
        self.index.find(id)
    }

    /// Returns the indices of the rules that lose to the given one on equal evidence.
    pub fn losers(&self, rule: usize) -> &[usize] {
        self.index.losers(rule)
    }

    /// Returns the index of the atoms that the rules require.
    pub fn atoms(&self) -> &AtomIndex {
        &self.index.atoms
    }

    /// Returns the sets of atoms that a signature requires, at least one atom of each set.
    pub fn required<'c>(
        &'c self,
        signature: &'c Signature,
        background: &'c TrigramFrequencies,
    ) -> Vec<Vec<RequiredAtom<'c>>> {
        Requirements { groups: &self.shared, background }.of_signature(signature)
    }

    /// Returns the lists of words by name.
    pub fn lists(&self) -> &BTreeMap<String, Vec<String>> {
        &self.lists
    }

    /// Returns the shared groups of signatures by name.
    pub fn shared(&self) -> &BTreeMap<String, Encoded<Vec<Signature>>> {
        &self.shared
    }

    /// Returns the code tables.
    pub fn tables(&self) -> &[CodeTable] {
        self.tables.get()
    }

    /// Returns the concepts, and what records that hold them likely mean.
    pub fn concepts(&self) -> &Encoded<Concepts> {
        &self.concepts
    }

    /// Returns the ids that were released and are no longer in use.
    pub fn retired(&self) -> &[Retired] {
        &self.retired
    }

    /// Returns the changes of overlays that have no effect, because their date has passed or the rule does not exist.
    pub fn idle_overrides(&self) -> &[Problem] {
        &self.idle
    }

    /// Returns sixteen hexadecimal digits that change with every change of a rule file.
    pub fn fingerprint(&self) -> String {
        format!("{:016x}", self.fingerprint)
    }
}

/// Loads layers of rules, each on top of the ones before.
pub struct Loader<'b> {
    background: &'b TrigramFrequencies,
    /// The files that were read, for the lines shown in problems.
    sources: Vec<RuleFile>,
    /// The expressions of the current layer.
    expressions: Expressions,
    rules: Vec<Rule>,
    index: HashMap<String, usize>,
    shared: Groups,
    lists: Lists,
    tables: Vec<CodeTable>,
    concepts: Concepts,
    /// The codes of the tables so far, in each of their places: the rule and the location of each.
    codes: HashMap<(CodePlace, String), (String, Location)>,
    retired: Vec<Retired>,
    /// Changes of overlays to rules in other files, and the current date.
    changes: Vec<Change>,
    today: Option<String>,
    /// Additional examples of rules in other files.
    more_examples: Vec<(Location, RawMoreExamples)>,
    /// Ids of rules that are removed at the end; until then they are known names.
    disabled: Vec<String>,
    overrides: Vec<(Location, String)>,
    /// Rules of the current layer without a signature of their own, with the problem that this is unless a code table has one.
    unsigned: Vec<(String, Problem)>,
    /// References to shared groups, which are resolved when all files are read.
    wanted: Vec<(Location, String)>,
    problems: Vec<Problem>,
    /// A hash function with the same result for every compiler.
    hasher: Xxh3,
}

impl<'b> Loader<'b> {
    /// Creates a loader without rules.
    pub fn new(background: &'b TrigramFrequencies) -> Self {
        Self {
            background,
            sources: Vec::new(),
            expressions: Expressions::default(),
            rules: Vec::new(),
            index: HashMap::new(),
            shared: BTreeMap::new(),
            lists: Lists::new(),
            tables: Vec::new(),
            concepts: Concepts::default(),
            codes: HashMap::new(),
            retired: Vec::new(),
            changes: Vec::new(),
            today: None,
            more_examples: Vec::new(),
            disabled: Vec::new(),
            overrides: Vec::new(),
            unsigned: Vec::new(),
            wanted: Vec::new(),
            problems: Vec::new(),
            hasher: Xxh3::new(),
        }
    }

    /// Starts with the rules of a loaded catalogue.
    pub fn begin(&mut self, base: Catalogue) {
        base.fingerprint.hash(&mut self.hasher);
        self.rules = base.rules.into_iter().map(Encoded::into_inner).collect();
        self.index = self.rules.iter().enumerate().map(|(at, rule)| (rule.id.clone(), at)).collect();
        self.retired = base.retired;
        (self.shared, self.lists) = (base.shared, base.lists);
        (self.tables, self.concepts) = (base.tables.into_inner(), base.concepts.into_inner());
    }

    /// Sets the current date, such as 2027-01-31, with which the `until` dates of overlays are compared.
    pub fn today(&mut self, today: String) {
        self.today = Some(today);
    }

    /// Records a fault.
    pub fn fail(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// Adds the files of one layer. Ids must be unique within it, and replace those of earlier layers.
    pub fn layer(&mut self, files: impl IntoIterator<Item = RuleFile>) {
        let sources: Vec<RuleFile> = files.into_iter().collect();
        let mut files: Vec<_> =
            sources.par_iter().map(|source| serde_saphyr::from_str::<RawFile>(&source.text)).collect();
        for file in files.iter_mut().flatten() {
            self.lists.extend(file.lists.clone());
        }
        for (source, file) in sources.iter().zip(&mut files) {
            let Ok(file) = file else { continue };
            self.problems.extend(lists::expand(file, source, &self.lists));
        }
        // The signatures that each table adds to rules, in the order of the tables.
        let with_source =
            sources.iter().zip(&files).filter_map(|(source, file)| Some((source, file.as_ref().ok()?)));
        let added: Vec<Vec<Desugared>> = with_source
            .flat_map(|(source, file)| file.code_tables.iter().map(move |table| table.desugar(source)))
            .collect();
        let written = files.iter().flatten().flat_map(RawFile::signatures);
        let of_tables = added.iter().flatten().map(|desugared| &desugared.signature);
        self.expressions = Expressions::of(written.chain(of_tables), self.background);
        let mut added = added.into_iter();
        let mut seen: HashMap<String, Location> = HashMap::new();
        let (mut tables, mut concepts) = (Vec::new(), Vec::new());
        for (source, file) in sources.iter().zip(files) {
            source.text.hash(&mut self.hasher);
            match file {
                Ok(mut raw) => {
                    let own: Vec<_> =
                        std::mem::take(&mut raw.code_tables).into_iter().zip(added.by_ref()).collect();
                    let raw_concepts = raw.concepts.take();
                    let has_more = !own.is_empty() || raw_concepts.is_some();
                    self.file(source, raw, has_more, &mut seen);
                    concepts.extend(raw_concepts.map(|raw| (source, raw)));
                    tables.push((source, own));
                }
                Err(error) => self.problems.push(source.yaml_problem(&error)),
            }
        }
        // The rules of a table may stand in another file.
        let mut seen: HashMap<String, Location> = HashMap::new();
        tables.into_iter().for_each(|(source, tables)| self.tables(source, tables, &mut seen));
        concepts.into_iter().for_each(|(source, raw)| self.concepts(source, raw));
        for (id, problem) in std::mem::take(&mut self.unsigned) {
            if self.index.get(&id).is_some_and(|&at| self.rules[at].codes.is_empty()) {
                self.problems.push(problem);
            }
        }
        self.sources.extend(sources);
    }

    fn file(
        &mut self,
        source: &RuleFile,
        raw: RawFile,
        has_more: bool,
        seen: &mut HashMap<String, Location>,
    ) {
        let start = Location { file: source.file.clone(), line: 1, column: 1 };
        let has_rules = !raw.rules.is_empty()
            || !raw.shared.is_empty()
            || raw.retired.is_some()
            || !raw.lists.is_empty()
            || has_more;
        let is_of_others =
            !raw.disable.is_empty() || !raw.severity.is_empty() || !raw.more_examples.is_empty();
        if !has_rules && !is_of_others {
            self.problems.push(source.problem(
                ProblemCode::InvalidYaml,
                &start,
                "the file has no rules",
                "a list under `rules:` (with `category:`), `disable:`, `severity:`, `more_examples:`, `shared:` or `retired:`",
            ));
        }
        for (name, signatures) in raw.shared {
            let group = self.signatures(source, signatures);
            for nested in group.iter().filter(|s| matches!(s.kind, SignatureKind::Shared(_))) {
                self.problems.push(source.problem(
                    ProblemCode::BadSignature,
                    &nested.location,
                    format!("the shared group `{name}` refers to another shared group"),
                    "literal, regex, http_status, error_code or field signatures",
                ));
            }
            self.shared.insert(name, group.into());
        }
        self.retired.extend(raw.retired.into_iter().flatten().map(|retired| retired.value));
        let disabled = raw.disable.into_iter().map(|raw| Change::disable(raw, source));
        let changed = disabled.chain(raw.severity.into_iter().map(|raw| Change::severity(raw, source)));
        for change in changed {
            match change {
                Ok(change) => self.changes.push(change),
                Err(problem) => self.problems.push(problem),
            }
        }
        let more = raw.more_examples.into_iter().map(|more| (source.location(&more), more.value));
        self.more_examples.extend(more);
        let none = self.signatures(source, raw.none);
        match raw.category {
            Some(category) => {
                for rule in raw.rules {
                    self.rule(source, category, &none, rule, seen);
                }
            }
            None if !raw.rules.is_empty() => self.problems.push(source.problem(
                ProblemCode::MissingKey,
                &start,
                "missing field `category`",
                "`category:` with a category of the taxonomy, such as `category: rate_limit`",
            )),
            None => {}
        }
    }

    /// Adds an id of the layer to `seen`; reports it and returns false if it is there already.
    fn is_new(
        &mut self,
        source: &RuleFile,
        id: &str,
        location: &Location,
        expected: &str,
        seen: &mut HashMap<String, Location>,
    ) -> bool {
        if let Some(first) = seen.get(id) {
            let message = format!("the id `{id}` is used twice; first at {first}");
            self.problems.push(source.problem(ProblemCode::DuplicateId, location, message, expected));
            return false;
        }
        seen.insert(id.to_owned(), location.clone());
        true
    }

    fn rule(
        &mut self,
        source: &RuleFile,
        category: Category,
        none: &[Signature],
        raw: RawRule,
        seen: &mut HashMap<String, Location>,
    ) {
        if self.has_faults_enough() {
            return;
        }
        let location = source.location(&raw.id);
        let id = raw.id.value;
        if !is_rule_id(&id) {
            self.problems.push(source.problem(
                ProblemCode::BadId,
                &location,
                format!("`{id}` is not a rule id"),
                "two lower-case names joined by a slash, such as rate-limit/requests",
            ));
        }
        if !self.is_new(source, &id, &location, "a different id, or delete one of the two rules", seen) {
            return;
        }

        for (list, name) in [(raw.causes.len(), "causes"), (raw.fixes.len(), "fixes")] {
            if list == 0 && category != Category::None {
                self.problems.push(source.problem(
                    ProblemCode::IncompleteRule,
                    &location,
                    format!("the rule `{id}` has no {name}"),
                    format!("at least one entry under `{name}:`"),
                ));
            }
        }
        if raw.any.is_empty() && raw.all.is_empty() && !raw.likely {
            let problem = source.problem(
                ProblemCode::BadSignature,
                &location,
                format!("the rule `{id}` has no signature"),
                "at least one signature under `any:` or `all:`, or a code of a table",
            );
            self.unsigned.push((id.clone(), problem));
        }
        for other in raw.overrides.iter().chain(&raw.too_soon).chain(&raw.at_gateway) {
            self.overrides.push((source.location(other), other.value.clone()));
        }

        let rule = Rule {
            title: raw.title,
            category,
            severity: raw.severity,
            any: self.signatures(source, raw.any),
            codes: Vec::new(),
            all: self.signatures(source, raw.all),
            none: none.iter().cloned().chain(self.signatures(source, raw.none)).collect(),
            overrides: raw.overrides.into_iter().map(|o| o.value).collect(),
            echo_of: raw.echo_of,
            too_soon: raw.too_soon.map(|other| other.value),
            at_gateway: raw.at_gateway.map(|other| other.value),
            unless_answered: raw.unless_answered,
            general: raw.general,
            likely: raw.likely,
            causes: raw.causes,
            fixes: raw.fixes,
            limits: raw.limits,
            references: raw.references,
            examples: raw.examples,
            counter_examples: raw.counter_examples,
            more_examples_in: Vec::new(),
            location,
            id: id.clone(),
        };
        match self.index.get(&id) {
            Some(&at) => {
                let codes = std::mem::take(&mut self.rules[at].codes);
                self.rules[at] = Rule { codes, ..rule };
            }
            None => {
                self.index.insert(id, self.rules.len());
                self.rules.push(rule);
            }
        }
    }

    fn signatures(&mut self, source: &RuleFile, raw: Vec<Spanned<RawSignature>>) -> Vec<Signature> {
        let mut signatures = Vec::with_capacity(raw.len());
        for spanned in raw {
            if self.has_faults_enough() {
                break;
            }
            let location = source.location(&spanned);
            match signature::read(spanned.value, location.clone(), &self.expressions) {
                Ok(signature) => {
                    if let SignatureKind::Shared(name) = &signature.kind {
                        self.wanted.push((location, name.clone()));
                    }
                    signatures.push(signature);
                }
                Err((code, message, expected)) => {
                    self.problems.push(source.problem(code, &location, message, expected));
                }
            }
        }
        signatures
    }

    /// Leaves out rules by id; an id that no rule has is a problem.
    pub fn disable(&mut self, ids: &[String]) {
        for id in ids {
            if !self.index.contains_key(id) {
                self.problems.push(self.unknown_rule("--disable", id));
            }
        }
        self.disabled.extend_from_slice(ids);
    }

    /// Returns the catalogue.
    ///
    /// # Errors
    /// Every fault in any of the files, with its file, line and column.
    pub fn finish(mut self) -> Result<Catalogue, Problems> {
        // Disabled rules are still known names, but the names in an unreadable file are unknown, so skip the check in that case.
        if !self.problems.iter().any(|problem| problem.code.hides_the_file()) {
            self.check_names();
            self.add_examples();
        }
        if self.has_faults_enough() {
            self.problems.truncate(MAX_PROBLEMS);
            let rest = self.problems.last().map(|last| Problem {
                message: format!("stopped after {MAX_PROBLEMS} problems"),
                expected: "fix these and check again".to_owned(),
                source_line: None,
                ..last.clone()
            });
            self.problems.extend(rest);
        }
        if !self.problems.is_empty() {
            return Err(Problems(self.problems));
        }
        self.rules.retain(|rule| !self.disabled.contains(&rule.id));
        let changes = std::mem::take(&mut self.changes);
        let mut idle = Vec::new();
        for change in changes {
            let problem = change.apply(&mut self.rules, self.today.as_deref());
            idle.extend(problem.map(|p| Problem { source_line: self.line(&p.location), ..p }));
        }
        for rule in &self.rules {
            (&rule.id, rule.severity).hash(&mut self.hasher);
        }
        let fingerprint = self.hasher.finish();
        let Self { rules, shared, lists, tables, concepts, retired, .. } = self;
        let index = RuleIndex::new(&rules, &Requirements { groups: &shared, background: self.background });
        let rules = rules.into_iter().map(Encoded::from).collect();
        let (tables, concepts) = (tables.into(), concepts.into());
        Ok(Catalogue { rules, index, shared, lists, tables, concepts, retired, fingerprint, idle })
    }

    fn has_faults_enough(&self) -> bool {
        self.problems.len() >= MAX_PROBLEMS
    }

    /// Records a fault at a location in a file.
    fn fail_at(&mut self, location: Location, problem: Problem) {
        let source_line = self.line(&location);
        self.problems.push(Problem { location, source_line, ..problem });
    }

    /// Returns the text of a line of a file that was read.
    fn line(&self, location: &Location) -> Option<String> {
        self.sources.iter().rfind(|source| source.file == location.file)?.line(location.line)
    }
}

/// Returns true if an id consists of two or more lower-case words (letters, digits, hyphens) joined by slashes.
pub fn is_rule_id(id: &str) -> bool {
    let mut words = 0;
    for word in id.split('/') {
        words += 1;
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if !word.starts_with(|c: char| c.is_ascii_lowercase()) || !word.chars().all(plain) {
            return false;
        }
    }
    words >= 2
}

#[cfg(test)]
mod tests;
