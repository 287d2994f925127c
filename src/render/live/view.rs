//! Data shown on the screen of a watch.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::style::{Color, Style};

use crate::catalogue::Severity;
use crate::report::{Finding, Report, Status};
use crate::watch::Stage;

/// Data shown on the screen of a watch.
pub struct LiveView<'v> {
    /// The report so far.
    pub report: &'v Report,
    /// The watched source: a path, or `-`.
    pub name: &'v str,
    /// State of the watch.
    pub stage: Stage,
    /// Records per second.
    pub rate: f64,
    /// Time since the last input.
    pub silent: Option<Duration>,
    /// Rules of recently changed findings.
    pub fresh: &'v [String],
    /// Rule of the selected finding.
    pub selected: Option<&'v str>,
    /// Minimum severity of a displayed finding.
    pub least: Severity,
    /// Pane over the table.
    pub pane: Pane,
    /// Temporary message in place of the keys.
    pub message: Option<&'v str>,
    /// Time zone of displayed times.
    pub zone: &'v TimeZone,
    /// `true` if the terminal can show non-ASCII lines and dots.
    pub unicode: bool,
    /// `true` to use colour.
    pub color: bool,
}

/// Pane over the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pane {
    /// No pane.
    None,
    /// The page of the selected finding, scrolled down by this number of lines.
    Finding(usize),
    /// The list of keys.
    Help,
}

impl LiveView<'_> {
    /// Returns the displayed findings in order.
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
