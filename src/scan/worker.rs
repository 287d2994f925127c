//! A worker: scans chunks, one after the other, and remembers what kinds of records it has seen.

use std::borrow::Cow;

use crate::engine::Engine;
use crate::record::{self, Format, Lines, Record};
use crate::report::{ChunkTally, Event, Observer, Survey, is_past_midnight};
use crate::source::Map;

use super::Options;
use super::verification::Verifier;

/// A part of a source, which begins and ends where records do.
pub(super) struct Chunk<'b> {
    pub bytes: Cow<'b, [u8]>,
    /// The map of which the bytes are a part.
    pub map: Option<&'b Map>,
    /// Where it begins in its source.
    pub offset: u64,
    /// Bytes of its last line that were left out on reading.
    pub dropped: u64,
}

/// Scans chunks.
pub(super) struct Worker<'a> {
    observer: Observer<'a>,
    /// The part of a map that is being scanned.
    copy: Vec<u8>,
    verifier: Option<Verifier<'a>>,
    progress: &'a (dyn Fn(&ChunkTally) + Sync),
}

impl<'a> Worker<'a> {
    pub fn new(engine: &'a Engine, options: &'a Options<'a>) -> Self {
        let observer = Observer::new(engine, options.redactor, options.keep_matches);
        let verifier =
            options.verify.map(|found| Verifier::new(engine, options.redactor, options.keep_matches, found));
        Self { observer, copy: Vec::new(), verifier, progress: options.progress }
    }

    /// Another worker, which learns what this one learns.
    pub fn sibling(&self, engine: &'a Engine, options: &'a Options<'a>) -> Self {
        Self { observer: self.observer.sibling(), ..Self::new(engine, options) }
    }

    /// What a chunk adds to its source.
    pub fn scan(&mut self, chunk: &Chunk<'_>) -> ChunkTally {
        let mut copy = std::mem::take(&mut self.copy);
        let copied = chunk.map.is_some_and(|map| {
            let start = usize::try_from(chunk.offset).unwrap_or(usize::MAX);
            map.copy(start..start.saturating_add(chunk.bytes.len()), &mut copy).is_ok()
        });
        let tally = self.scan_bytes(if copied { &copy } else { &chunk.bytes }, chunk.offset, chunk.dropped);
        self.copy = copy;
        tally
    }

    fn scan_bytes(&mut self, bytes: &[u8], offset: u64, dropped: u64) -> ChunkTally {
        let mut tally = ChunkTally {
            bytes: bytes.len() as u64 + dropped,
            last_stamp: record::last_time(bytes),
            ..ChunkTally::default()
        };
        let mut lines = Lines::new(bytes, dropped);
        let mut has_stamp = false;
        let (mut seen, mut passed) = (0, 0);
        // What means nothing still counts where each record is checked, or the beginning of the source is looked at.
        let may_pass = self.verifier.is_none() && offset >= Survey::BYTES;
        while let Some((raw, glance)) =
            self.observer.next(&mut lines, (may_pass && has_stamp).then_some(&mut passed))
        {
            if !has_stamp && let Some(stamp) = record::stamp_of(raw.first_line()) {
                has_stamp = true;
                tally.events.push(Event::First(stamp));
            }
            // A time without a date is of the next day once midnight is past, also where nothing happened between.
            if let Some(clock) = raw.clock() {
                match tally.last_clock.replace(clock) {
                    None => tally.events.push(Event::Clock(clock)),
                    Some(last) if is_past_midnight(last, clock) => {
                        tally.events.extend([Event::Clock(last), Event::Clock(clock)]);
                    }
                    Some(_) => {}
                }
            }
            if seen < Survey::RECORDS && offset + (raw.offset as u64) < Survey::BYTES {
                tally.survey.add(&Record::parse(&raw));
            }
            seen += 1;
            tally.formats[raw.format as usize] += 1;
            tally.cut += u64::from(raw.is_cut());
            let event = self.observer.observe(&raw, &glance);
            if let Some(verifier) = &mut self.verifier {
                verifier.check(&raw, offset, event.as_ref());
            }
            if matches!(event, Some(Event::LogDate(_))) {
                tally.last_clock = None;
            }
            tally.events.extend(event);
        }
        tally.formats[Format::FileLog as usize] += passed;
        tally.lines = lines.line_count();
        tally.counts = self.observer.take_counts();
        tally.origins = self.observer.take_origins();
        (self.progress)(&tally);
        tally
    }
}
