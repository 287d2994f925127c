//! Scans sources in order, each with the most suitable method of reading.

use std::collections::HashSet;
use std::io::Read;
use std::path::Path;

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::classify::ChunkBytes as _;
use crate::engine::Engine;
use crate::record::BOUNDARIES;
use crate::report::{Report, SourceTally, Tally};
use crate::source::{
    ChunkReader, Content, Input, Kind, Map, Opened, Origin, Reason, SourceError, StreamChunk, chunks,
    map_chunks, unread_older,
};

use super::chunk::Chunk;
use super::options::Options;
use super::worker::Worker;
use super::worker_pool;

/// Problem of a source whose scan was interrupted.
const CUT_SHORT: &str = "interrupted; the rest was not read";

/// Scans the inputs in order and returns the report. `errors` are sources that could not be listed; the report names
/// them among its sources.
pub fn scan(engine: &Engine, inputs: &[Input], errors: &[SourceError], options: &Options<'_>) -> Report {
    let mut scan = Scan::new(engine, options);
    scan.tally.expect_sources(inputs.len() + errors.len());
    let read: HashSet<&Path> = inputs.iter().filter_map(own_file).collect();
    for input in inputs {
        if scan.is_stopped() {
            break;
        }
        scan.input(input, &read);
    }
    errors.iter().for_each(|error| scan.unread(error));
    scan.finish()
}

/// Scans bytes in memory as if they were one file with this name.
pub fn scan_bytes(engine: &Engine, name: &str, bytes: &[u8], options: &Options<'_>) -> Report {
    let mut scan = Scan::new(engine, options);
    scan.tally.begin_source(SourceTally::new(name.to_owned(), Kind::File, String::new()));
    scan.bytes(bytes);
    scan.finish()
}

pub(super) struct Scan<'a> {
    options: &'a Options<'a>,
    workers: Vec<Worker<'a>>,
    /// Threads of all workers except the first, started when there is enough work; the inner `None` means that they
    /// could not be started.
    pool: Option<Option<ThreadPool>>,
    pub(super) tally: Tally<'a>,
}

impl<'a> Scan<'a> {
    pub(super) fn new(engine: &'a Engine, options: &'a Options<'a>) -> Self {
        let jobs = match options.jobs {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            jobs => jobs,
        };
        let (view, zone) = (options.view.clone(), options.zone.clone());
        let tally = Tally::new(engine.catalogue(), view, zone, options.redactor, options.keep_matches);
        let first = Worker::new(engine, options);
        let others: Vec<Worker<'a>> = (1..jobs).map(|_| first.sibling(engine, options)).collect();
        let workers = std::iter::once(first).chain(others).collect();
        Self { options, workers, pool: None, tally }
    }

    pub(super) fn finish(self) -> Report {
        // The workers' caches are freed before the report is built, which needs memory itself.
        drop(self.workers);
        self.tally.finish()
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.options.stop.is_cancelled()
    }

    /// Adds a source that could not be opened.
    pub(super) fn unread(&mut self, error: &SourceError) {
        self.tally.begin_source(SourceTally::new(error.name.clone(), Kind::File, String::new()));
        self.tally.problem(error.reason.to_string());
    }

    /// Scans a source; `read` are all files of this scan.
    pub(super) fn input(&mut self, input: &Input, read: &HashSet<&Path>) {
        let gateway = input.folder().display().to_string();
        self.tally.begin_source(SourceTally::new(input.name(), input.kind(), gateway));
        if let Some(path) = own_file(input)
            && let Some(older) = unread_older(path, read)
        {
            self.tally.unread_older(older);
        }
        match input.open(&self.options.fence, self.options.max_decompressed, &self.options.stop) {
            Ok(opened) => self.opened(opened),
            Err(error) => self.tally.problem(error.reason.to_string()),
        }
    }

