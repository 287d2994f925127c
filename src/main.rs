//! The `clawsift` program; everything it does is in the library.

#![deny(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::process::ExitCode;

/// Loading rules and reading records allocate many small strings, for which mimalloc is much faster than most systems'
/// allocators.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    clawsift::run_program()
}
