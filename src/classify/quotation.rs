//! Detects matches that may be quoted content: if a chat message or an answer has several lines, those that look like records may
//! have been pasted.
//!
//! Only plain text has this problem: in JSON a message is one value, whatever it holds. A line is doubtful if quoted content is
//! directly before it and it does not follow that content: it is more than a moment older, has no time while the content has one,
//! or has its time in another form. A pasted line with a plausible time cannot be distinguished from a record. A sequence of
//! older lines that goes on for long is not a paste but another log.

use std::borrow::Cow;
use std::ops::Range;

use jiff::SignedDuration;

use crate::record::{FILE_LOG, Lines, Record, Stamp, stamp_of, starts_record};
use crate::redact::Redactor;

use super::context::Context;
use super::event::Match;

/// Maximum clock difference between two writers of one log.
const OUT_OF_STEP: SignedDuration = SignedDuration::from_secs(2);
/// A time of day that is earlier by more than this is on the next day.
const HALF_A_DAY: SignedDuration = SignedDuration::from_hours(12);
/// Number of bytes before a match that are searched for quoted content.
const REACH: usize = 4096;
/// Number of bytes of a match that are examined for its form.
const OWN: usize = 32;
/// Maximum number of lines between the quoted content and the match.
const MAX_BETWEEN: usize = 6;
/// Maximum number of lines of a paste. More lines out of order are another log that was appended to this one.
const MAX_LINES: u64 = 64;

/// Access to the bytes of a chunk.
pub trait ChunkBytes {
    /// Returns the number of bytes.
    fn length(&self) -> usize;
    /// Returns a part of the bytes; empty if they are no longer available.
    fn part(&self, range: Range<usize>) -> Cow<'_, [u8]>;
    /// Returns the text of the record at that offset; `None` if it is no longer available.
    fn text_at(&self, redactor: Redactor, offset: u64) -> Option<String>;
}

/// Tracks possible pastes in one source.
#[derive(Debug, Clone, Default)]
pub(crate) struct Quotations {
    /// The last bytes before the chunk.
    before: Vec<u8>,
    /// The paste that may continue.
    pub open: Option<Paste>,
}

/// The doubtful matches of one paste.
#[derive(Debug, Clone)]
pub(crate) struct Paste {
    /// Matches that wait for the records after them.
    pub matches: Vec<Match>,
    /// Time of the quoted content that the paste seems to belong to.
    said: Option<Stamp>,
    /// Lines of the first and the last match.
    first_line: u64,
    last_line: u64,
}

/// Classification of a match.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// A record of the gateway, which ends a paste before it.
    Record,
    /// A possible part of quoted content of this time.
    Doubtful(Option<Stamp>),
    /// A record, and so are the doubtful matches before it.
    Seam,
}

impl Quotations {
    /// Classifies a match in this chunk, which begins at `line` of the source.
    pub fn judge(&self, found: &Match, bytes: &impl ChunkBytes, line: u64) -> Standing {
        let offset = usize::try_from(found.position.offset).unwrap_or(usize::MAX).min(bytes.length());
        if let Some(paste) = &self.open {
            let own = bytes.part(offset..bytes.length().min(offset + OWN));
            // Lines without a time belong together only if they are adjacent.
            if (found.stamp.is_some() || own.starts_with(b"{") || line <= paste.last_line + 2)
                && is_out_of_place(&own, found.stamp, paste.said)
            {
                let is_near = line.saturating_sub(paste.first_line) <= MAX_LINES;
                return if is_near { Standing::Doubtful(paste.said) } else { Standing::Seam };
            }
        }
        let behind = match found.behind {
            Context::Unknown => self.look_behind(found, bytes, offset),
            behind => behind,
        };
        match behind {
            Context::Words(said) => Standing::Doubtful(said),
            Context::Records | Context::Unknown => Standing::Record,
        }
    }

    /// Returns the context of a match near the start of a chunk.
    fn look_behind(&self, found: &Match, bytes: &impl ChunkBytes, offset: usize) -> Context {
        let start = offset.saturating_sub(REACH);
        let near = bytes.part(start..bytes.length().min(offset + OWN));
        let (above, own) = near.split_at(near.len().min(offset - start));
        let missing = self.before.len().saturating_sub(REACH - above.len());
        Context::judged(&[&self.before[missing..], above].concat(), own, found.stamp)
    }

    /// Returns the number of matches that wait.
    pub fn waiting(&self) -> usize {
        self.open.as_ref().map_or(0, |paste| paste.matches.len())
    }

