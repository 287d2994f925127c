//! Regular expressions that are fast to compile. This module depends on no other module.
//!
//! Scanning a small log takes less time than compiling a few hundred expressions with all optimizations. So they are compiled
//! without literal prefilters (the engine has its own). They match bytes: `.` is one byte, and `\d`, `\w`, `\s` and `\b` are
//! ASCII. Case-insensitive expressions are converted to lower case, and matched against lower-case text.

use std::borrow::Cow;
use std::ops::{Index, Range};
use std::sync::LazyLock;

use regex_automata::MatchKind;
use regex_automata::hybrid::dfa;
use regex_automata::meta::{self, BuildError};
use regex_automata::nfa::thompson;
use regex_automata::util::{captures, syntax};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

/// Maximum number of states of an expression, so that a user's rule cannot exhaust memory.
const MAX_STATES: usize = 30_000;
/// Maximum memory in bytes of an automaton with [`MAX_STATES`] states, with a margin.
const MAX_BYTES: usize = 16 << 20;

/// A regular expression.
#[derive(Debug, Clone)]
pub struct Pattern {
    regex: meta::Regex,
    /// True if the expression must be matched against lower-case text.
    is_lower: bool,
}

/// Returns true if a text matches one of a program's own expressions. One that could not be compiled matches nothing.
pub fn matches(pattern: &LazyLock<Option<Pattern>>, text: &str) -> bool {
    LazyLock::force(pattern).as_ref().is_some_and(|pattern| pattern.is_match(text))
}

/// Error for an expression that cannot be used.
#[derive(Debug, Clone, thiserror::Error)]
pub enum PatternError {
    /// The automaton would be too large.
    #[error("the regular expression is too large")]
    TooLarge,
    /// The syntax is invalid.
    #[error("{0}")]
    Syntax(String),
}

impl Pattern {
    /// Compiles an expression in the syntax of the regex crate.
    ///
    /// # Errors
    /// If the expression is invalid or too large.
    pub fn new(pattern: &str) -> Result<Self, PatternError> {
        Ok(Self { regex: build(pattern, false)?, is_lower: false })
    }

    /// Compiles a case-insensitive expression; groups such as `(?-i:...)` stay case-sensitive.
    ///
    /// # Errors
    /// If the expression is invalid or too large.
    pub fn insensitive(pattern: &str) -> Result<Self, PatternError> {
        match pattern.contains("(?-i") {
            true => Ok(Self { regex: build(pattern, true)?, is_lower: false }),
            false => Self::lower(pattern),
        }
    }

    /// Compiles a case-insensitive expression that must be matched against lower-case text ([`str::to_ascii_lowercase`]).
    ///
    /// # Errors
    /// If the expression is invalid or too large.
    pub fn lower(pattern: &str) -> Result<Self, PatternError> {
        let regex = match build(&in_lower_case(pattern), false) {
            // Report the fault in the expression as it was written.
            Err(PatternError::Syntax(_)) => build(pattern, false),
            built => built,
        }?;
        Ok(Self { regex, is_lower: true })
    }

    /// Parses a case-insensitive expression without compiling it, and checks its syntax and size. The result is not converted to
    /// lower case.
    ///
    /// # Errors
    /// If the expression is invalid or too large.
    pub fn parse(pattern: &str) -> Result<Hir, PatternError> {
        let hir = match ParserBuilder::new().unicode(false).utf8(false).build().parse(pattern) {
            Ok(hir) => hir,
            Err(_) => {
                regex_syntax::parse(pattern).map_err(|error| PatternError::Syntax(error.to_string()))?
            }
        };
        if states(&hir) > MAX_STATES {
            return Err(PatternError::TooLarge);
        }
        Ok(hir)
    }

    /// Parses a case-insensitive expression in the form in which it is matched: in lower case, or, if a group is case-sensitive,
    /// with both cases of each other letter. The second value is the prefix with which the printed form of a modified expression
    /// matches in the same way.
    ///
    /// # Errors
    /// If the expression is invalid or too large.
    pub fn parse_as_matched(pattern: &str) -> Result<(Hir, &'static str), PatternError> {
        if !pattern.contains("(?-i") {
            return Ok((Self::parse(&in_lower_case(pattern))?, ""));
        }
        Ok((Self::parse(&format!("(?i){pattern}"))?, "(?-i)"))
    }

    /// Returns the lazy automaton of a case-insensitive expression for lower-case text. It is in a match state if the preceding
    /// text contains a match. States are created on first use; when they exceed `max_bytes`, the search returns an error. `None`
    /// if the automaton cannot be built.
    pub fn automaton(pattern: &str, max_bytes: usize) -> Option<dfa::DFA> {
        let config = dfa::Config::new()
            .match_kind(MatchKind::All)
            .cache_capacity(max_bytes)
            .skip_cache_capacity_check(true)
            .minimum_cache_clear_count(Some(0));
        // Non-ASCII characters in a class need the Unicode tables.
        let build = |is_unicode| {
            dfa::Builder::new()
                .configure(config.clone())
                .syntax(syntax::Config::new().unicode(is_unicode).utf8(is_unicode))
                .thompson(thompson::Config::new().utf8(false))
                .build(&in_lower_case(pattern))
                .ok()
        };
        build(false).or_else(|| build(true))
    }

