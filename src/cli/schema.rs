//! `clawsift schema WHAT`: the JSON Schemas of what scripts read and people write.

use crate::catalogue::rule_file_schema;
use crate::report::{match_schema, report_schema};

use super::args::{Described, Schema};
use super::error::CliError;
use super::output;

pub(super) fn run(args: &Schema) -> Result<u8, CliError> {
    print(args.what)
}

/// Prints a schema.
pub(super) fn print(what: Described) -> Result<u8, CliError> {
    output::write_json(&match what {
        Described::Report => report_schema(),
        Described::Match => match_schema(),
        Described::Rules => rule_file_schema(),
    })?;
    Ok(0)
}
