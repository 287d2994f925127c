//! The Python class `Report`: the result of a scan, and its output formats.

use std::collections::HashMap;
use std::io;

use clawsift::ci_commands::Breaker;
use clawsift::render::{Format, Style, render};
use clawsift::report::{Report as Found, View, merge};
use jiff::tz::TimeZone;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};
use serde::Serialize;

use crate::error::{bad_report, bad_value};
use crate::options::{Names, ViewOptions, zone};

/// Width of the table form, in columns.
const WIDTH: usize = 100;

/// The result of a scan over all sources.
#[pyclass(frozen, module = "clawsift")]
pub(crate) struct Report {
    found: Found,
    /// Time zone of displayed times.
    zone: TimeZone,
}

/// JSON as text or as bytes.
#[derive(FromPyObject)]
enum Json<'py> {
    Str(Bound<'py, PyString>),
    Bytes(Bound<'py, PyBytes>),
}

impl Report {
    pub fn new(found: Found, zone: TimeZone) -> Self {
        Self { found, zone }
    }

    fn render(&self, py: Python<'_>, format: Format, style: Style) -> PyResult<String> {
        let text = py.detach(|| -> io::Result<Vec<u8>> {
            let mut text = Vec::new();
            render(&self.found, format, &style, &mut Breaker::new(&mut text, format.syntax()))?;
            Ok(text)
        })?;
        String::from_utf8(text).map_err(bad_value)
    }

    fn style(&self) -> Style {
        Style::new(WIDTH, self.zone.clone())
    }
}

/// Restores the data that the HTML report needs and JSON omits, from the mergeable data.
fn fill_in(found: &mut Found) -> Result<(), clawsift::report::MergeError> {
    found.worst = found.findings.iter().map(|finding| finding.severity).max();
    if found.mergeable.is_none() {
        return Ok(());
    }
    let whole = merge([found.clone()], &View::default())?;
    let mut times: HashMap<String, _> = whole.findings.into_iter().map(|f| (f.rule, f.times)).collect();
    for finding in &mut found.findings {
        finding.times = times.remove(&finding.rule).unwrap_or_default();
    }
    Ok(())
}

/// Converts a value to Python objects via JSON.
fn to_python<'py>(py: Python<'py>, what: &impl Serialize) -> PyResult<Bound<'py, PyAny>> {
    let text = serde_json::to_string(what).map_err(bad_value)?;
    py.import("json")?.call_method1("loads", (text,))
}

#[pymethods]
impl Report {
    /// Reads the output of `to_json` or of `clawsift --format json`.
    #[staticmethod]
    fn from_json(py: Python<'_>, text: Json<'_>) -> PyResult<Self> {
        let bytes = match &text {
            Json::Str(text) => text.to_str()?.as_bytes(),
            Json::Bytes(bytes) => bytes.as_bytes(),
        };
        let mut found: Found = serde_json::from_slice(bytes).map_err(bad_report)?;
        py.detach(|| fill_in(&mut found)).map_err(bad_report)?;
        Ok(Self::new(found, TimeZone::system()))
    }

    /// Merges reports into one, equal to the report of all their sources together.
    #[staticmethod]
    #[pyo3(name = "merge", signature = (
        reports, *, min_severity = None, category = Names::default(), sort = "rank", top = None, tz = None,
    ))]
    fn merged(
        py: Python<'_>,
        reports: &Bound<'_, PyAny>,
        min_severity: Option<&str>,
        category: Names,
        sort: &str,
        top: Option<usize>,
        tz: Option<&str>,
    ) -> PyResult<Self> {
        let zone = zone(tz)?;
        let view = ViewOptions { since: None, until: None, min_severity, category, sort, top }.view(&zone)?;
        let mut parts = Vec::new();
        for report in reports.try_iter()? {
            parts.push(report?.cast_into::<Self>()?);
        }
        let parts: Vec<&Self> = parts.iter().map(Bound::get).collect();
        let merged = py.detach(|| merge(parts.into_iter().map(|report| report.found.clone()), &view));
        Ok(Self::new(merged.map_err(bad_report)?, zone))
    }

    /// Returns the report as `clawsift --format json` writes it.
    fn to_json(&self, py: Python<'_>) -> PyResult<String> {
        self.render(py, Format::Json, self.style())
    }

    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.found)
    }

    fn to_html(&self, py: Python<'_>) -> PyResult<String> {
        self.render(py, Format::Html, self.style())
    }

    /// Returns Markdown. With `share`, names of users and hosts are masked and the text is short enough for an issue.
    #[pyo3(signature = (*, share = false))]
    fn to_markdown(&self, py: Python<'_>, share: bool) -> PyResult<String> {
        self.render(py, Format::Markdown, Style { share, ..self.style() })
    }

    fn to_csv(&self, py: Python<'_>) -> PyResult<String> {
        self.render(py, Format::Csv, self.style())
    }

    #[getter]
    fn findings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.found.findings)
    }

    #[getter]
    fn sources<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.found.sources)
    }

    #[getter]
    fn totals<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.found.totals)
    }

    /// The matches, if the scan was asked to keep them.
    #[getter]
    fn matches<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let matches: Vec<_> = self.found.matches.iter().collect::<io::Result<_>>()?;
        to_python(py, &matches)
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        Ok((py.get_type::<Self>().getattr("from_json")?, (self.to_json(py)?,)))
    }

    fn __repr__(&self) -> String {
        let totals = &self.found.totals;
        format!(
            "<clawsift.Report of {} incidents in {} records of {} sources>",
            totals.incidents,
            totals.records,
            self.found.sources.len()
        )
    }
}
