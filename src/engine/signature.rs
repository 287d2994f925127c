//! Signatures compiled, and matched against one record.

use std::cell::OnceCell;
use std::collections::{BTreeMap, HashMap};
use std::ops::{Deref, Range};
use std::sync::OnceLock;

use memchr::memmem::Finder;

use crate::catalogue::{Catalogue, Evidence, Prefilter, Rule, Signature, SignatureKind};
use crate::record::{Record, SUBSTITUTE, without_opaque};
use clawsift_catalogue::pattern::Pattern;

use super::claim::sentence_around;
use super::error_code::CodeFinder;
use super::texts::{RecordTexts, Text};
use super::triggers::{Numbering, Requirement, Triggered, Triggers};

/// A rule ready to be matched.
pub(super) struct CompiledRule {
    any: Vec<CompiledSignature>,
    all: Vec<CompiledSignature>,
    none: Vec<CompiledSignature>,
    /// Indices of the rules that lose to this one on equal evidence.
    pub overrides: Vec<usize>,
}

/// What a rule found in a record.
pub(super) struct Found {
    pub evidence: Evidence,
    pub captures: BTreeMap<String, String>,
    /// The sentence of OpenClaw's own in which a signature of that evidence was found.
    pub sentence: Option<String>,
}

struct CompiledSignature {
    kind: Matcher,
    evidence: Evidence,
    /// What a record must have for it to be in there.
    requires: Requirement,
}

enum Matcher {
    /// In lower case, sought in the lower-case text.
    Literal(Box<Finder<'static>>),
    /// Compiled when it is first needed: most rules meet no candidate, and compiling them all would take longer than
    /// reading a small log.
    Regex(LazyPattern),
    HttpStatus(Vec<u16>),
    ErrorCode(Vec<CodeFinder>),
    Field(Vec<(String, Vec<Wildcard>)>),
    /// Any of the group of that index.
    Shared(usize),
}

/// The signatures of a shared group.
pub(super) struct CompiledGroup(Vec<CompiledSignature>);

/// A record as signatures see it.
pub(super) struct View<'r> {
    seen: RecordTexts<'r>,
    groups: &'r [CompiledGroup],
    /// Which groups are in the record, as far as anybody asked: most rules of a category exclude the same ones.
    has_group: Vec<OnceCell<bool>>,
    /// Which signatures are worth trying.
    pub triggered: Triggered,
}

impl<'r> View<'r> {
    /// A view of a record; with `triggers`, only signatures that these allow are tried.
    pub fn new(record: &'r Record<'r>, groups: &'r [CompiledGroup], triggers: Option<&Triggers>) -> Self {
        let seen = RecordTexts::new(record);
        let triggered = triggers.map_or(Triggered::All, |triggers| triggers.of(&seen));
        Self { seen, groups, has_group: vec![OnceCell::new(); groups.len()], triggered }
    }

    /// The shared group of that index.
    fn group(&self, index: usize) -> Option<&'r CompiledGroup> {
        self.groups.get(index)
    }

    /// Whether any signature of that group is in the record.
    fn has_group(&self, index: usize) -> bool {
        let is_in = || self.groups.get(index).is_some_and(|group| group.is_in(self));
        self.has_group.get(index).is_some_and(|cell| *cell.get_or_init(is_in))
    }
}

impl<'r> Deref for View<'r> {
    type Target = RecordTexts<'r>;

    fn deref(&self) -> &RecordTexts<'r> {
        &self.seen
    }
}

/// Compiles all rules of a catalogue, and the groups that they share; their triggers get numbers.
pub(super) fn compile<'c>(
    catalogue: &'c Catalogue,
    numbering: &mut Numbering<'c>,
) -> (Vec<CompiledRule>, Vec<CompiledGroup>) {
    let names: Vec<&str> = catalogue.shared().keys().map(String::as_str).collect();
    let mut compile_all = |signatures: &'c [Signature]| -> Vec<CompiledSignature> {
        let compile = |signature| {
            let requires = numbering.requirement(signature, catalogue);
            CompiledSignature::new(signature, &names, requires)
        };
        signatures.iter().map(compile).collect()
    };
    let groups = catalogue.shared().values().map(|group| CompiledGroup(compile_all(group))).collect();
    let rules = catalogue.rules();
    let index: HashMap<&str, usize> =
        rules.iter().enumerate().map(|(index, rule)| (rule.id.as_str(), index)).collect();
    let compile = |rule: &'c Rule| CompiledRule {
        any: compile_all(&rule.any),
        all: compile_all(&rule.all),
        none: compile_all(&rule.none),
        overrides: overridden(rule, rules, &index),
    };
    (rules.iter().map(compile).collect(), groups)
}

