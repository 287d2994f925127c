//! The command line: arguments and commands, one file per command; no logic of its own.

mod args;
mod completions;
mod diff;
mod explain;
mod interrupts;
mod man;
mod mcp;
mod merge;
mod outlet;
mod output;
mod progress;
mod rules;
mod scan;
mod schema;
mod watch;

use std::io::{self, Read};
use std::process::ExitCode;

use clap::Parser;

use crate::report::Report;
use crate::source::allow_maps;

use args::{Args, Command};
use outlet::{say, say_usage, tell};

/// Runs the program and gives its exit status: 0 done, 1 something at or above `--fail-on`, 2 wrong usage, unusable
/// rules or unreadable sources, 129, 130 or 143 after a hang-up or an interrupt.
pub fn run() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return ExitCode::from(say_usage(&error)),
    };
    // The process is this program's own, so that its signals can be handled.
    let _permit = allow_maps();
    let done = match &args.command {
        Some(Command::Explain(explain)) => explain::run(explain),
        Some(Command::Merge(merge)) => merge::run(merge),
        Some(Command::Diff(diff)) => diff::run(diff),
        Some(Command::Mcp(mcp)) => mcp::run(mcp),
        Some(Command::Watch(watch)) => watch::run(watch),
        Some(Command::Rules(command)) => rules::run(command),
        Some(Command::Completions(completions)) => completions::run(completions),
        Some(Command::Man(man)) => man::run(man),
        Some(Command::Schema(args)) => schema::run(args),
        None => scan::run(&args),
    };
    match done {
        Ok(status) => ExitCode::from(status),
        Err(CliError::Usage(error)) => ExitCode::from(say_usage(&error)),
        Err(error) => {
            say(&error);
            ExitCode::from(2)
        }
    }
}

/// A text in which control characters, but for those that may stand there, are written as escapes: the name of a file may hold
/// any.
fn printable(text: &str, allowed: &str) -> String {
    let is_plain = |c: char| !c.is_control() || allowed.contains(c);
    text.chars().map(|c| if is_plain(c) { c.to_string() } else { c.escape_default().to_string() }).collect()
}

/// Says which sources could not be read whole, and why.
fn say_problems(report: &Report) {
    for source in &report.sources {
        for problem in &source.problems {
            say(&format_args!("{}: {problem}", printable(&source.name, "")));
        }
    }
}

/// Whether a source could not be read whole.
fn has_problems(report: &Report) -> bool {
    report.sources.iter().any(|source| !source.problems.is_empty())
}

/// A text longer than this is not read to its end from standard input.
const MAX_TEXT: u64 = 16 << 20;

/// Lines of a log that were piped in.
fn standard_input() -> Result<String, CliError> {
    let mut bytes = Vec::new();
    let read = io::stdin().lock().take(MAX_TEXT).read_to_end(&mut bytes);
    read.map_err(|error| CliError::StandardInput(error.to_string()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Why a command could not do its work.
#[derive(Debug, thiserror::Error)]
enum CliError {
    #[error("{0}")]
    Usage(#[from] clap::Error),
    #[error("{0}")]
    Rules(#[from] crate::catalogue::Problems),
    #[error("{0}")]
    Moment(#[from] crate::report::BadMoment),
    #[error("{0}")]
    Unexplained(#[from] crate::report::Unexplained),
    #[error("standard input cannot be read: {0}")]
    StandardInput(String),
    #[error("`{0}` is no time zone; write a name such as Europe/Berlin or UTC")]
    Zone(String),
    #[error("{0} cannot be merged: {1}")]
    Report(String, String),
    #[error("{0} cannot be followed: {1}")]
    Follow(String, std::io::Error),
    #[error("{0}")]
    Serve(#[from] crate::mcp::ServeError),
    #[error("--notify: {0}")]
    Notify(#[from] crate::watch::BadCommand),
    #[error("{0} cannot be compared: {1}")]
    Side(String, String),
    #[error(
        "a comparison needs two sides: clawsift diff BEFORE AFTER; to divide one log, add --since-restart or --at WHEN"
    )]
    TwoSides,
    #[error("no start of the gateway in {0}; name the moment at which to divide it: --at 2026-11-22T10:00")]
    NoRestart(String),
    #[error(
        "a report holds no single matches, so none can be written with --format ndjson; write it when the logs are read:\n  \
         clawsift --format ndjson LOG..."
    )]
    NoMatches,
    #[error("{0}")]
    NoSuchRule(#[from] crate::kit::NoSuchRule),
    #[error("{0}")]
    Draft(#[from] crate::kit::DraftError),
    #[error(
        "nothing to draft a rule for; give a line of a log, or the number of a shape that no rule explains:\n  \
         clawsift rules new --from-line 'Error: disk 3 is full'\n  \
         clawsift rules new --from-unknown 3 gateway.log\n\
         On a terminal, `clawsift rules new` asks for them."
    )]
    NothingToDraft,
    #[error("ended before all was asked; no rule was written")]
    NoAnswer,
    #[error(
        "the terminal passes on no more than {0} characters of a line; pipe it in:\n  \
         tail -1 gateway.log | clawsift rules new --from-line -"
    )]
    CutByTerminal(usize),
    #[error(
        "there is no shape {number} among what no rule explains: there are {shapes}, as the report lists them"
    )]
    NoSuchShape { number: usize, shapes: usize },
    #[error("there is no command `{0}`; the commands are in clawsift --help")]
    NoSuchCommand(String),
    #[error("{0}: {1}; name a file that is not there yet")]
    NewFile(String, std::io::Error),
    #[error("{0}: {1}; check the folder and the free space, or leave --output out")]
    Output(String, std::io::Error),
    #[error(
        "no log given, and none of OpenClaw's own is on this machine; pipe one in:\n  \
         openclaw logs --json --limit 5000 | clawsift\nor name a file or folder:\n  clawsift /tmp/openclaw"
    )]
    NoInput,
}
