//! Reads envelopes fast by comparing them with the one before: the logger writes the same bytes around each record, except for
//! times and ids.
//!
//! So a line of the file log is not searched twice, for its end and for its parts: each part is compared at the end of the part
//! before it, thirty-two bytes at a time, and the line ends after the last part. A line that differs from the previous record is
//! left to [`envelope::of`].

use std::collections::BTreeSet;

use fearless_simd::prelude::*;

use crate::block::{Shape, WIDTH, bits, block, literal, load};

use super::envelope::{self, AFTER_META, Cursor, Envelope, META, is_of_time};
use super::format::FILE_LOG;
use super::level::Level;
use super::origin::{Origin, Origins};

/// The largest control byte. A valid JSON string holds none of them unescaped.
const LAST_CONTROL: u8 = 0x1f;

/// Reads envelopes and remembers the parts that repeat from record to record.
#[derive(Debug, Default)]
pub struct EnvelopeReader {
    known: Option<PreviousEnvelope>,
    /// Names before the date, as older releases write them.
    names: Labels,
    labels: Labels,
    origins: Origins,
}

/// The bytes before the contents of the date.
const DATE: &[u8; 9] = b",\"date\":\"";

/// Binary logarithm of the number of labels that are remembered.
const LABELS: u32 = 6;
/// Maximum length in bytes of a remembered label.
const MAX_LABEL: usize = 1024;

/// The bytes between level and time of earlier records, or the names before their date. A gateway writes few different ones.
#[derive(Debug)]
struct Labels([Vec<u8>; 1 << LABELS]);

impl Default for Labels {
    fn default() -> Self {
        Self([const { Vec::new() }; 1 << LABELS])
    }
}

/// The repeated parts of the previous record.
#[derive(Debug)]
struct PreviousEnvelope {
    /// The bytes from the name of the metadata to the names or the date.
    opening: Vec<u8>,
    /// True if names stand before the date.
    has_names: bool,
    date: Shape,
    time: Shape,
    /// The bytes between the time and the message.
    middle: Vec<u8>,
}

impl EnvelopeReader {
    /// Parses the envelope of a line, as [`envelope::of`] does, and remembers its parts.
    pub(super) fn read<'a>(&mut self, line: &'a [u8]) -> Option<Envelope<'a>> {
        if !line.starts_with(FILE_LOG) {
            return envelope::of_console_json(line);
        }
        let (envelope, places) = envelope::of_file_log(line)?;
        self.origins.note(&line[places.start..places.date.start]);
        if let (Some(date), Some(time)) =
            (shape_of_time(&line[places.date.clone()]), shape_of_time(envelope.time))
        {
            let names = places.date.start - DATE.len() - envelope.names.len();
            let opening = line[places.start..names].to_vec();
            self.names.learn(line, names, envelope.names);
            let middle = line[places.time.end + 1..places.message.start].to_vec();
            let has_names = !envelope.names.is_empty();
            self.known = Some(PreviousEnvelope { opening, has_names, date, time, middle });
        }
        Some(envelope)
    }

    /// Reads the envelope of the first line of `text`, and the length of that line. `None` if a part differs from the previous
    /// record, or if the next line does not begin a record and so may belong to this one.
    #[inline(always)]
    pub(super) fn read_known<'a, S: Simd>(
        &mut self,
        simd: S,
        text: &'a [u8],
    ) -> Option<(Envelope<'a>, usize)> {
        let PreviousEnvelope { opening, has_names, date, time, middle } = self.known.as_ref()?;
        let beginning = literal(text, 0, FILE_LOG)?;
        let head_end = find_in_text(simd, text, beginning, META)?;
        let names = after(simd, text, head_end, opening)?;
        let names_end = if *has_names { self.names.known_end(simd, text, names)? } else { names };
        let date = date.fits(simd, text, literal(text, names_end, DATE)?)?;
        let name = LEVEL.fits(simd, text, date)?;
        let (level, rest) = Level::split(&text[name..])?;
        let label = text.len() - rest.strip_prefix(b"\"")?.len();
        let time_start = self.labels.end(simd, text, label)?;
        let time_end = time.fits(simd, text, time_start)?;
        let message = after(simd, text, time_end, middle)?;
        let (message_end, is_escaped) = string_end(simd, text, message)?;
        let (extra_end, next) = line_end(simd, text, message_end + 1)?;
        // Any other next line might continue the record.
        literal(text, next, FILE_LOG)?;
        let envelope = Envelope {
            level,
            time: text.get(time_start..time_end - 1)?,
            head: text.get(..head_end)?,
            names: text.get(names..names_end)?,
            label: text.get(label..time_start)?,
            message: text.get(message..message_end)?,
            is_escaped,
            extra: text.get(message_end + 1..extra_end)?,
        };
        Some((envelope, next - 1))
    }

    /// Notes the origin of a record that another function parses.
    pub fn note_origin(&mut self, line: &[u8]) {
        self.origins.note(line);
    }

    /// Returns the origins of the records since the last call.
    pub fn take_origins(&mut self) -> BTreeSet<Origin> {
        // Forget the known parts, so that the next record is parsed in full and its origin is noted again.
        self.known = None;
        self.origins.take()
    }
}

