//! `clawsift rules ...`: what rule authors need.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::catalogue::Catalogue;
use crate::engine::Engine;
use crate::kit::{self, draft};
use crate::scan::{Options, scan};
use crate::source::{Expansion, Input, expand};

use super::args::{BenchRules, Listing, NewRule, RulesCommand};
use super::scan::interrupts;
use super::{CliError, has_problems, output, say, say_problems};

pub(super) fn run(command: &RulesCommand) -> Result<u8, CliError> {
    match command {
        RulesCommand::New(args) => new(args),
        RulesCommand::Bench(args) => bench(args),
    }
}

/// The logs that were named, else standard input.
fn inputs(logs: &[PathBuf]) -> Expansion {
    match logs.is_empty() {
        true => Expansion { inputs: vec![Input::Stdin], errors: Vec::new() },
        false => expand(logs),
    }
}

fn bench(args: &BenchRules) -> Result<u8, CliError> {
    let engine = Engine::new(Catalogue::load(&args.rules.layers(&[]))?);
    let Expansion { inputs, mut errors } = inputs(&args.logs);
    let (mut bench, unread) = kit::bench(&engine, &inputs, &interrupts());
    errors.extend(unread);
    errors.iter().for_each(|error| say(error));
    bench.rules.truncate(args.top.unwrap_or(usize::MAX));
    match args.format {
        Listing::Table => output::write_bench(&bench)?,
        Listing::Json => output::write_json(&bench)?,
    }
    Ok(if errors.is_empty() { 0 } else { 2 })
}

fn new(args: &NewRule) -> Result<u8, CliError> {
    let engine = Engine::new(Catalogue::load(&args.rules.layers(&[]))?);
    let Expansion { inputs, errors } = inputs(&args.logs);
    let report = scan(&engine, &inputs, &errors, &Options::default());
    say_problems(&report);
    let number = args.from_unknown.get();
    let Some(cluster) = report.unclassified.get(number - 1) else {
        return Err(CliError::NoSuchShape { number, shapes: report.unclassified.len() });
    };
    let draft = draft(cluster, &engine)?.to_string();
    match &args.output {
        Some(path) => write_new(path, &draft)?,
        None => output::write_line(&draft.trim_end())?,
    }
    Ok(if has_problems(&report) { 2 } else { 0 })
}

/// Writes a file that is not there yet.
fn write_new(path: &Path, text: &str) -> Result<(), CliError> {
    let failed = |error| CliError::NewFile(path.display().to_string(), error);
    let mut file = File::create_new(path).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)
}
