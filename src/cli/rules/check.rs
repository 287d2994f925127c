//! `clawsift rules check`: every fault of rule files.

use std::path::PathBuf;

use crate::catalogue::{Problem, ProblemCode, ProblemLevel, Problems, RuleFile, read_rules};
use crate::cli::error::CliError;
use crate::tooling;

use super::args::CheckRules;
use super::output;

pub(super) fn run(args: &CheckRules) -> Result<u8, CliError> {
    let (files, unread) = read(&args.paths);
    // Without any file the built-in rules would be checked, which nobody asked for.
    let mut problems = match files.is_empty() && !unread.is_empty() {
        true => Vec::new(),
        false => tooling::check(&files, args.no_default_rules, args.prove),
    };
    let is_whole = unread.is_empty();
    problems.extend(unread);
    output::write_problems(&problems, args.format, args.color)?;
    Ok(if is_whole { status(&problems, args.deny.is_some()) } else { 2 })
}

/// The rule files that paths name, each once.
pub(super) fn files(paths: &[PathBuf]) -> Result<Vec<RuleFile>, CliError> {
    let (files, unread) = read(paths);
    if unread.is_empty() { Ok(files) } else { Err(Problems(unread).into()) }
}

fn read(paths: &[PathBuf]) -> (Vec<RuleFile>, Vec<Problem>) {
    let (mut files, mut unread): (Vec<RuleFile>, Vec<Problem>) = (Vec::new(), Vec::new());
    for path in paths {
        match read_rules(path) {
            Ok(read) => {
                for file in read {
                    if files.iter().all(|other| other.file != file.file) {
                        files.push(file);
                    }
                }
            }
            Err(problem) => unread.push(problem),
        }
    }
    (files, unread)
}

fn status(problems: &[Problem], deny_warnings: bool) -> u8 {
    let is_fault = |code: ProblemCode| deny_warnings || code.level() == ProblemLevel::Error;
    u8::from(problems.iter().any(|problem| is_fault(problem.code)))
}
