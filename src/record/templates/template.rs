//! One template: the bytes of a line, and the classes of those that differ between lines.
//!
//! Ids have a fixed length. So a line is compared block by block, and in a block some
//! positions take any byte of a class instead of one byte. A duration, which has any length, ends a stretch of such blocks.

use std::ops::Range;

use fearless_simd::prelude::*;
use fearless_simd::u8x32;

use crate::block::{Bytes, WIDTH, between, bits, block, load};
use crate::record::variable_tokens::{MAX_ID, MIN_HEX, is_hex, is_of_id, names_duration};

/// Maximum length in bytes of the line of a template.
const MAX_LINE: usize = 1024;
/// Maximum number of stretches of a template.
const MAX_STRETCHES: usize = 8;
/// Maximum number of tokens of a template.
pub(super) const MAX_TOKENS: usize = 8;
/// Maximum number of digits of a duration in a template. One of twelve digits could equal an id.
const MAX_DURATION: usize = 11;
/// Number of bytes of a UUID.
const UUID: usize = 36;

/// The bytes of a line, without its variable parts.
#[derive(Debug, Default)]
pub(super) struct Template {
    blocks: Vec<Block>,
    /// The classes of the blocks in which not all bytes are literal.
    classes: Vec<Classes>,
    stretches: Vec<Stretch>,
    /// Tokens of the same length, which are equal or not.
    pairs: Vec<Pair>,
}

/// Thirty-two bytes of a line.
#[derive(Debug)]
struct Block {
    bytes: Bytes,
    /// Index of the block's classes; [`LITERAL`] if all bytes are literal.
    classes: u32,
}

/// Index of the classes of a block that has none.
const LITERAL: u32 = u32::MAX;

/// The positions in a block that are compared, as bits.
#[derive(Debug, Clone, Copy, Default)]
struct Classes {
    /// All of them.
    all: u32,
    literal: u32,
    /// Lower-case hexadecimal digits.
    hex: u32,
    /// Letters and digits.
    alphanumeric: u32,
    /// Positions of which at least one is a digit; 0 for none.
    some_digit: [u32; 2],
}

/// Consecutive blocks, of which the last may be partial, and what follows.
#[derive(Debug)]
struct Stretch {
    blocks: usize,
    /// Length in bytes.
    length: usize,
    /// True if a duration follows, false if the line ends.
    before_duration: bool,
}

/// A position in a line: the index of a stretch, and the offset in it.
#[derive(Debug, Clone, Copy)]
struct Place {
    stretch: usize,
    offset: usize,
}

/// Two tokens of one length. The length of a duration is that which the line gives it.
#[derive(Debug)]
struct Pair {
    places: [Place; 2],
    /// Length in bytes; 0 for two durations.
    length: usize,
    is_equal: bool,
}

impl Template {
    /// Creates the template of a line; `None` if the line is too long, or has too many tokens or one that no template can hold.
    /// `tokens` are its ids and durations, in order.
    pub fn new(line: &[u8], tokens: &[Range<usize>]) -> Option<Self> {
        if line.len() > MAX_LINE || tokens.len() > MAX_TOKENS {
            return None;
        }
        let mut template = Builder { line, made: Self::default(), bytes: Vec::new(), ids: Vec::new() };
        let (mut copied, mut placed) = (0, Vec::new());
        for range in tokens {
            template.add(copied..range.start, Class::Literal);
            copied = range.end;
            let (token, place) = (Token::of(line, range)?, template.place());
            match token {
                Token::Fixed(class) => template.add_id(range.clone(), class),
                Token::Duration => template.end_stretch(true)?,
            }
            placed.push((token == Token::Duration, &line[range.clone()], place));
        }
        template.add(copied..line.len(), Class::Literal);
        template.end_stretch(false)?;
        let mut made = template.made;
        for (index, (is_duration, token, place)) in placed.iter().enumerate() {
            for (other_is_duration, other, other_place) in &placed[..index] {
                if is_duration == other_is_duration && (*is_duration || token.len() == other.len()) {
                    made.pairs.push(Pair {
                        places: [*other_place, *place],
                        length: if *is_duration { 0 } else { token.len() },
                        is_equal: token == other,
                    });
                }
            }
        }
        (made.stretches.len() <= MAX_STRETCHES).then_some(made)
    }

