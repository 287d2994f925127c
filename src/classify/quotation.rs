//! Matches that may be somebody's words: where a chat message or an answer goes over several lines, those that look like
//! records may have been pasted.
//!
//! Only plain text has this trouble: in JSON a message is a value, whatever it holds. A line is in doubt when somebody's
//! words stand right before it, and it does not go on where they left off: it is more than moments older, bears no time
//! where they do, or tells it in another spelling. A paste that guesses the time cannot be told from a record.
//! What stays older for long is no paste, but another log.

use std::borrow::Cow;
use std::ops::Range;

use jiff::SignedDuration;

use crate::record::{FILE_LOG, Lines, Record, Stamp, stamp_of, starts_record};
use crate::redact::Redactor;

use super::behind::Behind;
use super::event::Match;

/// Two writers of one log may be this much out of step.
const OUT_OF_STEP: SignedDuration = SignedDuration::from_secs(2);
/// A time of day that is earlier by more is of the next day.
const HALF_A_DAY: SignedDuration = SignedDuration::from_hours(12);
/// Bytes before a match in which somebody's words are looked for.
const REACH: usize = 4096;
/// Bytes of a match that tell how it is written.
const OWN: usize = 32;
/// Lines that may stand between them and the match.
const MAX_BETWEEN: usize = 6;
/// What stays out of place for more lines is no paste, but another log that was put behind this one.
const MAX_LINES: u64 = 64;

/// The bytes of a chunk, wherever they are.
pub trait ChunkBytes {
    /// How many there are.
    fn length(&self) -> usize;
    /// A part of them; nothing where they can no longer be had.
    fn part(&self, range: Range<usize>) -> Cow<'_, [u8]>;
    /// What the record says that begins at that offset; `None` where that can no longer be had.
    fn text_at(&self, redactor: Redactor, offset: u64) -> Option<String>;
}

/// Follows what somebody may have pasted into one source.
#[derive(Debug, Clone, Default)]
pub(crate) struct Quotations {
    /// The last bytes before the chunk.
    before: Vec<u8>,
    /// The paste that may go on.
    pub open: Option<Paste>,
}

/// Matches in one paste.
#[derive(Debug, Clone)]
pub(crate) struct Paste {
    /// They wait for what comes after them.
    pub matches: Vec<Match>,
    /// When the words were written that it seems to be a part of.
    said: Option<Stamp>,
    /// Where the first of them stands, and the last.
    first_line: u64,
    last_line: u64,
}

/// What a match is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// A record of the gateway's; a paste before it is over.
    Record,
    /// It may be a part of words that were written then.
    Doubtful(Option<Stamp>),
    /// A record, and so are those that were in doubt before it.
    Seam,
}

impl Quotations {
    /// What a match in this chunk is, which stands at this line of the source.
    pub fn judge(&self, found: &Match, bytes: &impl ChunkBytes, line: u64) -> Standing {
        let offset = usize::try_from(found.position.offset).unwrap_or(usize::MAX).min(bytes.length());
        if let Some(paste) = &self.open {
            let own = bytes.part(offset..bytes.length().min(offset + OWN));
            // Of lines without a time only those side by side are of one hand.
            if (found.stamp.is_some() || own.starts_with(b"{") || line <= paste.last_line + 2)
                && is_out_of_place(&own, found.stamp, paste.said)
            {
                let is_near = line.saturating_sub(paste.first_line) <= MAX_LINES;
                return if is_near { Standing::Doubtful(paste.said) } else { Standing::Seam };
            }
        }
        let behind = match found.behind {
            Behind::Unknown => self.look_behind(found, bytes, offset),
            behind => behind,
        };
        match behind {
            Behind::Words(said) => Standing::Doubtful(said),
            Behind::Records | Behind::Unknown => Standing::Record,
        }
    }

    /// What stands before a match near the beginning of a chunk.
    fn look_behind(&self, found: &Match, bytes: &impl ChunkBytes, offset: usize) -> Behind {
        let start = offset.saturating_sub(REACH);
        let near = bytes.part(start..bytes.length().min(offset + OWN));
        let (above, own) = near.split_at(near.len().min(offset - start));
        let missing = self.before.len().saturating_sub(REACH - above.len());
        Behind::judged(&[&self.before[missing..], above].concat(), own, found.stamp)
    }

    /// How many matches wait.
    pub fn waiting(&self) -> usize {
        self.open.as_ref().map_or(0, |paste| paste.matches.len())
    }

    /// Lets a doubtful match wait.
    pub fn wait(&mut self, found: Match, said: Option<Stamp>) {
        let line = found.position.line;
        let new = || Paste { matches: Vec::new(), said, first_line: line, last_line: line };
        let paste = self.open.get_or_insert_with(new);
        paste.last_line = line;
        paste.matches.push(found);
    }

