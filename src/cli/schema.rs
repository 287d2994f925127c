//! `clawsift schema WHAT`: the JSON Schemas of what scripts read and people write.

use clap::ValueEnum;

use crate::catalogue::rule_file_schema;
use crate::report::{match_schema, report_schema};

use super::error::CliError;
use super::output;

/// Of what to print the schema.
#[derive(Debug, clap::Args)]
#[command(after_help = SCHEMA_EXAMPLES)]
pub(super) struct Schema {
    /// What the schema describes
    pub what: Described,
}

/// What has a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Described {
    /// The report of --format json
    Report,
    /// One match: a line of --format ndjson
    Match,
    /// A rule file
    Rules,
}

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

const SCHEMA_EXAMPLES: &str = "\
Examples:
  clawsift schema report > report.schema.json    the report of --format json
  clawsift schema match > match.schema.json      one line of --format ndjson
  clawsift schema rules > rules.schema.json      for editors";
