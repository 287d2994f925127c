//! Display options of the reader: width, colour, time zone, amount of detail.

use jiff::tz::TimeZone;

use crate::catalogue::Severity;

/// Display options of the reader.
#[derive(Debug, Clone)]
pub struct Style {
    /// Width in columns.
    pub width: usize,
    /// `true` if non-ASCII lines and dots can be shown.
    pub unicode: bool,
    /// Time zone of displayed times.
    pub zone: TimeZone,
    /// `true` if addresses can be links.
    pub links: bool,
    /// Amount of detail in the table format.
    pub extent: Extent,
    /// `true` to mask everything that identifies the machine or a person, for publication (Markdown).
    pub share: bool,
    /// Minimum severity of a finding that counts as a failed test (JUnit; default: `error`).
    pub fail_on: Option<Severity>,
}

/// Amount of detail of a report for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// The table only.
    Summary,
    /// The table, this number of findings with all details, and the notes.
    Details(usize),
}

impl Default for Extent {
    /// Five findings with details, as many as fit on about one screen page.
    fn default() -> Self {
        Self::Details(5)
    }
}

impl Style {
    /// Creates the style for a terminal of this width that shows any character but no links, with times in this time
    /// zone.
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
