//! Reads lines that begin with a time of the same form as the record before, and finds their ends. Other lines are left to
//! [`super::detect`].

use fearless_simd::prelude::*;

use crate::block::{Shape, WIDTH, between, bits, block, literal, load};

use super::detect::starts_record;
use super::format::Format;
use super::info_prefilter::Message;
use super::level::Level;
use super::templates::{Found, LineTemplates, Surroundings};
use super::wrap::Wrapper;
use super::{plain, time};

/// Recognizes lines by the form of the previous record's time.
#[derive(Debug, Default)]
pub(super) struct LineReader {
    known: Option<TimeForm>,
    /// Start of the line that is already recognized, and the kind of text after its time.
    next: Option<(usize, Opening)>,
}

#[derive(Debug)]
struct TimeForm {
    /// Length of the time in bytes.
    time: usize,
    /// The time and the space after it, up to any later second of the same hour.
    shape: Shape,
}

/// A line that is recognized as a complete record without a full inspection, and holds no terminal codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct WholeLine<'a> {
    /// The line without its line end.
    pub bytes: &'a [u8],
    /// Start of the next line.
    pub next: usize,
    pub format: Format,
    /// Length of the time at the start of the line; `None` if the line begins otherwise.
    pub time: Option<usize>,
    /// True if the line is wrapped and its text begins with a date and time.
    pub is_dated: bool,
}

/// A line that begins with a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TimedLine<'a> {
    pub whole: WholeLine<'a>,
    /// Length of the time in bytes.
    pub time: usize,
    /// The message, if the line is a plain info record, as [`plain::information`] returns it.
    pub information: Option<Message<'a>>,
}

/// The text after a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Opening {
    /// A level, and its length including the space after it.
    Plain(Level, usize),
    /// The label in brackets of the gateway's console.
    Console,
}

impl LineReader {
    /// Learns the form of the time that a record begins with.
    pub fn learn(&mut self, time: &[u8]) {
        self.known = TimeForm::new(time);
    }

    /// Reads the line at `start`; `None` if its form is not known or it is not a complete record.
    #[inline(always)]
    pub fn read<'a, S: Simd>(&mut self, simd: S, bytes: &'a [u8], start: usize) -> Option<TimedLine<'a>> {
        let known = self.known.as_ref()?;
        let opening = match self.next.take() {
            Some((at, opening)) if at == start => opening,
            _ => opening_at(bytes, known.shape.fits(simd, bytes, start)?)?,
        };
        let (end, next) = line_end(simd, bytes, start + known.time)?;
        let following = opening_at(bytes, known.shape.fits(simd, bytes, next)?)?;
        let line = bytes.get(start..end)?;
        let (format, information) = match opening {
            Opening::Plain(level, length) => {
                let text = line.get(known.time + 1 + length..)?;
                (Format::Plain, plain::message(level, text, first_space(simd, text)))
            }
            Opening::Console => (Format::Console, None),
        };
        self.next = Some((next, following));
        let whole = WholeLine { bytes: line, next, format, time: Some(known.time), is_dated: false };
        Some(TimedLine { whole, time: known.time, information })
    }

    /// Finds the template of the line at `start`; `None` if it has none or is not a complete record.
    #[inline(always)]
    pub fn find_template<'a, S: Simd>(
        &mut self,
        simd: S,
        bytes: &'a [u8],
        start: usize,
        templates: &mut LineTemplates,
    ) -> Option<(Found, WholeLine<'a>)> {
        templates.start();
        let (text, surroundings) = match (&self.known, self.next) {
            // Information that no rule needs is found in less time by what it lacks.
            (Some(_), Some((at, Opening::Plain(level, _)))) if at == start && level <= Level::Info => {
                return None;
            }
            (Some(known), Some((at, _))) if at == start => (start + known.time + 1, TIMED),
            // Some records of the console have a label and no time.
            _ if bytes.get(start) == Some(&b'[') => (start, UNTIMED),
            (known, _) => match known.as_ref().and_then(|known| known.shape.fits(simd, bytes, start)) {
                Some(text) => (text, TIMED),
                None => templates.wrapped_text(simd, bytes, start)?,
            },
        };
        let found = templates.table.find(simd, bytes, text, surroundings)?;
        let end = match surroundings.wrapper {
            Some(Wrapper::DockerJson) => docker_end(simd, bytes, found.end)?,
            _ => found.end,
        };
        let next = match bytes.get(end..)? {
            [b'\n', ..] => end + 1,
            [b'\r', b'\n', ..] => end + 2,
            _ => return None,
        };
        let known = self.known.as_ref();
        match known.and_then(|known| opening_at(bytes, known.shape.fits(simd, bytes, next)?)) {
            Some(following) => self.next = Some((next, following)),
            None if templates.begins_text(simd, bytes, next) || begins_record(bytes, next) => {}
            None => return None,
        }
        let line = WholeLine {
            bytes: bytes.get(start..end)?,
            next,
            format: found.known.format,
            time: (surroundings == TIMED).then(|| text - 1 - start),
            is_dated: surroundings.is_timed
                && !matches!(surroundings.wrapper, None | Some(Wrapper::DockerJson)),
        };
        Some((found, line))
    }
}