    /// Adds a doubtful match to the paste.
    pub fn wait(&mut self, found: Match, said: Option<Stamp>) {
        let line = found.position.line;
        let new = || Paste { matches: Vec::new(), said, first_line: line, last_line: line };
        let paste = self.open.get_or_insert_with(new);
        paste.last_line = line;
        paste.matches.push(found);
    }

    /// Appends a chunk's [`tail`], as the bytes before the next chunk.
    pub fn pass(&mut self, tail: &[u8]) {
        self.before.extend_from_slice(tail);
        self.before.drain(..self.before.len().saturating_sub(REACH));
    }
}

/// Returns the last bytes of a chunk, which are searched for quoted content before the next chunk.
pub fn tail(chunk: &[u8]) -> Vec<u8> {
    chunk[chunk.len().saturating_sub(REACH)..].to_vec()
}

impl Match {
    /// Sets the context of the match. `chunk` is the chunk that contains it.
    pub fn look_behind(&mut self, chunk: &[u8]) {
        let offset = usize::try_from(self.position.offset).unwrap_or(usize::MAX);
        self.behind = Context::of(chunk, offset, self.stamp);
    }
}

impl Context {
    /// Returns the context of the record at `offset` with the given time.
    fn of(bytes: &[u8], offset: usize, stamp: Option<Stamp>) -> Self {
        let start = offset.saturating_sub(REACH);
        let above = bytes.get(start..offset).unwrap_or_default();
        // Most logs are JSON objects, which need no copy.
        if last_line(above).is_some_and(|(_, line)| is_object(line)) {
            return Self::Records;
        }
        if above.len() < REACH {
            return Self::Unknown;
        }
        // Text must not change while it is examined, but a mapped file can, so copy it.
        let near = bytes[start..bytes.len().min(offset + OWN)].to_vec();
        let (above, own) = near.split_at(REACH);
        Self::judged(above, own, stamp)
    }

    /// Returns the context of a record with the given time that begins with `own`.
    fn judged(above: &[u8], own: &[u8], stamp: Option<Stamp>) -> Self {
        words_before(above, own, stamp).map_or(Self::Records, Self::Words)
    }
}

/// Returns true if a line is a JSON object: a writer of objects puts quoted content inside them.
fn is_object(line: &[u8]) -> bool {
    line.starts_with(b"{")
}

/// Returns the last line of a text, and its start.
fn last_line(text: &[u8]) -> Option<(usize, &[u8])> {
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    let start = memchr::memrchr(b'\n', text).map_or(0, |end| end + 1);
    (!text.is_empty()).then(|| (start, &text[start..]))
}

/// Returns the time of the quoted content before a match that makes the match doubtful.
fn words_before(before: &[u8], own: &[u8], stamp: Option<Stamp>) -> Option<Option<Stamp>> {
    let mut rest = before;
    // A record in between that is later than the quoted content shows that the content has ended.
    let mut between: Vec<&[u8]> = Vec::new();
    for at in 0..=MAX_BETWEEN {
        let (start, line) = last_line(rest)?;
        rest = &rest[..start];
        if at == 0 && is_object(line) {
            return None;
        }
        let said = may_be_words(line).then(|| stamp_of(line));
        if let Some(said) = said.filter(|said| is_out_of_place(own, stamp, *said) && starts_record(line)) {
            let raw = Lines::new(&before[start..], 0).next()?;
            if Record::parse(&raw).is_somebodys() {
                let goes_on =
                    |line: &&[u8]| starts_record(line) && !is_out_of_place(line, stamp_of(line), said);
                return (!between.iter().any(goes_on)).then_some(said);
            }
        }
        between.push(line);
    }
    None
}

/// Returns true if a line may begin quoted content, judged without parsing it. Most lines have a label and are not about incoming
/// content.
fn may_be_words(line: &[u8]) -> bool {
    if !matches!(line.first(), Some(b'0'..=b'9' | b'[')) {
        return !matches!(line.first(), None | Some(b' ' | b'\t' | b'{'));
    }
    let after_time = match line[0] {
        b'[' => line,
        _ => memchr::memchr(b' ', &line[..line.len().min(40)]).map_or(line, |end| &line[end + 1..]),
    };
    if !after_time.starts_with(b"[") {
        // Plain text has a level here; an answer may have none.
        let near = &after_time[..after_time.len().min(80)];
        return ![&b"warn "[..], b"error ", b"fatal "].iter().any(|level| after_time.starts_with(level))
            || memchr::memchr3_iter(b'i', b'I', b'[', near).any(|at| is_opening(&after_time[at..]));
    }
    // Skip the label and the account.
    let mut message = after_time;
    for _ in 0..2 {
        if let Some(end) =
            message.strip_prefix(b"[").and_then(|rest| memchr::memchr(b']', &rest[..rest.len().min(80)]))
        {
            message = message.get(end + 3..).unwrap_or_default();
        }
    }
    after_time.starts_with(b"[tools]") || is_opening(message)
}

