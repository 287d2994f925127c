//! Neutralizes text that a CI system would execute as a command in the output of a step. A leaf module: it uses no
//! other module.
//!
//! Logs contain text from untrusted sources, and a CI step that prints a report passes that text to the CI system:
//!
//! - GitHub Actions, Gitea and Forgejo execute `::name ...::` at the beginning of a line, after optional blanks of any
//!   kind, and `##[name]` anywhere in a line.
//! - Azure Pipelines executes `##vso[area.name]` and `##[name]` anywhere in a line, TeamCity `##teamcity[name]`.
//!
//! These prefixes are broken whatever follows, and in upper and lower case, although today only the names after them
//! are case-insensitive.

use std::io::{self, Write};

/// Output syntax, which decides how a character can be written in another form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Syntax {
    /// Text for people, CSV, and all formats without escapes: a blank is inserted.
    Text,
    /// JSON: the character becomes an escape. No line begins with a string, so none begins with `::`.
    Json,
    /// XML and HTML: the character becomes a reference.
    Markup,
    /// GitHub workflow commands written by clawsift itself: only their content is broken.
    Commands,
}

impl Syntax {
    fn bracket(self) -> &'static [u8] {
        match self {
            Self::Text | Self::Commands => b" [",
            Self::Json => br"\u005b",
            Self::Markup => b"&#91;",
        }
    }

    fn colon(self) -> &'static [u8] {
        match self {
            Self::Markup => b"&#58;",
            Self::Text | Self::Json | Self::Commands => b" :",
        }
    }

    /// Returns true if a command at the beginning of a line must be broken.
    fn has_lines(self) -> bool {
        matches!(self, Self::Text | Self::Markup)
    }
}

/// State of matching `##[`, `##vso[` or `##teamcity[`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Prefix {
    Nothing,
    Hash,
    /// Two or more hashes, and the remaining part of a name that has begun.
    Hashes(Option<&'static [u8]>),
}

/// Position of the last written byte in its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    /// Only blanks so far. A non-ASCII byte may be part of a blank too.
    Start,
    /// After a colon at the start.
    Colon,
    Inside,
}

/// Writer that breaks commands, including those split over several writes.
///
/// ```
/// use std::io::Write;
/// use clawsift::ci_commands::{Breaker, Syntax};
///
/// let mut out = Vec::new();
/// Breaker::new(&mut out, Syntax::Text).write_all(b"  ::error::x\n##vso[task.complete] a::b").unwrap();
/// assert_eq!(out, b"  : :error::x\n##vso [task.complete] a::b");
/// ```
#[derive(Debug)]
pub struct Breaker<W> {
    inner: W,
    syntax: Syntax,
    prefix: Prefix,
    column: Column,
}

impl<W: Write> Breaker<W> {
    /// Creates a writer whose output starts at the beginning of a line.
    pub fn new(inner: W, syntax: Syntax) -> Self {
        Self { inner, syntax, prefix: Prefix::Nothing, column: Column::Start }
    }

    /// Returns the position of the next byte that can begin a command or a line. The byte before `bytes` must not be
    /// part of a command.
    fn next(&self, bytes: &[u8]) -> Option<usize> {
        match self.syntax.has_lines() {
            true => memchr::memchr3(b'#', b'\n', b'\r', bytes),
            false => memchr::memchr(b'#', bytes),
        }
    }

    fn is_idle(&self) -> bool {
        self.prefix == Prefix::Nothing && (self.column == Column::Inside || !self.syntax.has_lines())
    }

    /// Returns the text to write instead of a byte; `None` if the byte itself is written.
    fn step(&mut self, byte: u8) -> Option<&'static [u8]> {
        let is_bracket = self.follow_prefix(byte);
        let is_colon = self.follow_line(byte);
        match (is_bracket, is_colon) {
            (true, _) => Some(self.syntax.bracket()),
            (_, true) => Some(self.syntax.colon()),
            _ => None,
        }
    }

    /// Returns true if the byte completes the prefix of a command, such as `##[`.
    fn follow_prefix(&mut self, byte: u8) -> bool {
        let before = self.prefix;
        self.prefix = match (before, byte.to_ascii_lowercase()) {
            (Prefix::Hash | Prefix::Hashes(None), b'#') => Prefix::Hashes(None),
            (_, b'#') => Prefix::Hash,
            (Prefix::Hashes(None), b'v') => Prefix::Hashes(Some(b"so")),
            (Prefix::Hashes(None), b't') => Prefix::Hashes(Some(b"eamcity")),
            (Prefix::Hashes(Some([next, rest @ ..])), byte) if byte == *next => Prefix::Hashes(Some(rest)),
            _ => Prefix::Nothing,
        };
        byte == b'[' && matches!(before, Prefix::Hashes(None | Some([])))
    }

    /// Returns true if the byte completes `::` at the beginning of a line.
    fn follow_line(&mut self, byte: u8) -> bool {
        let before = self.column;
        self.column = match (before, byte) {
            (_, b'\n' | b'\r') => Column::Start,
            (Column::Start, ..=b' ' | 0x7f..) => Column::Start,
            (Column::Start, b':') => Column::Colon,
            _ => Column::Inside,
        };
        self.syntax.has_lines() && before == Column::Colon && byte == b':'
    }
}

