//! JSON output: the whole report as one object. Its shape is that of [`Report`] and the types in it.

use std::io::{self, Write};

use crate::report::Report;

pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    // Compact if a token limit was set, because blanks and line breaks also cost a language model tokens.
    match report.budget.is_some() {
        true => serde_json::to_writer(&mut *out, report)?,
        false => serde_json::to_writer_pretty(&mut *out, report)?,
    }
    out.write_all(b"\n")
}
