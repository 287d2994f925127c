//! `clawsift [PATH]...`: scan and report.

use std::fs;
use std::io::{self, IsTerminal};
use std::mem::ManuallyDrop;
use std::thread;

use jiff::tz::TimeZone;

use crate::render::Format;
use crate::report::{Moment, Period, Report};
use crate::scan::{CHUNK, Difference, Options, PrefilterCheck, scan};
use crate::source::{Expansion, Fence, Input, MAX_DECOMPRESSED, expand, installed_logs};

use super::args::Args;
use super::error::CliError;
use super::outlet::say;
use super::problems::{has_problems, say_problems};
use super::progress::Progress;
use super::{interrupts, output};

pub(super) fn run(args: &Args) -> Result<u8, CliError> {
    args.show.check()?;
    // Finding the system's zone takes half as long as loading the rules.
    let (engine, zone) = thread::scope(|scope| {
        let zone = thread::Builder::new().spawn_scoped(scope, || args.show.zone());
        let engine = args.rules.engine(&args.disable);
        let zone = zone.ok().and_then(|zone| zone.join().ok()).unwrap_or_else(|| args.show.zone());
        (engine, zone)
    });
    let (engine, zone) = (ManuallyDrop::new(engine?), zone?);
    let view = args.show.view(period(args, &zone)?);
    let Expansion { inputs, errors } = inputs(args)?;
    let stop = interrupts::cancellation();

    let verification = PrefilterCheck::default();
    let progress = Progress::new(total_bytes(&inputs), args.quiet);
    let options = Options {
        jobs: args.jobs.map_or(0, usize::from),
        redactor: args.redact.redactor(args.show.share),
        view,
        zone: zone.clone(),
        chunk: CHUNK,
        fence: Fence::default(),
        max_decompressed: args.max_decompressed.map_or(MAX_DECOMPRESSED, |size| size.as_u64()),
        keep_matches: args.show.format == Format::Ndjson,
        prefilter_check: args.verify_prefilter.then_some(&verification),
        stop: stop.clone(),
        progress: &progress,
    };
    // The program ends with them, and so need not take the rules and the report apart first.
    let mut report = ManuallyDrop::new(scan(&engine, &inputs, &errors, &options));
    progress.finish();

    say_problems(&report);
    if args.verify_prefilter {
        say_verification(&verification);
    }
    args.show.fit(&mut report);
    output::write(&report, &args.show, &zone)?;
    let is_right = verification.differences().is_empty();
    Ok(status(&report, args, stop.reason()).max(u8::from(!is_right)))
}

/// Says what the second look at all records has shown.
fn say_verification(verification: &PrefilterCheck) {
    let differences = verification.differences();
    for Difference { offset, short, long } in &differences {
        say(&format_args!(
            "the record at byte {offset} is classified as {short} with the prefilter and as {long} without it"
        ));
    }
    let records = verification.records();
    match differences.is_empty() {
        true => say(&format_args!(
            "verified: {records} records are classified the same with and without the prefilter"
        )),
        false => say(&format_args!(
            "this is a bug in clawsift: please report it with the records named above ({records} records checked)"
        )),
    }
}

fn status(report: &Report, args: &Args, interrupt: Option<u8>) -> u8 {
    if let Some(status) = interrupt {
        return status;
    }
    if has_problems(report) {
        return 2;
    }
    u8::from(args.show.fails(report))
}

fn period(args: &Args, zone: &TimeZone) -> Result<Period, CliError> {
    let moment = |text: &Option<String>| text.as_deref().map(|text| Moment::parse(text, zone)).transpose();
    Ok(Period::between(moment(&args.since)?, moment(&args.until)?))
}

/// What to read: the arguments, else standard input where something is piped in, else OpenClaw's own logs.
fn inputs(args: &Args) -> Result<Expansion, CliError> {
    if !args.paths.is_empty() {
        return Ok(expand(&args.paths));
    }
    if is_piped() {
        return Ok(Expansion { inputs: vec![Input::Stdin], errors: Vec::new() });
    }
    let logs = installed_logs();
    if logs.is_empty() {
        return Err(CliError::NoInput);
    }
    if !args.quiet {
        say(&format_args!("reading OpenClaw's logs in {}", logs[0].parent().unwrap_or(&logs[0]).display()));
    }
    Ok(expand(&logs))
}

/// Whether standard input is a pipe, a socket or a file. A terminal has no log to give, and `/dev/null`, which is what a
/// timer gives its programs, counts as nothing.
pub(super) fn is_piped() -> bool {
    if io::stdin().is_terminal() {
        return false;
    }
    #[cfg(unix)]
    {
        use std::os::fd::AsFd;
        use std::os::unix::fs::FileTypeExt;
        let metadata = io::stdin().as_fd().try_clone_to_owned().and_then(|fd| fs::File::from(fd).metadata());
        metadata.is_ok_and(|m| m.is_file() || m.file_type().is_fifo() || m.file_type().is_socket())
    }
    #[cfg(not(unix))]
    {
        true
    }
}

/// The size of all inputs, where it is known.
fn total_bytes(inputs: &[Input]) -> Option<u64> {
    inputs
        .iter()
        .map(|input| match input {
            Input::Path(path) => fs::metadata(path).ok().map(|m| m.len()),
            // What a compressed member comes to is not known beforehand.
            Input::Member(..) | Input::Stdin => None,
        })
        .sum()
}
