//! Regular expressions that are quick to build. A leaf: this module knows nothing of the others.
//!
//! A small log is read in less time than it takes to prepare a few hundred expressions for reading a large one. So they are
//! built without the search for literals (the engine has its own), they match bytes (`.` is one, and `\d`, `\w`, `\s` and
//! `\b` mean ASCII), and where case does not count they are written, and matched against text, in lower case.

use std::borrow::Cow;
use std::ops::{Index, Range};

use regex_automata::MatchKind;
use regex_automata::hybrid::dfa;
use regex_automata::meta::{self, BuildError};
use regex_automata::nfa::thompson;
use regex_automata::util::{captures, syntax};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

/// An expression of more states is refused, so that a foreign rule cannot eat the memory.
const MAX_STATES: usize = 30_000;
/// The bytes that an automaton of so many states takes, and some more.
const MAX_BYTES: usize = 16 << 20;

/// A regular expression.
#[derive(Debug, Clone)]
pub struct Pattern {
    regex: meta::Regex,
    /// It is to be matched against text in lower case.
    is_lower: bool,
}

/// Why an expression cannot be used.
#[derive(Debug, Clone, thiserror::Error)]
pub enum PatternError {
    /// Its automaton would be too large.
    #[error("the regular expression is too large")]
    TooLarge,
    /// It is none.
    #[error("{0}")]
    Syntax(String),
}

impl Pattern {
    /// Builds an expression in the syntax of the regex crate.
    ///
    /// # Errors
    /// When it is none, or too large.
    pub fn new(pattern: &str) -> Result<Self, PatternError> {
        Ok(Self { regex: build(pattern, false)?, is_lower: false })
    }

    /// Builds an expression for which case does not count, but for groups that say otherwise (`(?-i:...)`).
    ///
    /// # Errors
    /// When it is none, or too large.
    pub fn insensitive(pattern: &str) -> Result<Self, PatternError> {
        match pattern.contains("(?-i") {
            true => Ok(Self { regex: build(pattern, true)?, is_lower: false }),
            false => Self::lower(pattern),
        }
    }

    /// Builds an expression for which case does not count: it is to be matched against text in lower case
    /// ([`str::to_ascii_lowercase`]).
    ///
    /// # Errors
    /// When it is none, or too large.
    pub fn lower(pattern: &str) -> Result<Self, PatternError> {
        let regex = match build(&in_lower_case(pattern), false) {
            // The fault is shown in the expression as it is written.
            Err(PatternError::Syntax(_)) => build(pattern, false),
            built => built,
        }?;
        Ok(Self { regex, is_lower: true })
    }

    /// Parses an expression for which case does not count, as it will be matched, without building it: whether it is one,
    /// and of what size. As it is written, not in lower case.
    ///
    /// # Errors
    /// When it is none, or too large.
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

    /// Parses an expression for which case does not count, in the form in which it is matched: in lower case, or with both
    /// cases of each letter, where a group says that case counts. The second is what to write before the printed form of
    /// a changed one, so that it is matched in the same way.
    ///
    /// # Errors
    /// When it is none, or too large.
    pub fn parse_as_matched(pattern: &str) -> Result<(Hir, &'static str), PatternError> {
        if !pattern.contains("(?-i") {
            return Ok((Self::parse(&in_lower_case(pattern))?, ""));
        }
        Ok((Self::parse(&format!("(?i){pattern}"))?, "(?-i)"))
    }

