//! Where the report goes: standard output, or a file that is replaced only once the report is whole.

use std::env;
use std::fs::{self, File};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::Path;

use anstream::{ColorChoice, StripStream};
use jiff::tz::TimeZone;
use tempfile::NamedTempFile;

use crate::ci_commands::{Breaker, Syntax};
use crate::render::{self, DiffFormat, Format, Style};
use crate::report::{Comparison, Report, RulePage};

use super::error::CliError;
use super::options::{ColorWhen, Show};
use super::outlet::outlet;

/// Bytes that are handed to standard output at once.
const BUFFER: usize = 64 << 10;
/// Columns where no terminal says how many it has.
const WIDTH: usize = 100;

/// Writes the report to where it was asked for.
pub(super) fn write(report: &Report, show: &Show, zone: &TimeZone) -> Result<(), CliError> {
    // Of all forms only the table has colours to take out again.
    let is_table = show.format == Format::Table;
    let choice = if is_table { choice(show.color) } else { ColorChoice::AlwaysAnsi };
    let style = |width| {
        let (share, fail_on, extent) = (show.share, show.fail_on, show.extent());
        Style { share, fail_on, extent, ..style(width, zone) }
    };
    let Some(path) = &show.output else {
        let style = style(terminal_width());
        let syntax = show.format.syntax();
        return to_standard_output(choice, syntax, |out| render::render(report, show.format, &style, out));
    };
    let choice = if is_table && show.color == ColorWhen::Auto { ColorChoice::Never } else { choice };
    let style = Style { links: false, ..style(WIDTH) };
    replace(path, |file| {
        let file = BufWriter::with_capacity(BUFFER, file.try_clone()?);
        let mut out: Box<dyn Write> = Box::new(Breaker::new(file, show.format.syntax()));
        if matches!(choice, ColorChoice::Never | ColorChoice::Auto) {
            out = Box::new(StripStream::new(out));
        }
        render::render(report, show.format, &style, &mut out)?;
        out.flush()
    })
    .map_err(|error| CliError::Output(path.display().to_string(), error))
}

/// Writes the pages of rules to standard output.
pub(super) fn write_rules(pages: &[RulePage], color: ColorWhen) -> Result<(), CliError> {
    let style = style(terminal_width(), &TimeZone::UTC);
    to_standard_output(choice(color), Syntax::Text, |out| render::render_rules(pages, &style, out))
}

/// Writes a comparison to standard output.
pub(super) fn write_diff(
    comparison: &Comparison,
    format: DiffFormat,
    color: ColorWhen,
    zone: &TimeZone,
) -> Result<(), CliError> {
    let style = style(terminal_width(), zone);
    to_standard_output(choice(color), format.syntax(), |out| {
        render::render_diff(comparison, format, &style, out)
    })
}

/// Writes something as JSON to standard output.
#[cfg(any(feature = "rule-tools", feature = "schema"))]
pub(super) fn write_json(value: &impl serde::Serialize) -> Result<(), CliError> {
    to_standard_output(ColorChoice::Auto, Syntax::Json, |out| {
        serde_json::to_writer_pretty(&mut *out, value)?;
        writeln!(out)
    })
}

/// Writes the program's own text to standard output as it is: pages of the manual, scripts for shells.
pub(super) fn write_own(text: &[u8]) -> Result<(), CliError> {
    delivered(io::stdout().lock().write_all(text))
}

/// Writes a line to standard output.
pub(super) fn write_line(line: &dyn std::fmt::Display) -> Result<(), CliError> {
    to_standard_output(ColorChoice::Auto, Syntax::Text, |out| writeln!(out, "{line}"))
}

/// Returns `true` if standard output gets colour, as far as it is a terminal.
#[cfg(feature = "tui")]
pub(super) fn is_colored(color: ColorWhen) -> bool {
    let choice = anstream::AutoStream::choice(&io::stdout());
    color == ColorWhen::Always || (color == ColorWhen::Auto && choice != ColorChoice::Never)
}

pub(super) fn choice(color: ColorWhen) -> ColorChoice {
    match color {
        ColorWhen::Auto => ColorChoice::Auto,
        ColorWhen::Always => ColorChoice::Always,
        ColorWhen::Never => ColorChoice::Never,
    }
}

/// Writes to standard output, with colours where they are wanted.
pub(super) fn to_standard_output(
    choice: ColorChoice,
    syntax: Syntax,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), CliError> {
    // Standard output by itself hands on each line as soon as it ends.
    let mut out = BufWriter::with_capacity(BUFFER, outlet(io::stdout().lock(), choice, syntax));
    delivered(write(&mut out).and_then(|()| out.flush()))
}

/// A reader that has gone away is no fault.
fn delivered(written: io::Result<()>) -> Result<(), CliError> {
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(CliError::Output("standard output".to_owned(), error))
        }
        _ => Ok(()),
    }
}

/// Writes a file in the place of what is there now, once all of it is written; what is there else stays.
fn replace(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    // A device or a pipe is written to as it is.
    if path.exists() && !path.is_file() {
        return write(&mut File::options().write(true).open(path)?);
    }
    // A link stays a link: what it leads to is replaced.
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mut file = temporary_beside(path)?;
    if let Ok(there) = fs::metadata(path) {
        file.as_file().set_permissions(there.permissions())?;
    }
    write(file.as_file_mut())?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

/// A file in the folder of another one, with the permissions of any new file, that is gone unless it is kept.
fn temporary_beside(path: &Path) -> io::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Made here, it gets the permissions of any new file; by itself it would be for its owner only.
    tempfile::Builder::new()
        .prefix(".clawsift-")
        .suffix(".tmp")
        .make_in(folder, |path| File::create_new(path))
}

/// The style of a report on standard output.
pub(super) fn style(width: usize, zone: &TimeZone) -> Style {
    // A terminal is asked what it can do; anything else gets no links.
    let links = io::stdout().is_terminal() && supports_hyperlinks::on(supports_hyperlinks::Stream::Stdout);
    Style { unicode: is_utf8_locale(), links, ..Style::new(width, zone.clone()) }
}

/// Columns of the terminal, or a default.
pub(super) fn terminal_width() -> usize {
    if io::stdout().is_terminal()
        && let Some((terminal_size::Width(width), _)) = terminal_size::terminal_size()
    {
        return usize::from(width);
    }
    env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).unwrap_or(WIDTH)
}

/// Whether the locale can show more than ASCII; the first of these variables that is set decides.
pub(super) fn is_utf8_locale() -> bool {
    let locale =
        ["LC_ALL", "LC_CTYPE", "LANG"].iter().filter_map(|name| env::var(name).ok()).find(|v| !v.is_empty());
    match locale {
        Some(name) => {
            let name = name.to_ascii_lowercase();
            name.contains("utf-8") || name.contains("utf8")
        }
        None => cfg!(windows),
    }
}
