//! What is wrong with a rule file, said so that its author can mend it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A place in a rule file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Location {
    /// The file as it was named, or `rules/NAME.yaml` for an embedded one.
    pub file: String,
    /// The line, from 1; 0 where it is not known.
    pub line: u64,
    /// The column in characters, from 1; 0 where it is not known.
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
    /// A key that no rule has.
    UnknownKey,
    /// A word that is none of those that may stand there: a category, a severity, an evidence.
    UnknownName,
    /// A value of another type than it must have.
    WrongType,
    /// A key that must be there is not.
    MissingKey,
    /// An id that is not `word/word` in lower case.
    BadId,
    /// Two rules of one layer share an id.
    DuplicateId,
    /// A rule has an id that was retired.
    RetiredId,
    /// Causes, fixes or examples are missing.
    IncompleteRule,
    /// A rule without a signature, or a signature with none or several kinds.
    BadSignature,
    /// A signature that looks for a number and nothing else.
    BareNumber,
    /// A regular expression that does not compile.
    BadRegex,
    /// A regular expression whose automaton is too large.
    RegexTooLarge,
    /// A regular expression that matches the empty text.
    RegexMatchesEmpty,
    /// A regular expression that takes all it can before what it looks for.
    GreedyRegex,
    /// `overrides` or `--disable` names a rule that does not exist.
    UnknownRule,
    /// A signature names a shared group that does not exist.
    UnknownGroup,
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
    /// A fix names a capture that nothing makes.
    UnknownCapture,
    /// A command that no shell would understand.
    BadCommand,
    /// A key, token or password in an example.
    SecretInExample,
    /// A reference that is no address.
    BadReference,
    /// What an overlay changes in another rule, and no longer does.
    IdleOverride,
    /// A signature that must be tried on every record.
    SlowSignature,
    /// A capture that is made and never used.
    UnusedCapture,
    /// A rule that wins nothing.
    ShadowedRule,
}

/// Characters of a line that are shown.
const MAX_SHOWN: usize = 160;

/// How grave a fault is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProblemLevel {
    /// The rule works, but not well.
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
    /// How grave a fault of this kind is.
    pub fn level(self) -> ProblemLevel {
        match self {
            Self::SlowSignature | Self::UnusedCapture | Self::ShadowedRule => ProblemLevel::Warning,
            _ => ProblemLevel::Error,
        }
    }

    /// Whether the file could not be understood at all, so that what stands in it is not known.
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

/// One fault of a rule file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// What kind of fault.
    pub code: ProblemCode,
    /// Where.
    pub location: Location,
    /// What is wrong.
    pub message: String,
    /// What was expected instead, or how to mend it.
    pub expected: String,
    /// The source line at fault, where there is one.
    pub source_line: Option<String>,
}

impl Problem {
    /// A fault at a place. Whoever has the file adds its line.
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
        write!(f, "\n  = {}", self.expected)
    }
}

/// The characters of a line that a fault concerns: the value that begins behind so many characters, or the key alone.
fn span(line: &str, before: usize, is_key: bool) -> usize {
    let rest: Vec<char> = line.chars().skip(before).collect();
    let end = match rest.first() {
        _ if is_key => rest.iter().position(|&c| c == ':'),
        Some(&quote @ ('\'' | '"')) => rest.iter().skip(1).position(|&c| c == quote).map(|at| at + 2),
        // In a list within brackets a value ends where the next begins.
        _ if line.chars().take(before).any(|c| c == '[' || c == '{') => {
            rest.iter().position(|c| ",]}".contains(*c))
        }
        _ => rest.windows(2).position(|pair| pair == [' ', '#']),
    };
    let value = &rest[..end.unwrap_or(rest.len())];
    value.len() - value.iter().rev().take_while(|c| c.is_whitespace()).count()
}

/// The part of a long line around a fault, and how many characters of it come before the fault.
fn window(line: &str, before: usize) -> (String, usize) {
    let start = before.saturating_sub(MAX_SHOWN / 4);
    let start = if line.chars().count() <= MAX_SHOWN { 0 } else { start };
    let shown: String = line.chars().skip(start).take(MAX_SHOWN).collect();
    (shown, before - start)
}

/// All the faults that keep a catalogue from loading.
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
