//! `clawsift rules new`: the draft of a rule.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use crate::cli::{CliError, has_problems, output, say_problems};
use crate::kit::draft;
use crate::scan::{Options, scan};
use crate::source::Expansion;

use super::args::NewRule;
use super::inputs;

pub(super) fn run(args: &NewRule) -> Result<u8, CliError> {
    let engine = args.rules.engine(&[])?;
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
