//! `clawsift merge REPORT.json...`: one report out of many.

use std::fs;

use crate::render::Format;
use crate::report::{Merger, Period};

use super::args::Merge;
use super::error::CliError;
use super::output;

pub(super) fn run(args: &Merge) -> Result<u8, CliError> {
    let show = &args.show;
    show.check()?;
    if show.format == Format::Ndjson {
        return Err(CliError::NoMatches);
    }
    let zone = show.zone()?;
    // One at a time: there may be thousands. Some may have been made with --no-redact.
    let mut merger = Merger::new(args.redact.redactor(show.share));
    for path in &args.reports {
        let fail = |error: String| CliError::Report(path.display().to_string(), error);
        let text = fs::read(path).map_err(|error| fail(error.to_string()))?;
        merger.add_json(&text).map_err(|error| fail(error.to_string()))?;
    }
    let mut report = merger
        .finish(&show.view(Period::default()))
        .map_err(|error| CliError::Report("the reports".to_owned(), error.to_string()))?;
    show.fit(&mut report);
    output::write(&report, show, &zone)?;
    Ok(u8::from(show.fails(&report)))
}