    /// Returns the end of the text at `at` if it has this template. Whoever calls this checks that a line ends there.
    #[inline(always)]
    pub fn end<S: Simd>(&self, simd: S, text: &[u8], mut at: usize) -> Option<usize> {
        let mut blocks = self.blocks.as_slice();
        let (mut starts, mut ends) = ([0; MAX_STRETCHES], [0; MAX_STRETCHES]);
        for (stretch, (start, end)) in self.stretches.iter().zip(starts.iter_mut().zip(&mut ends)) {
            let (here, rest) = blocks.split_at_checked(stretch.blocks)?;
            blocks = rest;
            let (lines, _) = text.get(at..at + here.len() * WIDTH)?.as_chunks::<WIDTH>();
            for (bytes, block) in lines.iter().zip(here) {
                let bytes = load(simd, bytes);
                let same = bytes.simd_eq(load(simd, &block.bytes));
                match self.classes.get(block.classes as usize) {
                    None if !same.all_true() => return None,
                    Some(classes) if !classes.fit(bytes, bits(same)) => return None,
                    _ => {}
                }
            }
            *start = at;
            at += stretch.length;
            if stretch.before_duration {
                let digits = bits(between(load(simd, block(text, at)?), b'0', b'9')).trailing_ones() as usize;
                let is_padded = digits > 1 && text.get(at) == Some(&b'0');
                if is_padded || !(1..=MAX_DURATION).contains(&digits) {
                    return None;
                }
                at += digits;
            }
            *end = at;
        }
        for pair in &self.pairs {
            let text_at = |place: Place| {
                let start = starts.get(place.stretch)? + place.offset;
                let end = if pair.length > 0 { start + pair.length } else { *ends.get(place.stretch)? };
                text.get(start..end)
            };
            let [first, second] = pair.places.map(text_at);
            if (first? == second?) != pair.is_equal {
                return None;
            }
        }
        Some(at)
    }
}

impl Classes {
    /// Returns true if a block fits; `same` are the positions at which it holds the bytes of the template.
    #[inline(always)]
    fn fit<S: Simd>(&self, block: u8x32<S>, same: u32) -> bool {
        let mut fitting = same & self.literal;
        let mut has_digit = true;
        if self.hex | self.alphanumeric != 0 {
            let digits = between(block, b'0', b'9');
            fitting |= bits(digits | between(block, b'a', b'f')) & self.hex;
            if self.alphanumeric != 0 {
                fitting |= bits(digits | between(block | 0x20, b'a', b'z')) & self.alphanumeric;
            }
            let digits = bits(digits);
            has_digit = self.some_digit.iter().all(|some| *some == 0 || digits & some != 0);
        }
        fitting == self.all && has_digit
    }
}

/// The class of the bytes at a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    /// The byte of the line, and no other.
    Literal,
    Hex,
    Alphanumeric,
}

/// A kind of token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    /// An id, which has the same length in all lines.
    Fixed(Class),
    Duration,
}

impl Token {
    /// Returns the kind of the token at `range`; `None` if other bytes of its kind could be another token, or none.
    fn of(line: &[u8], range: &Range<usize>) -> Option<Self> {
        let (token, before, after) = (&line[range.clone()], &line[..range.start], &line[range.end..]);
        if after.first().is_some_and(|byte| is_of_id(byte) || *byte == b'_') {
            return None;
        }
        let run = before.iter().rev().take(MAX_ID).take_while(|byte| is_of_id(byte)).count() + token.len();
        if token.is_empty() || run > MAX_ID {
            return None;
        }
        // The start of an id after such a name could be a duration.
        if names_duration(before) {
            let is_number = token.iter().all(u8::is_ascii_digit);
            return (is_number && token.len() <= MAX_DURATION).then_some(Self::Duration);
        }
        let is_uuid = token.len() == UUID && token.contains(&b'-');
        if is_uuid || token.len() >= MIN_HEX && token.iter().all(|byte| is_hex(*byte)) {
            return Some(Self::Fixed(Class::Hex));
        }
        // The end of such an id could be the `Ms` of a duration's name.
        let is_name =
            after.first() == Some(&b'=') || without_quote(after).is_some_and(|rest| rest.starts_with(b":"));
        (!is_name && token.iter().all(u8::is_ascii_alphanumeric)).then_some(Self::Fixed(Class::Alphanumeric))
    }
}

