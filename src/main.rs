//! The `clawsift` program; everything it does is in the library.

#![deny(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::process::ExitCode;

/// Loading rules and reading records make many small texts, for which this is much faster than most systems' own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    clawsift::run_program()
}
