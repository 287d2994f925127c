//! JSON Schemas of the output for scripts: the report and a single match.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};

use crate::report::tally::MatchRow;

use super::report::Report;

/// Returns the JSON Schema (draft 2020-12) of a report, as `--format json` writes it.
pub fn report_schema() -> Schema {
    of::<Report>()
}

/// Returns the JSON Schema (draft 2020-12) of one match, which is a line of `--format ndjson`.
pub fn match_schema() -> Schema {
    of::<MatchRow>()
}

/// Returns the schema of the serialized form: a key that is always written is required.
fn of<T: JsonSchema>() -> Schema {
    SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>()
}
