//! Parts of logs for the tasks of a cluster: files and ranges of files, files that Python has opened, rows of tables.
//! For `clawsift.spark`; not part of the public interface of the package.

use std::io::{self, Read};
use std::path::PathBuf;

use clawsift::engine::Engine;
use clawsift::redact::Redactor;
use clawsift::report::{ChunkTally, Merger, Moment, Period, Report as Found, View, merge};
use clawsift::scan::{Options, Stream, StreamPart, scan_parts as scan_files, scan_stream};
use clawsift::source::FilePart;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use serde_json::to_vec;

use crate::catalogue::{Catalogue, redactor};
use crate::error::{bad_report, bad_value};
use crate::interrupt::Interrupt;
use crate::options::{Names, ViewOptions, max_decompressed, zone};
use crate::report::Report;
use crate::rows::Rows;

/// Number of bytes per read of a Python file. Each read takes Python's lock and, on an object store, sends a request.
const BLOCK: usize = 4 << 20;

/// Options of a part's scan.
#[derive(FromPyObject)]
pub(crate) struct Settings {
    #[pyo3(item)]
    since: Option<String>,
    #[pyo3(item)]
    until: Option<String>,
    #[pyo3(item)]
    redact: bool,
    #[pyo3(item)]
    tz: String,
    #[pyo3(item)]
    max_decompressed: Option<u64>,
}

impl Settings {
    /// Scans on the current thread, because a task has one core, and returns the report as JSON.
    fn scan(
        &self,
        py: Python<'_>,
        catalogue: &Bound<'_, Catalogue>,
        scan: impl FnOnce(&Engine, &Options<'_>) -> Found + Send,
    ) -> PyResult<Vec<u8>> {
        let zone = zone(Some(&self.tz))?;
        let moment = |text: &Option<String>| {
            text.as_deref().map(|text| Moment::parse(text, &zone)).transpose().map_err(bad_value)
        };
        let period = Period::between(moment(&self.since)?, moment(&self.until)?);
        let mut view = View::default();
        view.filter.period = period;
        let interrupt = Interrupt::new();
        let engine = &catalogue.get().engine;
        let report = py.detach(|| {
            let progress = |_: &ChunkTally| interrupt.ask();
            let options = Options::new()
                .jobs(1)
                .redactor(redactor(self.redact))
                .view(view)
                .zone(zone.clone())
                .max_decompressed(max_decompressed(self.max_decompressed))
                .stop(interrupt.stop.clone())
                .progress(&progress);
            to_vec(&scan(engine, &options))
        });
        interrupt.finish()?;
        report.map_err(bad_value)
    }
}

/// Returns the report of files and parts of files on this machine.
#[pyfunction]
pub(crate) fn scan_parts(
    py: Python<'_>,
    parts: Vec<(PathBuf, u64, Option<u64>)>,
    catalogue: &Bound<'_, Catalogue>,
    settings: Settings,
) -> PyResult<Vec<u8>> {
    let parts: Vec<FilePart> = parts
        .into_iter()
        .map(|(path, start, end)| FilePart { path, range: end.map(|end| start..end) })
        .collect();
    settings.scan(py, catalogue, |engine, options| scan_files(engine, &parts, options))
}

/// Returns the report of a file that Python has opened, or of a part of it. The file position of a part must be one
/// byte before its start, or 0.
#[pyfunction]
pub(crate) fn scan_file(
    py: Python<'_>,
    file: Py<PyAny>,
    name: String,
    start: u64,
    end: Option<u64>,
    catalogue: &Bound<'_, Catalogue>,
    settings: Settings,
) -> PyResult<Vec<u8>> {
    let part = end.map_or(StreamPart::Whole, |end| StreamPart::Range(start..end));
    let gateway = folder(&name).to_owned();
    let reader = PythonFile { file, block: None, at: 0 };
    let stream = Stream { name, gateway, reader, part };
    settings.scan(py, catalogue, |engine, options| scan_stream(engine, stream, options))
}

/// Returns the report of a source that could not be opened.
#[pyfunction]
pub(crate) fn unread(
    py: Python<'_>,
    name: &str,
    problem: String,
    catalogue: &Bound<'_, Catalogue>,
    settings: Settings,
) -> PyResult<Vec<u8>> {
    settings.scan(py, catalogue, |engine, options| {
        clawsift::scan::unread(engine, name, folder(name), problem, options)
    })
}

/// Returns the report of rows with one record each. A second column, if present, contains the name of the record's
/// source.
#[pyfunction]
pub(crate) fn scan_rows(
    py: Python<'_>,
    batches: Py<PyAny>,
    name: String,
    catalogue: &Bound<'_, Catalogue>,
    settings: Settings,
) -> PyResult<Vec<u8>> {
    let rows = Rows::new(batches, name);
    let failed = rows.clone();
    let report = settings.scan(py, catalogue, |engine, options| {
        let mut reports = Vec::new();
        while let Some(name) = rows.next_source() {
            let gateway = folder(&name).to_owned();
            let stream = Stream { name, gateway, reader: rows.clone(), part: StreamPart::Somewhere };
            reports.push(scan_stream(engine, stream, options));
        }
        merge(reports, &options.view).unwrap_or_else(|_| clawsift::scan::scan(engine, &[], &[], options))
    });
    failed.take_error().map_or(report, Err)
}

/// Merges reports given as JSON, reading one at a time.
#[pyfunction]
#[pyo3(signature = (
    reports, *, since = None, until = None, min_severity = None, category = Names::default(), sort = "rank", top = None,
    tz = None,
))]
#[allow(clippy::too_many_arguments)] // Keyword arguments in Python.
pub(crate) fn merge_json(
    py: Python<'_>,
    reports: Vec<PyBackedBytes>,
    since: Option<&str>,
    until: Option<&str>,
    min_severity: Option<&str>,
    category: Names,
    sort: &str,
    top: Option<usize>,
    tz: Option<&str>,
) -> PyResult<Report> {
    let zone = zone(tz)?;
    let view = ViewOptions { since, until, min_severity, category, sort, top }.view(&zone)?;
    let merged = py.detach(|| {
        let mut merger = Merger::new(Redactor::MASKING);
        reports.iter().try_for_each(|report| merger.add_json(report))?;
        merger.finish(&view)
    });
    let merged = merged.map_err(bad_report)?;
    Ok(Report::new(merged, zone))
}

