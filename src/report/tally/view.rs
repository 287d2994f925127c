//! What a report shows of what was found, and in which order.

use crate::catalogue::{Category, Severity};

use super::period::Period;

/// What shall be in a report.
#[derive(Debug, Clone, Default)]
pub struct View {
    /// Which findings.
    pub filter: Filter,
    /// In which order.
    pub sort: Sort,
}

/// Which findings a report shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// The time covered.
    pub period: Period,
    /// Findings below this are left out.
    pub min_severity: Option<Severity>,
    /// Findings of other categories are left out, where there are any named.
    pub categories: Vec<Category>,
    /// At most this many findings.
    pub top: Option<usize>,
}

impl Filter {
    /// Whether a finding of that severity and category is shown.
    pub(crate) fn shows(&self, severity: Severity, category: Category) -> bool {
        self.min_severity.is_none_or(|min| severity >= min)
            && (self.categories.is_empty() || self.categories.contains(&category))
    }
}

/// In which order findings are shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Sort {
    /// What hurts most first
    #[default]
    Rank,
    /// The most incidents first
    Count,
    /// The last seen first
    Recent,
    /// The gravest first
    Severity,
}
