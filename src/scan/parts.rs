//! Scans parts of files and streams that others have opened, for those who share a log out among machines.

use std::collections::HashSet;
use std::io::{BufReader, Read};
use std::ops::Range;
use std::path::Path;

use crate::engine::Engine;
use crate::record::{Format, Lines, Record, Stamp, starts_record};
use crate::report::{Report, SourceTally};
use crate::source::{
    Expansion, FilePart, Input, Kind, PartReader, expand_within, is_packed, open_part, unpack, unread_older,
};

use super::options::Options;
use super::sources::Scan;

/// What somebody has opened.
pub struct Stream<R> {
    /// The name shown in reports.
    pub name: String,
    /// Sources with the same are of one gateway: the folder.
    pub gateway: String,
    /// The bytes, from the byte before the range's start where there is a range that begins later than at 0.
    pub reader: R,
    /// Of which part of it the records are scanned.
    pub part: StreamPart,
}

/// A part of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StreamPart {
    /// All of it.
    Whole,
    /// The records that begin in a range of its bytes.
    Range(Range<u64>),
    /// Records of it, from somewhere.
    Somewhere,
}

/// Scans files and parts of files in their order, and reports what was found. The reports of all parts of a file add up to
/// that of the file.
pub fn scan_parts(engine: &Engine, parts: &[FilePart], options: &Options<'_>) -> Report {
    let mut scan = Scan::new(engine, options);
    let read: HashSet<&Path> = parts.iter().map(|part| part.path.as_path()).collect();
    for FilePart { path, range } in parts {
        if scan.is_stopped() {
            break;
        }
        let Some(range) = range else {
            // An archive is as many sources as it has members.
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

/// Scans a stream, unpacked where it is packed.
pub fn scan_stream(
    engine: &Engine,
    stream: Stream<impl Read + Send + 'static>,
    options: &Options<'_>,
) -> Report {
    let Stream { name, gateway, reader, part } = stream;
    let mut scan = Scan::new(engine, options);
    let source = SourceTally::new(name, Kind::File, gateway);
    match part {
        StreamPart::Range(range) => {
            match PartReader::new(BufReader::new(reader), range.clone(), starts_record) {
                Ok(reader) => scan.part(source, &range, reader),
                Err(error) => {
                    scan.tally.begin_source(source);
                    scan.tally.problem(format!("could not be read: {error}"));
                }
            }
        }
        StreamPart::Somewhere => {
            scan.tally.begin_source(source.part(None));
            // What begins nowhere is looked at as what does not begin at 0.
            let failure = scan.stream(reader, 0);
            scan.failed(failure);
        }
        StreamPart::Whole => {
            scan.tally.begin_source(source);
            match unpack(Box::new(reader), options.max_decompressed) {
                Ok(reader) => {
                    let failure = scan.stream(reader, 0);
                    scan.failed(failure);
                }
                Err(reason) => scan.tally.problem(reason.to_string()),
            }
        }
    }
    scan.tally.finish()
}

/// The report of a source that could not be opened.
pub fn unread(engine: &Engine, name: &str, gateway: &str, problem: String, options: &Options<'_>) -> Report {
    let mut scan = Scan::new(engine, options);
    scan.tally.begin_source(SourceTally::new(name.to_owned(), Kind::File, gateway.to_owned()));
    scan.tally.problem(problem);
    scan.tally.finish()
}

/// Whether a file that begins with these bytes can be scanned in parts without loss: each of its records tells the date and,
/// where it has one, the run, so that it needs none of the records before it.
pub fn is_divisible(head: &[u8]) -> bool {
    // The last line is cut, most likely.
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
        // Of a range without a record nothing is known but that it has none.
        let start = reader.start();
        self.tally.begin_source(source.part(Some(if range.start == 0 { 0 } else { start })));
        let failure = self.stream(reader, start);
        self.failed(failure);
    }
}
