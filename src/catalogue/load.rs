//! Loading: the embedded files first, then overlays, each layer checked as a whole.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;

use regex::RegexBuilder;
use serde_saphyr::Spanned;

use super::rule::{RawFile, RawRule, RawSignature, Scalar};
use super::rule_file::{RuleFile, read_overlay};
use super::{Category, Evidence, Location, Problem, ProblemCode, Problems, Rule, Signature, SignatureKind};

/// The files of `rules/`, as (name, text), sorted by name.
static EMBEDDED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/embedded_rules.rs"));

/// A compiled regular expression larger than this is refused, so that a foreign rule cannot eat the memory.
pub(crate) const MAX_REGEX_SIZE: usize = 1 << 20;

/// Which rules to load.
#[derive(Debug, Clone, Default)]
pub struct Layers {
    /// Leave the embedded catalogue out.
    pub no_default_rules: bool,
    /// Files, or folders of `*.yaml` files, that lie over the embedded catalogue; an equal id replaces a rule.
    pub overlays: Vec<PathBuf>,
    /// Ids of rules to leave out.
    pub disable: Vec<String>,
}

/// All the rules in force, in a fixed order.
#[derive(Debug, Clone)]
pub struct Catalogue {
    rules: Vec<Rule>,
    fingerprint: u64,
}

impl Catalogue {
    /// The rules that were embedded at build time.
    ///
    /// # Errors
    /// The faults of the embedded files; a test keeps them free of any.
    pub fn embedded() -> Result<Self, Problems> {
        Self::load(&Layers::default())
    }

    /// The embedded rules, then each overlay over them, less the disabled ones.
    ///
    /// # Errors
    /// Every fault found in any of the files, with its file, line and column.
    pub fn load(layers: &Layers) -> Result<Self, Problems> {
        // Compiling each regular expression takes longer than reading a small log; a test does it for the embedded ones.
        let mut loader = Loader { trusted: true, ..Loader::default() };
        if !layers.no_default_rules {
            loader.layer(EMBEDDED.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())));
        }
        loader.trusted = false;
        for path in &layers.overlays {
            match read_overlay(path) {
                Ok(files) => loader.layer(files.into_iter()),
                Err(problem) => loader.problems.push(problem),
            }
        }
        loader.disable(&layers.disable);
        loader.finish()
    }

    /// The rules of one file's text, named `name` in messages. For tests and tools.
    ///
    /// # Errors
    /// Every fault found in the text.
    pub fn from_text(name: &str, text: &str) -> Result<Self, Problems> {
        let mut loader = Loader::default();
        loader.layer(std::iter::once((name.to_owned(), text.to_owned())));
        loader.finish()
    }

    /// The rules in force.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Sixteen hexadecimal digits that change whenever a rule file does.
    pub fn fingerprint(&self) -> String {
        format!("{:016x}", self.fingerprint)
    }
}

#[derive(Default)]
struct Loader {
    /// The regular expressions are known to be good.
    trusted: bool,
    rules: Vec<Rule>,
    index: HashMap<String, usize>,
    overrides: Vec<(Location, String, Option<String>)>,
    problems: Vec<Problem>,
    hasher: DefaultHasher,
}

impl Loader {
    /// Adds the files of one layer; ids must be unique within it, and replace those of earlier layers.
    fn layer(&mut self, files: impl Iterator<Item = (String, String)>) {
        let mut seen: HashMap<String, Location> = HashMap::new();
        for (file, text) in files {
            text.hash(&mut self.hasher);
            let source = RuleFile { file, text };
            match serde_saphyr::from_str::<RawFile>(&source.text) {
                Ok(raw) => {
                    for rule in raw.rules {
                        self.rule(&source, raw.category, rule, &mut seen);
                    }
                }
                Err(error) => self.problems.push(source.yaml_problem(&error)),
            }
        }
    }

    fn rule(
        &mut self,
        source: &RuleFile,
        category: Category,
        raw: RawRule,
        seen: &mut HashMap<String, Location>,
    ) {
        let location = source.location(&raw.id);
        let id = raw.id.value;
        if !is_rule_id(&id) {
            self.problems.push(source.problem(
                ProblemCode::BadId,
                &location,
                format!("`{id}` is not a rule id"),
                "two lower-case words joined by a slash, such as rate-limit/requests",
            ));
        }
        if let Some(first) = seen.get(&id) {
            self.problems.push(source.problem(
                ProblemCode::DuplicateId,
                &location,
                format!("the id `{id}` is used twice; first at {first}"),
                "an id of its own, or delete one of the two",
            ));
            return;
        }
        seen.insert(id.clone(), location.clone());

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
        if raw.any.is_empty() && raw.all.is_empty() {
            self.problems.push(source.problem(
                ProblemCode::BadSignature,
                &location,
                format!("the rule `{id}` looks for nothing"),
                "at least one signature under `any:` or `all:`",
            ));
        }
        for other in raw.overrides.iter() {
            let line = source.location(other);
            let text = source.line(line.line);
            self.overrides.push((line, other.value.clone(), text));
        }

        let rule = Rule {
            title: raw.title,
            category,
            severity: raw.severity,
            any: self.signatures(source, raw.any),
            all: self.signatures(source, raw.all),
            none: self.signatures(source, raw.none),
            overrides: raw.overrides.into_iter().map(|o| o.value).collect(),
            causes: raw.causes,
            fixes: raw.fixes,
            limits: raw.limits,
            references: raw.references,
            examples: raw.examples,
            counter_examples: raw.counter_examples,
            location,
            id: id.clone(),
        };
        match self.index.get(&id) {
            Some(&at) => self.rules[at] = rule,
            None => {
                self.index.insert(id, self.rules.len());
                self.rules.push(rule);
            }
        }
    }

