//! The pipeline: sources to chunks to records to matches to the report, in parallel.

use std::collections::HashMap;
use std::io::Read;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::tz::TimeZone;
use rayon::prelude::*;

use crate::engine::{Candidates, Engine};
use crate::record::{self, Lines, Record, detect, starts_record};
use crate::redact::Redactor;
use crate::report::{ChunkTally, Filter, Observer, Report, SourceTally, Survey, Tally};
use crate::source::{ChunkReader, Content, Input, SourceError, StreamChunk, chunks};

/// Bytes of a chunk: large enough that starting one costs nothing, small enough that two cores share 20 MB well.
const CHUNK: usize = 4 << 20;
/// Chunks in flight per worker; what they find is folded in order once all are done.
const CHUNKS_PER_WORKER: usize = 4;

/// How to scan.
pub struct Options<'a> {
    /// Worker threads; 0 takes one per core.
    pub jobs: usize,
    /// What keeps secrets in.
    pub redactor: Redactor,
    /// Which findings to report.
    pub filter: Filter,
    /// The zone of times that are written without an offset.
    pub zone: TimeZone,
    /// Bytes that a compressed source may decompress to.
    pub max_decompressed: u64,
    /// Keep every match for [`Report::matches`].
    pub keep_matches: bool,
    /// Becomes other than 0 when the scan is to end early, with the report so far.
    pub stop: &'a AtomicUsize,
    /// Called with the bytes read since the last call.
    pub progress: &'a (dyn Fn(u64) + Sync),
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
    let workers = match options.jobs {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        jobs => jobs,
    };
    let mut scan = Scan {
        engine,
        options,
        workers,
        pool: None,
        tally: Tally::new(
            engine.catalogue(),
            options.filter.clone(),
            options.zone.clone(),
            options.keep_matches,
        ),
    };
    let mut gateways: HashMap<PathBuf, usize> = HashMap::new();
    for input in inputs {
        if scan.is_stopped() {
            break;
        }
        let count = gateways.len();
        let gateway = *gateways.entry(input.folder()).or_insert(count);
        scan.tally.begin_source(SourceTally::new(input.name(), input.kind(), gateway));
        match input.open(options.max_decompressed) {
            Ok(Content::Mapped(map)) => scan.mapped(&map)?,
            Ok(Content::Stream(reader)) => scan.stream(reader)?,
            Err(error) => scan.tally.problem(error.reason.to_string()),
        }
    }
    for error in errors {
        scan.tally.begin_source(SourceTally::new(error.name.clone(), crate::source::Kind::File, usize::MAX));
        scan.tally.problem(error.reason.to_string());
    }
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

impl Scan<'_> {
    fn is_stopped(&self) -> bool {
        self.options.stop.load(Ordering::Relaxed) != 0
    }

    fn mapped(&mut self, bytes: &[u8]) -> Result<(), rayon::ThreadPoolBuildError> {
        let parts = chunks(bytes, CHUNK, starts_record);
        for batch in parts.chunks(self.workers * CHUNKS_PER_WORKER) {
            if self.is_stopped() {
                self.tally.problem("interrupted; what follows was not read".to_owned());
                break;
            }
            let views: Vec<ChunkView<'_>> = batch
                .iter()
                .map(|part| ChunkView { bytes: &bytes[part.clone()], dropped: 0, is_first: part.start == 0 })
                .collect();
            self.run(&views)?;
        }
        Ok(())
    }

    fn stream(&mut self, reader: impl Read) -> Result<(), rayon::ThreadPoolBuildError> {
        let mut reader = ChunkReader::new(reader, CHUNK, starts_record);
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
                .map(|chunk| ChunkView {
                    bytes: &chunk.bytes,
                    dropped: chunk.dropped,
                    is_first: chunk.offset == 0,
                })
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
    dropped: u64,
    is_first: bool,
}

impl ChunkView<'_> {
    fn scan(&self, engine: &Engine, options: &Options<'_>) -> ChunkTally {
        let mut tally = ChunkTally {
            bytes: self.bytes.len() as u64 + self.dropped,
            first_stamp: record::earliest_time(self.bytes),
            last_stamp: record::last_time(self.bytes),
            survey: self.is_first.then(Survey::default),
            ..ChunkTally::default()
        };
        let mut observer = Observer::new(engine, options.redactor, options.keep_matches);
        let mut lines = Lines::new(self.bytes, self.dropped);
        for (seen, raw) in lines.by_ref().enumerate() {
            let candidates = engine.prefilter().candidates(raw.bytes);
            let surveyed = tally.survey.as_mut().filter(|_| seen < Survey::RECORDS);
            if candidates == Candidates::None && surveyed.is_none() {
                *tally.formats.entry(detect(raw.bytes)).or_default() += 1;
                continue;
            }
            let record = Record::parse(&raw);
            *tally.formats.entry(record.format).or_default() += 1;
            if let Some(survey) = surveyed {
                survey.add(&record);
            }
            tally.invalid_utf8 += u64::from(record.invalid_utf8);
            tally.cut += u64::from(record.cut);
            if let Candidates::Rules(rules) = candidates {
                tally.events.extend(observer.observe(&raw, &record, &rules));
            }
        }
        tally.lines = lines.line_count();
        (options.progress)(tally.bytes);
        tally
    }
}
