//! Merges reports into one.

use serde::Deserialize;

use crate::redact::Redactor;
use crate::report::findings::{Report, SCHEMA, report_of};
use crate::report::tally::{Summary, View};

/// Reason why reports cannot be merged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MergeError {
    /// The input is not a report, or was edited.
    #[error("not a JSON report of clawsift: {0}")]
    NoReport(String),
    /// The report lacks the data for merging, because `--top` or `--budget` removed parts of it.
    #[error(
        "the report was shortened with --top or --budget, so it cannot be merged; create it again without these options"
    )]
    Cut,
    /// The report is inconsistent: not written by clawsift, or edited.
    #[error("the report is inconsistent: it was edited or damaged")]
    Broken,
    /// The report has another format version.
    #[error("the report has the schema `{0}`, but this version reads `{SCHEMA}`")]
    Schema(String),
    /// No report was given.
    #[error("no report to merge")]
    None,
}

/// The parts of a report that merging needs; the other parts are computed from them.
#[derive(Deserialize)]
struct Essence {
    schema: String,
    #[serde(default)]
    mergeable: Option<Box<Summary>>,
}

/// Merges reports one at a time and keeps only the data that merging needs: the sources with the incidents near their
/// edges. All other data are counts, so memory grows only with the number of sources.
#[derive(Debug)]
pub struct Merger {
    redactor: Redactor,
    sum: Option<Summary>,
}

impl Merger {
    /// Creates an empty merger. `redactor` masks secrets in the added reports, which may have been made without
    /// redaction.
    pub fn new(redactor: Redactor) -> Self {
        Self { redactor, sum: None }
    }

    /// Adds a report.
    ///
    /// # Errors
    /// Fails if the report was cut, was edited, or has another format version.
    pub fn add(&mut self, report: Report) -> Result<(), MergeError> {
        self.add_essence(Essence { schema: report.schema, mergeable: report.mergeable })
    }

    /// Adds a report given as JSON.
    ///
    /// # Errors
    /// Fails if the text is not a report, or if the report was cut, was edited, or has another format version.
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

    /// Returns the merged report.
    ///
    /// Records excluded from the parts stay excluded. If the parts were made for a period, `view` must have the same
    /// period.
    ///
    /// # Errors
    /// Fails if no report was added.
    pub fn finish(self, view: &View) -> Result<Report, MergeError> {
        let mut sum = self.sum.ok_or(MergeError::None)?;
        sum.tidy();
        Ok(report_of(sum, view).0)
    }
}

/// Merges reports into one, equal to the report of all their sources together, independent of order and grouping.
/// Secrets in the reports are masked.
///
/// # Errors
/// Fails if a report was cut, was edited, or has another format version, or if there is none.
pub fn merge(reports: impl IntoIterator<Item = Report>, view: &View) -> Result<Report, MergeError> {
    let mut merger = Merger::new(Redactor::MASKING);
    for report in reports {
        merger.add(report)?;
    }
    merger.finish(view)
}
