//! `clawsift rules bench`: what each rule costs on a log.

use crate::cli::error::CliError;
use crate::cli::interrupts;
use crate::cli::outlet::say;
use crate::source::Expansion;
use crate::tooling;

use super::args::{BenchRules, Listing};
use super::inputs::inputs;
use super::output;

pub(super) fn run(args: &BenchRules) -> Result<u8, CliError> {
    let engine = args.rules.engine(&[])?;
    let Expansion { inputs, mut errors } = inputs(&args.logs);
    let stop = interrupts::cancellation();
    let (mut bench, unread) = tooling::bench(&engine, &inputs, &stop);
    errors.extend(unread);
    errors.iter().for_each(|error| say(error));
    bench.rules.truncate(args.top.unwrap_or(usize::MAX));
    match args.format {
        Listing::Table => output::write_bench(&bench)?,
        Listing::Json => output::write_json(&bench)?,
    }
    Ok(stop.reason().unwrap_or(if errors.is_empty() { 0 } else { 2 }))
}
