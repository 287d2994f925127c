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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProblemCode {
    /// The file or folder could not be read.
    UnreadableFile,
    /// Not YAML, a wrong type, an unknown key or an unknown name.
    InvalidYaml,
    /// An id that is not `word/word` in lower case.
    BadId,
    /// Two rules of one layer share an id.
    DuplicateId,
    /// Causes, fixes or examples are missing.
    IncompleteRule,
    /// A rule without a signature, or a signature with none or several kinds.
    BadSignature,
    /// A regular expression that does not compile, is too large, or matches everything.
    BadRegex,
    /// `overrides` or `--disable` names a rule that does not exist.
    UnknownRule,
    /// A signature names a shared group that does not exist.
    UnknownGroup,
    /// A rule has an id that was retired.
    RetiredId,
    /// A signature that must be tried on every record.
    SlowSignature,
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

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} [{}]", self.location, self.message, self.code)?;
        if let Some(line) = &self.source_line {
            let gutter = self.location.line.to_string();
            let column = usize::try_from(self.location.column).unwrap_or(1).max(1);
            write!(f, "\n  {gutter} | {line}")?;
            write!(f, "\n  {:1$} | {2:3$}^", "", gutter.len(), "", column - 1)?;
        }
        write!(f, "\n  = {}", self.expected)
    }
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
