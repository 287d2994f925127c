//! Scans parts of files and streams that the caller has opened, for distributing a log over several machines.

use std::collections::HashSet;
use std::io::{BufReader, Read};
use std::ops::Range;
use std::path::Path;

use crate::engine::Engine;
use crate::record::{Format, Lines, Record, Stamp, starts_record};
use crate::report::{Report, SourceTally};
use crate::source::{
    Expansion, FilePart, Input, Kind, PartReader, content, expand_within, is_packed, open_part, unread_older,
};

use super::options::Options;
use super::place::Place;
use super::sources::Scan;

/// A stream that the caller has opened.
pub struct Stream<R> {
    /// Name shown in reports.
    pub name: String,
    /// Gateway of the stream, usually the folder. Streams with the same value belong to one gateway.
    pub gateway: String,
    /// The bytes. For a range that starts after 0, reading begins one byte before the start of the range.
    pub reader: R,
    /// Part of the stream whose records are scanned.
    pub part: StreamPart,
}

/// Part of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StreamPart {
    /// The whole stream.
    Whole,
    /// The records that begin in this byte range.
    Range(Range<u64>),
    /// Some records of the stream at an unknown offset.
    Somewhere,
}

/// Scans files and parts of files in order and returns the report. The reports of all parts of a file merge to the
/// report of the file.
pub fn scan_parts(engine: &Engine, parts: &[FilePart], options: &Options<'_>) -> Report {
    let mut scan = Scan::new(engine, options);
    let read: HashSet<&Path> = parts.iter().map(|part| part.path.as_path()).collect();
    for FilePart { path, range } in parts {
        if scan.is_stopped() {
            break;
        }
        let Some(range) = range else {
            // An archive has one source per member.
            let Expansion { inputs, errors } = expand_within(std::slice::from_ref(path), &options.fence);
            inputs.iter().for_each(|input| scan.input(input, &read));
            errors.iter().for_each(|error| scan.unread(error));
            continue;
        };
        match open_part(path, range.clone(), starts_record, &options.fence) {
            Ok(reader) => {
                let input = Input::Path(path.clone());
                let gateway = input.folder().display().to_string();
                scan.part(SourceTally::new(input.name(), input.kind(), gateway), range, reader);
                if range.start == 0
                    && let Some(older) = unread_older(path, &read)
                {
                    scan.tally.unread_older(older);
                }
            }
            Err(error) => scan.unread(&error),
        }
    }
    scan.tally.finish()
}

/// Scans a stream and decompresses it if necessary.
pub fn scan_stream(
    engine: &Engine,
    stream: Stream<impl Read + Send + 'static>,
    options: &Options<'_>,
) -> Report {
    let Stream { name, gateway, reader, part } = stream;
    let mut scan = Scan::new(engine, options);
    let source = || SourceTally::new(name.clone(), Kind::File, gateway.clone());
    match part {
        StreamPart::Range(range) => {
            let source = source();
            match PartReader::new(BufReader::new(reader), range.clone(), starts_record) {
                Ok(reader) => scan.part(source, &range, reader),
                Err(error) => {
                    scan.tally.begin_source(source);
                    scan.tally.problem(format!("could not be read: {error}"));
                }
            }
        }
        StreamPart::Somewhere => {
            scan.tally.begin_source(source().part(None));
            // A part at an unknown offset is treated as one that does not start at 0.
            let failure = scan.stream(reader, 0);
            scan.failed(failure);
        }
        StreamPart::Whole => {
            let place = Place { name, folder: gateway.into(), kind: Kind::File, older: None };
            scan.has_begun = !scan.is_stopped();
            scan.try_content(&place, content(Box::new(reader), options.max_decompressed, 0));
        }
    }
    scan.tally.finish()
}

/// Returns the report of a source that could not be opened.
pub fn unread(engine: &Engine, name: &str, gateway: &str, problem: String, options: &Options<'_>) -> Report {
    let mut scan = Scan::new(engine, options);
    scan.tally.begin_source(SourceTally::new(name.to_owned(), Kind::File, gateway.to_owned()));
    scan.tally.problem(problem);
    scan.tally.finish()
}

/// Returns true if a file with this beginning can be scanned in parts without loss: each record has a date and, if it
/// belongs to a run, the run id, so that it does not depend on earlier records.
pub fn is_divisible(head: &[u8]) -> bool {
    // The last line is probably incomplete.
    let Some(end) = memchr::memrchr(b'\n', head) else { return false };
    let tells_all = |record: &Record<'_>| {
        matches!(record.format, Format::FileLog | Format::LogsJson)
            && matches!(record.parts.stamp, None | Some(Stamp::At(_)))
    };
    !is_packed(head) && Lines::new(&head[..end], 0).all(|raw| tells_all(&Record::parse(&raw)))
}

impl Scan<'_> {
    fn part(
        &mut self,
        source: SourceTally,
        range: &Range<u64>,
        reader: PartReader<impl std::io::BufRead + Send>,
    ) {
        // For a range without a record, the start offset is unknown.
        let start = reader.start();
        self.tally.begin_source(source.part(Some(if range.start == 0 { 0 } else { start })));
        let failure = self.stream(reader, start);
        self.failed(failure);
    }
}
