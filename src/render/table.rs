//! The report for a tired person at a terminal: a ranked table, then why and what to do, then what to know.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style as Paint};
use comfy_table::{Cell, CellAlignment, Color, ContentArrangement, Table, presets};
use jiff::{SignedDuration, Timestamp};

use crate::catalogue::Severity;
use crate::record::Format;
use crate::report::{FilledFix, Finding, Report, Status};

use super::Style;

/// Findings shown with their advice; the table shows them all.
const DETAILED: usize = 5;
/// Texts are easier to read in lines no longer than this.
const MAX_TEXT_WIDTH: usize = 110;
/// Characters of a sample record; JSON has more.
const MAX_SAMPLE: usize = 280;
/// Width of the labels to the left of details.
const LABEL: usize = 9;

const BOLD: Paint = Paint::new().bold();
const DIM: Paint = Paint::new().dimmed();
const COMMAND: Paint = AnsiColor::Cyan.on_default();

/// The whole report as text with colour codes.
pub(super) fn render(report: &Report, style: &Style) -> String {
    let mut page = Page {
        out: String::new(),
        style,
        log_end: report.sources.iter().filter_map(|s| s.last_time).max(),
        one_day: is_one_day(report, style),
        several_sources: report.sources.len() > 1,
    };
    if report.findings.is_empty() {
        page.clean(report);
    } else {
        page.heading(report);
        page.table(&report.findings);
        for finding in report.findings.iter().take(DETAILED) {
            page.details(finding);
        }
        page.rest(report);
        page.next_steps(report);
    }
    page.unclassified(report);
    page.notes(report);
    page.out
}

struct Page<'a> {
    out: String,
    style: &'a Style,
    log_end: Option<Timestamp>,
    one_day: bool,
    several_sources: bool,
}

