//! Incremental scan of a log that is still being written.
//!
//! A record is scanned as soon as no later byte can belong to it. A line of text may continue in the next line, so the
//! last line waits until the caller decides that it has waited long enough.

use crate::engine::Engine;
use crate::record::BOUNDARIES;
use crate::report::{Report, SourceTally, Tally};
use crate::source::{Input, MAX_LINE, StreamChunk, last_record};

use super::Options;
use super::chunk::Chunk;
use super::worker::Worker;

/// Maximum number of bytes that wait for the end of a record.
const MAX_WAITING: usize = 4 << 20;

/// Scans bytes as they arrive.
pub struct LiveScan<'a> {
    worker: Worker<'a>,
    tally: Tally<'a>,
    /// Bytes that have arrived but are not scanned yet.
    pending: Vec<u8>,
    /// Number of skipped bytes of a line longer than [`MAX_LINE`] whose end has not arrived.
    dropped: u64,
    offset: u64,
}

impl<'a> LiveScan<'a> {
    /// Creates the scan of a source before any input.
    pub fn new(engine: &'a Engine, input: &Input, options: &'a Options<'a>) -> Self {
        let (view, zone) = (options.view.clone(), options.zone.clone());
        let mut tally = Tally::new(engine.catalogue(), view, zone, options.redactor, options.keep_matches);
        let gateway = input.folder().display().to_string();
        tally.begin_source(SourceTally::new(input.name(), input.kind(), gateway));
        let worker = Worker::new(engine, options);
        Self { worker, tally, pending: Vec::new(), dropped: 0, offset: 0 }
    }

    /// Adds the next bytes and scans all complete records.
    pub fn feed(&mut self, mut bytes: &[u8]) {
        if self.dropped > 0 {
            let Some(newline) = memchr::memchr(b'\n', bytes) else {
                self.dropped += bytes.len() as u64;
                return;
            };
            self.dropped += newline as u64;
            self.end_long_line();
            bytes = &bytes[newline + 1..];
        }
        self.pending.extend_from_slice(bytes);
        let whole = whole_lines(&self.pending);
        self.scan(if whole > MAX_WAITING { whole } else { complete(&self.pending[..whole]) });
        if self.pending.len() > MAX_LINE && whole_lines(&self.pending) == 0 {
            self.dropped = (self.pending.len() - MAX_LINE) as u64;
            self.pending.truncate(MAX_LINE);
        }
    }

    /// Returns true if a complete line waits for possible continuation lines.
    pub fn is_waiting(&self) -> bool {
        self.dropped == 0 && whole_lines(&self.pending) > 0
    }

    /// Scans the waiting complete lines; call it after a pause in the input. An incomplete line keeps waiting.
    pub fn flush(&mut self) {
        if self.dropped == 0 {
            self.scan(whole_lines(&self.pending));
        }
    }

    /// Scans everything that has arrived, including an incomplete line, because the next bytes do not continue it.
    pub fn cut(&mut self) {
        if self.dropped > 0 {
            self.end_long_line();
        }
        self.scan(self.pending.len());
    }

    /// Adds a reason why the log could not be read, or only in part.
    pub fn problem(&mut self, problem: String) {
        self.tally.problem(problem);
    }

    /// Returns the report so far.
    pub fn report(&self) -> Report {
        self.tally.report()
    }

    fn end_long_line(&mut self) {
        self.pending.push(b'\n');
        let dropped = std::mem::take(&mut self.dropped);
        let bytes = std::mem::take(&mut self.pending);
        self.scan_bytes(bytes, dropped);
    }

    fn scan(&mut self, end: usize) {
        if end > 0 {
            let rest = self.pending.split_off(end);
            let bytes = std::mem::replace(&mut self.pending, rest);
            self.scan_bytes(bytes, 0);
        }
    }

