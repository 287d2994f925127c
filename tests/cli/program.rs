//! The program under test. `CLAWSIFT_BIN` selects another binary, such as a release build.

use std::process::{Command, Stdio};

/// Returns the program, to be run in the project's folder, with a fixed environment.
pub fn clawsift() -> Command {
    let program = std::env::var_os("CLAWSIFT_BIN").unwrap_or_else(|| env!("CARGO_BIN_EXE_clawsift").into());
    let mut command = Command::new(program);
    command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_clear()
        .env("TZ", "UTC")
        .env("LANG", "C.UTF-8")
        .env("COLUMNS", "100")
        .stdin(Stdio::null());
    command
}