/// Returns true if a file with this beginning can be read in parts without loss.
#[pyfunction]
pub(crate) fn is_divisible(head: &[u8]) -> bool {
    clawsift::scan::is_divisible(head)
}

/// Returns true if a file with this beginning is compressed.
#[pyfunction]
pub(crate) fn is_packed(head: &[u8]) -> bool {
    clawsift::source::is_packed(head)
}

/// Returns true if a text is a point in time, and false if it is a span that counts back from the end of the log.
#[pyfunction]
pub(crate) fn is_point_in_time(text: &str, tz: &str) -> PyResult<bool> {
    let zone = zone(Some(tz))?;
    Moment::parse(text, &zone).map(|moment| matches!(moment, Moment::At(_))).map_err(bad_value)
}

/// Returns the folder of a path or URL. Sources in one folder belong to one gateway.
fn folder(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// A file that Python has opened.
struct PythonFile {
    file: Py<PyAny>,
    /// The block that was read but not yet consumed.
    block: Option<PyBackedBytes>,
    at: usize,
}

impl Read for PythonFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let is_used_up = self.block.as_ref().is_none_or(|block| self.at >= block.len());
        if is_used_up && !buffer.is_empty() {
            let block = Python::attach(|py| -> PyResult<PyBackedBytes> {
                Ok(self.file.call_method1(py, "read", (BLOCK,))?.extract(py)?)
            });
            self.block = Some(block.map_err(|error| io::Error::other(error.to_string()))?);
            self.at = 0;
        }
        let rest = self.block.as_ref().map_or(&[][..], |block| &block[self.at..]);
        let length = rest.len().min(buffer.len());
        buffer[..length].copy_from_slice(&rest[..length]);
        self.at += length;
        Ok(length)
    }
}