/// The surroundings of a text that OpenClaw itself wrote, without a wrapper.
const TIMED: Surroundings = Surroundings { wrapper: None, is_timed: true };
const UNTIMED: Surroundings = Surroundings { wrapper: None, is_timed: false };

/// Returns the end of the object that Docker writes around a text, which ends at `at`.
#[inline(always)]
fn docker_end(simd: impl Simd, bytes: &[u8], at: usize) -> Option<usize> {
    const STDOUT: Shape = Shape::new(b"\\n\",\"stream\":\"stdout\",\"time\":\"");
    const STDERR: Shape = Shape::new(b"\\n\",\"stream\":\"stderr\",\"time\":\"");
    let time = STDERR.fits(simd, bytes, at).or_else(|| STDOUT.fits(simd, bytes, at))?;
    let block = load(simd, block(bytes, time)?);
    // Digits, their separators, and the letters T and Z.
    let of_time = bits(between(block, b'+', b':') | block.simd_eq(b'T') | block.simd_eq(b'Z'));
    literal(bytes, time + of_time.trailing_ones() as usize, b"\"}")
}

/// Returns true if a complete line at this position begins a record.
#[cold]
fn begins_record(bytes: &[u8], at: usize) -> bool {
    let rest = &bytes[at..];
    // NULs end a line before its line end.
    let end = memchr::memchr2(b'\n', 0, rest).filter(|end| rest[*end] == b'\n');
    end.is_some_and(|end| starts_record(rest[..end].strip_suffix(b"\r").unwrap_or(&rest[..end])))
}

impl TimeForm {
    fn new(time: &[u8]) -> Option<Self> {
        if time.len() >= Shape::MAX || !time::starts_with_date(time) || !time::is_readable(time) {
            return None;
        }
        let zone = 19 + time[19..].iter().position(|byte| matches!(byte, b'+' | b'-' | b'Z'))?;
        let mut shape = Shape::new(&[time, b" "].concat());
        // The day is valid because it is that of the known time; minutes and seconds are valid if their digits are.
        for (place, byte) in time.iter().enumerate().filter(|(place, _)| *place < 13 || *place >= zone) {
            shape.limit(place, *byte, *byte);
        }
        [14, 17].into_iter().for_each(|tens| shape.limit(tens, b'0', b'5'));
        Some(Self { time: time.len(), shape })
    }
}

/// Returns the kind of text at the position after a time.
#[inline(always)]
fn opening_at(bytes: &[u8], at: usize) -> Option<Opening> {
    let rest = bytes.get(at..)?;
    if rest.first() == Some(&b'[') {
        return Some(Opening::Console);
    }
    let (level, behind) = Level::split_lower(rest)?;
    let text = behind.strip_prefix(b" ")?;
    Some(Opening::Plain(level, rest.len() - text.len()))
}