/// Compiles a rule by itself, to be tried in the place of another that overrides the same rules.
pub(super) fn compile_alone(rule: &Rule, catalogue: &Catalogue, overrides: Vec<usize>) -> CompiledRule {
    let names: Vec<&str> = catalogue.shared().keys().map(String::as_str).collect();
    let compile_all = |signatures: &[Signature]| -> Vec<CompiledSignature> {
        signatures.iter().map(|signature| CompiledSignature::new(signature, &names, Vec::new())).collect()
    };
    CompiledRule {
        any: compile_all(&rule.any),
        all: compile_all(&rule.all),
        none: compile_all(&rule.none),
        overrides,
    }
}

/// The rules that lose to this one. An id that is named by itself goes before a family such as `auth/*`.
fn overridden(rule: &Rule, rules: &[Rule], index: &HashMap<&str, usize>) -> Vec<usize> {
    let mut losers = Vec::new();
    for pattern in &rule.overrides {
        match pattern.strip_suffix('*') {
            Some(family) => losers.extend((0..rules.len()).filter(|&at| {
                let other = &rules[at];
                other.id.starts_with(family) && other.id != rule.id && !other.overrides.contains(&rule.id)
            })),
            None => losers.extend(index.get(pattern.as_str())),
        }
    }
    losers
}

impl CompiledGroup {
    /// Whether any of the group is in the record.
    fn is_in(&self, view: &View<'_>) -> bool {
        self.0.iter().any(|signature| signature.is_in(view))
    }
}

impl CompiledRule {
    /// What this rule finds in a record, or `None` where it does not match.
    pub fn find(&self, view: &View<'_>) -> Option<Found> {
        let mut found = Found::default();
        for signature in &self.all {
            if !signature.find(view, &mut found) {
                return None;
            }
        }
        let one = self.any.is_empty() || find_any(&self.any, view, &mut found);
        if !one || self.none.iter().any(|signature| signature.is_in(view)) {
            return None;
        }
        Some(found)
    }

    /// What the first signature of that evidence has found in a record that the rule matches.
    pub fn matched(&self, view: &View<'_>, evidence: Evidence) -> Option<String> {
        let mut signatures = self.any.iter().chain(&self.all);
        signatures.find_map(|signature| signature.matched(view, evidence))
    }

    /// Which of its signatures are in a record: of `any`, `all` and `none`.
    pub fn probe(&self, view: &View<'_>) -> [Vec<bool>; 3] {
        [&self.any, &self.all, &self.none]
            .map(|signatures| signatures.iter().map(|signature| signature.is_in(view)).collect())
    }
}

/// Whether any of the alternatives is in the record. Every one is tried that may bring a capture or a stronger evidence.
fn find_any(alternatives: &[CompiledSignature], view: &View<'_>, found: &mut Found) -> bool {
    let mut one = false;
    for signature in alternatives {
        if !one || signature.may_add_to(found) {
            one |= signature.find(view, found);
        }
    }
    one
}

impl Default for Found {
    fn default() -> Self {
        Self { evidence: Evidence::Reason, captures: BTreeMap::new(), sentence: None }
    }
}

impl CompiledSignature {
    fn new(signature: &Signature, groups: &[&str], requires: Requirement) -> Self {
        let kind = match &signature.kind {
            // The catalogue has no signature that names a group it does not have.
            SignatureKind::Shared(name) => {
                Matcher::Shared(groups.iter().position(|group| group == name).unwrap_or(usize::MAX))
            }
            SignatureKind::Literal(text) => {
                Matcher::Literal(Box::new(Finder::new(text.to_ascii_lowercase().as_bytes()).into_owned()))
            }
            SignatureKind::Regex(pattern) => {
                Matcher::Regex(LazyPattern::new(pattern, signature.prefilter.clone()))
            }
            SignatureKind::HttpStatus(statuses) => Matcher::HttpStatus(statuses.clone()),
            SignatureKind::ErrorCode(codes) => {
                Matcher::ErrorCode(codes.iter().map(|code| CodeFinder::new(code)).collect())
            }
            SignatureKind::Field(fields) => Matcher::Field(
                fields
                    .iter()
                    .map(|(name, values)| (name.clone(), values.iter().map(|v| Wildcard::new(v)).collect()))
                    .collect(),
            ),
        };
        Self { kind, evidence: signature.evidence, requires }
    }

