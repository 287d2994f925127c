//! `clawsift rules list`: the rules in force, one a row.

use crate::cli::error::CliError;
use crate::tooling;

use super::args::{ListFormat, ListRules};
use super::output;

pub(super) fn run(args: &ListRules) -> Result<u8, CliError> {
    let catalogue = args.rules.catalogue(&[])?;
    let rules = tooling::list(&catalogue, &args.category);
    match args.format {
        ListFormat::Table => output::write_rule_list(&rules)?,
        ListFormat::Json => output::write_json(&rules)?,
        ListFormat::Markdown => output::write_rule_list_markdown(&rules)?,
    }
    Ok(0)
}
