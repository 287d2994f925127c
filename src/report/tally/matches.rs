//! All matches, if they were requested, kept until the incident of each is known.
//!
//! The incidents are known only after all sources are read, and a log may contain millions of matches. Beyond a few
//! thousand, they are stored in an unnamed temporary file that disappears with the process.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, BufWriter, Read, Seek as _, SeekFrom, Write as _};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::classify::Position;
use crate::redact::Redactor;
use crate::report::incidents::Role;
use crate::source::read_at;

use super::match_row::MatchRow;

/// Maximum number of rows in memory, of about 1 kB each.
const IN_MEMORY: usize = 16 << 10;

/// The matches of a report.
#[derive(Debug, Clone, Default)]
pub struct Matches {
    /// The first rows, in files.
    written: Vec<Arc<Written>>,
    rows: Vec<PendingRow>,
    /// `true` if writing to a file failed; all further rows stay in memory.
    is_full: bool,
    /// Position (source, offset) of the cause by incident number, as numbered before joining.
    causes: Vec<Option<(usize, u64)>>,
    /// The incident that absorbed it, by the number of the absorbed incident.
    joined: HashMap<u64, u64>,
    /// Redactor for rows that were read without redaction.
    redactor: Option<Redactor>,
}

/// A match whose final incident is not known yet.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct PendingRow {
    /// Number of the incident.
    number: u64,
    /// Index of the source.
    source: usize,
    row: MatchRow,
}

/// Rows in a file, one JSON object per line.
#[derive(Debug)]
struct Written {
    file: File,
    /// Length of the valid content, in bytes.
    length: u64,
}

impl Matches {
    /// Returns all matches in the order of source and position.
    ///
    /// # Errors
    /// Fails if the temporary file cannot be read.
    pub fn iter(&self) -> impl Iterator<Item = io::Result<MatchRow>> {
        let written = self.written.iter().flat_map(|written| written.rows());
        let rows = written.chain(self.rows.iter().cloned().map(Ok));
        rows.filter_map(|kept| kept.map(|kept| self.finished(kept)).transpose())
    }

    /// Adds a match of the incident with this number.
    pub(crate) fn push(&mut self, row: MatchRow, source: usize, number: u64) {
        self.rows.push(PendingRow { number, source, row });
        if self.rows.len() >= IN_MEMORY && !self.is_full {
            match self.write() {
                Ok(()) => self.rows.clear(),
                // The rows in memory are not lost.
                Err(_) => self.is_full = true,
            }
        }
    }

    /// Records the position of an incident's cause.
    pub(crate) fn set_cause(&mut self, number: u64, cause: Position) {
        let Ok(index) = usize::try_from(number) else { return };
        if self.causes.len() <= index {
            self.causes.resize(index + 1, None);
        }
        self.causes[index] = Some((cause.source, cause.offset));
    }

    /// Records which incidents were joined: the number of the absorbed incident, and of the one that absorbed it.
    pub(crate) fn join(&mut self, joined: impl IntoIterator<Item = (u64, u64)>) {
        self.joined.extend(joined);
    }

    /// Masks secrets in all matches.
    pub(crate) fn redact(&mut self, redactor: Redactor) {
        self.redactor = Some(redactor);
    }

    fn write(&mut self) -> io::Result<()> {
        // A file that a clone also reads is not appended to.
        if self.written.last_mut().is_none_or(|written| Arc::get_mut(written).is_none()) {
            self.written.push(Arc::new(Written { file: tempfile::tempfile()?, length: 0 }));
        }
        match self.written.last_mut().and_then(Arc::get_mut) {
            Some(written) => written.append(&self.rows),
            None => Ok(()),
        }
    }

    /// Returns the match with its final incident and role; `None` if its incident is not in the report.
    fn finished(&self, PendingRow { number, source, mut row }: PendingRow) -> Option<MatchRow> {
        let number = self.joined.get(&number).copied().unwrap_or(number);
        let cause = (*self.causes.get(usize::try_from(number).ok()?)?)?;
        row.role = if cause == (source, row.offset) { Role::Cause } else { Role::Symptom };
        row.incident = format!("i{number}");
        if let Some(redactor) = self.redactor {
            row.redact(redactor);
        }
        Some(row)
    }
}