    fn scan_bytes(&mut self, bytes: Vec<u8>, dropped: u64) {
        let length = bytes.len() as u64 + dropped;
        let mut chunk = Chunk::from(StreamChunk { bytes, offset: self.offset, dropped });
        let found = self.worker.scan(&mut chunk);
        self.tally.add_chunk(found, &chunk);
        self.offset += length;
    }
}

/// Returns the end of the last complete line.
fn whole_lines(bytes: &[u8]) -> usize {
    memchr::memrchr(b'\n', bytes).map_or(0, |newline| newline + 1)
}

/// Returns the end of the last record that no further line can extend; `lines` must be complete lines. A JSON object on
/// one line, as in the file log and in the output of `openclaw logs --json`, is a complete record.
fn complete(lines: &[u8]) -> usize {
    let Some(text) = lines.strip_suffix(b"\n") else { return 0 };
    let last = &text[memchr::memrchr(b'\n', text).map_or(0, |newline| newline + 1)..];
    let last = last.trim_ascii_end();
    match last.starts_with(b"{") && last.ends_with(b"}") {
        true => lines.len(),
        false => {
            last_record(lines, BOUNDARIES.begins).or_else(|| (BOUNDARIES.last)(lines)).unwrap_or_default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{self, Layers};
    use crate::scan::scan_bytes;

    const FILE_LOG: &[u8] = include_bytes!("../../fixtures/logs/mixed/file.log");
    const PLAIN: &[u8] = include_bytes!("../../fixtures/logs/mixed/logs-plain.txt");

    fn engine() -> Engine {
        Engine::new(catalogue::load(&Layers::default()).expect("the rules"))
    }

    fn said(report: &Report) -> String {
        let findings: Vec<_> =
            report.findings.iter().map(|f| (&f.rule, f.status, f.incidents, f.records)).collect();
        format!("{:?} {findings:?}", report.totals)
    }

    #[test]
    fn in_small_steps_comes_out_what_comes_out_at_once() {
        let engine = engine();
        let options = Options::default();
        for log in [FILE_LOG, PLAIN] {
            let at_once = scan_bytes(&engine, "x.log", log, &options);
            for step in [97, 4096, 1 << 20] {
                let mut live = LiveScan::new(&engine, &Input::Path("x.log".into()), &options);
                for (number, part) in log.chunks(step).enumerate() {
                    live.feed(part);
                    if number % 50 == 0 {
                        live.report();
                    }
                }
                live.cut();
                assert_eq!(said(&live.report()), said(&at_once), "steps of {step}");
            }
        }
    }

    #[test]
    fn a_line_is_scanned_when_it_is_whole_and_not_before() {
        let engine = engine();
        let options = Options::default();
        let mut live = LiveScan::new(&engine, &Input::Stdin, &options);
        let records = |live: &LiveScan<'_>| live.report().totals.records;
        let line = FILE_LOG.split_inclusive(|byte| *byte == b'\n').next().expect("a line");
        live.feed(&line[..40]);
        live.flush();
        assert_eq!((records(&live), live.is_waiting()), (0, false));
        live.feed(&line[40..]);
        assert_eq!((records(&live), live.is_waiting()), (1, false), "a JSON object needs no next line");
        live.feed(b"2026-11-22T10:00:00Z error gateway x\n");
        assert_eq!((records(&live), live.is_waiting()), (1, true));
        live.feed(b"  at y\n");
        live.flush();
        assert_eq!((records(&live), live.is_waiting()), (2, false));
    }

    #[test]
    fn a_line_without_end_takes_bounded_memory() {
        let engine = engine();
        let options = Options::default();
        let mut live = LiveScan::new(&engine, &Input::Stdin, &options);
        let part = vec![b'a'; 1 << 20];
        (0..40).for_each(|_| live.feed(&part));
        assert!(live.pending.capacity() < 3 * MAX_LINE);
        live.feed(b"a\n2026-11-22T10:00:00Z error gateway x\n");
        live.cut();
        let totals = live.report().totals;
        assert_eq!((totals.records, totals.lines), (2, 2));
        assert_eq!(totals.bytes, (40 << 20) + 2 + 37);
    }
}
