//! Matches compiled signatures against a record.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ops::{Deref, Range};

use crate::catalogue::{Evidence, Signature, SignatureKind};
use crate::record::{SUBSTITUTE, without_tokens};
use clawsift_catalogue::pattern::Pattern;

use super::claim::sentence_around;
use super::class::Class;
use super::error_code::CodeFinder;
use super::matchers::{LazyFinder, LazyPattern, Wildcard};
use super::required_atoms::{Requirement, Triggered};
use super::texts::{RecordTexts, Text};

/// A compiled rule.
pub(super) struct CompiledRule {
    pub any: Vec<CompiledSignature>,
    /// Signatures of code tables, alternatives like those of `any`.
    pub codes: Vec<CompiledCode>,
    pub all: Vec<CompiledSignature>,
    pub none: Vec<CompiledSignature>,
}

/// The result of matching a rule against a record.
pub(super) struct Found {
    pub evidence: Evidence,
    /// The most specific class of a signature with that evidence.
    pub class: Class,
    pub captures: BTreeMap<String, String>,
    /// OpenClaw's sentence in which a signature with sentence evidence matched.
    pub sentence: Option<String>,
}

/// A signature of a code table.
pub(super) struct CompiledCode {
    /// Index of the shared group that is the frame.
    pub frame: Option<usize>,
    /// The code, if the signature does not capture it.
    pub code: Option<String>,
    pub signature: CompiledSignature,
}

/// A compiled signature.
pub(super) struct CompiledSignature {
    kind: Matcher,
    evidence: Evidence,
    class: Class,
    /// The atoms that a record must hold for the signature to match.
    requires: Requirement,
}

enum Matcher {
    /// Literal in lower case, searched for in the lower-case text.
    Literal(LazyFinder),
    /// Regular expression, compiled on first use: most rules meet no candidate, and compiling all of them would take longer than
    /// reading a small log.
    Regex(LazyPattern),
    HttpStatus(Vec<u16>),
    ErrorCode(Vec<CodeFinder>),
    Field(Vec<(String, Vec<Wildcard>)>),
    /// Any signature of the shared group with the given index.
    Shared(usize),
}

/// The signatures of a shared group.
pub(super) struct CompiledGroup(pub Vec<CompiledSignature>);

/// The shared groups of a catalogue.
pub(super) trait Groups {
    /// Returns the number of groups.
    fn count(&self) -> usize;

    /// Returns the group with the given index; `None` for that of a name that no group has.
    fn group(&self, index: usize) -> Option<&CompiledGroup>;
}

/// A record as signatures see it.
pub(super) struct RecordView<'r> {
    seen: RecordTexts<'r>,
    groups: &'r dyn Groups,
    /// Cached results of the groups that were matched. Most rules of a category exclude the same groups.
    has_group: Vec<Cell<Option<bool>>>,
    /// The signatures that are worth trying.
    pub triggered: Triggered,
}

impl<'r> RecordView<'r> {
    /// Creates a view of a record on which the given signatures are tried.
    pub fn new(seen: RecordTexts<'r>, groups: &'r dyn Groups, triggered: Triggered) -> Self {
        Self { seen, groups, has_group: vec![Cell::new(None); groups.count()], triggered }
    }

    /// Returns the shared group with the given index.
    fn group(&self, index: usize) -> Option<&'r CompiledGroup> {
        self.groups.group(index)
    }

    /// Returns true if a signature of that group matches the record.
    fn has_group(&self, index: usize) -> bool {
        let Some(cell) = self.has_group.get(index) else { return false };
        cell.get().unwrap_or_else(|| {
            let is_in = self.group(index).is_some_and(|group| group.is_in(self));
            cell.set(Some(is_in));
            is_in
        })
    }
}

impl<'r> Deref for RecordView<'r> {
    type Target = RecordTexts<'r>;

    fn deref(&self) -> &RecordTexts<'r> {
        &self.seen
    }
}