/// Returns the offset of the first space of a text, which is usually near its start.
#[inline(always)]
fn first_space(simd: impl Simd, text: &[u8]) -> Option<usize> {
    let spaces = block(text, 0).map_or(0, |block| bits(load(simd, block).simd_eq(b' ')));
    if spaces != 0 { Some(spaces.trailing_zeros() as usize) } else { memchr::memchr(b' ', text) }
}

/// Returns the end of a line and the start of the next; `None` if the line holds a terminal code, a NUL, or a carriage return other
/// than before its line feed.
#[inline(always)]
fn line_end(simd: impl Simd, bytes: &[u8], mut at: usize) -> Option<(usize, usize)> {
    loop {
        // One comparison finds all of these. It also finds tabs and other control characters, which are rare.
        let mut ends = bits(load(simd, block(bytes, at)?).simd_le(0x1b));
        while ends != 0 {
            let end = at + ends.trailing_zeros() as usize;
            match bytes.get(end..)? {
                [b'\n', ..] => return Some((end, end + 1)),
                [b'\r', b'\n', ..] => return Some((end, end + 2)),
                [b'\r' | 0x1b | 0, ..] => return None,
                _ => ends &= ends - 1,
            }
        }
        at += WIDTH;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::block::{self, Work};
    use crate::record::{EnvelopeReader, Lines, Triage};

    /// Reads the line at an offset.
    struct Read<'r, 'a>(&'r mut LineReader, &'a [u8], usize);

    impl<'a> Work for Read<'_, 'a> {
        type Output = Option<TimedLine<'a>>;

        #[inline(always)]
        fn run<S: Simd>(self, simd: S) -> Self::Output {
            self.0.read(simd, self.1, self.2)
        }
    }

    /// Returns the second of the lines, if it is read on the fast path.
    fn second<'t>(text: &'t str) -> Option<TimedLine<'t>> {
        let first = text.find('\n').expect("a line") + 1;
        let mut reader = LineReader::default();
        reader.learn(text.as_bytes().split(|&b| b == b' ').next().expect("a time"));
        block::run(Read(&mut reader, text.as_bytes(), first))
    }

    const TIME: &str = "2026-11-22T09:47:00.546+00:00";

    #[test]
    fn a_line_that_begins_alike_is_read_as_it_is_otherwise() {
        for rest in [
            "info a/b All good, nothing to do, and more of it than fits into thirty-two bytes",
            "warn x",
            "debug gateway [diag] ] x",
            "error",
            "fatal ",
            "[telegram] 2026-11-22T09:47:00.546+00:00 warn x",
            "info é😀 {\"a\":1}\r",
        ] {
            let text = format!("{TIME} info x\n{TIME} {rest}\n{TIME} info and a third line, to look at\n");
            let fast = second(&text);
            let slow = Lines::new(text.as_bytes(), 0).nth(1).expect("a record");
            assert_eq!(fast.is_none(), rest == "error", "{rest}");
            let Some(line) = fast else { continue };
            let TimedLine { whole, .. } = line;
            assert_eq!((whole.bytes, whole.format, whole.time), (slow.bytes, slow.format, slow.time));
            assert_eq!(&text[whole.next..], &text[text.rfind(TIME).expect("a third")..]);
            if whole.format == Format::Plain {
                assert_eq!(line.information, plain::information(&whole.bytes[line.time..]), "{rest}");
            }
        }
    }

    #[test]
    fn what_begins_or_ends_otherwise_is_left_alone() {
        let third = format!("{TIME} info and a third line, to look at");
        for (line, next) in [
            ("2026-11-22T10:47:00.546+00:00 info x", &*third),
            ("2026-11-22T09:67:00.546+00:00 info x", &third),
            ("2026-11-22T09:47:60.546+00:00 info x", &third),
            ("2026-11-22T09:47:00.546+01:00 info x", &third),
            ("2026-11-22T09:47:00.546Z info x", &third),
            ("2026-11-22T09:47:00.5467+00:00 info x", &third),
            ("2026-11-22T09:47:00.546+00:00 information", &third),
            ("2026-11-22T09:47:00.546+00:00 INFO x", &third),
            ("2026-11-22T09:47:00.546+00:00 host node[1]: x", &third),
            ("2026-11-22T09:47:00.546+00:00 info \u{1b}[31mx", &third),
            ("2026-11-22T09:47:00.546+00:00 info x\ry", &third),
            ("2026-11-22T09:47:00.546+00:00 info x", "    at f (a.js:1:1) and so on, up to the end of it"),
            (
                "2026-11-22T09:47:00.546+00:00 info x",
                "2026-11-22T09:47:00.546+00:00 and so on, of any length",
            ),
        ] {
            assert_eq!(second(&format!("{TIME} info x\n{line}\n{next}\n")), None, "{line}");
        }
        let text = format!("{TIME} info x\n{TIME} warn y\n{third}");
        for end in TIME.len() + 8..text.len() - third.len() + TIME.len() + 3 {
            assert_eq!(second(&text[..end]), None, "{end}");
        }
    }

    #[test]
    fn only_a_valid_time_is_known_again() {
        for (time, is_known) in [
            ("2026-12-31T09:47:00.546Z", true),
            ("2026-11-31T09:47:00.546Z", false),
            ("2026-13-22T09:47:00.546Z", false),
            ("2026-11-22T09:47:00", false),
            ("09:47:00", false),
            ("2026-11-22T09:47:00.123456789+00:00", false),
        ] {
            let text = format!("{time} info x\n{time} info y\n{time} info and a third line, to look at\n");
            assert_eq!(second(&text).is_some(), is_known, "{time}");
        }
    }

    proptest! {
        #[test]
        fn records_are_the_same_read_alike_and_looked_at(
            lines in prop::collection::vec(
                (
                    prop_oneof![
                        6 => Just(TIME),
                        2 => Just("2026-11-22T09:59:00.999+00:00"),
                        1 => Just("2026-11-22T10:00:00.999+00:00"),
                        1 => Just("2026-12-31T10:00:00.999+00:00"),
                        1 => Just("2026-11-22T09:47:00.546Z"),
                        1 => Just("2026-11-22T09:47:00.546123456Z"),
                        1 => Just("09:47:00"),
                        1 => Just("   "),
                    ],
                    prop_oneof![
                        6 => Just(" info "),
                        2 => Just(" debug "),
                        2 => Just(" error "),
                        2 => Just(" ["),
                        1 => Just(" "),
                        1 => Just(": "),
                    ],
                    "[a-z/]{0,8}\\]? (\\{\"|\u{1b}|host node\\[1\\]: )?[ -~é]{0,60}\r{0,2}",
                ),
                0..20,
            ),
            ends in any::<bool>(),
        ) {
            let lines: Vec<_> = lines.iter().map(|(time, level, rest)| [*time, *level, rest].concat()).collect();
            let mut text = lines.join("\n");
            text.extend(ends.then_some('\n'));
            let mut looked_at = Lines::new(text.as_bytes(), 0);
            let (mut lines, mut envelopes) = (Lines::new(text.as_bytes(), 0), EnvelopeReader::default());
            let means_something = |message: Message<'_>| message.text.len().is_multiple_of(3);
            let mut templates = LineTemplates::default();
            while let Some((raw, glance)) =
                Triage::next(&mut lines, &mut envelopes, &mut templates, None, &means_something)
            {
                prop_assert_eq!(Some(raw), looked_at.next());
                let otherwise = Triage::of(&raw, &mut EnvelopeReader::default(), &means_something);
                prop_assert_eq!(format!("{glance:?}"), format!("{otherwise:?}"));
            }
            prop_assert_eq!(looked_at.next(), None);
            prop_assert_eq!(lines.line_count(), looked_at.line_count());
        }
    }
}
