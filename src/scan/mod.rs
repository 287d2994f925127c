//! The pipeline: sources to chunks to records to matches to the report, in parallel.

mod conveyor;
mod records;
mod verification;
mod worker;

use std::collections::HashSet;
use std::io::Read;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::tz::TimeZone;

use crate::engine::Engine;
use crate::record::starts_record;
use crate::redact::Redactor;
use crate::report::{ChunkTally, Report, SourceTally, Tally, View};
use crate::source::{
    ChunkReader, Content, Input, Kind, MAX_DECOMPRESSED, Map, SourceError, StreamChunk, chunks, map_chunks,
    unread_older,
};

pub use records::each_record;
pub use verification::{Difference, Verification};

use worker::{Chunk, Worker};

/// Bytes of a chunk: large enough that starting one costs nothing, small enough to stay in a core's cache.
pub const CHUNK: usize = 512 << 10;

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
    /// Judge each record a second time without shortcuts, and note here where that makes a difference.
    pub verify: Option<&'a Verification>,
    /// Becomes other than 0 when the scan is to end early, with the report so far.
    pub stop: Arc<AtomicUsize>,
    /// Called with what was found in each chunk, as soon as it was scanned.
    pub progress: &'a (dyn Fn(&ChunkTally) + Sync),
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
            verify: None,
            stop: Arc::default(),
            progress: &|_| {},
        }
    }
}

/// Scans the inputs in order and reports what was found. `errors` are sources that could not even be listed; the report
/// names them among its sources.
pub fn scan(engine: &Engine, inputs: &[Input], errors: &[SourceError], options: &Options<'_>) -> Report {
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
            Ok(Content::Mapped(map)) => scan.mapped(&map),
            Ok(Content::Stream(reader)) => scan.stream(reader),
            Err(error) => scan.tally.problem(error.reason.to_string()),
        }
    }
    for error in errors {
        scan.tally.begin_source(SourceTally::new(error.name.clone(), Kind::File, String::new()));
        scan.tally.problem(error.reason.to_string());
    }
    scan.tally.finish()
}

/// Scans bytes that are in memory as if they were one file of that name.
pub fn scan_bytes(engine: &Engine, name: &str, bytes: &[u8], options: &Options<'_>) -> Report {
    let mut scan = Scan::new(engine, options);
    scan.tally.begin_source(SourceTally::new(name.to_owned(), Kind::File, String::new()));
    scan.bytes(bytes);
    scan.tally.finish()
}

struct Scan<'a> {
    options: &'a Options<'a>,
    workers: Vec<Worker<'a>>,
    tally: Tally<'a>,
}

impl<'a> Scan<'a> {
    fn new(engine: &'a Engine, options: &'a Options<'a>) -> Self {
        let jobs = match options.jobs {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            jobs => jobs,
        };
        let (view, zone) = (options.view.clone(), options.zone.clone());
        let tally = Tally::new(engine.catalogue(), view, zone, options.redactor, options.keep_matches);
        let first = Worker::new(engine, options);
        let others: Vec<Worker<'a>> = (1..jobs).map(|_| first.sibling(engine, options)).collect();
        let workers = std::iter::once(first).chain(others).collect();
        Self { options, workers, tally }
    }

    fn is_stopped(&self) -> bool {
        self.options.stop.load(Ordering::Relaxed) != 0
    }

    /// Scans what is in memory.
    fn bytes(&mut self, bytes: &[u8]) {
        let parts = chunks(bytes, self.options.chunk, starts_record);
        self.parts(bytes, None, parts);
    }

    fn mapped(&mut self, map: &Map) {
        let parts = map_chunks(map, self.options.chunk, starts_record);
        self.parts(map, Some(map), parts);
    }

    fn parts<'b>(
        &mut self,
        bytes: &'b [u8],
        map: Option<&'b Map>,
        parts: impl Iterator<Item = Range<usize>> + Send,
    ) {
        let is_one = bytes.len() <= self.options.chunk;
        let parts =
            parts.map(|part| Chunk { offset: part.start as u64, bytes: bytes[part].into(), map, dropped: 0 });
        self.run(parts, is_one);
    }

    fn stream(&mut self, reader: impl Read + Send) {
        let mut failure = None;
        let parts = ChunkReader::new(reader, self.options.chunk, starts_record).chunks(&mut failure);
        let parts = parts.map(|StreamChunk { bytes, offset, dropped }| Chunk {
            bytes: bytes.into(),
            map: None,
            offset,
            dropped,
        });
        self.run(parts, false);
        if let Some(error) = failure {
            self.tally.problem(format!("could not be read to its end: {error}"));
        }
    }

    /// Scans chunks, in parallel where there are several, and adds what they hold in their order.
    fn run<'b>(&mut self, chunks: impl Iterator<Item = Chunk<'b>> + Send, is_one: bool) {
        let stop = &self.options.stop;
        let mut is_cut_short = false;
        let mut chunks = chunks.peekable();
        let chunks = std::iter::from_fn(|| {
            let is_stopped = stop.load(Ordering::Relaxed) != 0;
            is_cut_short = is_stopped && chunks.peek().is_some();
            if is_cut_short { None } else { chunks.next() }
        });
        let workers = if is_one { &mut self.workers[..1] } else { &mut self.workers[..] };
        let tally = &mut self.tally;
        conveyor::run(workers, chunks, |chunk, found| tally.add_chunk(found, &chunk.bytes, chunk.dropped));
        if is_cut_short {
            self.tally.problem("interrupted; what follows was not read".to_owned());
        }
    }
}
