//! The pipeline: sources to chunks to records to matches to the report, in parallel.

use std::collections::HashSet;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::tz::TimeZone;
use rayon::prelude::*;

use crate::engine::{Candidates, Engine};
use crate::record::{self, Lines, Record, detect, starts_record};
use crate::redact::Redactor;
use crate::report::{
    ChunkTally, Event, Observer, Report, SourceTally, Survey, Tally, View, is_past_midnight,
};
use crate::source::{
    ChunkReader, Content, Input, Kind, MAX_DECOMPRESSED, SourceError, StreamChunk, chunks, unread_older,
};

/// Bytes of a chunk: large enough that starting one costs nothing, small enough that two cores share 20 MB well.
pub const CHUNK: usize = 4 << 20;
/// Chunks in flight per worker; what they find is folded in order once all are done.
const CHUNKS_PER_WORKER: usize = 4;

/// How to scan.
pub struct Options<'a> {
    /// Worker threads; 0 takes one per core.
    pub jobs: usize,
    /// What keeps secrets in.
    pub redactor: Redactor,
    /// Which findings to report, and in which order.
    pub view: View,
    /// The zone of times that are written without an offset.
    pub zone: TimeZone,
    /// Bytes of a chunk, usually [`CHUNK`]; the report does not depend on it.
    pub chunk: usize,
    /// Bytes that a compressed source may decompress to.
    pub max_decompressed: u64,
    /// Keep every match for [`Report::matches`].
    pub keep_matches: bool,
    /// Becomes other than 0 when the scan is to end early, with the report so far.
    pub stop: Arc<AtomicUsize>,
    /// Called with the bytes read since the last call.
    pub progress: &'a (dyn Fn(u64) + Sync),
}

impl Default for Options<'_> {
    /// All cores, secrets masked, the whole report, the system's zone, and nobody to interrupt it or to watch.
    fn default() -> Self {
        Self {
            jobs: 0,
            redactor: Redactor::MASKING,
            view: View::default(),
            zone: TimeZone::system(),
            chunk: CHUNK,
            max_decompressed: MAX_DECOMPRESSED,
            keep_matches: false,
            stop: Arc::default(),
            progress: &|_| {},
        }
    }
}

/// Scans the inputs in order and reports what was found. `errors` are sources that could not even be listed; the report
/// names them among its sources.
///
/// # Errors
/// When the worker threads cannot be started.
pub fn scan(
    engine: &Engine,
    inputs: &[Input],
    errors: &[SourceError],
    options: &Options<'_>,
) -> Result<Report, rayon::ThreadPoolBuildError> {
    let mut scan = Scan::new(engine, options);
    let read: HashSet<&Path> = inputs.iter().filter_map(Input::path).collect();
    for input in inputs {
        if scan.is_stopped() {
            break;
        }
        let gateway = input.folder().display().to_string();
        scan.tally.begin_source(SourceTally::new(input.name(), input.kind(), gateway));
        if let Some(path) = input.path()
            && let Some(older) = unread_older(path, &read)
        {
            scan.tally.unread_older(older);
        }
        match input.open(options.max_decompressed, &options.stop) {
            Ok(Content::Mapped(map)) => scan.mapped(&map)?,
            Ok(Content::Stream(reader)) => scan.stream(reader)?,
            Err(error) => scan.tally.problem(error.reason.to_string()),
        }
    }
    for error in errors {
        scan.tally.begin_source(SourceTally::new(error.name.clone(), Kind::File, String::new()));
        scan.tally.problem(error.reason.to_string());
    }
    Ok(scan.tally.finish())
}

/// Scans bytes that are in memory as if they were one file of that name.
///
/// # Errors
/// When the worker threads cannot be started.
pub fn scan_bytes(
    engine: &Engine,
    name: &str,
    bytes: &[u8],
    options: &Options<'_>,
) -> Result<Report, rayon::ThreadPoolBuildError> {
    let mut scan = Scan::new(engine, options);
    scan.tally.begin_source(SourceTally::new(name.to_owned(), Kind::File, String::new()));
    scan.mapped(bytes)?;
    Ok(scan.tally.finish())
}

struct Scan<'a> {
    engine: &'a Engine,
    options: &'a Options<'a>,
    workers: usize,
    /// Started when there is more than one chunk to share out.
    pool: Option<rayon::ThreadPool>,
    tally: Tally<'a>,
}

impl<'a> Scan<'a> {
    fn new(engine: &'a Engine, options: &'a Options<'a>) -> Self {
        let workers = match options.jobs {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            jobs => jobs,
        };
        let (view, zone) = (options.view.clone(), options.zone.clone());
        let tally = Tally::new(engine.catalogue(), view, zone, options.keep_matches);
        Self { engine, options, workers, pool: None, tally }
    }

    fn is_stopped(&self) -> bool {
        self.options.stop.load(Ordering::Relaxed) != 0
    }