    /// The automaton of an expression for which case does not count, for text in lower case. It is in a match state where the
    /// expression has been found in what came before. Its states are made when they are first reached; once they take
    /// `max_bytes` there is an error instead.
    pub fn automaton(pattern: &str, max_bytes: usize) -> Option<dfa::DFA> {
        let config = dfa::Config::new()
            .match_kind(MatchKind::All)
            .cache_capacity(max_bytes)
            .skip_cache_capacity_check(true)
            .minimum_cache_clear_count(Some(0));
        // Characters outside ASCII in a class need the tables of Unicode.
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

    /// The one of a text and the same in lower case against which it is to be matched.
    pub fn choose<'t>(&self, text: &'t str, lower: &'t str) -> &'t str {
        if self.is_lower { lower } else { text }
    }

    /// Whether it is in the text.
    pub fn is_match(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    /// Where it is in the text first.
    pub fn find(&self, text: impl AsRef<[u8]>) -> Option<Range<usize>> {
        self.regex.find(text.as_ref()).map(|found| found.range())
    }

    /// Whether it has named groups.
    pub fn has_names(&self) -> bool {
        self.regex.captures_len() > 1
    }

    /// The names of its groups.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.regex.group_info().pattern_names(regex_automata::PatternID::ZERO).flatten()
    }

    /// Where it and its groups are in the text first.
    pub fn captures<'t>(&self, text: &'t str) -> Option<Groups<'t>> {
        let mut found = self.regex.create_captures();
        self.regex.captures(text, &mut found);
        found.is_match().then_some(Groups { text, found })
    }

    /// Where a named group is in a text that may not be UTF-8.
    pub fn group(&self, text: &[u8], name: &str) -> Option<Range<usize>> {
        let mut found = self.regex.create_captures();
        self.regex.captures(text, &mut found);
        found.get_group_by_name(name).map(|span| span.range())
    }

    /// Each place where it is in the text.
    pub fn captures_iter<'t>(&self, text: &'t str) -> impl Iterator<Item = Groups<'t>> {
        self.regex.captures_iter(text).map(move |found| Groups { text, found })
    }

    /// The text with something else in each place where the expression is in `sought`, a copy of it in whatever case.
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

    /// The text with something else in each place where the expression is.
    pub fn replace_all<'t>(&self, text: &'t str, with: impl FnMut(Groups<'_>) -> String) -> Cow<'t, str> {
        self.replace_in(text, text, with)
    }
}

/// Where an expression and its groups are in a text.
#[derive(Debug)]
pub struct Groups<'t> {
    text: &'t str,
    found: captures::Captures,
}

impl<'t> Groups<'t> {
    /// The text of a named group, where it is in the text.
    pub fn name(&self, name: &str) -> Option<&'t str> {
        self.text.get(self.named_range(name)?)
    }

    /// Where a named group is. A character of which only a part belongs to it does not.
    pub fn named_range(&self, name: &str) -> Option<Range<usize>> {
        self.found.get_group_by_name(name).map(|span| self.characters(span.range()))
    }

    /// Where a group is; the whole is group 0.
    fn range(&self, index: usize) -> Option<Range<usize>> {
        self.found.get_group(index).map(|span| self.characters(span.range()))
    }

    fn characters(&self, range: Range<usize>) -> Range<usize> {
        let is_start = |at: &usize| self.text.is_char_boundary(*at);
        let start = (range.start..=self.text.len()).find(is_start).unwrap_or(self.text.len());
        start..(start..=range.end).rev().find(is_start).unwrap_or(start)
    }

    /// The whole of what was found.
    pub fn whole(&self) -> &'t str {
        self.range(0).and_then(|range| self.text.get(range)).unwrap_or_default()
    }
}

/// The text of a named group, empty where it is not in the text.
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
    // Characters outside ASCII in a class need the tables of Unicode.
    match meta::Builder::new().configure(config.clone()).syntax(of_bytes).build(pattern) {
        Ok(regex) => Ok(regex),
        Err(_) => meta::Builder::new()
            .configure(config)
            .syntax(syntax)
            .build(pattern)
            .map_err(|error| PatternError::of(&error)),
    }
}

/// About how many states the automaton of an expression has.
pub fn states(hir: &Hir) -> usize {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => 1,
        HirKind::Literal(literal) => literal.0.len(),
        // A class of bytes is one state, a class of characters some for each length of their encoding.
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

/// A pattern in lower case, but for what is no text: escapes and the names of groups.
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

/// How many letters of flags a text begins with, as between `(?` and `)` or `:`.
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
        // What passes the check can be built.
        for pattern in ["(?:[^x]{100}){100}", "(?:[ü-ÿ]{40}){40}", "(?:abc|de){3000}"] {
            Pattern::parse(pattern).expect(pattern);
            Pattern::insensitive(pattern).expect(pattern);
        }
    }
}
