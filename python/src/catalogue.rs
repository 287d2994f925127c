//! The Python classes `Catalogue` and `Match`: which rule explains a record.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use clawsift::catalogue::{self, Layers};
use clawsift::classify::Match as Found;
use clawsift::engine::Engine;
use clawsift::redact::Redactor;
use clawsift::scan::Classifier;
use jiff::tz::TimeZone;
use pyo3::prelude::*;
use pyo3::pybacked::{PyBackedBytes, PyBackedStr};

use crate::arrow;
use crate::error::{RulesError, bad_value};
use crate::options::zone;

/// Compiled rules. Creating one takes about 20 milliseconds, so reuse it. It can be pickled.
#[pyclass(frozen, module = "clawsift")]
pub(crate) struct Catalogue {
    pub engine: Arc<Engine>,
}

/// Text of a record.
#[derive(FromPyObject)]
enum Text {
    Str(PyBackedStr),
    Bytes(PyBackedBytes),
}

impl Text {
    fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Str(text) => text.as_bytes(),
            Self::Bytes(bytes) => bytes,
        }
    }
}

impl Catalogue {
    /// Loads the built-in rules, then each overlay over them, without the disabled ones.
    pub fn of(py: Python<'_>, layers: &Layers) -> PyResult<Self> {
        let rules = py.detach(|| catalogue::load(layers).map(Engine::new));
        let engine = rules.map_err(|problems| RulesError::new_err(problems.to_string()))?;
        Ok(Self { engine: Arc::new(engine) })
    }
}

#[pymethods]
impl Catalogue {
    /// Returns the built-in rules.
    #[staticmethod]
    #[pyo3(name = "default")]
    fn built_in(py: Python<'_>) -> PyResult<Self> {
        Self::of(py, &Layers::default())
    }

    /// Returns the built-in rules with overlays.
    #[staticmethod]
    #[pyo3(signature = (rules = Vec::new(), *, no_default_rules = false, disable = Vec::new()))]
    fn load(
        py: Python<'_>,
        rules: Vec<PathBuf>,
        no_default_rules: bool,
        disable: Vec<String>,
    ) -> PyResult<Self> {
        Self::of(py, &Layers { no_default_rules, overlays: rules, disable, ..Layers::default() })
    }

    /// Reads the output of `_to_json`.
    #[staticmethod]
    fn _from_json(py: Python<'_>, text: &str) -> PyResult<Self> {
        let rules = py.detach(|| serde_json::from_str(text).map(Engine::new)).map_err(bad_value)?;
        Ok(Self { engine: Arc::new(rules) })
    }

    /// Returns the loaded rules as JSON, so that another process does not need the rule files.
    fn _to_json(&self) -> PyResult<String> {
        serde_json::to_string(self.engine.catalogue()).map_err(bad_value)
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        Ok((py.get_type::<Self>().getattr("_from_json")?, (self._to_json()?,)))
    }

    #[getter]
    fn fingerprint(&self) -> String {
        self.engine.catalogue().fingerprint()
    }

    #[getter]
    fn rules(&self) -> Vec<String> {
        self.engine.catalogue().rules().iter().map(|rule| rule.id.clone()).collect()
    }

    fn __len__(&self) -> usize {
        self.engine.catalogue().rules().len()
    }

    fn __repr__(&self) -> String {
        format!("<clawsift.Catalogue of {} rules, {}>", self.__len__(), self.fingerprint())
    }

    /// Returns for each record the rule that explains it best.
    #[pyo3(signature = (lines, *, redact = true, tz = None))]
    fn classify(
        &self,
        py: Python<'_>,
        lines: &Bound<'_, PyAny>,
        redact: bool,
        tz: Option<&str>,
    ) -> PyResult<Vec<Option<Match>>> {
        if lines.extract::<Text>().is_ok() {
            return Err(bad_value("expected a list of records, got one record; write classify([record])"));
        }
        let lines: Vec<Text> =
            lines.try_iter()?.map(|line| line?.extract::<Text>()).collect::<PyResult<_>>()?;
        let zone = zone(tz)?;
        Ok(py.detach(|| {
            let mut classifier = Classifier::new(&self.engine, redactor(redact));
            let one = |line: &Text| {
                let found = classifier.classify(line.as_bytes())?;
                Some(Match::new(&self.engine, &found, &zone))
            };
            lines.iter().map(one).collect()
        }))
    }

    /// Like `classify`, for an Arrow array, or a column of a record batch or table.
    #[pyo3(signature = (data, column = None, *, redact = true))]
    fn classify_arrow<'py>(
        &self,
        py: Python<'py>,
        data: arrow::Texts,
        column: Option<&str>,
        redact: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        arrow::classify(py, &self.engine, data, column, redactor(redact))
    }
}

pub(crate) fn redactor(redact: bool) -> Redactor {
    if redact { Redactor::MASKING } else { Redactor::OPEN }
}

/// A record with the rule that explains it.
#[pyclass(frozen, get_all, eq, module = "clawsift")]
#[derive(PartialEq, Eq)]
pub(crate) struct Match {
    rule: String,
    category: String,
    severity: String,
    captures: BTreeMap<String, String>,
    level: Option<String>,
    subsystem: Option<String>,
    time: Option<String>,
}

impl Match {
    fn new(engine: &Engine, found: &Found, zone: &TimeZone) -> Self {
        Self {
            rule: engine.rule(found.rule).id.clone(),
            category: found.category.to_string(),
            severity: found.severity.to_string(),
            captures: found.captures.clone().into_iter().collect(),
            level: found.level.map(|level| level.name().to_owned()),
            subsystem: found.subsystem.clone(),
            time: found.own_time(zone).map(|time| time.to_string()),
        }
    }
}

#[pymethods]
impl Match {
    fn __repr__(&self) -> String {
        format!("<clawsift.Match of {}: {:?}>", self.rule, self.captures)
    }
}