impl Labels {
    /// Returns the end of the label that begins at `at`, if it is known.
    #[inline(always)]
    fn known_end(&self, simd: impl Simd, text: &[u8], at: usize) -> Option<usize> {
        let known = self.0.get(Self::place(text, at)?)?;
        if known.is_empty() { None } else { after(simd, text, at, known) }
    }

    /// Remembers a label, which begins at `at`.
    fn learn(&mut self, text: &[u8], at: usize, label: &[u8]) {
        if label.len() <= MAX_LABEL
            && let Some(known) = Self::place(text, at).and_then(|place| self.0.get_mut(place))
        {
            label.clone_into(known);
        }
    }

    /// Returns the end of the label that begins at `at`, which is the start of the time.
    #[inline(always)]
    fn end(&mut self, simd: impl Simd, text: &[u8], at: usize) -> Option<usize> {
        let known = self.0.get_mut(Self::place(text, at)?)?;
        if !known.is_empty()
            && let Some(end) = after(simd, text, at, known)
        {
            return Some(end);
        }
        let end = find_in_text(simd, text, at, AFTER_META)? + AFTER_META.len();
        let label = text.get(at..end).filter(|label| label.len() <= MAX_LABEL);
        known.clear();
        known.extend_from_slice(label.unwrap_or_default());
        Some(end)
    }

    /// Returns the slot of a label, a hash of the bytes in which labels differ most.
    #[inline(always)]
    fn place(text: &[u8], at: usize) -> Option<usize> {
        const BEFORE: usize = b",\"name\":\"{\\\"subsystem\\\":\\\"".len();
        let telling = u64::from_le_bytes(*text.get(at + BEFORE..)?.first_chunk()?);
        // Fibonacci hashing: the upper bits of a product with the golden ratio depend on all bytes.
        Some((telling.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (u64::BITS - LABELS)) as usize)
    }
}

/// Returns the next position of `what`, provided no control character precedes it. Searches by the first and the third byte, a
/// rare pair.
#[inline(always)]
fn find_in_text<const N: usize>(simd: impl Simd, text: &[u8], from: usize, what: &[u8; N]) -> Option<usize> {
    let mut at = from;
    loop {
        let window: &[u8; 2 * WIDTH + 2] = text.get(at..)?.first_chunk()?;
        let (first, second) = (block(window, 0)?, block(window, WIDTH)?);
        let (first, second) = (load(simd, first), load(simd, second));
        let (controls, more_controls) = (first.simd_le(LAST_CONTROL), second.simd_le(LAST_CONTROL));
        let (later, more_later) = (load(simd, block(window, 2)?), load(simd, block(window, WIDTH + 2)?));
        let hits = first.simd_eq(what[0]) & later.simd_eq(what[2]);
        let more_hits = second.simd_eq(what[0]) & more_later.simd_eq(what[2]);
        // Most blocks hold neither a candidate nor a control character.
        if (hits | controls | more_hits | more_controls).any_true() {
            let mut hits = both(bits(hits), bits(more_hits));
            let controls = both(bits(controls), bits(more_controls));
            while hits != 0 {
                let found = at + hits.trailing_zeros() as usize;
                if literal(text, found, what).is_some() {
                    let before = (hits & hits.wrapping_neg()) - 1;
                    return (controls & before == 0).then_some(found);
                }
                hits &= hits - 1;
            }
            if controls != 0 {
                return None;
            }
        }
        at += 2 * WIDTH;
    }
}

/// Concatenates the bit masks of two blocks.
#[inline(always)]
fn both(first: u32, second: u32) -> u64 {
    u64::from(first) | u64::from(second) << WIDTH
}

/// Returns the position after `what` if it occurs at `at`.
#[inline(always)]
fn after(simd: impl Simd, text: &[u8], at: usize, what: &[u8]) -> Option<usize> {
    let end = at + what.len();
    is_equal(simd, text.get(at..end)?, what).then_some(end)
}

