//! The forms of what wrappers write before a text, with the time of the text.

use fearless_simd::prelude::*;

use crate::block::Shape;
use crate::record::time;
use crate::record::wrap::Wrapper;

/// Number of forms that are kept. Docker leaves out zeros at the end of a time, and not all lines have a time of their own.
const FORMS: usize = 4;
/// Maximum length in bytes of a form.
const MAX_PREFIX: usize = 96;
/// Number of attempts to learn a form before the first line is found, and how many lines must be found for one more.
const FIRST_ATTEMPTS: u32 = 16;
const HITS_PER_ATTEMPT: u32 = 16;

/// The wrapper of a text, and whether a time stands before it. Two equal texts have the same meaning if both are equal, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::record) struct Surroundings {
    pub wrapper: Option<Wrapper>,
    /// True if a date and time stands before the text.
    pub is_timed: bool,
}

/// The bytes before a text, at other times of about the same day.
#[derive(Debug)]
struct Form {
    shapes: Vec<Shape>,
    surroundings: Surroundings,
}

/// The forms that were seen last.
#[derive(Debug, Default)]
pub(super) struct Forms {
    all: Vec<Form>,
    /// The form that is replaced next.
    oldest: usize,
    attempts: u32,
    found: u32,
    is_wanted: bool,
}

impl Form {
    fn new(prefix: &[u8], surroundings: Surroundings) -> Self {
        let limits = limits(prefix);
        let shapes = prefix.chunks(Shape::MAX).zip(limits.chunks(Shape::MAX)).map(|(bytes, limits)| {
            let mut shape = Shape::new(bytes);
            limits.iter().enumerate().for_each(|(at, (first, last))| shape.limit(at, *first, *last));
            shape
        });
        Self { shapes: shapes.collect(), surroundings }
    }

    /// Returns the position of the text in the line at `at` if the line begins with this form.
    #[inline(always)]
    fn text<S: Simd>(&self, simd: S, bytes: &[u8], mut at: usize) -> Option<usize> {
        for shape in &self.shapes {
            at = shape.fits(simd, bytes, at)?;
        }
        Some(at)
    }
}

/// Returns the first and the last value of each byte of a prefix: hours up to the next ten, minutes, seconds and their fractions may
/// differ. A date and a time that are valid stay so.
fn limits(prefix: &[u8]) -> Vec<(u8, u8)> {
    let mut limits: Vec<_> = prefix.iter().map(|byte| (*byte, *byte)).collect();
    for at in 0..prefix.len() {
        let is_clock =
            time::fits(&prefix[at..], b"00:00:00") && (at == 0 || !prefix[at - 1].is_ascii_digit());
        if !is_clock {
            continue;
        }
        limits[at + 1] = (b'0', if prefix[at] == b'2' { b'3' } else { b'9' });
        for tens in [at + 3, at + 6] {
            (limits[tens], limits[tens + 1]) = ((b'0', b'5'), (b'0', b'9'));
        }
        if prefix.get(at + 8) == Some(&b'.') {
            let digits = prefix[at + 9..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            limits[at + 9..at + 9 + digits].fill((b'0', b'9'));
        }
    }
    limits
}

impl Forms {
    /// Finds the form of the line at `at`, and the position of its text, which begins with a label.
    #[inline(always)]
    pub fn find<S: Simd>(&self, simd: S, bytes: &[u8], at: usize) -> Option<(usize, Surroundings)> {
        for form in &self.all {
            // A form without a time is the start of one with a time.
            if let Some(text) = form.text(simd, bytes, at)
                && bytes.get(text) == Some(&b'[')
            {
                return Some((text, form.surroundings));
            }
        }
        None
    }

    /// Notes whether the form of a record was found.
    #[inline(always)]
    pub fn note(&mut self, is_found: bool) {
        self.found = self.found.saturating_add(is_found.into());
        self.is_wanted = !is_found && self.attempts < FIRST_ATTEMPTS + self.found / HITS_PER_ATTEMPT;
    }

    /// Notes that another record is read.
    #[inline(always)]
    pub fn start(&mut self) {
        self.is_wanted = false;
    }

    /// Notes that the form of a record may be learned.
    pub fn attempt(&mut self) {
        self.attempts = self.attempts.saturating_add(u32::from(self.is_wanted));
    }

    /// Returns true if the line that was looked for last has no known form.
    #[inline(always)]
    pub fn is_wanted(&self) -> bool {
        self.is_wanted
    }

    /// Learns the form of a prefix.
    pub fn learn(&mut self, prefix: &[u8], surroundings: Surroundings) {
        if prefix.len() > MAX_PREFIX {
            return;
        }
        self.is_wanted = false;
        let form = Form::new(prefix, surroundings);
        match self.all.get_mut(self.oldest) {
            Some(oldest) => *oldest = form,
            None => self.all.push(form),
        }
        self.oldest = (self.oldest + 1) % FORMS;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::block::{self, Work};

    struct Find<'f, 't>(&'f Forms, &'t [u8]);

    impl Work for Find<'_, '_> {
        type Output = Option<(usize, Surroundings)>;

        #[inline(always)]
        fn run<S: Simd>(self, simd: S) -> Self::Output {
            self.0.find(simd, self.1, 0)
        }
    }

    #[test]
    fn a_prefix_of_the_same_day_is_known_again() {
        let surroundings = Surroundings { wrapper: Some(Wrapper::Journal), is_timed: true };
        let prefix = "Nov 22 09:51:12 host node[1]: 2026-11-22T09:51:12.100+00:00 ";
        for (from, to, is_known) in [
            ("", "", true),
            ("51:12", "00:59", true),
            (".100", ".999", true),
            ("51:12", "60:00", false),
            ("09:51", "08:51", true),
            ("09:51", "10:51", false),
            ("node[1]", "node[2]", false),
            ("Nov 22", "Nov 23", false),
            (".100", ".1000", false),
            ("+00:00", "+01:00", false),
        ] {
            let mut forms = Forms::default();
            forms.learn(prefix.as_bytes(), surroundings);
            let other = prefix.replace(from, to);
            let line = format!("{other}[ws] x{}", " ".repeat(96));
            let found = block::run(Find(&forms, line.as_bytes()));
            assert_eq!(found, is_known.then_some((other.len(), surroundings)), "{other}");
        }
    }
}
