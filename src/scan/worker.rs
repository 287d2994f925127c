//! A worker: scans one chunk after another and caches the kinds of records seen.

use std::ops::Range;

use crate::classify::{Event, EventClassifier, goes_back, tail};
use crate::engine::Engine;
use crate::record::{self, Lines};
use crate::report::{ChunkTally, InputSample};
use crate::source::{Gap, Map, chunks};

use super::Options;
use super::chunk::{Bytes, Chunk};
use super::prefilter_check::Verifier;
use super::progress::Progress;

/// Scans chunks.
pub(super) struct Worker<'a> {
    observer: EventClassifier<'a>,
    /// Copy of the part of a memory map that is being scanned.
    copy: Vec<u8>,
    /// Number of events in the last chunk.
    events: usize,
    /// `true` if the memory map changed, and the cached results from it were discarded.
    is_wary: bool,
    verifier: Option<Verifier<'a>>,
    progress: &'a dyn Progress,
}

impl<'a> Worker<'a> {
    pub fn new(engine: &'a Engine, options: &'a Options<'a>) -> Self {
        let observer = EventClassifier::new(engine, options.redactor, options.keep_matches);
        let verifier = options
            .prefilter_check
            .map(|found| Verifier::new(engine, options.redactor, options.keep_matches, found));
        Self { observer, copy: Vec::new(), events: 0, is_wary: false, verifier, progress: options.progress }
    }

    /// Creates a worker that shares this one's classification cache.
    pub fn sibling(&self, engine: &'a Engine, options: &'a Options<'a>) -> Self {
        Self { observer: self.observer.sibling(), ..Self::new(engine, options) }
    }

    /// Scans a chunk and returns the data it adds to its source. If the file is changing, the chunk keeps a copy of its
    /// bytes.
    pub fn scan(&mut self, chunk: &mut Chunk<'_>) -> ChunkTally {
        let tally = match &chunk.bytes {
            Bytes::Held(bytes) => self.scan_bytes(bytes, chunk.offset, chunk.gap),
            Bytes::Mapped(map, range) => {
                let (map, range) = (*map, range.clone());
                match self.view(map, range.clone(), chunk) {
                    Some(tally) => {
                        // A map that has changed is not viewed again, so this is a different map.
                        self.is_wary = false;
                        tally
                    }
                    None => self.scan_copy(map, range, chunk),
                }
            }
        };
        self.progress.chunk_scanned(&tally);
        tally
    }

    /// Scans a part of a memory map in place; `None` if that is impossible or the file has changed in the meantime.
    fn view(&mut self, map: &Map, range: Range<usize>, chunk: &Chunk<'_>) -> Option<ChunkTally> {
        // The first records of a source are parsed as text to determine the kind of log, and so is each record that is
        // verified.
        if chunk.offset < InputSample::BYTES || self.verifier.is_some() {
            return None;
        }
        let tally = self.scan_bytes(map.view(range)?, chunk.offset, chunk.gap);
        map.is_unchanged().then_some(tally)
    }

    fn scan_copy(&mut self, map: &Map, range: Range<usize>, chunk: &mut Chunk<'_>) -> ChunkTally {
        let mut copy = std::mem::take(&mut self.copy);
        let problem = map.copy(range, &mut copy).err();
        let is_unchanged = map.is_unchanged();
        if !is_unchanged {
            leave_whole_records(&mut copy, chunk.offset);
            // A record that changed during the scan may have put a wrong entry into the cache, which all workers share.
            if !self.is_wary {
                self.observer.forget();
            }
        }
        self.is_wary = !is_unchanged;
        let mut tally = self.scan_bytes(&copy, chunk.offset, chunk.gap);
        tally.problem = problem.map(|error| format!("could not be read at byte {}: {error}", chunk.offset));
        if is_unchanged {
            self.copy = copy;
        } else {
            chunk.bytes = Bytes::Held(copy.into());
        }
        tally
    }

    fn scan_bytes(&mut self, bytes: &[u8], offset: u64, gap: Gap) -> ChunkTally {
        let mut tally = ChunkTally {
            bytes: bytes.len() as u64 + gap.length(),
            tail: tail(bytes),
            // Chunks of a log have similar numbers of events.
            events: Vec::with_capacity(self.events),
            ..ChunkTally::default()
        };
        let mut lines = Lines::new(bytes, gap.dropped);
        let mut has_stamp = false;
        let mut seen = 0;
        // Offsets of records that contain the date of the log, and the number of events before each.
        let mut dates = Vec::new();
        // Records without meaning are skipped, unless each record is verified or the source is sampled.
        let may_pass = self.verifier.is_none() && offset >= InputSample::BYTES;
        while let Some((raw, glance)) =
            self.observer.next(&mut lines, (may_pass && has_stamp).then_some(&mut tally.formats))
        {
            let before = tally.events.len();
            if !has_stamp
                && raw.bytes.len() >= record::MIN_TIME
                && let Some(stamp) = record::stamp_of(raw.first_line())
            {
                has_stamp = true;
                tally.events.push(Event::First(stamp));
            }
            // A time without a date belongs to the next day once it goes back past midnight, even if there was no event
            // between. Forward steps never pass midnight.
            if let Some(clock) = raw.clock() {
                match tally.last_clock.replace(clock) {
                    None => tally.events.push(Event::Clock(clock)),
                    Some(last) if goes_back(last, clock) => {
                        tally.events.extend([Event::Clock(last), Event::Clock(clock)]);
                    }
                    Some(_) => {}
                }
            }
            if seen < InputSample::RECORDS && offset + (raw.offset as u64) < InputSample::BYTES {
                tally.survey.add(&raw);
            }
            seen += 1;
            tally.formats[raw.format as usize] += 1;
            tally.cut += u64::from(raw.is_cut());
            let mut event = self.observer.observe(&raw, &glance);
            if let Some(verifier) = &mut self.verifier {
                verifier.check(&raw, offset, event.as_ref());
            }
            if matches!(event, Some(Event::LogDate(_))) {
                tally.last_clock = None;
                dates.push((raw.offset, before));
            }
            if let Some(Event::Match(found)) = &mut event {
                found.look_behind(bytes);
            }
            tally.events.extend(event);
        }
        self.events = tally.events.len();
        if let Some((stamp, start)) = record::last_time(bytes) {
            match dates.get(dates.partition_point(|(date, _)| *date <= start)) {
                // Events before it may be from an earlier day.
                Some((_, before)) => tally.events.insert(*before, Event::Last(stamp)),
                None => tally.last_stamp = Some(stamp),
            }
        }
        // A physical line that NULs divide counts in the chunk that holds its end.
        tally.lines = lines.line_count().saturating_sub(u64::from(gap.is_torn));
        tally.nuls = lines.nul_count() + gap.nuls;
        tally.counts = self.observer.take_counts();
        tally.origins = self.observer.take_origins();
        tally
    }
}

/// Blanks the first line of a part unless it starts a record, and drops an incomplete last line: in a file that has
/// changed, record boundaries may have moved.
fn leave_whole_records(part: &mut Vec<u8>, offset: u64) {
    part.truncate(memchr::memrchr(b'\n', part).map_or(0, |newline| newline + 1));
    let first_line = memchr::memchr(b'\n', part).map_or(0..0, |newline| 0..newline);
    if offset > 0 && !record::starts_record(&part[first_line]) {
        let torn = chunks(part, 1, record::BOUNDARIES).next().map_or(0, |first| first.range.end);
        part[..torn].iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
    }
}
