//! Incremental scan of a log that is still being written.
//!
//! A record is scanned as soon as no later byte can belong to it. A line of text may continue in the next line, so the
//! last line waits until the caller decides that it has waited long enough.

use crate::engine::Engine;
use crate::record::BOUNDARIES;
use crate::report::{Report, SourceTally, Tally};
use crate::source::{Gap, Input, LongLine, MAX_LINE, MIN_RUN, StreamChunk, last_record, last_run};

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
    /// The rest of a line longer than [`MAX_LINE`], which is skipped until its end arrives.
    long_line: Option<LongLine>,
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
        Self { worker, tally, pending: Vec::new(), long_line: None, offset: 0 }
    }

    /// Adds the next bytes and scans all complete records.
    pub fn feed(&mut self, mut bytes: &[u8]) {
        if let Some(line) = &mut self.long_line {
            let Some(end) = line.end(bytes) else { return };
            bytes = &bytes[end..];
            self.end_long_line();
        }
        let searched = self.pending.len().saturating_sub(MIN_RUN - 1);
        self.pending.extend_from_slice(bytes);
        // NULs end the record before them. There can be gigabytes, so only the last one waits.
        if let Some(run) = last_run(&self.pending[searched..]) {
            self.scan(searched + run.end - 1, Gap::TORN);
        }
        let whole = whole_lines(&self.pending);
        let end = if whole > MAX_WAITING { whole } else { complete(&self.pending[..whole]) };
        self.scan(end, Gap::default());
        if self.pending.len() > MAX_LINE && whole_lines(&self.pending) == 0 {
            let rest = self.pending.split_off(MAX_LINE);
            let mut line = LongLine::after(&self.pending);
            line.end(&rest);
            self.long_line = Some(line);
        }
    }

    /// Returns true if a complete line waits for possible continuation lines.
    pub fn is_waiting(&self) -> bool {
        self.long_line.is_none() && whole_lines(&self.pending) > 0
    }

    /// Scans the waiting complete lines; call it after a pause in the input. An incomplete line keeps waiting.
    pub fn flush(&mut self) {
        if self.long_line.is_none() {
            self.scan(whole_lines(&self.pending), Gap::default());
        }
    }

    /// Scans everything that has arrived, including an incomplete line, because the next bytes do not continue it.
    pub fn cut(&mut self) {
        self.end_long_line();
        self.scan(self.pending.len(), Gap::default());
    }

    /// Adds a reason why the log could not be read, or only in part.
    pub fn problem(&mut self, problem: String) {
        self.tally.problem(problem);
    }

    /// Returns the report so far.
    pub fn report(&self) -> Report {
        self.tally.report()
    }

    /// Scans the beginning of a line whose rest was skipped.
    fn end_long_line(&mut self) {
        if let Some(line) = self.long_line.take() {
            // The last NUL begins the next chunk.
            let next = if line.is_torn() { vec![0] } else { Vec::new() };
            let bytes = std::mem::replace(&mut self.pending, next);
            self.scan_bytes(bytes, line.gap());
        }
    }

    fn scan(&mut self, end: usize, gap: Gap) {
        if end > 0 {
            let rest = self.pending.split_off(end);
            let bytes = std::mem::replace(&mut self.pending, rest);
            self.scan_bytes(bytes, gap);
        }
    }

    fn scan_bytes(&mut self, bytes: Vec<u8>, gap: Gap) {
        let length = bytes.len() as u64 + gap.length();
        let mut chunk = Chunk::from(StreamChunk { bytes, offset: self.offset, gap });
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

    #[test]
    fn nuls_in_small_steps_and_at_once_are_skipped_alike() {
        let engine = engine();
        let options = Options::default();
        let mut line = FILE_LOG.split_inclusive(|byte| *byte == b'\n').cycle();
        let mut log = vec![0; 3000];
        for nuls in [4, 4096, 1, 70_000, 3, 20] {
            log.extend_from_slice(line.next().expect("a line").trim_ascii_end());
            log.resize(log.len() + nuls, 0);
            log.extend_from_slice(line.next().expect("a line"));
            log.resize(log.len() + nuls, 0);
            log.extend_from_slice(b"\n");
        }
        let at_once = scan_bytes(&engine, "x.log", &log, &options);
        assert_eq!((at_once.totals.lines, at_once.totals.bytes), (12, log.len() as u64));
        for step in [1, 3, 97, 4096, 1 << 20] {
            let mut live = LiveScan::new(&engine, &Input::Path("x.log".into()), &options);
            log.chunks(step).for_each(|part| live.feed(part));
            live.cut();
            let report = live.report();
            assert_eq!(said(&report), said(&at_once), "steps of {step}");
            assert_eq!(report.sources[0].notes, at_once.sources[0].notes, "steps of {step}");
        }
    }

    /// Like a log that is truncated while its writer keeps its position.
    #[test]
    fn gigabytes_of_nuls_before_a_record_take_bounded_memory() {
        let engine = engine();
        let options = Options::default();
        let mut live = LiveScan::new(&engine, &Input::Stdin, &options);
        let nuls = vec![0; 256 << 10];
        for _ in 0..4096 {
            live.feed(&nuls);
            assert!(live.pending.capacity() <= 2 * nuls.len());
        }
        live.feed(b"2026-11-22T10:00:00Z error gateway x\n");
        live.cut();
        let totals = live.report().totals;
        assert_eq!((totals.records, totals.lines, totals.bytes), (1, 1, (1 << 30) + 37));
        assert!(live.report().sources[0].notes[0].contains("1073741824"));
    }
}
