//! Paragraphs, labelled details and commands, shared by the report and the rule pages.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style as Paint};
use comfy_table::{Table, presets};

use crate::catalogue::LimitTable;
use crate::redact::Redactor;
use crate::report::FilledFix;

use super::Style;
use super::digest::is_web_address;
use super::words::contradiction;

/// Maximum line length for readability.
pub(super) const MAX_TEXT_WIDTH: usize = 110;
/// Width of the labels on the left of details.
pub(super) const LABEL: usize = 14;

pub(super) const BOLD: Paint = Paint::new().bold();
pub(super) const DIM: Paint = Paint::new().dimmed();
const COMMAND: Paint = AnsiColor::Cyan.on_default();

/// Beginning of the fact that says what the code in a record means.
const MEANING: &str = "meaning ";

/// Text with colour codes, wrapped to the width of the terminal.
pub(super) struct Page<'a> {
    pub out: String,
    pub style: &'a Style,
}

impl Style {
    /// Returns an empty table with borders that the terminal can show.
    pub(super) fn bordered(&self) -> Table {
        let mut table = Table::new();
        table.load_style(if self.unicode {
            presets::UTF8_FULL_CONDENSED
        } else {
            presets::ASCII_FULL_CONDENSED
        });
        table
    }
}

/// Causes and fixes of a failure.
pub(super) struct Advice<'a> {
    pub causes: &'a [String],
    pub fixes: &'a [FilledFix],
    pub limits: Option<&'a LimitTable>,
    pub references: &'a [String],
}

impl<'a> Page<'a> {
    pub fn new(style: &'a Style) -> Self {
        Self { out: String::new(), style }
    }

    pub fn line(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    /// Adds a paragraph; its other lines are indented by `indent`.
    pub fn wrapped(&mut self, first: &str, indent: usize, text: &str) {
        let further = " ".repeat(indent);
        let width = self.style.width.clamp(40, MAX_TEXT_WIDTH);
        let options = textwrap::Options::new(width)
            .initial_indent(first)
            .subsequent_indent(&further)
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        let filled = textwrap::fill(text, options);
        self.line(&filled);
    }

    /// Adds a labelled paragraph to a finding's details.
    pub fn detail(&mut self, label: &str, text: &str) {
        self.item(label, "", text);
    }

    /// Adds a labelled paragraph after a bullet or number.
    pub fn item(&mut self, label: &str, bullet: &str, text: &str) {
        // Colour codes are inserted after wrapping, which would count them as visible characters.
        let plain = format!("   {label:<LABEL$}");
        let colored = format!("   {DIM}{label:<LABEL$}{DIM:#}");
        let first = format!("{plain}{bullet}");
        let before = self.out.len();
        self.wrapped(&first, first.len(), text);
        self.out.replace_range(before..before + plain.len(), &colored);
    }

    /// Adds a labelled text that is neither wrapped nor truncated, so that it can be copied; its other lines are
    /// indented equally.
    #[cfg(feature = "rule-tools")]
    pub fn verbatim(&mut self, label: &str, bullet: &str, text: &str) {
        for (index, line) in text.lines().enumerate() {
            let (label, bullet) = if index == 0 { (label, bullet) } else { ("", "  ") };
            let line = Redactor::OPEN.clean(line);
            let _ = writeln!(self.out, "   {DIM}{label:<LABEL$}{DIM:#}{bullet}{line}");
        }
    }

    pub fn command(&mut self, indent: usize, command: &str) {
        for line in command.lines() {
            let line = Redactor::OPEN.clean(line);
            let _ = writeln!(self.out, "{:indent$}{COMMAND}$ {line}{COMMAND:#}", "");
        }
    }

    /// Adds a heading, with a number if there is one.
    pub fn title(&mut self, number: Option<usize>, title: &str) {
        let first = number.map_or(String::new(), |number| format!("{number}. "));
        let _ = write!(self.out, "{BOLD}");
        self.wrapped(&first, if number.is_some() { 3 } else { 0 }, &Redactor::OPEN.clean(title));
        let _ = write!(self.out, "{BOLD:#}");
    }

    pub fn advice(&mut self, advice: &Advice<'_>) {
        for (index, cause) in advice.causes.iter().enumerate() {
            self.item(if index == 0 { "why" } else { "" }, "- ", cause);
        }
        for (index, fix) in advice.fixes.iter().enumerate() {
            self.fix(index, fix);
        }
        if let Some(limits) = advice.limits {
            self.limits(limits);
        }
        for (index, reference) in advice.references.iter().enumerate() {
            let label = if index == 0 { "see also" } else { "" };
            let _ = write!(self.out, "   {DIM}{label:<LABEL$}{DIM:#}");
            self.address(reference);
        }
    }

    /// Adds an address, as a link if the terminal supports links; it is never wrapped.
    pub fn address(&mut self, address: &str) {
        let _ = match self.style.links && is_web_address(address) {
            true => writeln!(self.out, "\x1b]8;;{address}\x1b\\{address}\x1b]8;;\x1b\\"),
            false => writeln!(self.out, "{address}"),
        };
    }

    /// Adds facts by name, in one line, and what a code means on a line of its own: it is a sentence.
    pub fn facts(&mut self, facts: &[String]) {
        let (meanings, facts): (Vec<&str>, Vec<&str>) =
            facts.iter().map(String::as_str).partition(|fact| fact.starts_with(MEANING));
        if !facts.is_empty() {
            self.detail("details", &facts.join(", "));
        }
        for meaning in meanings {
            self.detail(MEANING.trim_end(), &meaning[MEANING.len()..]);
        }
    }

    /// Adds OpenClaw's own statement if the evidence contradicts it.
    pub fn contradicted<'f>(&mut self, says: &[&str], fact: impl Fn(&str) -> Option<&'f str>) {
        if let Some(text) = contradiction(says, fact, self.style.unicode) {
            self.detail("actual cause", &text);
        }
    }

    fn fix(&mut self, index: usize, fix: &FilledFix) {
        let indent = LABEL + 6;
        self.item(if index == 0 { "fix" } else { "" }, &format!("{}. ", index + 1), &fix.say);
        self.fix_text(indent, fix);
    }

    /// The command and the configuration of a fix.
    pub fn fix_text(&mut self, indent: usize, fix: &FilledFix) {
        if let Some(command) = &fix.run {
            self.command(indent, command);
        }
        if let Some(config) = &fix.config {
            let _ = writeln!(self.out, "{:indent$}{DIM}in openclaw.json:{DIM:#}", "");
            for line in config.lines() {
                let _ = writeln!(self.out, "{:indent$}{COMMAND}{line}{COMMAND:#}", "");
            }
        }
    }

    fn limits(&mut self, limits: &LimitTable) {
        self.detail("limits", &limits.title);
        self.limit_rows(LABEL + 2, limits);
    }

    /// The rows of a table of limits.
    pub fn limit_rows(&mut self, indent: usize, limits: &LimitTable) {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_header(&limits.columns);
        for row in &limits.rows {
            table.add_row(row);
        }
        for line in table.to_string().lines() {
            let _ = writeln!(self.out, "{:indent$} {}", "", line.trim_end());
        }
    }
}
