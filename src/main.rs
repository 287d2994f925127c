//! The `clawsift` program; everything it does is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    clawsift::cli::run()
}
