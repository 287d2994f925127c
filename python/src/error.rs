//! Exceptions of the package; their messages are those of the command-line program.

use pyo3::create_exception;
use pyo3::exceptions::{PyException, PyValueError};
use pyo3::prelude::*;

create_exception!(clawsift, Error, PyException, "Base class of the exceptions of clawsift.");
create_exception!(
    clawsift,
    RulesError,
    Error,
    "Invalid rule files; the message lists each problem with location and remedy."
);
create_exception!(clawsift, MergeError, Error, "A report that cannot be read or merged.");

/// Returns the exception for an invalid argument.
pub(crate) fn bad_value(error: impl std::fmt::Display) -> PyErr {
    PyValueError::new_err(error.to_string())
}

/// Returns the exception for a report that cannot be read or merged.
pub(crate) fn bad_report(error: impl std::fmt::Display) -> PyErr {
    MergeError::new_err(error.to_string())
}