    fn is_in(&self, view: &View<'_>) -> bool {
        match &self.kind {
            Matcher::Shared(group) => view.has_group(*group),
            _ => self.find(view, &mut Found::default()),
        }
    }

    /// Whether it could tell more than what was found.
    fn may_add_to(&self, found: &Found) -> bool {
        let captures = match &self.kind {
            Matcher::Literal(_) => false,
            Matcher::Regex(regex) => regex.captures,
            _ => true,
        };
        let brings_sentence = self.evidence == Evidence::Sentence && found.sentence.is_none();
        captures || brings_sentence || self.evidence > found.evidence
    }

    /// Whether the signature is in the record; what it proves and captures is added to `found`.
    fn find(&self, view: &View<'_>, found: &mut Found) -> bool {
        if !view.triggered.meets(&self.requires) {
            return false;
        }
        let matched = match &self.kind {
            Matcher::Literal(finder) => view.texts.iter().any(|t| finder.find(t.lower.as_bytes()).is_some()),
            Matcher::Regex(regex) => {
                let is_sought = |text: &&Text| view.triggered.is_all() || regex.may_be_in(&text.lower);
                let mut texts = view.texts.iter().filter(is_sought);
                texts.any(|text| regex.get().is_some_and(|regex| capture(regex, text, &mut found.captures)))
            }
            Matcher::HttpStatus(statuses) => {
                let status = status_in(statuses, view);
                if let Some(status) = status {
                    found.captures.entry("status".to_owned()).or_insert(status.to_string());
                }
                status.is_some()
            }
            Matcher::ErrorCode(codes) => {
                let code = code_in(codes, view);
                let is_in = code.is_some();
                if let Some(code) = code {
                    found.captures.entry("code".to_owned()).or_insert(code);
                }
                is_in
            }
            Matcher::Field(fields) => fields.iter().all(|(name, values)| {
                let value = view.record.field(name);
                // Ids and durations are no evidence in fields either.
                let value = value.map(|value| match name.ends_with("Ms") {
                    true => SUBSTITUTE.to_string().into(),
                    false => without_opaque(value),
                });
                value.is_some_and(|value| values.iter().any(|wildcard| wildcard.fits(&value)))
            }),
            Matcher::Shared(group) => view.group(*group).is_some_and(|group| find_any(&group.0, view, found)),
        };
        if matched {
            found.evidence = found.evidence.max(self.evidence);
            if self.evidence == Evidence::Sentence && found.sentence.is_none() {
                found.sentence = self.sentence(view);
            }
        }
        matched
    }

    /// Where a literal or regular expression stands.
    fn place<'v>(&self, view: &'v View<'_>) -> Option<(&'v str, Range<usize>)> {
        view.texts.iter().find_map(|t| {
            let range = match &self.kind {
                Matcher::Literal(finder) => {
                    let start = finder.find(t.lower.as_bytes())?;
                    start..start + finder.needle().len()
                }
                Matcher::Regex(regex) => {
                    let regex = regex.get()?;
                    regex.find(regex.choose(&t.text, &t.lower))?
                }
                _ => return None,
            };
            Some((t.text.as_str(), range))
        })
    }

    /// The sentence in which a literal or regular expression stands.
    fn sentence(&self, view: &View<'_>) -> Option<String> {
        let (text, range) = self.place(view)?;
        Some(sentence_around(text, range.start).replace(SUBSTITUTE, "…"))
    }

    /// What it finds in a record, where its evidence is this.
    fn matched(&self, view: &View<'_>, evidence: Evidence) -> Option<String> {
        if let Matcher::Shared(group) = &self.kind {
            return view.group(*group)?.0.iter().find_map(|signature| signature.matched(view, evidence));
        }
        if self.evidence != evidence || !view.triggered.meets(&self.requires) {
            return None;
        }
        let found = match &self.kind {
            Matcher::HttpStatus(statuses) => status_in(statuses, view)?.to_string(),
            Matcher::ErrorCode(codes) => code_in(codes, view)?,
            Matcher::Field(fields) => {
                let (name, _) = fields.first().filter(|_| self.is_in(view))?;
                without_opaque(view.record.field(name)?).into_owned()
            }
            _ => {
                let (text, range) = self.place(view)?;
                text.get(range)?.to_owned()
            }
        };
        Some(found.replace(SUBSTITUTE, "…"))
    }
}

