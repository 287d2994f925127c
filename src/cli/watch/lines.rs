//! A watch where no terminal is: a line for each finding that is new or has changed.

use std::io::{self, Write};
use std::sync::mpsc::Receiver;

use jiff::tz::TimeZone;

use crate::ci_commands::{Breaker, Syntax};
use crate::cli::error::CliError;
use crate::cli::outlet::outlet;
use crate::cli::outlet::say;
use crate::cli::output;
use crate::redact::Redactor;
use crate::render::live::{change_json, change_line, end_json, event_json};
use crate::report::Report;
use crate::source::Cancellation;

use super::session::{Session, Signal};
use super::{Watch as Args, WatchFormat};

/// Writes lines until the log ends or `stop` is other than 0; whether anybody has read them to the end.
pub(super) fn run(
    session: &mut Session<'_>,
    signals: &Receiver<Signal>,
    args: &Args,
    zone: &TimeZone,
    stop: &Cancellation,
) -> Result<bool, CliError> {
    let mut out = outlet(io::stdout(), output::choice(args.color), args.format.syntax());
    loop {
        let is_last = session.has_ended() || stop.is_cancelled();
        if is_last {
            session.watch.finish(std::time::Instant::now());
        } else {
            session.wait(signals);
        }
        let changes = if is_last { session.last_changes() } else { session.refresh().unwrap_or_default() };
        for message in std::mem::take(&mut session.messages) {
            match args.format {
                WatchFormat::Ndjson => match write(&mut out, &event_json(&message)) {
                    Ok(true) => {}
                    other => return other,
                },
                WatchFormat::Table if !args.quiet => say(&Redactor::OPEN.clean(&message)),
                WatchFormat::Table => {}
            }
        }
        for change in &changes {
            let line = match args.format {
                WatchFormat::Table => change_line(change, zone),
                WatchFormat::Ndjson => change_json(change),
            };
            match write(&mut out, &line) {
                Ok(true) => {}
                other => return other,
            }
        }
        if is_last {
            return match args.format {
                WatchFormat::Table => write(&mut out, ""),
                WatchFormat::Ndjson => Ok(true),
            };
        }
    }
}

/// Writes how everything stands at the end.
pub(super) fn end(report: &Report) -> Result<(), CliError> {
    write(&mut Breaker::new(io::stdout(), Syntax::Json), &end_json(report)).map(|_| ())
}

/// Writes a line at once; whether there is still a reader.
fn write(out: &mut dyn Write, line: &str) -> Result<bool, CliError> {
    match writeln!(out, "{line}").and_then(|()| out.flush()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(CliError::Output("standard output".to_owned(), error)),
    }
}
