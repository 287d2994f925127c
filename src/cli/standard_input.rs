//! Text that was piped in.

use std::io::{self, Read};

use super::error::CliError;

/// A text longer than this is not read to its end from standard input.
const MAX_TEXT: u64 = 16 << 20;

/// Lines of a log that were piped in.
pub(super) fn standard_input() -> Result<String, CliError> {
    let mut bytes = Vec::new();
    let read = io::stdin().lock().take(MAX_TEXT).read_to_end(&mut bytes);
    read.map_err(|error| CliError::StandardInput(error.to_string()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
