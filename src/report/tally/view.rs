//! Selection and order of the findings in a report.

use crate::catalogue::{Category, Severity};

use super::period::Period;

/// Selection and order of the findings in a report.
#[derive(Debug, Clone, Default)]
pub struct View {
    /// Selection of the findings.
    pub filter: Filter,
    /// Order of the findings.
    pub sort: Sort,
}

/// Selection of the findings in a report.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// The time range.
    pub period: Period,
    /// Minimum severity of a finding.
    pub min_severity: Option<Severity>,
    /// Categories of findings; empty for all.
    pub categories: Vec<Category>,
    /// Maximum number of findings.
    pub top: Option<usize>,
}

impl Filter {
    /// Returns true if a finding of this severity and category is shown.
    pub(crate) fn shows(&self, severity: Severity, category: Category) -> bool {
        self.min_severity.is_none_or(|min| severity >= min)
            && (self.categories.is_empty() || self.categories.contains(&category))
    }
}

/// Order of the findings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[non_exhaustive]
pub enum Sort {
    /// Most harmful first
    #[default]
    Rank,
    /// Most incidents first
    Count,
    /// Most recent first
    Recent,
    /// Highest severity first
    Severity,
}
