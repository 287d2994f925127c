//! Options of a scan, named as on the command line.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clawsift::report::{Filter, Moment, Period, Sort, View};
use clawsift::source::MAX_DECOMPRESSED;
use jiff::tz::TimeZone;
use pyo3::prelude::*;
use serde::de::DeserializeOwned;

use crate::error::bad_value;

/// One path or several.
#[derive(FromPyObject)]
pub(crate) enum Paths {
    One(PathBuf),
    Many(Vec<PathBuf>),
}

impl Paths {
    pub fn into_vec(self) -> Vec<PathBuf> {
        match self {
            Self::One(path) => vec![path],
            Self::Many(paths) => paths,
        }
    }
}

/// One name or several.
#[derive(FromPyObject)]
pub(crate) enum Names {
    One(String),
    Many(Vec<String>),
}

impl Default for Names {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

/// Selection and order of the findings, as given by the caller.
pub(crate) struct ViewOptions<'a> {
    pub since: Option<&'a str>,
    pub until: Option<&'a str>,
    pub min_severity: Option<&'a str>,
    pub category: Names,
    pub sort: &'a str,
    pub top: Option<usize>,
}

impl ViewOptions<'_> {
    pub fn view(self, zone: &TimeZone) -> PyResult<View> {
        let moment =
            |text: Option<&str>| text.map(|text| Moment::parse(text, zone)).transpose().map_err(bad_value);
        let period = Period::between(moment(self.since)?, moment(self.until)?);
        let categories = match self.category {
            Names::One(name) => vec![name],
            Names::Many(names) => names,
        };
        let filter = Filter {
            period,
            min_severity: self.min_severity.map(named).transpose()?,
            categories: categories.iter().map(|name| named(name)).collect::<PyResult<_>>()?,
            top: self.top,
        };
        Ok(View { filter, sort: sort(self.sort)? })
    }
}

/// Parses a word of a fixed vocabulary, spelled as in rule files.
fn named<T: DeserializeOwned>(text: &str) -> PyResult<T> {
    serde_json::from_value(serde_json::Value::String(text.to_owned())).map_err(bad_value)
}

fn sort(name: &str) -> PyResult<Sort> {
    match name {
        "rank" => Ok(Sort::Rank),
        "count" => Ok(Sort::Count),
        "recent" => Ok(Sort::Recent),
        "severity" => Ok(Sort::Severity),
        other => {
            Err(bad_value(format!("`{other}` is not a sort order; write rank, count, recent or severity")))
        }
    }
}

/// Returns the time zone with this name (default: the system's time zone).
pub(crate) fn zone(name: Option<&str>) -> PyResult<TimeZone> {
    let Some(name) = name else { return Ok(TimeZone::system()) };
    TimeZone::get(name).map_err(|_| {
        bad_value(format!("`{name}` is not a time zone; write a name such as Europe/Berlin or UTC"))
    })
}

/// Returns the number of worker threads, 0 for one per core.
pub(crate) fn jobs(jobs: Option<NonZeroUsize>) -> usize {
    jobs.map_or(0, NonZeroUsize::get)
}

/// Returns the maximum decompressed size of a source, in bytes.
pub(crate) fn max_decompressed(bytes: Option<u64>) -> u64 {
    bytes.unwrap_or(MAX_DECOMPRESSED)
}
