//! The command line: arguments and commands, one file per command; no logic of its own.

mod args;
mod completions;
mod diff;
mod error;
mod explain;
mod interrupts;
mod man;
#[cfg(feature = "mcp")]
mod mcp;
mod merge;
mod options;
mod outlet;
mod output;
mod problems;
mod progress;
#[cfg(feature = "rule-tools")]
mod rules;
mod scan;
#[cfg(feature = "schema")]
mod schema;
mod standard_input;
mod watch;

use std::process::ExitCode;

use clap::Parser;

use crate::source::allow_maps;

use args::{Args, Command};
use error::CliError;
use outlet::{say, say_usage};

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
        #[cfg(feature = "mcp")]
        Some(Command::Mcp(mcp)) => mcp::run(mcp),
        Some(Command::Watch(watch)) => watch::run(watch),
        #[cfg(feature = "rule-tools")]
        Some(Command::Rules(command)) => rules::run(command),
        Some(Command::Completions(completions)) => completions::run(completions),
        Some(Command::Man(man)) => man::run(man),
        #[cfg(feature = "schema")]
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
