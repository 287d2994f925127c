//! Faults of rule files, with a message that tells the author how to fix them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A location in a rule file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Location {
    /// The file as it was named, or `rules/NAME.yaml` for an embedded one.
    pub file: String,
    /// Line, counted from 1; 0 if unknown.
    pub line: u64,
    /// Column in characters, counted from 1; 0 if unknown.
    pub column: u64,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line == 0 {
            return f.write_str(&self.file);
        }
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// The stable name of a kind of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProblemCode {
    /// The file or folder could not be read.
    UnreadableFile,
    /// Not YAML, or not a rule file.
    InvalidYaml,
    /// An unknown key.
    UnknownKey,
    /// An unknown word for a category, severity or evidence.
    UnknownName,
    /// A value of the wrong type.
    WrongType,
    /// A required key is missing.
    MissingKey,
    /// An id that is not of the form `word/word` in lower case.
    BadId,
    /// Two rules or two code tables of one layer share an id.
    DuplicateId,
    /// A code that stands twice in a table, or in two tables for records that both can hold.
    DuplicateCode,
    /// A rule uses a retired id.
    RetiredId,
    /// Causes, fixes or examples are missing.
    IncompleteRule,
    /// A rule without a signature, or a signature with none or several kinds.
    BadSignature,
    /// A signature that matches a bare number.
    BareNumber,
    /// A regular expression that does not compile.
    BadRegex,
    /// A regular expression whose automaton is too large.
    RegexTooLarge,
    /// A regular expression that matches the empty text.
    RegexMatchesEmpty,
    /// A regular expression with a greedy repetition before the text that it looks for.
    GreedyRegex,
    /// `overrides` or `--disable` names a rule that does not exist.
    UnknownRule,
    /// A signature names a shared group that does not exist.
    UnknownGroup,
    /// A concept or a likely meaning that cannot be used as it is written.
    BadConcept,
    /// An expression names a concept that does not exist.
    UnknownConcept,
    /// Rules override each other in a circle.
    OverrideCircle,
    /// An example that its rule does not match.
    ExampleMissed,
    /// An example that another rule wins.
    ExampleStolen,
    /// A counter-example that the rule matches.
    CounterExampleMatched,
    /// A line that two rules match with no precedence between them.
    NoPrecedence,
    /// A fix uses a capture that no signature provides.
    UnknownCapture,
    /// A command that no shell can parse.
    BadCommand,
    /// A key, token or password in an example.
    SecretInExample,
    /// A reference that is not a URL.
    BadReference,
    /// A change by an overlay that has no effect any more.
    IdleOverride,
    /// A signature that must be tried on every record.
    SlowSignature,
    /// A capture that is never used.
    UnusedCapture,
    /// A rule that never wins.
    ShadowedRule,
}

/// Maximum number of characters of a line that are shown.
const MAX_SHOWN: usize = 160;

/// Severity of a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProblemLevel {
    /// The rule works, but has a weakness.
    Warning,
    /// The rule is wrong.
    Error,
}

impl fmt::Display for ProblemLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

impl ProblemCode {
    /// Returns the severity of faults of this kind.
    pub fn level(self) -> ProblemLevel {
        match self {
            Self::SlowSignature | Self::UnusedCapture | Self::ShadowedRule => ProblemLevel::Warning,
            _ => ProblemLevel::Error,
        }
    }

    /// Returns true if the file could not be parsed, so that its content is unknown.
    pub fn hides_the_file(self) -> bool {
        matches!(
            self,
            Self::UnreadableFile
                | Self::InvalidYaml
                | Self::UnknownKey
                | Self::UnknownName
                | Self::WrongType
                | Self::MissingKey
        )
    }
}

impl fmt::Display for ProblemCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

/// A fault of a rule file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Kind of the fault.
    pub code: ProblemCode,
    /// Location of the fault.
    pub location: Location,
    /// Description of the fault.
    pub message: String,
    /// The expected form, or how to fix the fault.
    pub expected: String,
    /// The faulty source line, if there is one.
    pub source_line: Option<String>,
}

impl Problem {
    /// Creates a fault at a location. The caller that has the file adds the source line.
    pub fn new(
        code: ProblemCode,
        location: &Location,
        message: impl Into<String>,
        expected: impl Into<String>,
    ) -> Self {
        Self {
            code,
            location: location.clone(),
            message: message.into(),
            expected: expected.into(),
            source_line: None,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} [{}]", self.location, self.message, self.code)?;
        if let Some(line) = &self.source_line {
            let gutter = self.location.line.to_string();
            let before = usize::try_from(self.location.column).unwrap_or(1).max(1) - 1;
            let (line, before) = window(line, before);
            let span = span(&line, before, self.code == ProblemCode::UnknownKey).max(1);
            write!(f, "\n  {gutter} | {line}")?;
            write!(f, "\n  {:1$} | {2:before$}{3:^<4$}", "", gutter.len(), "", "", span)?;
        }
        write!(f, "\n  = help: {}", self.expected)
    }
}

/// Returns the number of characters that a fault concerns, after the first `before` of a line: a value, or with `is_key` only the
/// key.
fn span(line: &str, before: usize, is_key: bool) -> usize {
    let rest: Vec<char> = line.chars().skip(before).collect();
    let end = match rest.first() {
        _ if is_key => rest.iter().position(|&c| c == ':'),
        Some(&quote @ ('\'' | '"')) => rest.iter().skip(1).position(|&c| c == quote).map(|at| at + 2),
        // In a list in brackets a value ends at the next separator.
        _ if line.chars().take(before).any(|c| c == '[' || c == '{') => {
            rest.iter().position(|c| ",]}".contains(*c))
        }
        _ => rest.windows(2).position(|pair| pair == [' ', '#']),
    };
    let value = &rest[..end.unwrap_or(rest.len())];
    value.len() - value.iter().rev().take_while(|c| c.is_whitespace()).count()
}

/// Returns the part of a long line around a fault, and the number of characters in it before the fault.
fn window(line: &str, before: usize) -> (String, usize) {
    let start = before.saturating_sub(MAX_SHOWN / 4);
    let start = if line.chars().count() <= MAX_SHOWN { 0 } else { start };
    let shown: String = line.chars().skip(start).take(MAX_SHOWN).collect();
    (shown, before - start)
}

/// All the faults that prevent a catalogue from loading.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}
