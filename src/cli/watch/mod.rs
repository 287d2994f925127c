//! `clawsift watch [PATH]`: a log that is still being written, as it comes.

mod args;
#[cfg(feature = "tui")]
mod keys;
mod lines;
mod session;
#[cfg_attr(not(feature = "tui"), path = "no_terminal.rs")]
mod terminal;

use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::sync::mpsc::sync_channel;

use crate::render::{Extent, Format};
use crate::report::{Filter, View};
use crate::scan::Options;
use crate::source::{Follower, Input, installed_logs};
use crate::watch::{Followed, Notifier, Watch as Watched};

use super::error::CliError;
use super::options::{Show, zone};
use super::outlet::say;
use super::problems::has_problems;
use super::{interrupts, output};
pub(super) use args::{Watch, WatchFormat};
use session::{Session, Signal};

/// Blocks of a log that may wait to be scanned.
const WAITING: usize = 8;

pub(super) fn run(args: &Watch) -> Result<u8, CliError> {
    let zone = zone(args.tz.as_deref())?;
    let engine = args.rules.engine(&args.disable)?;
    let filter =
        Filter { min_severity: args.min_severity, categories: args.category.clone(), ..Filter::default() };
    let options = Options {
        redactor: args.redact.redactor(false),
        view: View { filter, ..View::default() },
        zone: zone.clone(),
        ..Options::default()
    };
    let notifier =
        args.notify.as_deref().map(|command| Notifier::new(command, args.notify_at)).transpose()?;
    let (input, followed) = source(args)?;
    let is_live = cfg!(feature = "tui")
        && args.format == WatchFormat::Table
        && !args.lines
        && io::stdout().is_terminal();
    let stop = if is_live { interrupts::patient_cancellation() } else { interrupts::cancellation() };

    let (sender, signals) = sync_channel(WAITING);
    let arrivals = sender.clone();
    followed.read(stop.clone(), move |arrival| arrivals.send(Signal::Arrival(arrival)).is_ok());
    let mut session = Session::new(Watched::new(&engine, &input, &options), notifier);
    let shown = match is_live {
        true => terminal::run(&mut session, sender, &signals, args, &zone, &stop),
        false => Ok(false),
    };
    let is_shown = shown.unwrap_or_else(|error| {
        say(&format_args!("the terminal cannot show the live view ({error}); writing lines instead"));
        false
    });
    let is_read = is_shown || lines::run(&mut session, &signals, args, &zone, &stop)?;
    session.watch.finish(std::time::Instant::now());
    let report = session.watch.report();
    if is_read {
        match args.format {
            WatchFormat::Table => output::write(report, &show(args), &zone)?,
            WatchFormat::Ndjson => lines::end(report)?,
        }
    }
    Ok(stop.reason().unwrap_or(if has_problems(report) { 2 } else { 0 }))
}

/// What to watch: the argument, else standard input where something is piped in, else OpenClaw's own newest log.
fn source(args: &Watch) -> Result<(Input, Followed), CliError> {
    let path = match &args.path {
        Some(path) if path.as_os_str() == "-" => return Ok((Input::Stdin, Followed::Stdin)),
        Some(path) => path.clone(),
        None if super::scan::is_piped() => return Ok((Input::Stdin, Followed::Stdin)),
        None => installed_logs().pop().ok_or(CliError::NoInput)?,
    };
    let fault = |error: io::Error| CliError::Follow(path.display().to_string(), error);
    let mut follower = Follower::new(&path).map_err(fault)?;
    if args.new {
        follower.skip().map_err(fault)?;
    }
    let path: PathBuf = follower.path().to_owned();
    Ok((Input::Path(path), Followed::File(follower)))
}

/// How the last report is shown.
fn show(args: &Watch) -> Show {
    Show {
        format: Format::Table,
        share: false,
        output: None,
        tz: args.tz.clone(),
        min_severity: args.min_severity,
        category: args.category.clone(),
        sort: Default::default(),
        top: None,
        budget: None,
        details: match Extent::default() {
            Extent::Details(findings) => Some(findings),
            Extent::Summary => None,
        },
        summary: false,
        fail_on: None,
        color: args.color,
    }
}
