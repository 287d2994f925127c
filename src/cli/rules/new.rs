//! `clawsift rules new`: the draft of a rule.

use std::fs::File;
use std::io::{IsTerminal, Write, stdin, stdout};
use std::path::{Path, PathBuf};

use crate::cli::error::CliError;
use crate::cli::outlet::say;
use crate::cli::problems::{has_problems, say_problems};
use crate::cli::standard_input::standard_input;
use crate::engine::Engine;
use crate::scan::{Options, scan};
use crate::source::Expansion;
use crate::tooling::{Draft, draft, draft_line};

use super::args::NewRule;
use super::error::RulesError;
use super::inputs::inputs;
use super::{output, prompts};

pub(super) fn run(args: &NewRule) -> Result<u8, CliError> {
    let is_terminal = stdin().is_terminal() && stdout().is_terminal();
    if args.from_line.is_none() && args.from_unknown.is_none() && !is_terminal {
        return Err(RulesError::NothingToDraft.into());
    }
    let engine = args.rules.engine(&[])?;
    if let Some(number) = args.from_unknown {
        return from_unknown(number.get(), args, &engine);
    }
    // A rule is drafted for what the words of a failure only likely mean, too.
    let engine = engine.only_certain();
    let Some(line) = &args.from_line else { return from_answers(args.output.clone(), &engine) };
    let draft = match line.as_str() {
        "-" => draft_line(&standard_input()?, &engine),
        line => draft_line(line, &engine),
    };
    let draft = draft.map_err(RulesError::from)?;
    put(&draft, args.output.as_deref())?;
    Ok(0)
}

fn from_unknown(number: usize, args: &NewRule, engine: &Engine) -> Result<u8, CliError> {
    let Expansion { inputs, errors } = inputs(&args.logs);
    let report = scan(engine, &inputs, &errors, &Options::default());
    say_problems(&report);
    let Some(cluster) = report.unclassified.get(number - 1) else {
        return Err(RulesError::NoSuchShape { number, shapes: report.unclassified.len() }.into());
    };
    put(&draft(cluster, engine).map_err(RulesError::from)?, args.output.as_deref())?;
    Ok(if has_problems(&report) { 2 } else { 0 })
}

fn from_answers(output: Option<PathBuf>, engine: &Engine) -> Result<u8, CliError> {
    let mut draft = prompts::draft(engine)?;
    prompts::adjust(&mut draft, engine)?;
    let output = match output {
        Some(path) => Some(path),
        None => prompts::output(&draft)?,
    };
    put(&draft, output.as_deref())?;
    Ok(0)
}

/// Writes the draft to a new file, or to standard output.
fn put(draft: &Draft, path: Option<&Path>) -> Result<(), CliError> {
    match path {
        Some(path) => write_new(path, &draft.to_string())?,
        None => output::write_line(&draft.to_string().trim_end())?,
    }
    if !draft.overrides().is_empty() {
        let others = draft.overrides().join(", ");
        say(&format_args!("already explained by {others}; the draft overrides them"));
    }
    if let Some(path) = path {
        let path = path.display();
        say(&format_args!("wrote {path}; replace each TODO, then try it: clawsift LOG --rules {path}"));
    }
    Ok(())
}

/// Writes a file that is not there yet.
pub(super) fn write_new(path: &Path, text: &str) -> Result<(), RulesError> {
    let failed = |error| RulesError::NewFile(path.display().to_string(), error);
    let mut file = File::create_new(path).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)
}
