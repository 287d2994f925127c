//! One report out of many.

use serde::Deserialize;

use crate::redact::Redactor;
use crate::report::findings::{Report, SCHEMA, report_of};
use crate::report::tally::{Summary, View};

/// Why reports cannot be merged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// It is no report, or was edited.
    #[error("{0}")]
    NoReport(String),
    /// It holds no more what the merged report would be made of.
    #[error("the report was cut (--top or --budget), so it cannot be merged; make it again without")]
    Cut,
    /// It was not written by this program, or was edited.
    #[error("the report does not hold together: it was edited, or damaged on its way")]
    Broken,
    /// It is of another form.
    #[error("the report has the form `{0}`, and this program reads `{SCHEMA}`")]
    Schema(String),
    /// There are none.
    #[error("there is no report to merge")]
    None,
}

/// What a sum needs of a report; the rest is made again of it.
#[derive(Deserialize)]
struct Essence {
    schema: String,
    #[serde(default)]
    mergeable: Option<Box<Summary>>,
}

/// Adds reports up, one at a time, and keeps of each only what the sum needs: its sources with the incidents near their edges.
/// All else is counts, and does not grow.
#[derive(Debug)]
pub struct Merger {
    redactor: Redactor,
    sum: Option<Summary>,
}

impl Merger {
    /// A sum of nothing yet. The redactor cleans what is added, which may have been made elsewhere without one.
    pub fn new(redactor: Redactor) -> Self {
        Self { redactor, sum: None }
    }

    /// Adds a report.
    ///
    /// # Errors
    /// When it was cut, was edited, or is of another form.
    pub fn add(&mut self, report: Report) -> Result<(), MergeError> {
        self.add_essence(Essence { schema: report.schema, mergeable: report.mergeable })
    }

    /// Adds a report as JSON.
    ///
    /// # Errors
    /// When it is no report, was cut, was edited, or is of another form.
    pub fn add_json(&mut self, text: &[u8]) -> Result<(), MergeError> {
        let essence =
            serde_json::from_slice(text).map_err(|error| MergeError::NoReport(error.to_string()))?;
        self.add_essence(essence)
    }

    fn add_essence(&mut self, report: Essence) -> Result<(), MergeError> {
        if report.schema != SCHEMA {
            return Err(MergeError::Schema(report.schema));
        }
        let mut summary = *report.mergeable.ok_or(MergeError::Cut)?;
        if summary.is_broken() {
            return Err(MergeError::Broken);
        }
        summary.redact(self.redactor);
        match &mut self.sum {
            Some(sum) => sum.merge(summary),
            None => self.sum = Some(summary),
        }
        Ok(())
    }

    /// The report of all.
    ///
    /// What was left out of the parts stays out: where they were made for a period, `view` is to have the same.
    ///
    /// # Errors
    /// When there was none.
    pub fn finish(self, view: &View) -> Result<Report, MergeError> {
        let mut sum = self.sum.ok_or(MergeError::None)?;
        sum.tidy();
        Ok(report_of(sum, view).0)
    }
}

/// One report out of many: the same as that of all their sources together, in whatever order and grouping they are merged.
/// Secrets that they show are masked.
///
/// # Errors
/// When a report was cut, was edited, or is of another form, or there is none.
pub fn merge(reports: impl IntoIterator<Item = Report>, view: &View) -> Result<Report, MergeError> {
    let mut merger = Merger::new(Redactor::MASKING);
    for report in reports {
        merger.add(report)?;
    }
    merger.finish(view)
}