    fn mapped(&mut self, bytes: &[u8]) -> Result<(), rayon::ThreadPoolBuildError> {
        let parts = chunks(bytes, self.options.chunk, starts_record);
        for batch in parts.chunks(self.workers * CHUNKS_PER_WORKER) {
            if self.is_stopped() {
                self.tally.problem("interrupted; what follows was not read".to_owned());
                break;
            }
            let views: Vec<ChunkView<'_>> = batch
                .iter()
                .map(|part| ChunkView { bytes: &bytes[part.clone()], offset: part.start as u64, dropped: 0 })
                .collect();
            self.run(&views)?;
        }
        Ok(())
    }

    fn stream(&mut self, reader: impl Read) -> Result<(), rayon::ThreadPoolBuildError> {
        let mut reader = ChunkReader::new(reader, self.options.chunk, starts_record);
        let mut ended = false;
        while !ended {
            let mut batch: Vec<StreamChunk> = Vec::new();
            while batch.len() < self.workers {
                match reader.next_chunk() {
                    Ok(Some(chunk)) => batch.push(chunk),
                    Ok(None) => {
                        ended = true;
                        break;
                    }
                    // What came before the error is handed out by the next call.
                    Err(error) => self.tally.problem(format!("could not be read to its end: {error}")),
                }
            }
            let views: Vec<ChunkView<'_>> = batch
                .iter()
                .map(|chunk| ChunkView { bytes: &chunk.bytes, offset: chunk.offset, dropped: chunk.dropped })
                .collect();
            self.run(&views)?;
            if self.is_stopped() && !ended {
                self.tally.problem("interrupted; what follows was not read".to_owned());
                break;
            }
        }
        Ok(())
    }

    /// Scans chunks, in parallel where there are several, and adds what they hold in their order.
    fn run(&mut self, views: &[ChunkView<'_>]) -> Result<(), rayon::ThreadPoolBuildError> {
        let (engine, options) = (self.engine, self.options);
        let found: Vec<ChunkTally> = if views.len() > 1 && self.workers > 1 {
            let pool = match self.pool.take() {
                Some(pool) => pool,
                None => rayon::ThreadPoolBuilder::new().num_threads(self.workers).build()?,
            };
            let found = pool.install(|| views.par_iter().map(|view| view.scan(engine, options)).collect());
            self.pool = Some(pool);
            found
        } else {
            views.iter().map(|view| view.scan(engine, options)).collect()
        };
        for chunk in found {
            self.tally.add_chunk(chunk);
        }
        Ok(())
    }
}

/// A chunk to scan.
struct ChunkView<'b> {
    bytes: &'b [u8],
    /// Where it begins in its source.
    offset: u64,
    dropped: u64,
}

impl ChunkView<'_> {
    fn scan(&self, engine: &Engine, options: &Options<'_>) -> ChunkTally {
        let mut tally = ChunkTally {
            bytes: self.bytes.len() as u64 + self.dropped,
            last_stamp: record::last_time(self.bytes),
            ..ChunkTally::default()
        };
        let mut observer = Observer::new(engine, options.redactor, options.keep_matches);
        let mut lines = Lines::new(self.bytes, self.dropped);
        let mut has_stamp = false;
        for (seen, raw) in lines.by_ref().enumerate() {
            if !has_stamp && let Some(stamp) = record::stamp_of(raw.first_line()) {
                has_stamp = true;
                tally.events.push(Event::First(stamp));
            }
            // A time without a date is of the next day once midnight is past, also where nothing happened between.
            if let Some(clock) = record::clock_of(raw.first_line()) {
                match tally.last_clock.replace(clock) {
                    None => tally.events.push(Event::Clock(clock)),
                    Some(last) if is_past_midnight(last, clock) => {
                        tally.events.extend([Event::Clock(last), Event::Clock(clock)]);
                    }
                    Some(_) => {}
                }
            }
            let candidates = engine.prefilter().candidates(raw.bytes);
            let is_surveyed = seen < Survey::RECORDS && self.offset + (raw.offset as u64) < Survey::BYTES;
            *tally.formats.entry(detect(raw.bytes)).or_default() += 1;
            tally.cut += u64::from(raw.is_cut());
            if candidates == Candidates::None && !is_surveyed {
                continue;
            }
            let record = Record::parse(&raw);
            if is_surveyed {
                tally.survey.add(&record);
            }
            if let Candidates::Rules(rules) = candidates {
                tally.invalid_utf8 += u64::from(record.invalid_utf8);
                let event = observer.observe(&raw, &record, &rules);
                if matches!(event, Some(Event::LogDate(_))) {
                    tally.last_clock = None;
                }
                tally.events.extend(event);
            }
        }
        tally.lines = lines.line_count();
        tally.warnings = observer.warnings;
        (options.progress)(tally.bytes);
        tally
    }
}
