//! `clawsift rules schema`: the JSON Schema of rule files.

use crate::catalogue::rule_file_schema;
use crate::cli::{CliError, output};

pub(super) fn run() -> Result<u8, CliError> {
    output::write_json(&rule_file_schema())?;
    Ok(0)
}
