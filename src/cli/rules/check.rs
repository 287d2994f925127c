//! `clawsift rules check`: every fault of rule files.

use std::path::PathBuf;

use crate::catalogue::{Problem, ProblemCode, ProblemLevel, Problems, RuleFile, read_rules};
use crate::cli::{CliError, output};
use crate::kit;

use super::args::CheckRules;

pub(super) fn run(args: &CheckRules) -> Result<u8, CliError> {
    let files = files(&args.paths)?;
    let problems = kit::check(&files, args.no_default_rules, args.prove);
    output::write_problems(&problems, args.format, args.color)?;
    Ok(status(&problems, args.deny.is_some()))
}

/// The rule files that paths name.
pub(super) fn files(paths: &[PathBuf]) -> Result<Vec<RuleFile>, CliError> {
    let (mut files, mut unread) = (Vec::new(), Vec::new());
    for path in paths {
        match read_rules(path) {
            Ok(read) => files.extend(read),
            Err(problem) => unread.push(problem),
        }
    }
    if unread.is_empty() { Ok(files) } else { Err(Problems(unread).into()) }
}

fn status(problems: &[Problem], deny_warnings: bool) -> u8 {
    let is_fault = |code: ProblemCode| deny_warnings || code.level() == ProblemLevel::Error;
    u8::from(problems.iter().any(|problem| is_fault(problem.code)))
}
