//! The counters to which records are added.

/// The counter to which a record is added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gravity {
    /// Neither of the others.
    Nothing,
    /// A warning or an error by its level.
    Warning,
    /// A failure by its text.
    WithoutLevel,
}

/// Counters of records.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Number of warnings, errors and failures without a level, whether a rule explains them or not.
    pub warnings: u64,
    /// Number of the failures without a level among them.
    pub without_level: u64,
    /// Number of reported records whose bytes are not valid UTF-8.
    pub invalid_utf8: u64,
}

impl Counts {
    /// Adds a record.
    #[inline(always)]
    pub(crate) fn add(&mut self, gravity: Gravity, invalid_utf8: bool) {
        self.warnings += u64::from(gravity != Gravity::Nothing);
        self.without_level += u64::from(gravity == Gravity::WithoutLevel);
        self.invalid_utf8 += u64::from(invalid_utf8);
    }

    /// Adds the counters of other records.
    pub(crate) fn add_all(&mut self, other: Self) {
        self.warnings += other.warnings;
        self.without_level += other.without_level;
        self.invalid_utf8 += other.invalid_utf8;
    }
}