/// Returns true if two texts of the same length are equal.
#[inline(always)]
fn is_equal(simd: impl Simd, a: &[u8], b: &[u8]) -> bool {
    if let (Some(last), Some(last_of_b)) = (a.last_chunk(), b.last_chunk()) {
        for (a, b) in a.as_chunks().0.iter().zip(b.as_chunks().0) {
            if !are_same(simd, a, b) {
                return false;
            }
        }
        return are_same(simd, last, last_of_b);
    }
    match (a.first_chunk(), b.first_chunk(), a.last_chunk(), b.last_chunk()) {
        (Some(first), Some(first_of_b), Some(last), Some(last_of_b)) => {
            let first = load(simd, first).simd_eq(load(simd, first_of_b));
            (first & load(simd, last).simd_eq(load(simd, last_of_b))).all_true()
        }
        _ => a == b,
    }
}

/// Returns true if two pairs of blocks are equal.
#[inline(always)]
fn are_same(simd: impl Simd, a: &[u8; 2 * WIDTH], b: &[u8; 2 * WIDTH]) -> bool {
    let ([a, more_a], [b, more_b]) = (a.as_chunks().0, b.as_chunks().0) else { return false };
    let first = load(simd, a).simd_eq(load(simd, b));
    (first & load(simd, more_a).simd_eq(load(simd, more_b))).all_true()
}

/// Returns the end of the JSON string whose contents begin at `at`, and true if they hold backslashes.
#[inline(always)]
fn string_end(simd: impl Simd, text: &[u8], mut at: usize) -> Option<(usize, bool)> {
    let (mut is_escaped, mut carried) = (false, 0);
    loop {
        let block = load(simd, block(text, at)?);
        let (quotes, backslashes) = (block.simd_eq(b'"'), block.simd_eq(b'\\'));
        let controls = block.simd_le(LAST_CONTROL);
        if (quotes | backslashes | controls).any_true() {
            let (quotes, backslashes, controls) = (bits(quotes), bits(backslashes), bits(controls));
            let escaped = escaped(backslashes, carried);
            let ends = quotes & !escaped as u32;
            if ends != 0 {
                let before = (ends & ends.wrapping_neg()) - 1;
                let is_text = controls & before == 0;
                let end = at + ends.trailing_zeros() as usize;
                return is_text.then_some((end, is_escaped || backslashes & before != 0));
            }
            if controls != 0 {
                return None;
            }
            is_escaped |= backslashes != 0;
            carried = (escaped >> WIDTH) as u32;
        } else {
            carried = 0;
        }
        at += WIDTH;
    }
}

/// Returns the mask of the bytes that an unescaped backslash precedes. `carried` is 1 if the first byte is escaped by the block
/// before.
#[inline(always)]
fn escaped(backslashes: u32, carried: u32) -> u64 {
    let (mut escaped, mut rest) = (u64::from(carried), u64::from(backslashes & !carried));
    while rest != 0 {
        let first = rest & rest.wrapping_neg();
        escaped |= first << 1;
        rest &= !(first | first << 1);
    }
    escaped
}

/// Returns the end of the fields that begin at `at` and end a record, and the start of the next line.
#[inline(always)]
fn line_end(simd: impl Simd, text: &[u8], at: usize) -> Option<(usize, usize)> {
    let end = match ids_end(simd, text, at) {
        Some(end) => end,
        None => extra_end(text, at)?,
    };
    let next = match text.get(end..)? {
        [b'}', b'\n', ..] => end + 2,
        [b'}', b'\r', b'\n', ..] => end + 3,
        _ => return None,
    };
    Some((end, next))
}

/// Maximum length in bytes of fields other than the usual ids.
const MAX_EXTRA: usize = 64 << 10;

/// Returns the end of fields other than the usual ids.
#[cold]
fn extra_end(text: &[u8], at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let rest = &rest[..rest.len().min(MAX_EXTRA)];
    let length = memchr::memchr3(b'\n', b'\r', 0x1b, rest)?;
    // NULs can end the record.
    if memchr::memchr(0, &rest[..length]).is_some() {
        return None;
    }
    let mut fields = Cursor { line: &text[..at + length], at };
    Some(at + fields.extra()?.len())
}

