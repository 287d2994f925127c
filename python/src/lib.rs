//! Native part of the Python package: the module `clawsift._clawsift`. `clawsift/__init__.pyi` describes its Python
//! interface.

#![deny(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod arrow;
mod catalogue;
mod error;
mod interrupt;
mod options;
mod parts;
mod report;
mod rows;
mod scan;

use std::sync::OnceLock;

use clawsift::source::MapPermit;
use pyo3::prelude::*;

/// Permission to map large files, from the import of the module to the end of the process.
static MAPS: OnceLock<Option<MapPermit>> = OnceLock::new();

#[pymodule(gil_used = true)]
mod _clawsift {
    #[pymodule_export]
    use crate::catalogue::{Catalogue, Match};
    #[pymodule_export]
    use crate::error::{Error, MergeError, RulesError};
    #[pymodule_export]
    use crate::parts::{
        is_divisible, is_packed, is_point_in_time, merge_json, scan_file, scan_parts, scan_rows, unread,
    };
    #[pymodule_export]
    use crate::report::Report;
    #[pymodule_export]
    use crate::scan::scan;

    use super::*;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        MAPS.get_or_init(clawsift::source::allow_maps);
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