    fn signatures(&mut self, source: &RuleFile, raw: Vec<Spanned<RawSignature>>) -> Vec<Signature> {
        let mut signatures = Vec::with_capacity(raw.len());
        for spanned in raw {
            let location = source.location(&spanned);
            match signature(spanned.value, location.clone(), self.trusted) {
                Ok(signature) => signatures.push(signature),
                Err((code, message, expected)) => {
                    self.problems.push(source.problem(code, &location, message, expected));
                }
            }
        }
        signatures
    }

    fn disable(&mut self, ids: &[String]) {
        for id in ids {
            if !self.index.contains_key(id) {
                self.problems.push(unknown_rule("--disable", id, &self.index));
            }
        }
        self.rules.retain(|rule| !ids.contains(&rule.id));
    }

    fn finish(mut self) -> Result<Catalogue, Problems> {
        // A disabled rule is still a known name; the rules of a file that could not be read are not known at all.
        let all_read = self.problems.iter().all(|p| p.code != ProblemCode::InvalidYaml);
        for (location, id, source_line) in std::mem::take(&mut self.overrides) {
            if all_read && !self.index.contains_key(&id) {
                let mut problem = unknown_rule("overrides", &id, &self.index);
                problem.location = location;
                problem.source_line = source_line;
                self.problems.push(problem);
            }
        }
        if !self.problems.is_empty() {
            return Err(Problems(self.problems));
        }
        for rule in &self.rules {
            rule.id.hash(&mut self.hasher);
        }
        Ok(Catalogue { rules: self.rules, fingerprint: self.hasher.finish() })
    }
}

fn unknown_rule(place: &str, id: &str, known: &HashMap<String, usize>) -> Problem {
    let mut ids: Vec<&String> = known.keys().collect();
    ids.sort();
    let nearest =
        ids.into_iter().map(|k| (strsim::jaro_winkler(k, id), k)).max_by(|a, b| a.0.total_cmp(&b.0));
    Problem {
        code: ProblemCode::UnknownRule,
        location: Location { file: place.to_owned(), line: 0, column: 0 },
        message: format!("there is no rule `{id}`"),
        expected: match nearest {
            Some((_, name)) => format!("the id of a rule; the nearest is `{name}`"),
            None => "the id of a rule".to_owned(),
        },
        source_line: None,
    }
}