/// Returns the end of the ids in the form in which they usually end a record; `at` if there are none.
#[inline(always)]
fn ids_end(simd: impl Simd, text: &[u8], mut at: usize) -> Option<usize> {
    if text.get(at) == Some(&b'}') {
        return Some(at);
    }
    if let Some(agent) = literal(text, at, b",\"agent_id\":\"") {
        at = string_end(simd, text, agent)?.0 + 1;
    }
    if let Some(session) = literal(text, at, b",\"session_id\":\"") {
        at = string_end(simd, text, session)?.0 + 1;
    }
    let trace = literal(text, at, b",\"traceId\":\"")?;
    let trace_end = id(simd, text, trace, WIDTH)?;
    let mut end = id(simd, text, literal(text, trace_end, b"\",\"spanId\":\"")?, 16)?;
    if let Some(parent) = literal(text, end, b"\",\"parentSpanId\":\"") {
        end = id(simd, text, parent, 16)?;
    }
    literal(text, end, b"\",\"traceFlags\":\"01\"")
}

/// Returns the position after `length` bytes (at most 32) if none of them ends a JSON string.
#[inline(always)]
fn id(simd: impl Simd, text: &[u8], at: usize, length: usize) -> Option<usize> {
    let block = load(simd, block(text, at)?);
    let ends = bits(block.simd_eq(b'"') | block.simd_eq(b'\\') | block.simd_le(LAST_CONTROL));
    (ends << (WIDTH - length) == 0).then_some(at + length)
}

/// The bytes between the date and the name of the level.
const LEVEL: Shape = Shape::new(b",\"logLevelId\":0,\"logLevelName\":\"");

