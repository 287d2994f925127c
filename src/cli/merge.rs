//! `clawsift merge REPORT.json...`: one report out of many.

use std::fs;

use crate::report::{Filter, Report, View, merge};

use super::args::Merge;
use super::{CliError, output};

pub(super) fn run(args: &Merge) -> Result<u8, CliError> {
    let show = &args.show;
    let zone = show.zone()?;
    let filter = Filter {
        min_severity: show.min_severity,
        categories: show.category.clone(),
        top: show.top,
        ..Filter::default()
    };
    let mut reports: Vec<Report> = Vec::new();
    for path in &args.reports {
        let name = path.display().to_string();
        let text = fs::read(path).map_err(|error| CliError::Report(name.clone(), error.to_string()))?;
        let report: Report = serde_json::from_slice(&text)
            .map_err(|error| CliError::Report(name.clone(), error.to_string()))?;
        // Each is tried alone, so that the one that cannot be merged is named.
        reports.push(
            merge([report], &View::default()).map_err(|error| CliError::Report(name, error.to_string()))?,
        );
    }
    let report = merge(reports, &View { filter, sort: show.sort })
        .map_err(|error| CliError::Report("the reports".to_owned(), error.to_string()))?;
    output::write(&report, show.format, show.output.as_deref(), show.color, &zone)?;
    let fails = show.fail_on.is_some_and(|least| report.worst.is_some_and(|worst| worst >= least));
    Ok(u8::from(fails))
}
