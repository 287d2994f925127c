//! The logs that a command for rule authors reads.

use std::path::PathBuf;

use crate::source::{Expansion, Input, expand};

/// The logs that were named, else standard input.
pub(super) fn inputs(logs: &[PathBuf]) -> Expansion {
    match logs.is_empty() {
        true => Expansion { inputs: vec![Input::Stdin], errors: Vec::new() },
        false => expand(logs),
    }
}