impl Page<'_> {
    fn line(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    /// A paragraph, its further lines indented like its first word.
    fn wrapped(&mut self, first: &str, indent: usize, text: &str) {
        let further = " ".repeat(indent);
        let width = self.style.width.clamp(40, MAX_TEXT_WIDTH);
        let options = textwrap::Options::new(width)
            .initial_indent(first)
            .subsequent_indent(&further)
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        let filled = textwrap::fill(text, options);
        self.line(&filled);
    }

    /// A labelled paragraph of a finding's details.
    fn detail(&mut self, label: &str, text: &str) {
        self.item(label, "", text);
    }

    /// A labelled paragraph behind a bullet or number.
    fn item(&mut self, label: &str, bullet: &str, text: &str) {
        // Colour codes have no width on the screen, but would be counted; so they come in afterwards.
        let plain = format!("   {label:<LABEL$}");
        let colored = format!("   {DIM}{label:<LABEL$}{DIM:#}");
        let first = format!("{plain}{bullet}");
        let before = self.out.len();
        self.wrapped(&first, first.len(), text);
        self.out.replace_range(before..before + plain.len(), &colored);
    }

    fn command(&mut self, indent: usize, command: &str) {
        for line in command.lines() {
            let _ = writeln!(self.out, "{:indent$}{COMMAND}$ {line}{COMMAND:#}", "");
        }
    }

    /// One line for a log in which nothing is wrong.
    fn clean(&mut self, report: &Report) {
        let totals = &report.totals;
        if report.sources.iter().all(|source| !source.problems.is_empty()) {
            return self.line("clawsift: nothing could be read");
        }
        if totals.records == 0 {
            return self.line(&format!("clawsift: there is nothing in {}", names(report)));
        }
        let known = report.sources.iter().any(|s| s.formats.iter().any(|f| f.format != Format::Text));
        let what = match totals.unclassified {
            _ if report.filtered_out > 0 || report.left_out.is_some() => {
                let hidden = count(report.filtered_out, "incident");
                let findings = count(report.left_out.unwrap_or(0) as u64, "finding");
                format!("nothing to show: {hidden} and {findings} are left out by the filters")
            }
            0 if !known => "nothing that looks like OpenClaw's log, and no known error,".to_owned(),
            0 => "nothing is wrong".to_owned(),
            n => format!(
                "no known failure, but {n} {} that no rule explains",
                plural(n, "warning or error", "warnings or errors")
            ),
        };
        let span = self.span(report);
        self.line(&format!(
            "{BOLD}clawsift: {what}{BOLD:#} in {} of {}{span}",
            count(totals.records, "record"),
            names(report)
        ));
    }

    fn heading(&mut self, report: &Report) {
        let totals = &report.totals;
        let span = self.span(report);
        let text = format!(
            "{} in {} of {}{span}",
            count(totals.incidents, "incident"),
            count(totals.records, "record"),
            names(report)
        );
        self.wrapped("", 0, &text);
    }

    /// The time that the sources cover, as ", FIRST to LAST".
    fn span(&self, report: &Report) -> String {
        let first = report.sources.iter().filter_map(|source| source.first_time).min();
        match first.zip(self.log_end) {
            Some((first, last)) => {
                let day = last.to_zoned(self.style.zone.clone()).strftime("%Y-%m-%d").to_string();
                let from = self.time(Some(first));
                let to = self.time(Some(last));
                if self.one_day { format!(", {day} {from} to {to}") } else { format!(", {from} to {to}") }
            }
            None => String::new(),
        }
    }

    fn table(&mut self, findings: &[Finding]) {
        let mut table = Table::new();
        let preset =
            if self.style.unicode { presets::UTF8_FULL_CONDENSED } else { presets::ASCII_FULL_CONDENSED };
        table
            .load_style(preset)
            .enforce_styling()
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(u16::try_from(self.style.width.min(MAX_TEXT_WIDTH + 30)).unwrap_or(80))
            .set_header(["#", "Severity", "What", "Incidents", "Since", "Status"]);
        for finding in findings {
            table.add_row([
                Cell::new(finding.rank).set_alignment(CellAlignment::Right),
                Cell::new(finding.severity).fg(severity_color(finding.severity)),
                Cell::new(&finding.title),
                Cell::new(finding.incidents).set_alignment(CellAlignment::Right),
                Cell::new(self.time(finding.first_seen)),
                Cell::new(self.status(finding)),
            ]);
        }
        let text = table.to_string();
        self.line(&text);
    }

    fn details(&mut self, finding: &Finding) {
        self.line("");
        let _ = write!(self.out, "{BOLD}");
        self.wrapped(&format!("{}. ", finding.rank), 3, &finding.title);
        let _ = write!(self.out, "{BOLD:#}");
        self.detail("rule", &format!("{} ({}, {})", finding.rule, finding.category, finding.severity));

        let mut seen =
            format!("{}, {}", count(finding.incidents, "incident"), count(finding.records, "record"));
        if finding.first_seen.is_some() {
            let (first, last) = (self.time(finding.first_seen), self.time(finding.last_seen));
            let _ =
                if first == last { write!(seen, ", {first}") } else { write!(seen, ", {first} to {last}") };
        }
        let _ = write!(seen, "; {}", self.status(finding));
        self.detail("seen", &seen);
        self.facts(finding);
        self.contradicted(finding);
        if let Some(sample) = finding.samples.first() {
            let place = if self.several_sources {
                format!("{}:{}", sample.source, sample.line)
            } else {
                format!("line {}", sample.line)
            };
            self.detail("record", &format!("{place}: {}", shortened(&sample.text, MAX_SAMPLE)));
        }
        for (index, cause) in finding.causes.iter().enumerate() {
            self.item(if index == 0 { "why" } else { "" }, "- ", cause);
        }
        for (index, fix) in finding.fixes.iter().enumerate() {
            self.fix(index, fix);
        }
        self.limits(finding);
        for (index, reference) in finding.references.iter().enumerate() {
            self.detail(if index == 0 { "more" } else { "" }, reference);
        }
    }

    /// Facts that were captured, the most frequent value of each and how many others there are.
    fn facts(&mut self, finding: &Finding) {
        let facts: Vec<String> = finding
            .captures
            .iter()
            .filter_map(|(name, values)| {
                let value = &values.first()?.value;
                let others = match values.len() {
                    1 => String::new(),
                    n => format!(" and {} more", n - 1),
                };
                Some(format!("{} {value}{others}", name.replace('_', " ")))
            })
            .collect();
        if !facts.is_empty() {
            self.detail("facts", &facts.join(", "));
        }
    }

    /// What OpenClaw itself says, where the wire said something else.
    fn contradicted(&mut self, finding: &Finding) {
        let says: Vec<String> =
            finding.contradicted.iter().take(3).map(|claim| self.quoted(&claim.value)).collect();
        if says.is_empty() {
            return;
        }
        let wire = ["code", "status"].iter().find_map(|name| {
            let value = &finding.captures.get(*name)?.first()?.value;
            Some(format!("; the wire said {name} {value}"))
        });
        let wire = wire.unwrap_or_else(|| "; the record's own evidence says otherwise".to_owned());
        self.detail("not so", &format!("OpenClaw says {}{wire}", says.join(", ")));
    }

    fn quoted(&self, text: &str) -> String {
        if self.style.unicode { format!("“{text}”") } else { format!("\"{text}\"") }
    }

    fn fix(&mut self, index: usize, fix: &FilledFix) {
        let indent = LABEL + 6;
        self.item(if index == 0 { "fix" } else { "" }, &format!("{}. ", index + 1), &fix.say);
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

    fn limits(&mut self, finding: &Finding) {
        let Some(limits) = &finding.limits else { return };
        self.detail("limits", &limits.title);
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_header(&limits.columns);
        for row in &limits.rows {
            table.add_row(row);
        }
        for line in table.to_string().lines() {
            let _ = writeln!(self.out, "{:1$} {2}", "", LABEL + 2, line.trim_end());
        }
    }

    fn rest(&mut self, report: &Report) {
        let brief = report.findings.len().saturating_sub(DETAILED) as u64;
        let left_out = report.left_out.unwrap_or(0) as u64;
        let mut lines = Vec::new();
        if brief > 0 {
            lines.push(format!(
                "{} without details here; --format json has them all",
                count(brief, "more finding")
            ));
        }
        if left_out > 0 {
            lines.push(format!("{} left out by --top", count(left_out, "more finding")));
        }
        if report.filtered_out > 0 {
            lines.push(format!("{} left out by the filters", count(report.filtered_out, "incident")));
        }
        if !lines.is_empty() {
            self.line("");
            self.wrapped("", 0, &lines.join("; "));
        }
    }

    fn next_steps(&mut self, report: &Report) {
        if report.next_steps.is_empty() {
            return;
        }
        self.line("");
        self.line(&format!("{BOLD}Next steps{BOLD:#}"));
        for (index, step) in report.next_steps.iter().enumerate() {
            self.wrapped(&format!("{:>2}. ", index + 1), 4, &step.say);
            if let Some(command) = &step.run {
                self.command(4, command);
            }
        }
    }

    fn unclassified(&mut self, report: &Report) {
        if report.unclassified.is_empty() {
            return;
        }
        let total = report.totals.unclassified;
        self.line("");
        let title =
            format!("{} that no rule explains", plural(total, "Warning or error", "Warnings and errors"));
        self.line(&format!("{BOLD}{title}{BOLD:#} ({total})"));
        for group in &report.unclassified {
            let subsystem = group.subsystem.as_deref().map(|name| format!("{name}: ")).unwrap_or_default();
            let text = format!("{} {subsystem}{}", group.level.name(), group.template);
            self.wrapped(&format!("{:>5} x ", group.records), 8, &text);
        }
    }

    fn notes(&mut self, report: &Report) {
        let mut notes: Vec<String> = report.notes.clone();
        for source in &report.sources {
            let lines = source.problems.iter().chain(&source.notes);
            notes.extend(lines.map(|line| format!("{}: {line}", source.name)));
        }
        if notes.is_empty() {
            return;
        }
        self.line("");
        self.line(&format!("{BOLD}Notes{BOLD:#}"));
        for note in notes {
            self.wrapped(" - ", 3, &note);
        }
    }

    fn status(&self, finding: &Finding) -> String {
        match finding.status {
            Status::Ongoing => "ongoing".to_owned(),
            Status::Recovered => "recovered".to_owned(),
            Status::Degraded => "fallback answered".to_owned(),
            Status::Quiet => match self.log_end.zip(finding.last_seen) {
                Some((end, seen)) => format!("quiet for {}", length(end.duration_since(seen))),
                None => "quiet".to_owned(),
            },
        }
    }

    fn time(&self, time: Option<Timestamp>) -> String {
        let Some(time) = time else { return "-".to_owned() };
        let form = if self.one_day { "%H:%M:%S" } else { "%Y-%m-%d %H:%M" };
        time.to_zoned(self.style.zone.clone()).strftime(form).to_string()
    }
}

/// Whether all times shown are of one day, so that the day need not be repeated.
fn is_one_day(report: &Report, style: &Style) -> bool {
    let mut days = report
        .sources
        .iter()
        .flat_map(|source| [source.first_time, source.last_time])
        .flatten()
        .map(|time| time.to_zoned(style.zone.clone()).date());
    let first = days.next();
    days.all(|day| Some(day) == first)
}

fn names(report: &Report) -> String {
    match report.sources.as_slice() {
        [only] if only.name == "-" => "standard input".to_owned(),
        [only] => only.name.clone(),
        many => format!("{} sources", many.len()),
    }
}

fn shortened(text: &str, max_chars: usize) -> String {
    match text.char_indices().nth(max_chars) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn plural<'t>(n: u64, one: &'t str, many: &'t str) -> &'t str {
    if n == 1 { one } else { many }
}

/// `1 record`, `12,345 records`.
fn count(n: u64, noun: &str) -> String {
    let digits = n.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{grouped} {noun}{}", if n == 1 { "" } else { "s" })
}

/// A length of time in its largest whole unit.
fn length(duration: SignedDuration) -> String {
    match duration.as_mins() {
        minutes if minutes < 120 => format!("{minutes} min"),
        minutes if minutes < 48 * 60 => format!("{} h", minutes / 60),
        minutes => format!("{} days", minutes / (24 * 60)),
    }
}

fn severity_color(severity: Severity) -> Color {
    match severity {
        Severity::Critical => Color::Magenta,
        Severity::Error => Color::Red,
        Severity::Warning => Color::Yellow,
        Severity::Info => Color::Blue,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_lengths_read_well() {
        assert_eq!(count(1, "record"), "1 record");
        assert_eq!(count(1_234_567, "record"), "1,234,567 records");
        assert_eq!(length(SignedDuration::from_mins(61)), "61 min");
        assert_eq!(length(SignedDuration::from_hours(3)), "3 h");
        assert_eq!(length(SignedDuration::from_hours(72)), "3 days");
    }
}
