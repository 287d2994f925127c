//! `Report`: what was found, in the forms in which it can be shown.

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

/// Columns of a report that is shown as a table.
const WIDTH: usize = 100;

/// What was found in all the sources.
#[pyclass(frozen, module = "clawsift")]
pub(crate) struct Report {
    found: Found,
    /// In which zone a person is shown times.
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

/// What JSON leaves out and the HTML report shows is told by what the report is made of.
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

/// Python objects of what JSON says.
fn to_python<'py>(py: Python<'py>, what: &impl Serialize) -> PyResult<Bound<'py, PyAny>> {
    let text = serde_json::to_string(what).map_err(bad_value)?;
    py.import("json")?.call_method1("loads", (text,))
}

#[pymethods]
impl Report {
    /// Reads what `to_json` or `clawsift --format json` wrote.
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

    /// One report out of many: the same as that of all their sources together.
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

    /// The report as `clawsift --format json` writes it.
    fn to_json(&self, py: Python<'_>) -> PyResult<String> {
        self.render(py, Format::Json, self.style())
    }

    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.found)
    }

    fn to_html(&self, py: Python<'_>) -> PyResult<String> {
        self.render(py, Format::Html, self.style())
    }

    /// Markdown; with `share` without names of users and hosts, and short enough for an issue.
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

    /// The matches, where the scan was asked to keep them.
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
