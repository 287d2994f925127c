//! The Python function `scan`.

use std::num::NonZeroUsize;
use std::sync::Arc;

use clawsift::catalogue::Layers;
use clawsift::report::ChunkTally;
use clawsift::scan::Options;
use clawsift::source::{Expansion, expand};
use pyo3::prelude::*;

use crate::catalogue::{Catalogue, redactor};
use crate::error::bad_value;
use crate::interrupt::Interrupt;
use crate::options::{Names, Paths, ViewOptions, zone};
use crate::report::Report;

/// Scans files, folders and patterns and returns the report. The options are those of the command line.
#[pyfunction]
#[pyo3(signature = (
    paths, *, catalogue = None, rules = Vec::new(), no_default_rules = false, disable = Vec::new(), since = None,
    until = None, min_severity = None, category = Names::default(), sort = "rank", top = None, jobs = None,
    redact = true, tz = None, max_decompressed = None, matches = false,
))]
#[allow(clippy::too_many_arguments)] // Keyword arguments in Python.
pub(crate) fn scan(
    py: Python<'_>,
    paths: Paths,
    catalogue: Option<&Bound<'_, Catalogue>>,
    rules: Vec<std::path::PathBuf>,
    no_default_rules: bool,
    disable: Vec<String>,
    since: Option<&str>,
    until: Option<&str>,
    min_severity: Option<&str>,
    category: Names,
    sort: &str,
    top: Option<usize>,
    jobs: Option<NonZeroUsize>,
    redact: bool,
    tz: Option<&str>,
    max_decompressed: Option<u64>,
    matches: bool,
) -> PyResult<Report> {
    let zone = zone(tz)?;
    let view = ViewOptions { since, until, min_severity, category, sort, top }.view(&zone)?;
    let layers = Layers { no_default_rules, overlays: rules, disable, ..Layers::default() };
    let is_changed = layers.no_default_rules || !layers.overlays.is_empty() || !layers.disable.is_empty();
    let engine = match catalogue {
        Some(_) if is_changed => {
            return Err(bad_value(
                "with a catalogue, pass rules, no_default_rules and disable to Catalogue.load(...)",
            ));
        }
        Some(catalogue) => Arc::clone(&catalogue.get().engine),
        None => Catalogue::of(py, &layers)?.engine,
    };
    let paths = paths.into_vec();
    let interrupt = Interrupt::new();
    let report = py.detach(|| {
        let Expansion { inputs, errors } = expand(&paths);
        let progress = |_: &ChunkTally| interrupt.ask();
        let options = Options::new()
            .jobs(crate::options::jobs(jobs))
            .redactor(redactor(redact))
            .view(view)
            .zone(zone.clone())
            .max_decompressed(crate::options::max_decompressed(max_decompressed))
            .keep_matches(matches)
            .stop(interrupt.stop.clone())
            .progress(&progress);
        clawsift::scan::scan(&engine, &inputs, &errors, &options)
    });
    interrupt.finish()?;
    Ok(Report::new(report, zone))
}
