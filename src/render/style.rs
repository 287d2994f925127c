//! How the reader wants it: width, colour, zone, how much.

use jiff::tz::TimeZone;

use crate::catalogue::Severity;

/// How the one who reads it wants it.
#[derive(Debug, Clone)]
pub struct Style {
    /// Columns to fill.
    pub width: usize,
    /// Whether lines and dots outside ASCII can be shown.
    pub unicode: bool,
    /// In which zone times are shown.
    pub zone: TimeZone,
    /// Whether addresses can be made links.
    pub links: bool,
    /// How much of the table's report is shown.
    pub extent: Extent,
    /// Whether strangers will read it: then nothing tells whose machine it was (Markdown).
    pub share: bool,
    /// From which severity on a finding counts as a failed test (JUnit).
    pub fail_on: Option<Severity>,
}

/// How much of a report is shown to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// The table alone.
    Summary,
    /// The table, so many findings with all that is known of them, and what to know besides.
    Details(usize),
}

impl Default for Extent {
    /// As much as a tired person reads.
    fn default() -> Self {
        Self::Details(5)
    }
}

impl Style {
    /// For a screen of so many columns that shows any character and no links; times are shown in that zone.
    pub fn new(width: usize, zone: TimeZone) -> Self {
        Self {
            width,
            unicode: true,
            zone,
            links: false,
            extent: Extent::default(),
            share: false,
            fail_on: None,
        }
    }
}
