//! Scans sources in order, each with the most suitable method of reading.

use std::collections::HashSet;
use std::io::Read;
use std::path::Path;

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::classify::ChunkBytes as _;
use crate::engine::Engine;
use crate::record::{BINARY_HEAD, BOUNDARIES, is_binary};
use crate::report::{Report, Skipped, SourceTally, Tally};
use crate::source::{
    ChunkReader, Content, Input, Kind, Map, Opened, Origin, Peeked, Reason, SourceError, StreamChunk, chunks,
    leading_nuls, map_chunks, unread_older,
};

use super::chunk::Chunk;
use super::options::Options;
use super::place::Place;
use super::worker::Worker;
use super::worker_pool;

/// Problem of a source whose scan was interrupted.
pub(super) const CUT_SHORT: &str = "interrupted; the rest was not read";

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
    match is_binary(head_of(&bytes[leading_nuls(bytes)..])) {
        true => scan.tally.skip(Skipped::Binary),
        false => scan.bytes(bytes),
    }
    scan.finish()
}

pub(super) struct Scan<'a> {
    options: &'a Options<'a>,
    workers: Vec<Worker<'a>>,
    /// Threads of all workers except the first, started when there is enough work; the inner `None` means that they
    /// could not be started.
    pool: Option<Option<ThreadPool>>,
    pub(super) tally: Tally<'a>,
    /// True if the scan was not cancelled when the source was opened. Bytes that were read ahead then count, even if it is
    /// cancelled before they are scanned.
    pub(super) has_begun: bool,
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
        Self { options, workers, pool: None, tally, has_begun: false }
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
        let older = own_file(input).and_then(|path| unread_older(path, read));
        let place = Place { name: input.name(), folder: input.folder(), kind: input.kind(), older };
        self.has_begun = !self.is_stopped();
        match input.open(&self.options.fence, self.options.max_decompressed, &self.options.stop) {
            Ok(opened) => self.opened(&place, opened),
            Err(error) => self.unopened(&place, &error.reason),
        }
    }

    fn opened(&mut self, place: &Place, Opened { content, file }: Opened) {
        let failure = self.content(place, content);
        // A change of the file also explains a failed read or a failed decompression.
        match (file.and_then(|file| file.change()), failure) {
            (Some(change), _) if change.is_loss() => self.tally.problem(change.to_string()),
            (change, failure) => {
                change.into_iter().for_each(|change| self.tally.note(change.to_string()));
                self.failed(failure);
            }
        }
    }

    /// Begins the source at this place.
    pub(super) fn begin(&mut self, place: &Place) {
        let gateway = place.folder.display().to_string();
        self.tally.begin_source(SourceTally::new(place.name.clone(), place.kind, gateway));
        place.older.iter().for_each(|older| self.tally.unread_older(older.clone()));
    }

    /// Scans the source at this place, or the sources in an archive there. Returns the reason if the last one could not be read
    /// to its end.
    pub(super) fn content(&mut self, place: &Place, content: Content) -> Option<Reason> {
        if let Content::Archive(archive) = content {
            self.members(place, archive);
            return None;
        }
        self.begin(place);
        match content {
            Content::Mapped(map) if is_binary(&head_of_map(&map)) => self.tally.skip(Skipped::Binary),
            Content::Mapped(map) => self.mapped(&map),
            Content::Stream(reader) => {
                let reader = Peeked::past_nuls(reader, BINARY_HEAD);
                match is_binary(reader.head()) {
                    true => self.tally.skip(Skipped::Binary),
                    false => return self.stream(reader, 0),
                }
            }
            Content::Archive(_) => {}
        }
        None
    }

    /// Scans the source at this place as [`Self::content`] does, and records why it could not be opened or read to its end.
    pub(super) fn try_content(&mut self, place: &Place, content: Result<Content, Reason>) {
        match content {
            Ok(content) => {
                let failure = self.content(place, content);
                self.failed(failure);
            }
            Err(reason) => self.unopened(place, &reason),
        }
    }

    /// Records why the source at this place could not be opened.
    pub(super) fn unopened(&mut self, place: &Place, reason: &Reason) {
        self.begin(place);
        self.tally.problem(reason.to_string());
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
        let mut is_read = std::mem::take(&mut self.has_begun) || !stop.is_cancelled();
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

/// Returns the bytes that tell if a source is binary, which begin after the NULs at its start.
fn head_of(bytes: &[u8]) -> &[u8] {
    &bytes[..bytes.len().min(BINARY_HEAD)]
}

/// Returns the bytes of a file that tell if it is binary, as [`head_of`] does. If they cannot be read, the scan reports the error.
fn head_of_map(map: &Map) -> Vec<u8> {
    let (mut at, mut head) = (0, Vec::new());
    while at < map.length() {
        let end = map.length().min(at + BINARY_HEAD);
        if map.copy(at..end, &mut head).is_err() {
            return Vec::new();
        }
        match leading_nuls(&head) {
            0 => return head,
            nuls => at += nuls,
        }
    }
    Vec::new()
}

/// Returns the path of a source that is a file of its own.
fn own_file(input: &Input) -> Option<&Path> {
    match input.origin() {
        Origin::File(path) => Some(path),
        Origin::Archive(_) | Origin::Stdin => None,
    }
}

/// Returns the problem of a source that could not be read to its end.
pub(super) fn cut_short_by(reason: Reason) -> String {
    match reason {
        Reason::Interrupted => CUT_SHORT.to_owned(),
        Reason::Io(error) => format!("reading stopped before the end: {error}"),
        other => format!("reading stopped before the end: {other}"),
    }
}
