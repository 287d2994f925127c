//! `clawsift rules show ID...`: whole rules as they are in force.

use crate::cli::error::CliError;
use crate::tooling;

use super::args::{Listing, ShowRules};
use super::error::RulesError;
use super::output;

pub(super) fn run(args: &ShowRules) -> Result<u8, CliError> {
    let catalogue = args.rules.catalogue(&[])?;
    let rules = args
        .ids
        .iter()
        .map(|id| tooling::show(&catalogue, id))
        .collect::<Result<Vec<_>, _>>()
        .map_err(RulesError::from)?;
    match args.format {
        Listing::Table => output::write_whole_rules(&rules, args.color)?,
        Listing::Json => output::write_json(&rules)?,
    }
    Ok(0)
}
