//! The whole report as one JSON object.

use std::io::{self, Write};

use crate::report::Report;

pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    // Blanks and line ends cost a language model as much as words.
    match report.budget.is_some() {
        true => serde_json::to_writer(&mut *out, report)?,
        false => serde_json::to_writer_pretty(&mut *out, report)?,
    }
    out.write_all(b"\n")
}