/// The first of a record's statuses that is one of these.
fn status_in(statuses: &[u16], view: &View<'_>) -> Option<u16> {
    view.statuses().iter().copied().find(|status| statuses.contains(status))
}

/// The first of these codes that is in a record.
fn code_in(codes: &[CodeFinder], view: &View<'_>) -> Option<String> {
    let code = codes.iter().find(|code| view.texts.iter().any(|t| code.is_in(&t.text)))?;
    Some(code.code())
}

/// In longer texts, an expression is found sooner than the many texts that it needs.
const MAX_SIFTED: usize = 4096;

struct LazyPattern {
    pattern: String,
    prefilter: Prefilter,
    /// It may have named groups.
    captures: bool,
    compiled: OnceLock<Option<Pattern>>,
}

impl LazyPattern {
    fn new(pattern: &str, prefilter: Prefilter) -> Self {
        let captures = pattern.contains("?<") || pattern.contains("?P<");
        Self { pattern: pattern.to_owned(), prefilter, captures, compiled: OnceLock::new() }
    }

    /// Whether it may be in a text in lower case. Long texts are searched at once.
    fn may_be_in(&self, text: &str) -> bool {
        text.len() > MAX_SIFTED || self.prefilter.is_met(text)
    }

    /// The regular expression. Patterns are checked when rules are loaded, the embedded ones by a test.
    fn get(&self) -> Option<&Pattern> {
        self.compiled.get_or_init(|| Pattern::insensitive(&self.pattern).ok()).as_ref()
    }
}

/// Matches, and keeps what the named groups captured.
fn capture(pattern: &Pattern, text: &Text, captures: &mut BTreeMap<String, String>) -> bool {
    let sought = pattern.choose(&text.text, &text.lower);
    if !pattern.has_names() {
        return pattern.is_match(sought);
    }
    let Some(groups) = pattern.captures(sought) else {
        return false;
    };
    for name in pattern.names() {
        if let Some(range) = groups.named_range(name).filter(|range| !range.is_empty()) {
            captures.entry(name.to_owned()).or_insert_with(|| text.original(range));
        }
    }
    true
}

/// A field's value, ASCII case-insensitive, where `*` stands for any text.
struct Wildcard {
    parts: Vec<String>,
}

impl Wildcard {
    fn new(pattern: &str) -> Self {
        Self { parts: pattern.split('*').map(str::to_ascii_lowercase).collect() }
    }

    fn fits(&self, value: &str) -> bool {
        let value = value.to_ascii_lowercase();
        let [first, middle @ .., last] = self.parts.as_slice() else {
            return self.parts.first().is_some_and(|only| *only == value);
        };
        let Some(mut rest) = value.strip_prefix(first.as_str()).and_then(|r| r.strip_suffix(last.as_str()))
        else {
            return false;
        };
        for part in middle {
            match rest.find(part.as_str()) {
                Some(at) => rest = &rest[at + part.len()..],
                None => return false,
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text() {
        for (pattern, value, fits) in [
            ("rate_limit", "RATE_LIMIT", true),
            ("rate_limit", "rate_limits", false),
            ("gateway/*", "gateway/channels/telegram", true),
            ("*/telegram", "gateway/channels/telegram", true),
            ("a*b*c", "a-x-b-y-c", true),
            ("a*b*c", "a-c", false),
            ("ab*ba", "aba", false),
            ("*", "", true),
        ] {
            assert_eq!(Wildcard::new(pattern).fits(value), fits, "{pattern} on {value}");
        }
    }
}