/// Returns the text after a quotation mark, with the backslashes before it.
fn without_quote(text: &[u8]) -> Option<&[u8]> {
    let backslashes = text.iter().take_while(|byte| **byte == b'\\').count();
    text[backslashes..].strip_prefix(b"\"")
}

/// Builds a template from left to right.
struct Builder<'l> {
    line: &'l [u8],
    made: Template,
    /// The bytes of the current stretch, and their classes.
    bytes: Vec<(u8, Class)>,
    /// The ids in the current stretch.
    ids: Vec<Range<usize>>,
}

impl Builder<'_> {
    /// Returns the current position.
    fn place(&self) -> Place {
        Place { stretch: self.made.stretches.len(), offset: self.bytes.len() }
    }

    /// Adds a part of the line. Only letters and digits can belong to a class.
    fn add(&mut self, range: Range<usize>, class: Class) {
        let bytes = self.line[range]
            .iter()
            .map(|&byte| (byte, if byte.is_ascii_alphanumeric() { class } else { Class::Literal }));
        self.bytes.extend(bytes);
    }

    /// Adds an id, one of whose bytes must be a digit.
    fn add_id(&mut self, range: Range<usize>, class: Class) {
        let start = self.bytes.len();
        self.add(range, class);
        self.ids.push(start..self.bytes.len());
    }

    /// Ends the current stretch; `None` if a block holds more than two ids.
    fn end_stretch(&mut self, before_duration: bool) -> Option<()> {
        let mut fits = true;
        for (index, bytes) in self.bytes.chunks(WIDTH).enumerate() {
            let mut block = Block { bytes: [0; WIDTH], classes: LITERAL };
            let mut classes = Classes::default();
            for (at, (byte, class)) in bytes.iter().enumerate() {
                block.bytes[at] = *byte;
                classes.all |= 1 << at;
                let positions = match class {
                    Class::Literal => &mut classes.literal,
                    Class::Hex => &mut classes.hex,
                    Class::Alphanumeric => &mut classes.alphanumeric,
                };
                *positions |= 1 << at;
            }
            // The block that holds most of an id must hold one of its digits. Nearly all ids have one there.
            let mut some_digit = classes.some_digit.iter_mut();
            for id in self.ids.iter().filter(|id| main_block(id) == index) {
                let positions =
                    id.clone().filter(|at| at / WIDTH == index).fold(0, |bits, at| bits | 1 << (at % WIDTH));
                match some_digit.next() {
                    Some(some_digit) => *some_digit = positions,
                    None => fits = false,
                }
            }
            if classes.literal != u32::MAX {
                block.classes = self.made.classes.len() as u32;
                self.made.classes.push(classes);
            }
            self.made.blocks.push(block);
        }
        let length = self.bytes.len();
        self.made.stretches.push(Stretch { blocks: length.div_ceil(WIDTH), length, before_duration });
        self.bytes.clear();
        self.ids.clear();
        fits.then_some(())
    }
}