    /// Returns `text` or `lower`, its lower-case form, whichever the expression must be matched against.
    pub fn choose<'t>(&self, text: &'t str, lower: &'t str) -> &'t str {
        if self.is_lower { lower } else { text }
    }

    /// Returns true if the text contains a match.
    pub fn is_match(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    /// Returns the range of the first match.
    pub fn find(&self, text: impl AsRef<[u8]>) -> Option<Range<usize>> {
        self.regex.find(text.as_ref()).map(|found| found.range())
    }

    /// Returns true if the expression has groups.
    pub fn has_names(&self) -> bool {
        self.regex.captures_len() > 1
    }

    /// Returns the names of the groups.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.regex.group_info().pattern_names(regex_automata::PatternID::ZERO).flatten()
    }

    /// Returns the groups of the first match.
    pub fn captures<'t>(&self, text: &'t str) -> Option<Groups<'t>> {
        let mut found = self.regex.create_captures();
        self.regex.captures(text, &mut found);
        found.is_match().then_some(Groups { text, found })
    }

    /// Returns the range of a named group in the first match, in a text that may not be UTF-8.
    pub fn group(&self, text: &[u8], name: &str) -> Option<Range<usize>> {
        let mut found = self.regex.create_captures();
        self.regex.captures(text, &mut found);
        found.get_group_by_name(name).map(|span| span.range())
    }

    /// Returns the groups of all matches.
    pub fn captures_iter<'t>(&self, text: &'t str) -> impl Iterator<Item = Groups<'t>> {
        self.regex.captures_iter(text).map(move |found| Groups { text, found })
    }

    /// Replaces each match in `sought`, a copy of `text` in lower case or equal to it, and returns the changed `text`.
    pub fn replace_in<'t>(
        &self,
        text: &'t str,
        sought: &str,
        mut with: impl FnMut(Groups<'_>) -> String,
    ) -> Cow<'t, str> {
        let (mut out, mut copied) = (String::new(), 0);
        for found in self.regex.captures_iter(sought) {
            let groups = Groups { text, found };
            let Some(place) = groups.range(0) else { continue };
            out.push_str(text.get(copied..place.start).unwrap_or_default());
            out.push_str(&with(groups));
            copied = place.end;
        }
        if copied == 0 && out.is_empty() {
            return Cow::Borrowed(text);
        }
        out.push_str(text.get(copied..).unwrap_or_default());
        Cow::Owned(out)
    }

    /// Replaces each match in the text.
    pub fn replace_all<'t>(&self, text: &'t str, with: impl FnMut(Groups<'_>) -> String) -> Cow<'t, str> {
        self.replace_in(text, text, with)
    }
}

/// The ranges of a match and its groups in a text.
#[derive(Debug)]
pub struct Groups<'t> {
    text: &'t str,
    found: captures::Captures,
}

impl<'t> Groups<'t> {
    /// Returns the text of a named group; `None` if it did not participate in the match.
    pub fn name(&self, name: &str) -> Option<&'t str> {
        self.text.get(self.named_range(name)?)
    }

    /// Returns the range of a named group, without characters of which only some bytes belong to it.
    pub fn named_range(&self, name: &str) -> Option<Range<usize>> {
        self.found.get_group_by_name(name).map(|span| self.characters(span.range()))
    }

    /// Returns the range of a group; group 0 is the whole match.
    fn range(&self, index: usize) -> Option<Range<usize>> {
        self.found.get_group(index).map(|span| self.characters(span.range()))
    }

    fn characters(&self, range: Range<usize>) -> Range<usize> {
        let is_start = |at: &usize| self.text.is_char_boundary(*at);
        let start = (range.start..=self.text.len()).find(is_start).unwrap_or(self.text.len());
        start..(start..=range.end).rev().find(is_start).unwrap_or(start)
    }

    /// Returns the text of the whole match.
    pub fn whole(&self) -> &'t str {
        self.range(0).and_then(|range| self.text.get(range)).unwrap_or_default()
    }
}

/// Returns the text of a named group; empty if it did not participate in the match.
impl Index<&str> for Groups<'_> {
    type Output = str;

    fn index(&self, name: &str) -> &str {
        self.name(name).unwrap_or_default()
    }
}

fn build(pattern: &str, ignore_case: bool) -> Result<meta::Regex, PatternError> {
    let config = meta::Config::new()
        .auto_prefilter(false)
        .onepass(false)
        .dfa(false)
        .utf8_empty(false)
        .nfa_size_limit(Some(MAX_BYTES));
    let syntax = syntax::Config::new().case_insensitive(ignore_case);
    let of_bytes = syntax.unicode(false).utf8(false);
    // Non-ASCII characters in a class need the Unicode tables.
    match meta::Builder::new().configure(config.clone()).syntax(of_bytes).build(pattern) {
        Ok(regex) => Ok(regex),
        Err(_) => meta::Builder::new()
            .configure(config)
            .syntax(syntax)
            .build(pattern)
            .map_err(|error| PatternError::of(&error)),
    }
}