    /// Notes what comes before the next chunk, of this one's [`tail`].
    pub fn pass(&mut self, tail: &[u8]) {
        self.before.extend_from_slice(tail);
        self.before.drain(..self.before.len().saturating_sub(REACH));
    }
}

/// The last bytes of a chunk, in which somebody's words are looked for that stand before the next one.
pub fn tail(chunk: &[u8]) -> Vec<u8> {
    chunk[chunk.len().saturating_sub(REACH)..].to_vec()
}

impl Match {
    /// Looks at what stands before it in its chunk, which it has its position in.
    pub fn look_behind(&mut self, chunk: &[u8]) {
        let offset = usize::try_from(self.position.offset).unwrap_or(usize::MAX);
        self.behind = Behind::of(chunk, offset, self.stamp);
    }
}

impl Behind {
    /// What stands before the record of that time that begins at `offset`.
    fn of(bytes: &[u8], offset: usize, stamp: Option<Stamp>) -> Self {
        let start = offset.saturating_sub(REACH);
        let above = bytes.get(start..offset).unwrap_or_default();
        // Most logs are objects, which need not be copied.
        if last_line(above).is_some_and(|(_, line)| is_object(line)) {
            return Self::Records;
        }
        if above.len() < REACH {
            return Self::Unknown;
        }
        // What is taken for text must not change meanwhile, as a file that is looked at may.
        let near = bytes[start..bytes.len().min(offset + OWN)].to_vec();
        let (above, own) = near.split_at(REACH);
        Self::judged(above, own, stamp)
    }

    /// What stands before a record of that time, which begins with `own`.
    fn judged(above: &[u8], own: &[u8], stamp: Option<Stamp>) -> Self {
        words_before(above, own, stamp).map_or(Self::Records, Self::Words)
    }
}

/// Whoever writes objects writes words into them.
fn is_object(line: &[u8]) -> bool {
    line.starts_with(b"{")
}

/// The last line of some text, and where it begins.
fn last_line(text: &[u8]) -> Option<(usize, &[u8])> {
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    let start = memchr::memrchr(b'\n', text).map_or(0, |end| end + 1);
    (!text.is_empty()).then(|| (start, &text[start..]))
}

/// When somebody's words were written that stand before a match, where the match is in doubt for them.
fn words_before(before: &[u8], own: &[u8], stamp: Option<Stamp>) -> Option<Option<Stamp>> {
    let mut rest = before;
    // Where a record stands between that came after the words, they were over.
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

/// Whether a line may begin with somebody's words, as can be told without reading it: most lines are labelled, and say
/// nothing of what came in.
fn may_be_words(line: &[u8]) -> bool {
    if !matches!(line.first(), Some(b'0'..=b'9' | b'[')) {
        return !matches!(line.first(), None | Some(b' ' | b'\t' | b'{'));
    }
    let after_time = match line[0] {
        b'[' => line,
        _ => memchr::memchr(b' ', &line[..line.len().min(40)]).map_or(line, |end| &line[end + 1..]),
    };
    if !after_time.starts_with(b"[") {
        // The level of plain text, unless an answer has none.
        let near = &after_time[..after_time.len().min(80)];
        return ![&b"warn "[..], b"error ", b"fatal "].iter().any(|level| after_time.starts_with(level))
            || memchr::memchr3_iter(b'i', b'I', b'[', near).any(|at| is_opening(&after_time[at..]));
    }
    // Behind the label, and the account.
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

/// Whether words begin so, behind a label.
fn is_opening(message: &[u8]) -> bool {
    message.get(..7).is_some_and(|word| word.eq_ignore_ascii_case(b"inbound") || word == b"[tools]")
}

/// Whether a record cannot well come after words that were written then.
fn is_out_of_place(own: &[u8], stamp: Option<Stamp>, said: Option<Stamp>) -> bool {
    let Some(said) = said else { return own.starts_with(b"{") };
    match (said, stamp) {
        // One log is not written as text and as objects in turn.
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
            (record.repeat(7), Behind::Unknown),
            ("{\"0\":\"x\"}\n".to_owned(), Behind::Records),
            (long.clone(), Behind::Records),
            (format!("{long}{words}"), Behind::Words(stamp_of(words.as_bytes()))),
            (format!("{long}{words}{{\"0\":\"x\"}}\n"), Behind::Records),
            (format!("{long}{words}{long}"), Behind::Records),
        ] {
            let text = format!("{before}{own}");
            let stamp = stamp_of(own.as_bytes());
            assert_eq!(Behind::of(text.as_bytes(), before.len(), stamp), expected, "{before}");
        }
    }
}
