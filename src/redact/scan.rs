//! Scans a text once: the ends of character runs are cached, so that a repeated query costs nothing. This keeps redaction linear
//! for every text.

use super::decoding::Reading;
use super::forms::CLASSES;

/// Number of leading bytes of a value that are examined.
pub(super) const WINDOW: usize = 64;

/// Sets of characters at which a value ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// Blanks, quotes and brackets.
    Bare,
    /// Blanks, quotes and clause separators, for a password, which may hold all others.
    Password,
    /// Blanks and quotes, for a header's value, which may hold all others.
    Header,
    /// Line ends and quotes.
    Line,
    /// A double quotation mark or a line end.
    DoubleQuote,
    SingleQuote,
    BackQuote,
    /// The start of a tag.
    Tag,
    /// Characters that end a URL in a text.
    Url,
    /// All ASCII characters but those of a random word.
    Word,
}

/// ASCII characters of a random word.
const WORD: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-.+/~";

const STOPS: [&[u8]; 9] = [
    b" \t\n\r\x0c\"'\\,;&@<>(){}[]`|",
    b" \t\n\r\x0c\"'\\,;<>`)}",
    b" \t\n\r\x0c\"'\\<>(){}[]`",
    b"\n\r\"'\\",
    b"\"\\\n",
    b"'\\\n",
    b"`\\\n",
    b"<",
    b" \t\n\r\x0c\"'<>`\\",
];

const STOP_SETS: [u128; STOPS.len() + 1] = {
    let mut sets = [0; STOPS.len() + 1];
    let mut at = 0;
    while at < STOPS.len() {
        sets[at] = set(STOPS[at]);
        at += 1;
    }
    sets[Stop::Word as usize] = !set(WORD);
    sets
};

/// Returns the set of some ASCII characters.
const fn set(bytes: &[u8]) -> u128 {
    let (mut set, mut at) = (0, 0);
    while at < bytes.len() {
        set |= 1 << bytes[at];
        at += 1;
    }
    set
}

/// A scan of one reading of a text from start to end.
pub(super) struct Scan<'r> {
    reading: &'r Reading<'r>,
    pub text: &'r [u8],
    /// Last run per character class, followed by the last run per stop set.
    runs: [(usize, usize); CLASSES.len() + STOP_SETS.len()],
}

impl<'r> Scan<'r> {
    pub fn new(reading: &'r Reading<'r>) -> Self {
        Self { reading, text: reading.text.as_bytes(), runs: [(1, 0); CLASSES.len() + STOP_SETS.len()] }
    }

    /// Returns the end of the run of a character class that begins at `start`.
    pub fn run_end(&mut self, class: u16, start: usize) -> usize {
        let set = CLASSES.get(usize::from(class)).copied().unwrap_or_default();
        self.cached(usize::from(class), start, |byte| byte < 128 && set >> byte & 1 == 1)
    }

    /// Returns the first offset from `start` at which a value of that kind ends.
    pub fn value_end(&mut self, stop: Stop, start: usize) -> usize {
        let index = stop as usize;
        let set = STOP_SETS[index];
        self.cached(CLASSES.len() + index, start, |byte| byte >= 128 || set >> byte & 1 == 0)
    }

    /// Returns true if something was removed before this byte, so that a word may begin there.
    pub fn is_seam(&self, at: usize) -> bool {
        self.reading.is_seam(at)
    }

    fn cached(&mut self, index: usize, start: usize, has: impl Fn(u8) -> bool) -> usize {
        let (from, to) = self.runs[index];
        if (from..=to).contains(&start) {
            return to;
        }
        let rest = self.text.get(start..).unwrap_or_default();
        let end = start + rest.iter().take_while(|byte| has(**byte)).count();
        work::count(end - start);
        self.runs[index] = (start, end);
        end
    }
}

/// Step counter, with which the tests prove that redaction is linear.
pub(super) mod work {
    #[cfg(test)]
    thread_local! {
        static STEPS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
    }

    /// Adds a number of examined bytes.
    #[inline]
    pub fn count(steps: usize) {
        #[cfg(test)]
        STEPS.with(|all| all.set(all.get() + steps));
        #[cfg(not(test))]
        let _ = steps;
    }

    /// Returns the number of steps since the last call.
    #[cfg(test)]
    pub fn take() -> usize {
        STEPS.with(|all| all.take())
    }
}
