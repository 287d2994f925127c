//! `clawsift merge REPORT.json...`: one report out of many.

use std::fs;

use crate::render::Format;
use crate::report::{Period, Report, merge};

use super::args::Merge;
use super::{CliError, output};

pub(super) fn run(args: &Merge) -> Result<u8, CliError> {
    let show = &args.show;
    show.check();
    if show.format == Format::Ndjson {
        return Err(CliError::NoMatches);
    }
    let zone = show.zone()?;
    let mut reports: Vec<Report> = Vec::new();
    for path in &args.reports {
        let name = path.display().to_string();
        let text = fs::read(path).map_err(|error| CliError::Report(name.clone(), error.to_string()))?;
        let mut report: Report = serde_json::from_slice(&text)
            .map_err(|error| CliError::Report(name.clone(), error.to_string()))?;
        // So that the one that cannot be merged is named.
        report.check_mergeable().map_err(|error| CliError::Report(name, error.to_string()))?;
        reports.push(report);
    }
    let report = merge(reports, &show.view(Period::default()))
        .map_err(|error| CliError::Report("the reports".to_owned(), error.to_string()))?;
    output::write(&report, show, &zone)?;
    Ok(u8::from(show.fails(&report)))
}
