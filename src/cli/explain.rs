//! `clawsift explain WHAT`: the page of a rule.

use crate::report::{RulePage, Unexplained};

use super::args::Explain;
use super::error::CliError;
use super::output;
use super::standard_input::standard_input;

pub(super) fn run(args: &Explain) -> Result<u8, CliError> {
    let engine = args.rules.engine(&[])?;
    let what = match args.what.join(" ") {
        dash if dash == "-" => standard_input()?,
        what => what,
    };
    match RulePage::explain(&engine, args.redact.redactor(false), &what) {
        Ok(pages) => output::write_rules(&pages, args.color).map(|()| 0),
        // That a line is no known failure is an answer, too.
        Err(none @ Unexplained::NoMatch) => output::write_line(&none).map(|()| 0),
        Err(error) => Err(error.into()),
    }
}