impl CompiledGroup {
    /// Returns true if a signature of the group matches the record.
    fn is_in(&self, view: &RecordView<'_>) -> bool {
        self.0.iter().any(|signature| signature.is_in(view))
    }
}

impl CompiledRule {
    /// Matches the rule against a record; `None` if it does not match.
    pub fn find(&self, view: &RecordView<'_>) -> Option<Found> {
        let mut found = Found::default();
        for signature in &self.all {
            if !signature.find(view, &mut found) {
                return None;
            }
        }
        let is_open = self.any.is_empty() && self.codes.is_empty() && !self.all.is_empty();
        let one = find_any(&self.any, view, &mut found) | find_codes(&self.codes, view, &mut found);
        if !(is_open || one) || self.none.iter().any(|signature| signature.is_in(view)) {
            return None;
        }
        Some(found)
    }

    /// Returns the text that the first signature with this evidence matched in a record.
    pub fn matched(&self, view: &RecordView<'_>, evidence: Evidence) -> Option<String> {
        let codes = self.codes.iter().filter(|code| code.is_in_frame(view)).map(|code| &code.signature);
        let mut signatures = self.any.iter().chain(&self.all).chain(codes);
        signatures.find_map(|signature| signature.matched(view, evidence))
    }

    /// Returns which of the rule's signatures match a record, for `any`, `all` and `none`.
    pub fn probe(&self, view: &RecordView<'_>) -> [Vec<bool>; 3] {
        [&self.any, &self.all, &self.none]
            .map(|signatures| signatures.iter().map(|signature| signature.is_in(view)).collect())
    }
}

/// Returns true if one of the alternatives matches the record. Also tries further alternatives that may add a capture or stronger
/// evidence.
fn find_any(alternatives: &[CompiledSignature], view: &RecordView<'_>, found: &mut Found) -> bool {
    let mut one = false;
    for signature in alternatives {
        if !one || signature.may_add_to(found) {
            one |= signature.find(view, found);
        }
    }
    one
}

/// Returns true if a code of a table stands in the record, within the table's frame.
fn find_codes(codes: &[CompiledCode], view: &RecordView<'_>, found: &mut Found) -> bool {
    let mut one = false;
    for CompiledCode { code, signature, .. } in codes.iter().filter(|code| code.is_in_frame(view)) {
        if (!one || signature.may_add_to(found)) && signature.find(view, found) {
            one = true;
            if signature.evidence == found.evidence {
                found.class = Class::Code;
            }
            if let Some(code) = code {
                found.captures.entry("code".to_owned()).or_insert_with(|| code.clone());
            }
        }
    }
    one
}

impl CompiledCode {
    /// Returns true if the record may hold the code, and is one in which it counts.
    fn is_in_frame(&self, view: &RecordView<'_>) -> bool {
        view.triggered.meets(&self.signature.requires) && self.frame.is_none_or(|group| view.has_group(group))
    }
}

impl Default for Found {
    fn default() -> Self {
        Self {
            evidence: Evidence::Reason,
            class: Class::default(),
            captures: BTreeMap::new(),
            sentence: None,
        }
    }
}

