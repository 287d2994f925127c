//! `clawsift explain WHAT`: the page of a rule.

use std::io::{self, Read};

use crate::redact::Redactor;
use crate::report::{RulePage, Unexplained};

use super::args::Explain;
use super::{CliError, output};

/// A pasted text longer than this is not read to its end.
const MAX_TEXT: u64 = 16 << 20;

pub(super) fn run(args: &Explain) -> Result<u8, CliError> {
    let engine = args.rules.engine(&[])?;
    let what = match args.what.join(" ") {
        dash if dash == "-" => standard_input()?,
        what => what,
    };
    match RulePage::explain(&engine, Redactor::MASKING, &what) {
        Ok(pages) => output::write_rules(&pages, args.color).map(|()| 0),
        // That a line is no known failure is an answer, too.
        Err(none @ Unexplained::NoMatch) => output::write_line(&none).map(|()| 0),
        Err(error) => Err(error.into()),
    }
}

fn standard_input() -> Result<String, CliError> {
    let mut bytes = Vec::new();
    let read = io::stdin().lock().take(MAX_TEXT).read_to_end(&mut bytes);
    read.map_err(|error| CliError::StandardInput(error.to_string()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
