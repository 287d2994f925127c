//! The `clawsift` program; everything it does is in the library.

#![deny(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::process::ExitCode;

fn main() -> ExitCode {
    clawsift::cli::run()
}