/// Returns true if a text after a label begins quoted content.
fn is_opening(message: &[u8]) -> bool {
    message.get(..7).is_some_and(|word| word.eq_ignore_ascii_case(b"inbound") || word == b"[tools]")
}

/// Returns true if a record is unlikely to follow quoted content of the given time.
fn is_out_of_place(own: &[u8], stamp: Option<Stamp>, said: Option<Stamp>) -> bool {
    let Some(said) = said else { return own.starts_with(b"{") };
    match (said, stamp) {
        // One log does not alternate between text and objects.
        _ if own.starts_with(FILE_LOG) || own.starts_with(b"{\"type\":") => true,
        (_, None) => true,
        (Stamp::At(said), Some(Stamp::At(own))) => said.duration_since(own) > OUT_OF_STEP,
        (Stamp::Local(said), Some(Stamp::Local(own))) => said.duration_since(own) > OUT_OF_STEP,
        (Stamp::Clock(said, _), Some(Stamp::Clock(own, _))) => {
            let earlier = said.duration_since(own);
            earlier > OUT_OF_STEP && earlier < HALF_A_DAY
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_in_doubt(text: &str) -> bool {
        let at = text.trim_end().rfind('\n').map_or(0, |end| end + 1);
        let own = &text.as_bytes()[at..];
        words_before(&text.as_bytes()[..at], own, stamp_of(own.trim_ascii_end())).is_some()
    }

    #[test]
    fn what_does_not_go_on_where_words_left_off_is_in_doubt() {
        let words = "2026-11-22T10:00:00.000+00:00 [telegram] inbound message from joe: look\n";
        for (own, is_doubted) in [
            ("2026-11-22T09:00:00.000+00:00 [agent/embedded] 401 no\n", true),
            ("2026-11-22T10:00:00.100+00:00 [agent/embedded] 401 no\n", false),
            ("2026-11-22T09:59:59.000+00:00 [agent/embedded] 401 no\n", false),
            ("09:00:00 [agent/embedded] 401 no\n", true),
            ("[agent/embedded] 401 no\n", true),
            ("{\"0\":\"401\",\"_meta\":{},\"time\":\"2026-11-22T10:00:01Z\"}\n", true),
        ] {
            assert_eq!(is_in_doubt(&format!("{words}{own}")), is_doubted, "{own}");
            assert_eq!(is_in_doubt(&format!("{words}more of it\n\n{own}")), is_doubted, "{own}");
            let record = "2026-11-22T10:00:00.000+00:00 [gateway] x\n";
            assert!(!is_in_doubt(&format!("{record}{own}")), "{own}");
            let later = "2026-11-22T10:00:01.000+00:00 [gateway] x\n";
            assert!(!is_in_doubt(&format!("{words}{later}{own}")), "{own}");
        }
        let before = "23:59:59 [telegram] inbound message from joe: look\n";
        assert!(!is_in_doubt(&format!("{before}00:00:01 [agent/embedded] 401 no\n")));
        assert!(is_in_doubt(&format!("{before}20:00:01 [agent/embedded] 401 no\n")));
    }

    #[test]
    fn what_stands_before_a_match_is_told_from_its_own_chunk() {
        let record = "2026-11-22T10:00:00.000+00:00 warn x\n";
        let words = "2026-11-22T10:00:00.000+00:00 [telegram] inbound message from joe: look\n";
        let own = "2026-11-22T09:00:00.000+00:00 [agent/embedded] 401 no\n";
        let long = record.repeat(200);
        for (before, expected) in [
            (record.repeat(7), Context::Unknown),
            ("{\"0\":\"x\"}\n".to_owned(), Context::Records),
            (long.clone(), Context::Records),
            (format!("{long}{words}"), Context::Words(stamp_of(words.as_bytes()))),
            (format!("{long}{words}{{\"0\":\"x\"}}\n"), Context::Records),
            (format!("{long}{words}{long}"), Context::Records),
        ] {
            let text = format!("{before}{own}");
            let stamp = stamp_of(own.as_bytes());
            assert_eq!(Context::of(text.as_bytes(), before.len(), stamp), expected, "{before}");
        }
    }
}