impl CompiledSignature {
    /// Compiles a signature; `group` returns the index of a shared group.
    pub fn new(signature: &Signature, group: &dyn Fn(&str) -> usize, requires: Requirement) -> Self {
        let kind = match &signature.kind {
            SignatureKind::Shared(name) => Matcher::Shared(group(name)),
            SignatureKind::Literal(text) => Matcher::Literal(LazyFinder::new(text.to_ascii_lowercase())),
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
        Self { kind, evidence: signature.evidence, class: Class::of(signature), requires }
    }

    fn is_in(&self, view: &RecordView<'_>) -> bool {
        match &self.kind {
            Matcher::Shared(group) => view.has_group(*group),
            _ => self.find(view, &mut Found::default()),
        }
    }

    /// Returns true if the signature can add something to the result so far.
    fn may_add_to(&self, found: &Found) -> bool {
        let captures = match &self.kind {
            Matcher::Literal(_) => false,
            Matcher::Regex(regex) => regex.captures,
            _ => true,
        };
        let brings_sentence = self.evidence == Evidence::Sentence && found.sentence.is_none();
        captures || brings_sentence || (self.evidence, self.class) > (found.evidence, found.class)
    }

    /// Returns true if the signature matches the record, and adds its evidence and captures to `found`.
    fn find(&self, view: &RecordView<'_>, found: &mut Found) -> bool {
        if !view.triggered.meets(&self.requires) {
            return false;
        }
        let matched = match &self.kind {
            Matcher::Literal(finder) => view.texts.iter().any(|t| finder.find(&t.lower).is_some()),
            Matcher::Regex(regex) => {
                let is_sought = |text: &&Text| view.triggered.is_all() || regex.may_be_in(&text.lower);
                let mut texts = view.texts.iter().filter(is_sought);
                texts.any(|text| regex.get().is_some_and(|regex| capture(regex, text, &mut found.captures)))
            }
            Matcher::HttpStatus(statuses) => {
                let status = status_in(statuses, view);
                if let Some(status) = status
                    && !found.captures.contains_key("status")
                {
                    found.captures.insert("status".to_owned(), status.to_string());
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
                // Ids and durations in fields are no evidence either.
                let value = value.map(|value| match name.ends_with("Ms") {
                    true => SUBSTITUTE.to_string().into(),
                    false => without_tokens(value),
                });
                value.is_some_and(|value| values.iter().any(|wildcard| wildcard.fits(&value)))
            }),
            Matcher::Shared(group) => view.group(*group).is_some_and(|group| find_any(&group.0, view, found)),
        };
        if matched {
            (found.evidence, found.class) = (found.evidence, found.class).max((self.evidence, self.class));
            if self.evidence == Evidence::Sentence && found.sentence.is_none() {
                found.sentence = self.sentence(view);
            }
        }
        matched
    }

    /// Returns the text in which a literal or regular expression matches, and the range.
    fn place<'v>(&self, view: &'v RecordView<'_>) -> Option<(&'v str, Range<usize>)> {
        view.texts.iter().find_map(|t| {
            let range = match &self.kind {
                Matcher::Literal(finder) => finder.find(&t.lower)?,
                Matcher::Regex(regex) => {
                    let regex = regex.get()?;
                    regex.find(regex.choose(&t.text, &t.lower))?
                }
                _ => return None,
            };
            Some((t.text.as_str(), range))
        })
    }

    /// Returns the sentence in which a literal or regular expression matches.
    fn sentence(&self, view: &RecordView<'_>) -> Option<String> {
        let (text, range) = self.place(view)?;
        Some(sentence_around(text, range.start).replace(SUBSTITUTE, "…"))
    }

    /// Returns the matched text if the signature's evidence is `evidence`.
    fn matched(&self, view: &RecordView<'_>, evidence: Evidence) -> Option<String> {
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
                without_tokens(view.record.field(name)?).into_owned()
            }
            _ => {
                let (text, range) = self.place(view)?;
                text.get(range)?.to_owned()
            }
        };
        Some(found.replace(SUBSTITUTE, "…"))
    }
}

/// Returns the first of the record's statuses that is in `statuses`.
fn status_in(statuses: &[u16], view: &RecordView<'_>) -> Option<u16> {
    view.statuses().iter().copied().find(|status| statuses.contains(status))
}

/// Returns the first of `codes` that the record holds.
fn code_in(codes: &[CodeFinder], view: &RecordView<'_>) -> Option<String> {
    let code = codes.iter().find(|code| view.texts.iter().any(|t| code.is_in(&t.text)))?;
    Some(code.code().to_owned())
}

/// Matches a pattern, and stores the captures of its named groups.
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
