//! `clawsift completions SHELL`.

use clap::CommandFactory;

use super::args::{Args, Completions};
use super::error::CliError;
use super::output;

pub(super) fn run(args: &Completions) -> Result<u8, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "clawsift", &mut script);
    output::write_own(&script)?;
    Ok(0)
}