/// Two or more lower-case words (letters, digits, hyphens) joined by slashes.
fn is_rule_id(id: &str) -> bool {
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

type Fault = (ProblemCode, String, String);

fn signature(raw: RawSignature, location: Location, trusted: bool) -> Result<Signature, Fault> {
    let mut kinds = Vec::new();
    if let Some(text) = raw.literal {
        kinds.push((SignatureKind::Literal(text), Evidence::Body));
    }
    if let Some(pattern) = raw.regex {
        if !trusted {
            check_regex(&pattern)?;
        }
        kinds.push((SignatureKind::Regex(pattern), Evidence::Body));
    }
    if let Some(statuses) = raw.http_status {
        kinds.push((SignatureKind::HttpStatus(statuses.into_vec()), Evidence::Status));
    }
    if let Some(codes) = raw.error_code {
        kinds.push((SignatureKind::ErrorCode(codes.into_vec()), Evidence::Transport));
    }
    if let Some(fields) = raw.field {
        let fields = fields
            .into_iter()
            .map(|(name, values)| (name, values.into_vec().into_iter().map(Scalar::into_text).collect()))
            .collect();
        kinds.push((SignatureKind::Field(fields), Evidence::Reason));
    }
    let count = kinds.len();
    let (Some((kind, usual)), 1) = (kinds.pop(), count) else {
        return Err((
            ProblemCode::BadSignature,
            format!("a signature of {count} kinds"),
            "exactly one of literal, regex, http_status, error_code, field".to_owned(),
        ));
    };
    let empty = match &kind {
        SignatureKind::Literal(text) => text.trim().is_empty(),
        SignatureKind::Regex(_) => false,
        SignatureKind::HttpStatus(statuses) => statuses.is_empty(),
        SignatureKind::ErrorCode(codes) => codes.is_empty() || codes.iter().any(|code| code.is_empty()),
        SignatureKind::Field(fields) => fields.is_empty() || fields.values().any(Vec::is_empty),
    };
    if empty {
        return Err((
            ProblemCode::BadSignature,
            "a signature that looks for nothing".to_owned(),
            "a value to look for".to_owned(),
        ));
    }
    if let SignatureKind::HttpStatus(statuses) = &kind
        && let Some(bad) = statuses.iter().find(|s| !(400..600).contains(*s))
    {
        return Err((
            ProblemCode::BadSignature,
            format!("{bad} is not the status of a failed request"),
            "a number from 400 to 599".to_owned(),
        ));
    }
    Ok(Signature { kind, evidence: raw.evidence.unwrap_or(usual), location })
}

fn check_regex(pattern: &str) -> Result<(), Fault> {
    let regex =
        RegexBuilder::new(pattern).case_insensitive(true).size_limit(MAX_REGEX_SIZE).build().map_err(
            |error| {
                let message = match error {
                    regex::Error::CompiledTooBig(_) => "the regular expression is too large".to_owned(),
                    other => other.to_string().trim_end().replace('\n', "\n    "),
                };
                (
                ProblemCode::BadRegex,
                message,
                "a regular expression in the syntax of the regex crate (no look-around, no back-references)"
                    .to_owned(),
            )
            },
        )?;
    if regex.is_match("") {
        return Err((
            ProblemCode::BadRegex,
            "the regular expression matches the empty text, so it would match every record".to_owned(),
            "an expression that needs at least one character".to_owned(),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "\
category: dns
rules:
  - id: dns/not-found
    title: A host name does not resolve
    severity: error
    any:
      - error_code: ENOTFOUND
      - http_status: [502, 503]
      - field: { failoverReason: dns, status: 404 }
    causes: [a typo]
    fixes: [{ say: Check the name }]
";

    fn problem(text: &str) -> Problem {
        let mut problems = Catalogue::from_text("x.yaml", text).expect_err("a fault").0;
        assert_eq!(problems.len(), 1, "{problems:#?}");
        problems.remove(0)
    }

    #[test]
    fn reads_every_kind_of_value() {
        let catalogue = Catalogue::from_text("x.yaml", GOOD).expect("good");
        let rule = &catalogue.rules()[0];
        assert_eq!(rule.any[1].kind, SignatureKind::HttpStatus(vec![502, 503]));
        assert_eq!(rule.any[0].evidence, Evidence::Transport);
        let SignatureKind::Field(fields) = &rule.any[2].kind else { panic!() };
        assert_eq!(fields["status"], ["404"]);
    }

    #[test]
    fn a_fault_names_file_line_column_and_what_was_expected() {
        let p = problem(&GOOD.replace("severity: error", "severity: awful"));
        assert_eq!(p.code, ProblemCode::InvalidYaml);
        assert_eq!((p.location.line, p.source_line.as_deref()), (5, Some("    severity: awful")));
        assert!(p.message.contains("awful"), "{p}");

        let p = problem(&GOOD.replace("causes:", "cuases:"));
        assert!(p.expected.contains("`causes`"), "{p}");

        let p = problem(&GOOD.replace("error_code: ENOTFOUND", "regex: 'a(b'"));
        assert_eq!((p.code, p.location.line), (ProblemCode::BadRegex, 7));

        let p = problem(&GOOD.replace("error_code: ENOTFOUND", "regex: 'a*'"));
        assert!(p.message.contains("empty"), "{p}");

        let p = problem(&GOOD.replace("    causes", "    overrides: [dns/not-fund]\n    causes"));
        assert_eq!(p.code, ProblemCode::UnknownRule);
        assert!(p.expected.contains("dns/not-found"), "{p}");

        let p = problem(&GOOD.replace("dns/not-found", "DNS"));
        assert_eq!(p.code, ProblemCode::BadId);

        let twice = format!("{GOOD}{}", &GOOD["category: dns\nrules:\n".len()..]);
        assert_eq!(problem(&twice).code, ProblemCode::DuplicateId);
    }

    #[test]
    fn the_embedded_rules_are_as_good_as_they_are_taken_for() {
        let mut loader = Loader::default();
        loader.layer(EMBEDDED.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())));
        if let Err(problems) = loader.finish() {
            panic!("{problems}");
        }
    }

    #[test]
    fn a_yaml_bomb_is_refused() {
        let mut text = String::from("category: dns\na: &a [x,x,x,x,x,x,x,x,x]\n");
        for (from, to) in ('a'..'j').zip('b'..'k') {
            text.push_str(&format!(
                "{to}: &{to} [*{from},*{from},*{from},*{from},*{from},*{from},*{from},*{from}]\n"
            ));
        }
        assert_eq!(problem(&text).code, ProblemCode::InvalidYaml);
    }
}
