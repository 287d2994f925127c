//! Table output for a person at a terminal: a ranked table, then causes and fixes, then notes.

use std::borrow::Cow;
use std::fmt::Write as _;

use comfy_table::{Cell, CellAlignment, Color, ContentArrangement};
use jiff::Timestamp;

use crate::catalogue::Severity;
use crate::report::{Finding, Report};

use super::digest::problems;
use super::excerpt::excerpt;
use super::page::{Advice, BOLD, MAX_TEXT_WIDTH, Page};
use super::sparkline::sparkline;
use super::words::{
    began_after, count, draft_command, facts, left_out, names, nothing_found, nothing_read, number,
    share_explained, shortened, source_notes, status, warnings,
};
use super::{Extent, Style};

/// Maximum number of rules of related records.
const MAX_ECHOES: usize = 4;
/// Minimum width for a separate trend column.
const WIDE: usize = 100;
/// Maximum number of patterns of unexplained records.
const SHAPES: usize = 10;
/// Maximum length of a sample record, in characters; JSON has the full text.
const MAX_SAMPLE: usize = 280;

/// Returns the report as text with colour codes.
pub(super) fn render(report: &Report, style: &Style) -> String {
    let mut page = ReportPage {
        page: Page::new(style),
        log_start: report.first_time(),
        log_end: report.last_time(),
        one_day: is_one_day(report, style),
        several_sources: report.sources.len() > 1,
    };
    if report.findings.is_empty() {
        page.clean(report);
    } else {
        page.heading(report);
        page.table(&report.findings);
        let Extent::Details(detailed) = style.extent else {
            page.in_brief(report);
            return page.page.out;
        };
        for finding in report.findings.iter().take(detailed) {
            page.details(finding);
        }
        page.rest(report, detailed);
        page.next_steps(report);
    }
    page.unclassified(report);
    page.notes(report);
    page.page.out
}

struct ReportPage<'a> {
    page: Page<'a>,
    log_start: Option<Timestamp>,
    log_end: Option<Timestamp>,
    one_day: bool,
    several_sources: bool,
}