/// Returns the index of the block that holds most of a range.
fn main_block(range: &Range<usize>) -> usize {
    let (first, last) = (range.start / WIDTH, (range.end - 1) / WIDTH);
    let size = |block: usize| range.end.min((block + 1) * WIDTH) - range.start.max(block * WIDTH);
    (first..=last).max_by_key(|block| size(*block)).unwrap_or(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::block::{self, Work};
    use crate::record::VariableTokens;

    struct End<'t>(&'t Template, &'t [u8]);

    impl Work for End<'_> {
        type Output = Option<usize>;

        #[inline(always)]
        fn run<S: Simd>(self, simd: S) -> Option<usize> {
            self.0.end(simd, self.1, 0)
        }
    }

    fn template(line: &str) -> Option<Template> {
        Template::new(line.as_bytes(), &VariableTokens::new(line.as_bytes()).collect::<Vec<_>>())
    }

    /// Returns true if `other` has the template of `line`.
    fn fits(line: &str, other: &str) -> bool {
        let template = template(line).expect(line);
        let text = format!("{other}\n{}", "x".repeat(2 * WIDTH));
        block::run(End(&template, text.as_bytes())) == Some(other.len())
    }

    const UUID: &str = "3bc140b6-7c5c-4980-bbff-696ea581e502";
    const LINE: &str = "[agent/embedded] embedded run done: runId=3bc140b6-7c5c-4980-bbff-696ea581e502 \
                        sessionId=9dd0cd4e-1c8b-4e6c-b1b5-0a4f9f0f6b1d durationMs=2029 aborted=false";

    #[test]
    fn a_line_with_other_ids_and_durations_fits() {
        for (from, to) in [
            ("2029", "1"),
            ("2029", "0"),
            ("2029", "12345678901"),
            (UUID, "00000000-0000-4000-8000-00000000000a"),
        ] {
            assert!(fits(LINE, &LINE.replace(from, to)), "{to}");
        }
        let request = "x req_011CSHoEeqs5C35K2UUqR7Fy, trace 960325a1d17653299a8e098d9f829c2f";
        assert!(fits(request, "x req_abcDEFabcDEF9abcDEFabcDE, trace 00000000000000000000000000000000"));
    }

    #[test]
    fn a_line_that_differs_in_anything_else_does_not() {
        for (from, to) in [
            ("done", "gone"),
            ("false", "falsf"),
            ("2029", ""),
            ("2029", "02"),
            ("2029", "2029x"),
            ("2029", "2.5"),
            ("2029", "123456789012"),
            (UUID, "3bc140b6-7c5c-4980-bbff-696ea581e50"),
            (UUID, "3bc140b6-7c5c-4980-bbff-696ea581e5021"),
            (UUID, "3bc140b6-7c5c-4980-bbff-696ea581e50g"),
            (UUID, "3bc140b6-7c5c-4980-bbff_696ea581e502"),
            (UUID, "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"),
            (UUID, "9dd0cd4e-1c8b-4e6c-b1b5-0a4f9f0f6b1d"),
            ("2029", "12345678901f"),
        ] {
            assert!(!fits(LINE, &LINE.replace(from, to)), "{to}");
        }
        // Equal tokens stay equal.
        let twice = format!("run {UUID} of {UUID} waitMs=5 durationMs=5");
        assert!(fits(&twice, &twice.replace(UUID, "00000000-0000-4000-8000-00000000000a")));
        assert!(!fits(&twice, &twice.replacen(UUID, "00000000-0000-4000-8000-00000000000a", 1)));
        assert!(!fits(&twice, &twice.replace("waitMs=5", "waitMs=6")));
    }

    #[test]
    fn what_no_template_can_hold_has_none() {
        assert!(template(&"x".repeat(MAX_LINE)).is_some());
        assert!(template(&"x".repeat(MAX_LINE + 1)).is_none());
        assert!(template(&"aMs=1 ".repeat(MAX_STRETCHES)).is_none());
        assert!(template("").is_some());
        assert!(template(&format!("{UUID} ").repeat(MAX_TOKENS)).is_some());
        assert!(template(&format!("{UUID} ").repeat(MAX_TOKENS + 1)).is_none());
        for line in [
            // An id of the same form could begin with a duration, end with a duration's name, or be none.
            format!("waitMs={UUID}"),
            format!("\"waitMs\":{UUID}"),
            "untilMs=123456789012".to_owned(),
            "x req_0123456789aMs=5".to_owned(),
            "x \"req_0123456789aMs\":5".to_owned(),
            format!("0{}7abcdefabcdefabc1", "x".repeat(127)),
        ] {
            assert!(VariableTokens::new(line.as_bytes()).next().is_some(), "{line}");
            assert!(template(&line).is_none(), "{line}");
        }
    }
}
