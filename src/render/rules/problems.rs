//! Problems of rule files, for people and for programs that show them next to the lines.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style as Paint};
use serde_json::{Value, json};

use crate::catalogue::{Location, Problem, ProblemCode, ProblemLevel};
use crate::ci_commands::Syntax;
use crate::redact::Redactor;

use crate::render::page::BOLD;
use crate::render::sarif;

const ERROR: Paint = AnsiColor::Red.on_default().bold();
const WARNING: Paint = AnsiColor::Yellow.on_default().bold();

/// Output format of problems of rule files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum ProblemFormat {
    /// With the affected lines, for a terminal
    Human,
    /// JSON array
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Workflow commands, which GitHub shows next to the lines
    Github,
}

impl ProblemFormat {
    /// Returns how characters can be escaped in this format.
    pub fn syntax(self) -> Syntax {
        match self {
            Self::Human => Syntax::Text,
            Self::Json | Self::Sarif => Syntax::Json,
            Self::Github => Syntax::Commands,
        }
    }
}

pub(super) fn write(problems: &[Problem], format: ProblemFormat, out: &mut dyn Write) -> io::Result<()> {
    let problems: &Vec<Problem> = &problems.iter().map(redacted).collect();
    match format {
        ProblemFormat::Human => human(problems, out),
        ProblemFormat::Json => {
            let all: Vec<Value> = problems.iter().map(as_json).collect();
            serde_json::to_writer_pretty(&mut *out, &all)?;
            writeln!(out)
        }
        ProblemFormat::Sarif => {
            serde_json::to_writer_pretty(&mut *out, &sarif(problems))?;
            writeln!(out)
        }
        ProblemFormat::Github => problems.iter().try_for_each(|problem| github(problem, out)),
    }
}

/// Masks secrets in the text of a problem and in the name of its file.
fn redacted(problem: &Problem) -> Problem {
    // Tabs are kept, because a tab may be the problem.
    let clean = |text: &String| {
        text.split('\t').map(|part| Redactor::MASKING.clean_lines(part)).collect::<Vec<_>>().join("\t")
    };
    Problem {
        location: Location { file: clean(&problem.location.file), ..problem.location.clone() },
        message: clean(&problem.message),
        expected: clean(&problem.expected),
        source_line: problem.source_line.as_ref().map(clean),
        ..problem.clone()
    }
}

fn human(problems: &[Problem], out: &mut dyn Write) -> io::Result<()> {
    for problem in problems {
        let level = problem.code.level();
        let paint = match level {
            ProblemLevel::Error => ERROR,
            ProblemLevel::Warning => WARNING,
        };
        writeln!(out, "{paint}{level}{paint:#}: {problem}\n")?;
    }
    let count = |level| problems.iter().filter(|problem| problem.code.level() == level).count();
    let (errors, warnings) = (count(ProblemLevel::Error), count(ProblemLevel::Warning));
    let counted = |count: usize, what: &str| match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    };
    match errors + warnings {
        0 => writeln!(out, "{BOLD}no problems found{BOLD:#}"),
        _ => writeln!(out, "{BOLD}{}, {}{BOLD:#}", counted(errors, "error"), counted(warnings, "warning")),
    }
}

fn as_json(problem: &Problem) -> Value {
    json!({
        "code": problem.code,
        "level": problem.code.level(),
        "file": problem.location.file,
        "line": problem.location.line,
        "column": problem.location.column,
        "message": problem.message,
        "expected": problem.expected,
    })
}

fn sarif(problems: &[Problem]) -> Value {
    let mut codes: Vec<ProblemCode> = problems.iter().map(|problem| problem.code).collect();
    codes.sort();
    codes.dedup();
    let rules = codes.iter().map(|code| json!({ "id": code })).collect();
    sarif::log(rules, problems.iter().map(sarif_result).collect(), None)
}

fn sarif_result(problem: &Problem) -> Value {
    let Location { file, line, column } = &problem.location;
    json!({
        "ruleId": problem.code,
        "level": problem.code.level(),
        "message": { "text": format!("{}\nExpected: {}", problem.message, problem.expected) },
        "locations": [sarif::location(file, *line, (*column).max(1))],
    })
}

fn github(problem: &Problem, out: &mut dyn Write) -> io::Result<()> {
    let text = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |value: &str| text(value).replace(':', "%3A").replace(',', "%2C");
    writeln!(
        out,
        "::{} file={},line={},col={},title={}::{}%0A{}",
        problem.code.level(),
        property(&problem.location.file),
        problem.location.line.max(1),
        problem.location.column.max(1),
        problem.code,
        text(&problem.message),
        text(&problem.expected)
    )
}
