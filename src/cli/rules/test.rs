//! `clawsift rules test`: the examples and counter-examples of rules.

use std::path::Path;

use serde::Serialize;

use crate::catalogue::{self, RuleFile};
use crate::cli::error::CliError;
use crate::cli::outlet::say;
use crate::engine::Engine;
use crate::tooling::{self, LeaveOneOut, Mutation, TestRun};

use super::args::{Listing, TestRules};
use super::check::files;
use super::new::write_new;
use super::output;

/// What came out of it, as JSON.
#[derive(Serialize)]
struct Outcome<'o> {
    test: &'o TestRun,
    #[serde(skip_serializing_if = "Option::is_none")]
    mutation: Option<&'o Mutation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    leave_one_out: Option<&'o LeaveOneOut>,
}

pub(super) fn run(args: &TestRules) -> Result<u8, CliError> {
    let files = files(&args.paths)?;
    let engine = Engine::new(catalogue::over(&files, args.no_default_rules)?);
    let test = tooling::test(&engine, &files);
    let mutation = args.mutate.then(|| tooling::mutate(&engine, &files));
    let left_out = args.leave_one_out.then(|| tooling::leave_one_out(&engine, &files));
    if let Some(path) = &args.suggest {
        suggest(&engine, &files, path)?;
    }
    match args.format {
        Listing::Table => output::write_test(&test, mutation.as_ref(), left_out.as_ref(), args.color)?,
        Listing::Json => {
            let (mutation, leave_one_out) = (mutation.as_ref(), left_out.as_ref());
            output::write_json(&Outcome { test: &test, mutation, leave_one_out })?;
        }
    }
    let is_pinned_down =
        mutation.is_none_or(|mutation| args.min_score.is_none_or(|min| mutation.score >= min));
    Ok(u8::from(!test.failures.is_empty() || test.tried == 0 || !is_pinned_down))
}

/// Writes lines to a new file that tell the rules from their mutants.
fn suggest(engine: &Engine, files: &[RuleFile], path: &Path) -> Result<(), CliError> {
    let pins = tooling::suggest_examples(engine, files);
    if pins.0.is_empty() {
        say(&"nothing to suggest; no file was written");
        return Ok(());
    }
    write_new(path, &pins.to_string())?;
    let lines: usize = pins.0.iter().map(|pins| pins.examples.len() + pins.counter_examples.len()).sum();
    let path = path.display();
    say(&format_args!(
        "wrote {lines} lines to {path}; review them, then pass the file to `rules test` as well"
    ));
    Ok(())
}
