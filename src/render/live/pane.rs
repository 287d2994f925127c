//! Details of one finding as lines of a given width.

use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use crate::report::{FilledFix, Finding};

use super::super::excerpt::excerpt;
use super::super::words::{contradiction, count, facts, status};
use super::view::LiveView;

/// Width of the labels on the left.
const LABEL: usize = 14;
/// Maximum line length for readability.
const MAX_WIDTH: usize = 100;
/// Maximum length of a sample record, in characters.
const MAX_SAMPLE: usize = 400;

/// Returns the lines of a finding's page.
pub(super) fn page(view: &LiveView<'_>, finding: &Finding, width: usize) -> Vec<Line<'static>> {
    let mut page = Page { lines: Vec::new(), width: width.min(MAX_WIDTH), view };
    page.lines.push(Line::from(finding.title.clone()).style(Modifier::BOLD));
    page.item("rule", "", &format!("{} ({}, {})", finding.rule, finding.category, finding.severity));
    page.item("seen", "", &seen(view, finding));
    let known: Vec<String> = facts(finding).collect();
    if !known.is_empty() {
        page.item("details", "", &known.join(", "));
    }
    let says: Vec<&str> = finding.contradicted.iter().map(|claim| claim.value.as_str()).collect();
    let fact = |name: &str| Some(finding.captures.get(name)?.first()?.value.as_str());
    if let Some(text) = contradiction(&says, fact, view.unicode) {
        page.item("actual cause", "", &text);
    }
    if let Some(sample) = finding.samples.first() {
        let text = excerpt(&sample.text, sample.matched.as_deref(), MAX_SAMPLE);
        // Colour codes are removed, because the terminal library does its own styling.
        page.item("record", "", &anstream::adapter::strip_str(&text).to_string());
    }
    for (index, cause) in finding.causes.iter().enumerate() {
        page.item(if index == 0 { "why" } else { "" }, "- ", cause);
    }
    for (index, fix) in finding.fixes.iter().enumerate() {
        page.fix(index, fix);
    }
    for (index, reference) in finding.references.iter().enumerate() {
        page.item(if index == 0 { "see also" } else { "" }, "", reference);
    }
    page.lines
}

fn seen(view: &LiveView<'_>, finding: &Finding) -> String {
    let mut seen = format!("{}, {}", count(finding.incidents, "incident"), count(finding.records, "record"));
    if let Some((first, last)) = finding.first_seen.zip(finding.last_seen) {
        seen.push_str(&format!(", {} to {}", view.time(first), view.time(last)));
    }
    format!("{seen}; {}", status(finding, view.report.last_time()))
}

struct Page<'v> {
    lines: Vec<Line<'static>>,
    width: usize,
    view: &'v LiveView<'v>,
}

impl Page<'_> {
    /// Adds a labelled paragraph after a bullet or number.
    fn item(&mut self, label: &str, bullet: &str, text: &str) {
        let indent = LABEL + bullet.chars().count();
        let options = textwrap::Options::new(self.width.saturating_sub(indent).max(20))
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        for (index, part) in textwrap::wrap(text, options).into_iter().enumerate() {
            let (label, bullet) = if index == 0 { (label, bullet) } else { ("", "") };
            let gap = " ".repeat(indent - LABEL - bullet.chars().count());
            self.lines.push(Line::from(vec![
                Span::styled(format!("{label:<LABEL$}"), Modifier::DIM),
                Span::raw(format!("{bullet}{gap}{part}")),
            ]));
        }
    }

    fn fix(&mut self, index: usize, fix: &FilledFix) {
        let number = format!("{}. ", index + 1);
        self.item(if index == 0 { "fix" } else { "" }, &number, &fix.say);
        let command = self.view.paint(ratatui::style::Color::Cyan);
        let indent = " ".repeat(LABEL + number.len());
        // Commands are not wrapped, so that they can be read as they are typed.
        for line in fix.run.iter().flat_map(|run| run.lines()) {
            self.lines.push(Line::from(format!("{indent}$ {line}")).style(command));
        }
        if let Some(config) = &fix.config {
            self.lines.push(Line::from(format!("{indent}in openclaw.json:")).style(Modifier::DIM));
            for line in config.lines() {
                self.lines.push(Line::from(format!("{indent}{line}")).style(command));
            }
        }
    }
}
