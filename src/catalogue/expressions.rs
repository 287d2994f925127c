//! The regular expressions of rule files, each checked once, in parallel: that takes longer than all else of the loading.

use std::collections::{HashMap, HashSet};

use crate::pattern::{Pattern, PatternError};
use crate::threads::in_parallel;

use super::rule::{RawFile, RawSignature};
use super::signature::Fault;
use super::{AtomSet, Background, ProblemCode, atoms};

/// What is known of each expression: its atoms, or what is wrong with it.
#[derive(Debug, Default)]
pub(super) struct Expressions(HashMap<String, Result<Vec<AtomSet>, Fault>>);

impl Expressions {
    /// Checks the expressions of all signatures of some files.
    pub fn of<'f>(files: impl Iterator<Item = &'f RawFile>, background: &Background) -> Self {
        let unique: HashSet<&str> =
            files.flat_map(RawFile::signatures).filter_map(|signature| signature.regex.as_deref()).collect();
        let patterns: Vec<&str> = unique.into_iter().collect();
        let checked = in_parallel(&patterns, |pattern| check(pattern, background));
        Self(patterns.into_iter().map(str::to_owned).zip(checked).collect())
    }

    /// The atoms of an expression of these files.
    pub fn atoms(&self, pattern: &str) -> Result<Vec<AtomSet>, Fault> {
        self.0.get(pattern).cloned().unwrap_or_else(|| Ok(Vec::new()))
    }
}

fn check(pattern: &str, background: &Background) -> Result<Vec<AtomSet>, Fault> {
    let hir = Pattern::parse(pattern).map_err(|error| {
        let (code, expected) = match error {
            PatternError::TooLarge => (
                ProblemCode::RegexTooLarge,
                "smaller bounds in {m,n}, or fewer repetitions within repetitions",
            ),
            PatternError::Syntax(_) => (
                ProblemCode::BadRegex,
                "a regular expression in the syntax of the regex crate (no look-around, no back-references)",
            ),
        };
        (code, error.to_string().trim_end().replace('\n', "\n    "), expected.to_owned())
    })?;
    if hir.properties().minimum_len() == Some(0) {
        return Err((
            ProblemCode::RegexMatchesEmpty,
            "the regular expression matches the empty text, so it would match every record".to_owned(),
            "an expression that needs at least one character".to_owned(),
        ));
    }
    Ok(atoms::of_regex(&hir, background))
}

impl RawFile {
    /// All signatures of the file.
    fn signatures(&self) -> impl Iterator<Item = &RawSignature> {
        let of_rules = self.rules.iter().flat_map(|rule| rule.any.iter().chain(&rule.all).chain(&rule.none));
        self.none.iter().chain(self.shared.values().flatten()).chain(of_rules).map(|spanned| &spanned.value)
    }
}
