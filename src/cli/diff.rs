//! `clawsift diff BEFORE AFTER`: what stopped, what is new, what happens more often.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::classify::LifecycleKind;
use crate::engine::Engine;
use crate::redact::Redactor;
use crate::report::{Comparison, Filter, Moment, Outcome, Period, Report, SCHEMA, Side, View};
use crate::scan::{Options, scan, scan_bytes};
use crate::source::{Cancellation, expand};

use super::args::Diff;
use super::error::CliError;
use super::options::zone;
use super::problems::{has_problems, say_problems};
use super::{interrupts, output};

/// In its first bytes a report says what it is.
const HEAD: u64 = 256;
/// Standard input is read so far to be scanned more than once.
const MAX_INPUT: u64 = 1 << 30;

pub(super) fn run(args: &Diff) -> Result<u8, CliError> {
    let zone = zone(args.tz.as_deref())?;
    let scanner =
        Scanner { engine: args.rules.engine(&[])?, zone: zone.clone(), stop: interrupts::cancellation() };
    let (before, after) = match (args.paths.as_slice(), &args.at) {
        (paths, Some(at)) => scanner.divided(paths, Some(Moment::parse(at, &zone)?))?,
        (paths, None) if args.since_restart => scanner.divided(paths, None)?,
        ([before, after], None) => (scanner.side(before)?, scanner.side(after)?),
        _ => return Err(CliError::TwoSides),
    };
    if let Some(status) = scanner.stop.reason() {
        return Ok(status);
    }
    let filter =
        Filter { min_severity: args.min_severity, categories: args.category.clone(), ..Filter::default() };
    let comparison = Comparison::new(&before, &after, &filter);
    output::write_diff(&comparison, args.format, args.color, &zone)?;
    // What was not read may be what got worse.
    Ok(match comparison.outcome {
        _ if has_problems(&before.report) || has_problems(&after.report) => 2,
        Outcome::Worse => 1,
        Outcome::Better | Outcome::Same => 0,
    })
}

struct Scanner {
    engine: Engine,
    zone: TimeZone,
    stop: Cancellation,
}

/// Logs that can be scanned again.
enum Logs<'p> {
    Paths(&'p [PathBuf]),
    Text(Vec<u8>),
}

impl Scanner {
    /// A report that was written before, or that of a log.
    fn side(&self, path: &PathBuf) -> Result<Side, CliError> {
        let name = path.display().to_string();
        let side = |report| Side { name: name.clone(), report, span: None };
        if !is_report(path) {
            let report = self.scan(&Logs::Paths(std::slice::from_ref(path)), Period::default());
            say_problems(&report);
            return Ok(side(report));
        }
        let fault = |why: String| CliError::Side(name.clone(), why);
        let text = std::fs::read(path).map_err(|error| fault(error.to_string()))?;
        let mut report: Report = serde_json::from_slice(&text).map_err(|error| fault(error.to_string()))?;
        // It may have been made with --no-redact.
        report.redact(Redactor::MASKING);
        match report.schema == SCHEMA {
            true => Ok(side(report)),
            false => Err(fault(format!(
                "the report has the schema `{}`, but this version reads `{SCHEMA}`",
                report.schema
            ))),
        }
    }

    /// Both sides of a moment in the same logs: that given, or the gateway's last start.
    fn divided(&self, paths: &[PathBuf], at: Option<Moment>) -> Result<(Side, Side), CliError> {
        let logs = match paths {
            [only] if only.as_os_str() == "-" => Logs::Text(standard_input()?),
            paths => Logs::Paths(paths),
        };
        let names: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
        let name = names.join(", ");
        let whole = self.scan(&logs, Period::default());
        say_problems(&whole);
        let span = whole.span();
        let start = || {
            let starts = whole.marks.iter().rev().filter(|mark| mark.what == LifecycleKind::GatewayStart);
            starts.map(|mark| mark.time).next().ok_or_else(|| CliError::NoRestart(name.clone()))
        };
        let at = match at {
            None => start()?,
            Some(Moment::At(time)) => time,
            Some(Moment::BeforeEnd(back)) => {
                let end = whole.last_time().unwrap_or_default();
                end.checked_sub(back).unwrap_or(Timestamp::MIN)
            }
        };
        // The last moment that is still before: an incident that begins with the start belongs to what came after.
        let just_before = at.checked_sub(SignedDuration::from_nanos(1)).unwrap_or(at);
        let side = |when: &str, period, span| Side {
            name: format!("{name} {when} {}", at.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M:%S")),
            report: self.scan(&logs, period),
            span,
        };
        let until = Period { until: Some(just_before), ..Period::default() };
        let since = Period { since: Some(at), ..Period::default() };
        Ok((
            side("before", until, span.map(|(first, _)| (first.min(at), at))),
            side("since", since, span.map(|(_, last)| (at, last.max(at)))),
        ))
    }

    fn scan(&self, logs: &Logs<'_>, period: Period) -> Report {
        let filter = Filter { period, ..Filter::default() };
        let options = Options {
            view: View { filter, ..View::default() },
            zone: self.zone.clone(),
            stop: self.stop.clone(),
            ..Options::default()
        };
        match logs {
            Logs::Text(text) => scan_bytes(&self.engine, "-", text, &options),
            Logs::Paths(paths) => {
                let found = expand(paths);
                scan(&self.engine, &found.inputs, &found.errors, &options)
            }
        }
    }
}

/// Whether a file is a report that `--format json` wrote.
fn is_report(path: &Path) -> bool {
    let mut head = Vec::new();
    let is_file = path.is_file();
    let read = is_file.then(|| File::open(path).and_then(|file| file.take(HEAD).read_to_end(&mut head)));
    matches!(read, Some(Ok(_)))
        && head.trim_ascii_start().starts_with(b"{")
        && String::from_utf8_lossy(&head).contains("\"clawsift.report/")
}

fn standard_input() -> Result<Vec<u8>, CliError> {
    let mut text = Vec::new();
    let read = io::stdin().lock().take(MAX_INPUT + 1).read_to_end(&mut text);
    match read {
        Err(error) => Err(CliError::StandardInput(error.to_string())),
        Ok(_) if text.len() as u64 > MAX_INPUT => {
            Err(CliError::Side("standard input".to_owned(), "more than 1 GiB; save it to a file".to_owned()))
        }
        Ok(_) => Ok(text),
    }
}
