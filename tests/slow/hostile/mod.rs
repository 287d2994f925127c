//! Input from a broken disk, a buggy program or an attacker: it leads to a report or a clear message, within bounded
//! memory.
//!
//! Sizes are small so that the tests are fast; `CLAWSIFT_HOSTILE=full` uses the real ones (a line of 4 GiB, a million
//! hosts).

#![cfg(target_os = "linux")]

mod archives;
mod determinism;
mod files;
mod measured;
mod output;
mod rules;
mod signals;
mod text;

use std::path::{Path, PathBuf};

/// Returns the first size, or the second in a full run.
fn scale(small: usize, full: usize) -> usize {
    if std::env::var_os("CLAWSIFT_HOSTILE").is_some_and(|value| value == "full") { full } else { small }
}

fn fixture_path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/logs").join(name)
}

fn fixture(name: &str) -> Vec<u8> {
    let path = fixture_path(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