impl Written {
    fn append(&mut self, rows: &[PendingRow]) -> io::Result<()> {
        // After a partial write, the remainder is overwritten.
        self.file.seek(SeekFrom::Start(self.length))?;
        let mut out = BufWriter::new(&self.file);
        for row in rows {
            serde_json::to_writer(&mut out, row)?;
            out.write_all(b"\n")?;
        }
        self.length = out.into_inner().map_err(io::IntoInnerError::into_error)?.stream_position()?;
        Ok(())
    }

    fn rows(&self) -> impl Iterator<Item = io::Result<PendingRow>> {
        let mut from = BufReader::new(FromStart { written: self, at: 0 });
        let mut line = Vec::new();
        std::iter::from_fn(move || {
            line.clear();
            match from.read_until(b'\n', &mut line) {
                Ok(0) => None,
                Ok(_) => Some(serde_json::from_slice(&line).map_err(io::Error::from)),
                Err(error) => Some(Err(error)),
            }
        })
    }
}

/// Reader from the start of the file that does not share the file position with other readers.
struct FromStart<'w> {
    written: &'w Written,
    at: u64,
}

impl Read for FromStart<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.written.length - self.at).unwrap_or(usize::MAX).min(buffer.len());
        let read = read_at(&self.written.file, &mut buffer[..left], self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Category, Confidence, Severity};

    fn row(offset: u64) -> MatchRow {
        MatchRow {
            source: "gateway.log".to_owned(),
            line: offset / 10 + 1,
            offset,
            time: None,
            level: None,
            subsystem: None,
            rule: "connection/refused".to_owned(),
            category: Category::Connection,
            severity: Severity::Error,
            confidence: Confidence::Certain,
            role: Role::Symptom,
            incident: String::new(),
            captures: [("host".to_owned(), format!("h{offset}\n"))].into(),
            quoted: false,
            text: "connect ECONNREFUSED".to_owned(),
        }
    }

    /// Returns `count` matches, three per incident.
    fn filled(count: u64) -> Matches {
        let mut matches = Matches::default();
        add(&mut matches, 0..count);
        matches
    }

    fn add(matches: &mut Matches, which: std::ops::Range<u64>) {
        for index in which {
            matches.push(row(index * 10), 0, index / 3);
            if index % 3 == 0 {
                matches.set_cause(index / 3, Position { source: 0, line: 0, offset: index * 10 });
            }
        }
    }

    fn read(matches: &Matches) -> Vec<MatchRow> {
        matches.iter().collect::<io::Result<_>>().expect("they can be read")
    }

    #[test]
    fn more_than_memory_holds_come_back_in_their_order() {
        let count = 3 * IN_MEMORY as u64 + 7;
        let matches = filled(count);
        assert!(matches.rows.len() < IN_MEMORY && matches.written.len() == 1);
        let rows = read(&matches);
        assert_eq!(rows.len() as u64, count);
        for (index, found) in (0..).zip(rows) {
            let role = if index % 3 == 0 { Role::Cause } else { Role::Symptom };
            assert_eq!(found, MatchRow { role, incident: format!("i{}", index / 3), ..row(index * 10) });
        }
    }

    #[test]
    fn incidents_that_turn_out_to_be_one_have_one_number_and_one_cause() {
        let mut matches = filled(6);
        matches.join([(1, 0)]);
        let rows = read(&matches);
        assert!(rows.iter().all(|row| row.incident == "i0"));
        assert_eq!(rows.iter().filter(|row| row.role == Role::Cause).count(), 1);
    }

    #[test]
    fn a_copy_stays_as_it_was() {
        let count = IN_MEMORY as u64 + 1;
        let mut matches = filled(count);
        let copy = matches.clone();
        add(&mut matches, count..3 * count);
        assert_eq!(matches.written.len(), 2);
        assert_eq!(read(&copy).len() as u64, count);
        assert_eq!(read(&matches).len() as u64, 3 * count);
        assert_eq!(read(&matches)[..count as usize], read(&copy));
    }

    #[test]
    fn what_cannot_be_written_is_held() {
        let mut matches = Matches { is_full: true, ..Matches::default() };
        add(&mut matches, 0..2 * IN_MEMORY as u64);
        assert!(matches.written.is_empty());
        assert_eq!(read(&matches).len(), 2 * IN_MEMORY);
    }
}