impl<W: Write> Write for Breaker<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let (mut at, mut written) = (0, 0);
        while at < bytes.len() {
            if self.is_idle() {
                let Some(next) = self.next(&bytes[at..]) else { break };
                at += next;
            }
            if let Some(instead) = self.step(bytes[at]) {
                self.inner.write_all(&bytes[written..at])?;
                self.inner.write_all(instead)?;
                written = at + 1;
            }
            at += 1;
        }
        self.inner.write_all(&bytes[written..])?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Returns the text with commands broken; the text starts at the beginning of a line.
pub fn broken(text: &str, syntax: Syntax) -> String {
    let mut out = Vec::with_capacity(text.len());
    // Writing to memory cannot fail, and only whole characters are inserted.
    let _ = Breaker::new(&mut out, syntax).write_all(text.as_bytes());
    String::from_utf8(out).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_broken_and_nothing_else_is() {
        for (text, expected) in [
            ("::error::x", ": :error::x"),
            ("a\n \t::set-output name=a::b", "a\n \t: :set-output name=a::b"),
            ("a\r::error::x", "a\r: :error::x"),
            ("\u{a0}\u{3000}::error::x", "\u{a0}\u{3000}: :error::x"),
            (":::error::x", ": ::error::x"),
            ("x ##[group]y", "x ## [group]y"),
            ("###[error]y", "### [error]y"),
            ("#x##[error]y", "#x## [error]y"),
            ("x ##vso[task.setvariable]y", "x ##vso [task.setvariable]y"),
            ("##VSO[a]##Vso[b]", "##VSO [a]##Vso [b]"),
            ("##v##vso[a]", "##v##vso [a]"),
            ("##teamcity[a]##TeamCity[b]", "##teamcity [a]##TeamCity [b]"),
        ] {
            assert_eq!(broken(text, Syntax::Text), expected);
            assert_eq!(broken(expected, Syntax::Text), expected);
        }
        for text in [
            "## Heading [x]",
            "### clawsift: 1 incident",
            "a::b, std::io::Write and ::1",
            "#[test]",
            "##vs[x] ##vsox[x] ##team[x]",
            "# [x]",
            "at x:: y",
        ] {
            assert_eq!(broken(text, Syntax::Text), text);
        }
    }

    #[test]
    fn each_syntax_gives_the_text_back_as_it_was() {
        let text = "::error::x\n##vso[a]##[b]##TEAMCITY[c]";
        let json = serde_json::to_string_pretty(&[text]).expect("JSON");
        let inert = broken(&json, Syntax::Json);
        assert!(
            !inert.contains("##vso[") && !inert.contains("##[") && !inert.contains("TEAMCITY["),
            "{inert}"
        );
        assert_eq!(serde_json::from_str::<[String; 1]>(&inert).expect("JSON"), [text]);
        let markup = broken(text, Syntax::Markup);
        assert_eq!(markup, ":&#58;error::x\n##vso&#91;a]##&#91;b]##TEAMCITY&#91;c]");
        assert_eq!(markup.replace("&#91;", "[").replace("&#58;", ":"), text);
        assert_eq!(broken("::error::##[x]", Syntax::Commands), "::error::## [x]");
    }

    #[test]
    fn a_command_in_pieces_is_broken_as_a_whole() {
        let text = "a\n  ::error::b ##vso[x] ###[y]\r\n\u{a0}::warning::##teamcity[z] a::b";
        for syntax in [Syntax::Text, Syntax::Json, Syntax::Markup, Syntax::Commands] {
            let whole = broken(text, syntax);
            for size in 1..text.len() {
                let mut out = Vec::new();
                let mut breaker = Breaker::new(&mut out, syntax);
                text.as_bytes().chunks(size).for_each(|piece| breaker.write_all(piece).expect("memory"));
                assert_eq!(String::from_utf8(out).expect("UTF-8"), whole, "{size}");
            }
        }
    }
}
