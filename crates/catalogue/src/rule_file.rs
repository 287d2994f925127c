//! Rule files as they are read: their texts, and locations in them.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde_saphyr::Spanned;

use super::yaml_fault::YamlFault;
use super::{Location, Problem, ProblemCode};

/// Maximum size of a rule file in bytes; the whole embedded catalogue is a small fraction of it.
const MAX_RULE_FILE: u64 = 8 << 20;

/// Maximum total size in bytes of the rule files of a folder.
const MAX_RULE_FILES: u64 = 64 << 20;

/// A rule file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleFile {
    /// Name of the file in messages.
    pub file: String,
    /// Content of the file.
    pub text: String,
}

impl RuleFile {
    /// Creates a file with the given name and text.
    pub fn new(file: impl Into<String>, text: impl Into<String>) -> Self {
        Self { file: file.into(), text: text.into() }
    }

    /// Returns the location of a parsed value.
    pub fn location<T>(&self, spanned: &Spanned<T>) -> Location {
        Location {
            file: self.file.clone(),
            line: spanned.referenced.line(),
            column: spanned.referenced.column(),
        }
    }

    /// Returns the text of a line, counted from 1.
    pub fn line(&self, number: u64) -> Option<String> {
        let index = usize::try_from(number).ok()?.checked_sub(1)?;
        self.text.lines().nth(index).map(str::to_owned)
    }

    pub(super) fn problem(
        &self,
        code: ProblemCode,
        location: &Location,
        message: impl Into<String>,
        expected: impl Into<String>,
    ) -> Problem {
        let source_line = self.line(location.line);
        Problem { source_line, ..Problem::new(code, location, message, expected) }
    }

    pub(super) fn yaml_problem(&self, error: &serde_saphyr::Error) -> Problem {
        let place = error.location();
        let location = Location {
            file: self.file.clone(),
            line: place.map_or(0, |p| p.line()),
            column: place.map_or(0, |p| p.column()),
        };
        let text = error.without_snippet().to_string();
        let first = text.lines().next().unwrap_or("not a rule file");
        let message = first.split_once(" at line ").map_or(first, |(message, _)| message);
        let fault = YamlFault::of(message);
        self.problem(fault.code, &location, fault.message, fault.expected)
    }
}

/// Returns true if the name of a file in a folder is that of a rule file.
pub fn is_rule_file(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml")
}

/// Folder of the code tables within a folder of rules.
const CODE_TABLES: &str = "codes";

/// Reads the rule file at a path, or those of a folder and of its subfolder `codes`.
///
/// # Errors
/// If a file cannot be read or is too large, or if the folder has none.
pub fn read_rules(path: &Path) -> Result<Vec<RuleFile>, Problem> {
    let fail = |path: &Path, error: io::Error| Problem {
        code: ProblemCode::UnreadableFile,
        location: Location { file: path.display().to_string(), line: 0, column: 0 },
        message: match error.kind() {
            io::ErrorKind::InvalidData => "the file is not UTF-8 text".to_owned(),
            _ => error.to_string(),
        },
        expected: "a readable rule file in UTF-8 of at most 8 MiB, or a folder of them".to_owned(),
        source_line: None,
    };
    let read = |path: &Path| -> io::Result<RuleFile> {
        let mut text = String::new();
        fs::File::open(path)?.take(MAX_RULE_FILE + 1).read_to_string(&mut text)?;
        if text.len() as u64 > MAX_RULE_FILE {
            return Err(io::Error::other("the file is larger than 8 MiB"));
        }
        Ok(RuleFile { file: path.display().to_string(), text })
    };
    if !path.is_dir() {
        return Ok(vec![read(path).map_err(|error| fail(path, error))?]);
    }
    let list = |folder: &Path| -> io::Result<Vec<PathBuf>> {
        fs::read_dir(folder)?.map(|entry| entry.map(|e| e.path())).collect()
    };
    let mut files = list(path).map_err(|error| fail(path, error))?;
    let codes = path.join(CODE_TABLES);
    if codes.is_dir() {
        files.extend(list(&codes).map_err(|error| fail(&codes, error))?);
    }
    files.retain(|file| is_rule_file(file));
    files.sort();
    if files.is_empty() {
        return Err(fail(path, io::Error::other("no .yaml files in this folder")));
    }
    let mut left = MAX_RULE_FILES;
    let read = |file: &PathBuf| {
        let rules = read(file).map_err(|error| fail(file, error))?;
        left = left
            .checked_sub(rules.text.len() as u64)
            .ok_or_else(|| fail(path, io::Error::other("the files are larger than 64 MiB in total")))?;
        Ok(rules)
    };
    files.iter().map(read).collect()
}
