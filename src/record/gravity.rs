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
