//! `clawsift rules test`: the examples and counter-examples of rules.

use serde::Serialize;

use crate::catalogue::Catalogue;
use crate::cli::{CliError, output};
use crate::engine::Engine;
use crate::kit::{self, Mutation, TestRun};

use super::args::{Listing, TestRules};
use super::check::files;

/// What came out of it, as JSON.
#[derive(Serialize)]
struct Outcome<'o> {
    test: &'o TestRun,
    #[serde(skip_serializing_if = "Option::is_none")]
    mutation: Option<&'o Mutation>,
}

pub(super) fn run(args: &TestRules) -> Result<u8, CliError> {
    let files = files(&args.paths)?;
    let engine = Engine::new(Catalogue::over(&files, args.no_default_rules)?);
    let test = kit::test(&engine, &files);
    let mutation = args.mutate.then(|| kit::mutate(&engine, &files));
    match args.format {
        Listing::Table => output::write_test(&test, mutation.as_ref(), args.color)?,
        Listing::Json => output::write_json(&Outcome { test: &test, mutation: mutation.as_ref() })?,
    }
    let is_pinned_down =
        mutation.is_none_or(|mutation| args.min_score.is_none_or(|min| mutation.score >= min));
    Ok(u8::from(!test.failures.is_empty() || test.tried == 0 || !is_pinned_down))
}