impl ReportPage<'_> {
    /// Writes one line for a log without findings.
    fn clean(&mut self, report: &Report) {
        let totals = &report.totals;
        if let Some(why) = nothing_read(report) {
            return self.page.line(&format!("clawsift: {why}"));
        }
        let what = nothing_found(report);
        let span = self.span();
        self.page.line(&format!(
            "{BOLD}clawsift: {what}{BOLD:#} in {} of {}{span}",
            count(totals.records, "record"),
            names(report)
        ));
    }

    fn heading(&mut self, report: &Report) {
        let totals = &report.totals;
        let span = self.span();
        let text = format!(
            "{} in {} of {}{span}",
            count(totals.incidents, "incident"),
            count(totals.records, "record"),
            names(report)
        );
        self.page.wrapped("", 0, &text);
    }

    /// Returns the time span of the sources as `, FIRST to LAST`.
    fn span(&self) -> String {
        match self.log_start.zip(self.log_end) {
            Some((first, last)) => {
                let day = last.to_zoned(self.page.style.zone.clone()).strftime("%Y-%m-%d").to_string();
                let from = self.time(Some(first));
                let to = self.time(Some(last));
                if self.one_day { format!(", {day} {from} to {to}") } else { format!(", {from} to {to}") }
            }
            None => String::new(),
        }
    }

    fn table(&mut self, findings: &[Finding]) {
        let mut table = self.page.style.bordered();
        // On a narrow terminal the trend is below the time, because titles take several lines there anyway.
        let is_wide = self.page.style.width >= WIDE;
        let mut header = vec!["#", "Severity", "Finding", "Incidents", "First seen"];
        if is_wide {
            header.push("Trend");
        }
        header.push("Status");
        table
            .enforce_styling()
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(u16::try_from(self.page.style.width.min(MAX_TEXT_WIDTH + 30)).unwrap_or(80))
            .set_header(header);
        for finding in findings {
            let (time, trend) =
                (self.time(finding.first_seen), self.trend(finding, if is_wide { 16 } else { 8 }));
            let mut row = vec![
                Cell::new(finding.rank).set_alignment(CellAlignment::Right),
                Cell::new(finding.severity).fg(severity_color(finding.severity)),
                Cell::new(&finding.title),
                Cell::new(finding.incidents).set_alignment(CellAlignment::Right),
            ];
            if is_wide {
                row.extend([Cell::new(time), Cell::new(trend)]);
            } else {
                row.push(Cell::new(format!("{time}\n{trend}").trim_end()));
            }
            row.push(Cell::new(self.status(finding)));
            table.add_row(row);
        }
        let text = table.to_string();
        self.page.line(&text);
    }

    fn details(&mut self, finding: &Finding) {
        self.page.line("");
        self.page.title(Some(finding.rank), &finding.title);
        self.page.detail("rule", &format!("{} ({}, {})", finding.rule, finding.category, finding.severity));

        let mut seen =
            format!("{}, {}", count(finding.incidents, "incident"), count(finding.records, "record"));
        if finding.first_seen.is_some() {
            let (first, last) = (self.time(finding.first_seen), self.time(finding.last_seen));
            let _ =
                if first == last { write!(seen, ", {first}") } else { write!(seen, ", {first} to {last}") };
        }
        let _ = write!(seen, "; {}", self.status(finding));
        self.page.detail("seen", &seen);
        if let Some(began) = &finding.began {
            self.page.detail("started", &began_after(began));
        }
        self.facts(finding);
        let says: Vec<&str> = finding.contradicted.iter().map(|claim| claim.value.as_str()).collect();
        self.page.contradicted(&says, |name| Some(finding.captures.get(name)?.first()?.value.as_str()));
        if let Some(sample) = finding.samples.first() {
            let place = if self.several_sources {
                format!("{}:{}", sample.source, sample.line)
            } else {
                format!("line {}", sample.line)
            };
            let text = excerpt(&sample.text, sample.matched.as_deref(), MAX_SAMPLE);
            self.page.detail("record", &format!("{place}: {text}"));
        }
        self.echoes(finding);
        self.page.advice(&Advice {
            causes: &finding.causes,
            fixes: &finding.fixes,
            limits: finding.limits.as_ref(),
            references: &finding.references,
        });
    }

    /// Adds the related records: records of other rules in the same incidents, the most frequent first.
    fn echoes(&mut self, finding: &Finding) {
        let shown = finding.symptoms.iter().take(MAX_ECHOES);
        let mut echoes: Vec<String> =
            shown.map(|symptom| format!("{} {}", number(symptom.records), symptom.rule)).collect();
        if let Some(others @ 1..) = finding.symptoms.len().checked_sub(MAX_ECHOES) {
            echoes.push(format!("and {}", count(others as u64, "more rule")));
        }
        if !echoes.is_empty() {
            let records = finding.symptoms.iter().map(|symptom| symptom.records).sum();
            let rules = match finding.symptoms.as_slice() {
                [only] => only.rule.clone(),
                _ => echoes.join(", "),
            };
            let text = format!("{} of the same failure ({rules})", count(records, "other record"));
            self.page.detail("related", &text);
        }
    }

    /// Adds the captured facts, each with its most frequent value and the number of other values.
    fn facts(&mut self, finding: &Finding) {
        self.page.facts(&facts(finding).collect::<Vec<String>>());
    }

    /// Adds a note on omitted findings and how to show them.
    fn rest(&mut self, report: &Report, detailed: usize) {
        let brief = report.findings.len().saturating_sub(detailed) as u64;
        let mut lines = Vec::new();
        if brief > 0 {
            lines.push(format!(
                "{} without details; show them with --details all",
                count(brief, "more finding")
            ));
        }
        lines.extend(left_out(report));
        if !lines.is_empty() {
            self.page.line("");
            self.page.wrapped("", 0, &lines.join("; "));
        }
    }

    /// Adds one line on unexplained records and notes.
    fn in_brief(&mut self, report: &Report) {
        let mut more = Vec::new();
        if report.totals.unclassified > 0 {
            more.push(format!("{} unexplained", warnings(report.totals.unclassified)));
        }
        let notes = notes(report).len() as u64;
        if notes > 0 {
            more.push(count(notes, "note"));
        }
        if !more.is_empty() {
            self.page.wrapped("", 0, &format!("also {}", more.join(" and ")));
        }
    }

    fn next_steps(&mut self, report: &Report) {
        if report.next_steps.is_empty() {
            return;
        }
        self.page.line("");
        self.page.line(&format!("{BOLD}Next steps{BOLD:#}"));
        for (index, step) in report.next_steps.iter().enumerate() {
            self.page.wrapped(&format!("{:>2}. ", index + 1), 4, &step.say);
            if let Some(command) = &step.run {
                self.page.command(4, command);
            }
        }
    }

    fn unclassified(&mut self, report: &Report) {
        if report.unclassified.is_empty() {
            return;
        }
        self.page.line("");
        self.page.line(&format!("{BOLD}Unexplained warnings and errors{BOLD:#}"));
        self.page.wrapped("", 0, &share_explained(&report.totals));
        for (index, cluster) in report.unclassified.iter().take(SHAPES).enumerate() {
            let subsystem = cluster.subsystem.as_deref().map(|name| format!("{name}: ")).unwrap_or_default();
            let text = format!(
                "{} x {}{subsystem}{}",
                number(cluster.records),
                cluster.level.map(|level| format!("{} ", level.name())).unwrap_or_default(),
                cluster.template
            );
            self.page.wrapped(&format!("{:>2}. ", index + 1), 4, &shortened(&text, MAX_SAMPLE));
        }
        if report.unclassified.len() > SHAPES {
            self.page.wrapped("", 0, "--format json lists more of them");
        }
        if let [only] = report.sources.as_slice()
            && only.name != "-"
        {
            self.page.wrapped("", 0, "Draft a rule for the first one:");
            self.page.command(4, &draft_command(1, &only.name));
        }
    }

    fn notes(&mut self, report: &Report) {
        let notes = notes(report);
        if notes.is_empty() {
            return;
        }
        self.page.line("");
        self.page.line(&format!("{BOLD}Notes{BOLD:#}"));
        for note in notes {
            self.page.wrapped(" - ", 3, &note);
        }
    }

    /// Returns the sparkline of the finding's incidents over the time span of all sources.
    fn trend(&self, finding: &Finding, width: usize) -> String {
        let span = self.log_start.zip(self.log_end);
        span.map_or(String::new(), |span| sparkline(&finding.histogram, span, width, self.page.style.unicode))
    }

    fn status(&self, finding: &Finding) -> String {
        status(finding, self.log_end)
    }

    fn time(&self, time: Option<Timestamp>) -> String {
        let Some(time) = time else { return "-".to_owned() };
        let form = if self.one_day { "%H:%M:%S" } else { "%Y-%m-%d %H:%M" };
        time.to_zoned(self.page.style.zone.clone()).strftime(form).to_string()
    }
}

/// Returns the notes on the report and its sources.
fn notes(report: &Report) -> Vec<String> {
    let own = report.notes.iter().map(|note| ("", Cow::from(note)));
    let problems = problems(report).map(|(name, problem)| (name, Cow::from(problem)));
    let line = |(name, note): (&str, Cow<'_, str>)| match name {
        "" => note.into_owned(),
        name => format!("{name}: {note}"),
    };
    own.chain(problems).chain(source_notes(report)).map(line).collect()
}

/// Returns true if all displayed times are on one day, so that the date can be omitted.
fn is_one_day(report: &Report, style: &Style) -> bool {
    let mut days = report.edges().map(|time| time.to_zoned(style.zone.clone()).date());
    let first = days.next();
    days.all(|day| Some(day) == first)
}

fn severity_color(severity: Severity) -> Color {
    match severity {
        Severity::Critical => Color::Magenta,
        Severity::Error => Color::Red,
        Severity::Warning => Color::Yellow,
        Severity::Info => Color::Blue,
    }
}