/// Estimates the number of states of an expression's automaton.
pub fn states(hir: &Hir) -> usize {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => 1,
        HirKind::Literal(literal) => literal.0.len(),
        // A byte class is one state, a character class several per length of the encoding.
        HirKind::Class(Class::Unicode(_)) => 12,
        HirKind::Class(Class::Bytes(_)) => 1,
        HirKind::Capture(capture) => 2 + states(&capture.sub),
        HirKind::Repetition(repetition) => {
            let times = repetition.max.unwrap_or(repetition.min.saturating_add(1));
            states(&repetition.sub).saturating_add(1).saturating_mul(times.max(1) as usize)
        }
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().map(states).fold(1, usize::saturating_add)
        }
    }
}

impl PatternError {
    fn of(error: &BuildError) -> Self {
        if error.size_limit().is_some() {
            return Self::TooLarge;
        }
        Self::Syntax(error.syntax_error().map_or_else(|| error.to_string(), |error| error.to_string()))
    }
}

/// Converts a pattern to lower case, except for escapes, flags and group names.
fn in_lower_case(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        let taken = match c {
            '\\' => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
            '(' if rest.starts_with("(?<") || rest.starts_with("(?P<") => {
                rest.find('>').map_or(rest.len(), |end| end + 1)
            }
            '(' if rest.starts_with("(?") => 2 + flags(&rest[2..]),
            c => {
                out.push(c.to_ascii_lowercase());
                rest = &rest[c.len_utf8()..];
                continue;
            }
        };
        out.push_str(&rest[..taken]);
        rest = &rest[taken..];
    }
    out
}

/// Returns the number of flag letters at the start of a text, as between `(?` and `)` or `:`.
fn flags(text: &str) -> usize {
    let length = text.bytes().take_while(|byte| b"-imsUuxR".contains(byte)).count();
    if matches!(text.as_bytes().get(length), Some(b')' | b':')) { length } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_digits_are_those_of_ascii() {
        let pattern = Pattern::new(r"\b429\b").expect("a pattern");
        assert!(pattern.is_match("错误429：") && !pattern.is_match("4290"));
        let pattern = Pattern::new(r#"(?x) ["“] (?<quoted>[^“"]+) \s x"#).expect("a pattern");
        assert_eq!(&pattern.captures("“ü x").expect("a match")["quoted"], "ü");
        assert_eq!(in_lower_case(r"(?<Host>[A-Z]+)\W\.X"), r"(?<Host>[a-z]+)\W\.x");
        assert_eq!(in_lower_case(r"(?sU)(?R:A)(?:B)[(?A)]"), r"(?sU)(?R:a)(?:b)[(?a)]");
    }

    #[test]
    fn case_does_not_count_in_lower_case() {
        let pattern = Pattern::lower(r"Retry[- ]After:? (?<seconds>\d+)[^A-Z]").expect("a pattern");
        let text = "please RETRY-AFTER: 30s, retry after 7!";
        let lower = text.to_ascii_lowercase();
        let found = pattern.captures(&lower).expect("a match");
        assert_eq!(&found["seconds"], "3");
        assert_eq!(pattern.names().collect::<Vec<_>>(), ["seconds"]);
        let replaced = pattern.replace_in(text, &lower, |groups| format!("<{}>", groups.whole()));
        assert_eq!(replaced, "please <RETRY-AFTER: 30>s, <retry after 7!>");
    }

    #[test]
    fn a_group_may_say_that_case_counts() {
        let (text, lower) = ("an AuthError: x", "an autherror: x");
        for (pattern, is_in) in
            [("AN (?-i:[A-Z]\\w+Error)", true), ("(?-i:[A-Z]\\w+ERROR)", false), ("AUTHERROR", true)]
        {
            let pattern = Pattern::insensitive(pattern).expect("a pattern");
            assert_eq!(pattern.is_match(pattern.choose(text, lower)), is_in, "{pattern:?}");
        }
    }

    #[test]
    fn what_is_no_pattern_or_too_large_is_refused() {
        assert!(matches!(Pattern::new("a(b"), Err(PatternError::Syntax(_))));
        assert!(matches!(Pattern::parse("a(b"), Err(PatternError::Syntax(_))));
        assert!(matches!(Pattern::parse("(?:x{500}){500}"), Err(PatternError::TooLarge)));
        // An expression that passes the check can be compiled.
        for pattern in ["(?:[^x]{100}){100}", "(?:[ü-ÿ]{40}){40}", "(?:abc|de){3000}"] {
            Pattern::parse(pattern).expect(pattern);
            Pattern::insensitive(pattern).expect(pattern);
        }
    }
}