/// Returns the shape of a time and the quotation mark after it.
fn shape_of_time(time: &[u8]) -> Option<Shape> {
    let is_time = time.len() < Shape::MAX && time.iter().all(is_of_time);
    is_time.then(|| Shape::new(&[time, b"\""].concat()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::block::{self, Work};
    use crate::record::envelope::of;

    /// Reads the first line of a text.
    struct Read<'r, 'a>(&'r mut EnvelopeReader, &'a [u8]);

    impl<'a> Work for Read<'_, 'a> {
        type Output = Option<(Envelope<'a>, usize)>;

        #[inline(always)]
        fn run<S: Simd>(self, simd: S) -> Self::Output {
            self.0.read_known(simd, self.1)
        }
    }

    fn read_known<'a>(reader: &mut EnvelopeReader, text: &'a str) -> Option<(Envelope<'a>, usize)> {
        block::run(Read(reader, text.as_bytes()))
    }

    const LINE: &str = r#"{"0":"{\"subsystem\":\"agent/embedded\"}","1":"run \"x\"","_meta":{"runtime":"node","runtimeVersion":"24.21.0","hostname":"clawbox","date":"2026-01-01T00:00:56.698Z","logLevelId":2,"logLevelName":"DEBUG","name":"{\"subsystem\":\"agent/embedded\"}","parentNames":["openclaw"]},"time":"2026-01-01T00:00:56.698+00:00","hostname":"clawbox","message":"run \"x\"","traceId":"960325a1d17653299a8e098d9f829c2f","spanId":"c1fe97956fa8c4a9","traceFlags":"01"}"#;

    /// Returns the envelope that is read of `line` after [`LINE`], with another [`LINE`] after it.
    fn read_after<'l>(line: &'l str, log: &'l mut String) -> Option<(Envelope<'l>, usize)> {
        let mut reader = EnvelopeReader::default();
        assert!(reader.read(LINE.as_bytes()).is_some());
        *log = format!("{line}\n{LINE}");
        read_known(&mut reader, log)
    }

    #[test]
    fn what_is_known_again_is_read_alike() {
        let ids = r#","spanId":"c1fe97956fa8c4a9","traceFlags":"01""#;
        for (from, to) in [
            ("", ""),
            ("DEBUG", "WARN"),
            ("00:00:56.698", "23:59:59.999"),
            (r#","1":"run \"x\"""#, ""),
            ("run ", "runs \\\\\\\""),
            ("run ", "a text of more than thirty-two bytes, of which the last is a backslash \\\\"),
            ("run ", "é€😀 "),
            (r#""message":"run \"x\"""#, r#""message":"""#),
            ("traceId", "runId"),
            (ids, r#","spanId":"c1fe97956fa8c4a9","parentSpanId":"c1fe97956fa8c4a9","traceFlags":"01""#),
            (ids, r#","traceFlags":"01""#),
            (r#","traceId""#, r#","agent_id":"main","session_id":"a \"b\"","traceId""#),
            (r#","traceId""#, r#","session_id":"","agent_id":"main","traceId""#),
            (r#","traceId""#, r#","agent_id":"main","runId""#),
            (r#"["openclaw"]"#, r#"["openclaw"],"path":{"fullFilePath":"/a/b/c/d/e/f/g/h/i/j/k/l.js:1:2"}"#),
            ("\"01\"}", "\"01\"}\r"),
        ] {
            for line in [LINE.replace(from, to), LINE.replacen(from, to, 1)] {
                let mut log = String::new();
                let (envelope, end) = read_after(&line, &mut log).expect(&line);
                assert_eq!(end, line.len());
                assert_eq!(Some(envelope), of(line.trim_end().as_bytes()), "{line}");
            }
        }
    }

    #[test]
    fn labels_that_were_seen_before_are_read_alike() {
        let long = "y".repeat(MAX_LABEL);
        let labels =
            ["agent/embedded", "agent/emb", "agent/embedded/x", "", &long, "agent/embedded\",\"a\":\"b"];
        let lines: Vec<_> = labels.iter().map(|label| LINE.replace("agent/embedded", label)).collect();
        let mut reader = EnvelopeReader::default();
        assert!(reader.read(LINE.as_bytes()).is_some());
        for line in lines.iter().chain(&lines).chain(lines.iter().rev()) {
            let log = format!("{line}\n{LINE}");
            assert_eq!(
                read_known(&mut reader, &log),
                of(line.as_bytes()).map(|it| (it, line.len())),
                "{line}"
            );
            let torn = log.replace("[\"openclaw\"]", "[\"open\nclaw\"]");
            assert_eq!(read_known(&mut reader, &torn), None, "{torn}");
        }
    }

    #[test]
    fn names_before_the_date_that_were_seen_before_are_read_alike() {
        let names = r#","name":"{\"subsystem\":\"agent/embedded\"}","parentNames":["openclaw"]"#;
        let old = LINE.replace(names, "").replace(",\"date\"", &format!("{names},\"date\""));
        let lines: Vec<_> =
            ["agent/embedded", "gateway", "ws"].map(|to| old.replace("agent/embedded", to)).into();
        let mut reader = EnvelopeReader::default();
        for line in &lines {
            let expected = of(line.as_bytes()).expect(line);
            assert_eq!(read_known(&mut reader, &format!("{line}\n{LINE}")), None, "{line} is new");
            assert_eq!(reader.read(line.as_bytes()), Some(expected), "{line}");
        }
        for line in &lines {
            let log = format!("{line}\n{LINE}");
            assert_eq!(
                read_known(&mut reader, &log),
                of(line.as_bytes()).map(|it| (it, line.len())),
                "{line}"
            );
            // A record without names, and one with other names.
            assert_eq!(read_known(&mut reader, &format!("{LINE}\n{LINE}")), None);
            let other = old.replace("agent/embedded", "cron");
            assert_eq!(read_known(&mut reader, &format!("{other}\n{LINE}")), None);
        }
    }

    #[test]
    fn what_is_not_known_again_is_left_alone() {
        for (from, to) in [
            ("{\"0\":", "{\"1\":"),
            ("clawbox", "other"),
            ("24.21.0", "26.0.0"),
            ("698Z", "698"),
            ("DEBUG", "LOUD"),
            ("run", "r\tn"),
            ("\"name\"", "\"\u{1b}\""),
            ("960325a1", "9603\n5a1"),
            ("960325a1", "9603\"5a1"),
            ("c1fe9795", "c1fe\"795"),
            ("\"01\"}", "\"01\"}}"),
            ("\"01\"}", "\"01\",\"message\":\"y\"}"),
            ("\"01\"}", "\"01\",\"n\":1}"),
            ("\"01\"}", "\"01\"}\n    at f (a.js:1:1)"),
        ] {
            let line = LINE.replacen(from, to, 1);
            assert_ne!(line, LINE, "{from}");
            assert_eq!(read_after(&line, &mut String::new()), None, "{line}");
        }
        for end in 0..LINE.len() {
            assert_eq!(read_after(&LINE[..end], &mut String::new()), None, "{end}");
        }
        let mut reader = EnvelopeReader::default();
        assert_eq!(read_known(&mut reader, LINE), None, "nothing is known");
        assert!(reader.read(LINE.as_bytes()).is_some());
        for log in [LINE.to_owned(), format!("{LINE}\n"), format!("{LINE}\n{{\"0\"")] {
            assert_eq!(read_known(&mut reader, &log), None, "{log}");
        }
    }
}
