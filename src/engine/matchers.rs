//! The parts that signatures are matched with: literals and expressions that are built on first use, and patterns for fields.

use std::ops::Range;
use std::sync::OnceLock;

use clawsift_catalogue::pattern::Pattern;
use memchr::memmem::Finder;

use crate::catalogue::Prefilter;

/// Maximum length in bytes of a text that is checked with the prefilter. In a longer text the expression itself is faster than
/// the many literals of the prefilter.
const MAX_SIFTED: usize = 4096;

/// Searches for a literal. Built on first use, like an expression: most of the hundreds of literals are never sought.
pub(super) struct LazyFinder {
    pub literal: String,
    finder: OnceLock<Box<Finder<'static>>>,
}

impl LazyFinder {
    pub fn new(literal: String) -> Self {
        Self { literal, finder: OnceLock::new() }
    }

    /// Returns the first place of the literal in a text.
    pub fn find(&self, text: &str) -> Option<Range<usize>> {
        let start = self.get().find(text.as_bytes())?;
        Some(start..start + self.literal.len())
    }

    /// Returns the finder of the literal.
    pub fn get(&self) -> &Finder<'static> {
        self.finder.get_or_init(|| Box::new(Finder::new(self.literal.as_bytes()).into_owned()))
    }
}

pub(super) struct LazyPattern {
    pattern: String,
    prefilter: Prefilter,
    /// True if the pattern may have named groups.
    pub captures: bool,
    compiled: OnceLock<Option<Pattern>>,
}

impl LazyPattern {
    pub fn new(pattern: &str, prefilter: Prefilter) -> Self {
        let captures = pattern.contains("?<") || pattern.contains("?P<");
        Self { pattern: pattern.to_owned(), prefilter, captures, compiled: OnceLock::new() }
    }

    /// Returns true if the pattern may match a lower-case text. Skips the check for long texts.
    pub fn may_be_in(&self, text: &str) -> bool {
        text.len() > MAX_SIFTED || self.prefilter.is_met(text)
    }

    /// Returns the compiled expression. Patterns are checked when rules are loaded, the embedded ones by a test.
    pub fn get(&self) -> Option<&Pattern> {
        self.compiled.get_or_init(|| Pattern::insensitive(&self.pattern).ok()).as_ref()
    }
}

/// Pattern for a field's value, ASCII case-insensitive; `*` matches any text.
pub(super) struct Wildcard {
    parts: Vec<String>,
}

impl Wildcard {
    pub fn new(pattern: &str) -> Self {
        Self { parts: pattern.split('*').map(str::to_ascii_lowercase).collect() }
    }

    pub fn fits(&self, value: &str) -> bool {
        let value = value.to_ascii_lowercase();
        let [first, middle @ .., last] = self.parts.as_slice() else {
            return self.parts.first().is_some_and(|only| *only == value);
        };
        let Some(mut rest) = value.strip_prefix(first.as_str()).and_then(|r| r.strip_suffix(last.as_str()))
        else {
            return false;
        };
        for part in middle {
            match rest.find(part.as_str()) {
                Some(at) => rest = &rest[at + part.len()..],
                None => return false,
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text() {
        for (pattern, value, fits) in [
            ("rate_limit", "RATE_LIMIT", true),
            ("rate_limit", "rate_limits", false),
            ("gateway/*", "gateway/channels/telegram", true),
            ("*/telegram", "gateway/channels/telegram", true),
            ("a*b*c", "a-x-b-y-c", true),
            ("a*b*c", "a-c", false),
            ("ab*ba", "aba", false),
            ("*", "", true),
        ] {
            assert_eq!(Wildcard::new(pattern).fits(value), fits, "{pattern} on {value}");
        }
    }
}