    fn opened(&mut self, Opened { content, file }: Opened) {
        let failure = match content {
            Content::Mapped(map) => {
                self.mapped(&map);
                None
            }
            Content::Stream(reader) => self.stream(reader, 0),
        };
        // A change of the file also explains a failed read or a failed decompression.
        match (file.and_then(|file| file.change()), failure) {
            (Some(change), _) if change.is_loss() => self.tally.problem(change.to_string()),
            (change, failure) => {
                change.into_iter().for_each(|change| self.tally.note(change.to_string()));
                self.failed(failure);
            }
        }
    }

    /// Scans bytes in memory.
    fn bytes(&mut self, bytes: &[u8]) {
        let parts = chunks(bytes, self.options.chunk, BOUNDARIES);
        self.run(parts.map(|part| Chunk::of_text(bytes, part)));
    }

    fn mapped(&mut self, map: &Map) {
        let parts = map_chunks(map, self.options.chunk, BOUNDARIES);
        self.run(parts.map(|part| Chunk::of_map(map, part)));
    }

    /// Records why a source could not be read to its end.
    pub(super) fn failed(&mut self, failure: Option<Reason>) {
        failure.into_iter().for_each(|reason| self.tally.problem(cut_short_by(reason)));
    }

    /// Scans the bytes of a reader, whose first byte is at offset `start` of the source. Returns the reason if it could
    /// not be read to its end.
    pub(super) fn stream(&mut self, reader: impl Read + Send, start: u64) -> Option<Reason> {
        let mut failure = None;
        let parts = ChunkReader::new(reader, self.options.chunk, BOUNDARIES).chunks(&mut failure);
        let parts = parts.map(|part| Chunk::from(StreamChunk { offset: start + part.offset, ..part }));
        let is_cut_short = self.run(parts);
        // An interrupt between two chunks is already reported.
        failure.map(Reason::from).filter(|reason| !(is_cut_short && *reason == Reason::Interrupted))
    }

    /// Scans chunks, in parallel if there are several, and adds the results in order. Returns true if an interrupt left
    /// out some of them.
    fn run<'b>(&mut self, chunks: impl Iterator<Item = Chunk<'b>> + Send) -> bool {
        let stop = &self.options.stop;
        let mut is_cut_short = false;
        let mut chunks = chunks.peekable();
        // An interrupt during the read of the first chunk does not discard that chunk.
        let mut is_read = !stop.is_cancelled();
        // A first chunk this small is the whole source and needs no other thread.
        let is_one = chunks.peek().is_none_or(|first| first.length() < self.options.chunk / 2);
        let chunks = std::iter::from_fn(|| {
            let is_stopped = !std::mem::take(&mut is_read) && stop.is_cancelled();
            is_cut_short = is_stopped && chunks.peek().is_some();
            if is_cut_short { None } else { chunks.next() }
        });
        let others = self.workers.len() - 1;
        let pool = match is_one || others == 0 {
            true => None,
            false => self.pool.get_or_insert_with(|| threads(others)).as_ref(),
        };
        let tally = &mut self.tally;
        worker_pool::run(pool, &mut self.workers, chunks, |chunk, found| tally.add_chunk(found, &chunk));
        if is_cut_short {
            self.tally.problem(CUT_SHORT.to_owned());
        }
        is_cut_short
    }
}

/// Starts a pool with this number of threads; `None` if that fails.
fn threads(count: usize) -> Option<ThreadPool> {
    ThreadPoolBuilder::new().num_threads(count).thread_name(|index| format!("clawsift-{index}")).build().ok()
}

/// Returns the path of a source that is a file of its own.
fn own_file(input: &Input) -> Option<&Path> {
    match input.origin() {
        Origin::File(path) => Some(path),
        Origin::Archive(_) | Origin::Stdin => None,
    }
}

/// Returns the problem of a source that could not be read to its end.
fn cut_short_by(reason: Reason) -> String {
    match reason {
        Reason::Interrupted => CUT_SHORT.to_owned(),
        Reason::Io(error) => format!("reading stopped before the end: {error}"),
        other => format!("reading stopped before the end: {other}"),
    }
}
