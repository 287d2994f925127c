//! What the screen of a watch shows.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::style::{Color, Style};

use crate::catalogue::Severity;
use crate::report::{Finding, Report, Status};
use crate::watch::Stage;

/// Everything that the screen shows.
pub struct LiveView<'v> {
    /// What was found so far.
    pub report: &'v Report,
    /// What is watched: a path, or `-`.
    pub name: &'v str,
    /// Where the watch stands.
    pub stage: Stage,
    /// Records a second.
    pub rate: f64,
    /// How long ago something arrived last.
    pub silent: Option<Duration>,
    /// Rules of findings that changed a moment ago.
    pub fresh: &'v [String],
    /// The rule of the chosen finding.
    pub selected: Option<&'v str>,
    /// Findings below are left out.
    pub least: Severity,
    /// What lies over the table.
    pub pane: Pane,
    /// What to say for a moment instead of the keys.
    pub message: Option<&'v str>,
    /// In which zone times are shown.
    pub zone: &'v TimeZone,
    /// Whether lines and dots outside ASCII can be shown.
    pub unicode: bool,
    /// Whether to use colour.
    pub color: bool,
}

/// What lies over the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pane {
    /// Nothing.
    None,
    /// The page of the chosen finding, from so many lines down.
    Finding(usize),
    /// The keys.
    Help,
}

impl LiveView<'_> {
    /// The findings that are shown, in their order.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.report.findings.iter().filter(|finding| finding.severity >= self.least)
    }

    pub(super) fn chosen(&self) -> Option<&Finding> {
        self.findings().find(|finding| Some(finding.rule.as_str()) == self.selected)
    }

    pub(super) fn time(&self, time: Timestamp) -> String {
        time.to_zoned(self.zone.clone()).strftime("%H:%M:%S").to_string()
    }

    pub(super) fn paint(&self, color: Color) -> Style {
        if self.color { Style::new().fg(color) } else { Style::new() }
    }

    pub(super) fn severity_paint(&self, severity: Severity) -> Style {
        self.paint(match severity {
            Severity::Critical => Color::Magenta,
            Severity::Error => Color::Red,
            Severity::Warning => Color::Yellow,
            Severity::Info => Color::Blue,
        })
    }

    pub(super) fn status_paint(&self, status: Status) -> Style {
        match status {
            Status::Ongoing => self.paint(Color::Red),
            Status::Degraded => self.paint(Color::Yellow),
            Status::Quiet | Status::Recovered => self.paint(Color::Green),
        }
    }
}
