//! Markdown output: for a wiki or, with `--share`, for a public issue.

pub(super) mod text;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::{self, Write};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::classify::LifecycleKind;
use crate::personal_names::{Masker, is_private_name, placeholders};
use crate::record::Level;
use crate::report::{Finding, NextStep, Report, Sample, SourceInfo, Unclassified};

use super::Style;
use super::digest::{is_web_address, problems};
use super::words::{count, shortened, source_notes};
use text::{block, cell, code, plain};

/// Maximum length in bytes. GitHub limits an issue to 65,536 characters; the difference is room for text before the
/// report.
const MAX_BYTES: usize = 60_000;
/// Length of the page, in bytes, up to which the table, the details, the unexplained records and the notes may extend.
/// The remainder is for the final lines.
const TABLE_END: usize = 14_000;
const DETAILS_END: usize = 44_000;
const STEPS_END: usize = 48_000;
const UNKNOWN_END: usize = 53_000;
const NOTES_END: usize = 57_000;
/// Maximum length of a text from the log, in characters.
const MAX_TEXT: usize = 600;
/// Maximum number of values per fact, and of names in any other list.
const MAX_NAMES: usize = 5;
/// Maximum number of lines for sources, for findings and for patterns.
const MAX_ROWS: usize = 50;

/// A page whose sections have length limits.
struct Page<'r> {
    out: String,
    report: &'r Report,
    zone: TimeZone,
    masker: Option<Masker>,
}

pub(super) fn write(report: &Report, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page {
        out: String::new(),
        report,
        // The time zone would reveal the location.
        zone: if style.share { TimeZone::UTC } else { style.zone.clone() },
        masker: style.share.then(|| masker(report)),
    };
    page.heading();
    page.table();
    page.details();
    page.next_steps();
    page.unclassified();
    page.notes();
    page.ending();
    debug_assert!(page.out.len() < MAX_BYTES);
    out.write_all(page.out.as_bytes())
}

/// Returns the masks for the machines and people of the report.
fn masker(report: &Report) -> Masker {
    let hosts = report.sources.iter().flat_map(|source| &source.hosts).map(String::as_str);
    let sources = report.sources.iter().map(|source| &source.name);
    let samples = report.findings.iter().flat_map(|finding| &finding.samples).map(|sample| &sample.text);
    let unknown = report.unclassified.iter().flat_map(|shape| [&shape.sample.text, &shape.template]);
    let values = report.findings.iter().flat_map(|finding| finding.captures.values().flatten());
    let texts = sources.chain(samples).chain(unknown).chain(values.map(|value| &value.value));
    // A captured host has no context by which the masker could recognize it.
    let captured = report.findings.iter().filter_map(|finding| finding.captures.get("host")).flatten();
    let captured = captured.map(|value| value.value.as_str()).filter(|host| is_private_name(host));
    Masker::new(hosts.chain(captured), texts.map(String::as_str))
}

impl Page<'_> {
    fn heading(&mut self) {
        let totals = self.report.totals;
        self.line(&format!(
            "### clawsift: {} in {}",
            count(totals.incidents, "incident"),
            count(totals.records, "record")
        ));
        self.line("");
        let versions: BTreeSet<&str> = self
            .report
            .marks
            .iter()
            .filter_map(|mark| match &mark.what {
                LifecycleKind::Version(version) => Some(version.as_str()),
                LifecycleKind::GatewayStart | LifecycleKind::ConfigReload => None,
            })
            .collect();
        let runtimes: BTreeSet<&str> =
            self.report.sources.iter().flat_map(|source| &source.runtimes).map(String::as_str).collect();
        let openclaw = self.names(versions, "not named in the log (`openclaw --version`)");
        let node = self.names(runtimes, "not named in the log (`node --version`)");
        self.line(&format!("- OpenClaw: {openclaw}"));
        self.line(&format!("- Runtime: {node}"));
        self.sources();
        let (tool, catalogue) = (&self.report.tool, &self.report.catalogue);
        let line = format!(
            "- Created by {} {}, catalogue {} with {}",
            plain(&tool.name),
            code(&tool.version),
            code(&shortened(&catalogue.fingerprint, 100)),
            count(catalogue.rules as u64, "rule")
        );
        self.line(&line);
    }

    fn sources(&mut self) {
        let sources = &self.report.sources;
        let names: BTreeSet<String> = sources.iter().map(|source| self.source_name(&source.name)).collect();
        let formats: BTreeSet<String> = sources.iter().flat_map(formats).collect();
        let names = self.names(names.iter().map(String::as_str), "none");
        let formats = self.names(formats.iter().map(String::as_str), "none");
        let (first, last) = (self.report.first_time(), self.report.last_time());
        let zone = self.zone.iana_name().unwrap_or("local time zone").to_owned();
        let span = format!("{} to {} ({})", self.time(first), self.time(last), plain(&zone));
        self.line(&format!("- Log: {names}; {formats}; {span}"));
    }

    fn table(&mut self) {
        if self.report.findings.is_empty() {
            return;
        }
        self.line("\n| # | Severity | Finding | Incidents | First seen | Last seen | Status | Fingerprint |");
        self.line("|--:|---|---|--:|---|---|---|---|");
        let findings = self.report.findings.iter().take(MAX_ROWS);
        let shown = findings.take_while(|finding| {
            let title = self.masked(&finding.title);
            let row = format!(
                "| {} | {} | {} | {} | {} | {} | {} | {} |",
                finding.rank,
                finding.severity,
                cell(&title),
                finding.incidents,
                self.time(finding.first_seen),
                self.time(finding.last_seen),
                finding.status.name(),
                cell(&finding.fingerprint),
            );
            self.fits(&row, TABLE_END)
        });
        let shown = shown.count();
        let hidden = self.report.findings.len() - shown + self.report.left_out.unwrap_or(0);
        if hidden > 0 {
            self.line(&format!("\n{} not shown.", count(hidden as u64, "more finding")));
        }
    }

    fn details(&mut self) {
        for finding in self.report.findings.iter().take(MAX_ROWS) {
            let text = self.finding(finding);
            if !self.fits(text.trim_end(), DETAILS_END) {
                return;
            }
        }
    }

    fn finding(&mut self, finding: &Finding) -> String {
        let title = self.text(&finding.title);
        let mut out = format!(
            "\n#### {}. {title}\n\n{} ({}, {}), fingerprint {}; {} in {}, {}\n",
            finding.rank,
            code(&finding.rule),
            finding.category,
            finding.severity,
            code(&finding.fingerprint),
            count(finding.incidents, "incident"),
            count(finding.records, "record"),
            finding.status.name(),
        );
        out.push_str(&self.facts(finding));
        if let Some(sample) = finding.samples.first() {
            out.push_str(&self.sample(sample));
        }
        out.push_str(&self.advice(finding));
        out
    }

    /// Returns the causes, fixes and links.
    fn advice(&mut self, finding: &Finding) -> String {
        let mut out = "\nWhy it happens:\n\n".to_owned();
        for cause in &finding.causes {
            out.push_str(&format!("- {}\n", self.text(cause)));
        }
        out.push_str("\nHow to fix it:\n\n");
        for (index, fix) in finding.fixes.iter().enumerate() {
            out.push_str(&format!("{}. {}\n", index + 1, self.text(&fix.say)));
            for (language, lines) in [("sh", &fix.run), ("json5", &fix.config)] {
                if let Some(lines) = lines {
                    out.push_str(&format!("\n{}", block(language, &self.command(lines), 3)));
                }
            }
        }
        let more = finding.references.iter().filter(|address| is_web_address(address));
        let more: Vec<String> = more.map(|address| format!("<{address}>")).collect();
        if !more.is_empty() {
            out.push_str(&format!("\nSee also: {}\n", more.join(", ")));
        }
        out
    }

    fn facts(&mut self, finding: &Finding) -> String {
        let mut out = String::new();
        let facts: Vec<String> = finding
            .captures
            .iter()
            .map(|(name, values)| {
                let values = values.iter().map(|value| value.value.as_str()).collect::<Vec<_>>();
                format!("{} {}", plain(&name.replace('_', " ")), self.names(values, "none"))
            })
            .collect();
        if !facts.is_empty() {
            out.push_str(&format!("\n- Details: {}\n", facts.join(", ")));
        }
        if !finding.contradicted.is_empty() {
            let says: Vec<&str> = finding.contradicted.iter().map(|claim| claim.value.as_str()).collect();
            let says = self.names(says, "nothing");
            out.push_str(&format!("- Actual cause: see the title; OpenClaw's own message says {says}\n"));
        }
        out
    }

    fn sample(&mut self, sample: &Sample) -> String {
        let place = format!("{}:{}", self.source_name(&sample.source), sample.line);
        let place = code(&self.masked(&place));
        let text = self.masked(&sample.text);
        format!("\nRecord at {place}:\n\n{}", block("text", &text, 0))
    }

    fn next_steps(&mut self) {
        let steps = &self.report.next_steps;
        let mut item = |page: &mut Self, (index, step): (usize, &NextStep)| {
            let say = page.text(&step.say);
            let run = step.run.as_deref().map(|run| page.command(run));
            let run = run.map(|run| format!("\n\n{}", block("sh", &run, 3).trim_end())).unwrap_or_default();
            format!("{}. {say}{run}", index + 1)
        };
        self.section("Next steps", STEPS_END, steps.iter().enumerate(), &mut item);
    }

    fn unclassified(&mut self) {
        let mut item = |page: &mut Self, shape: &Unclassified| {
            let template = page.masked(&shape.template);
            let subsystem = page.masked(shape.subsystem.as_deref().unwrap_or("-"));
            format!(
                "- {} × {} {}: {}",
                shape.records,
                shape.level.map_or("-", Level::name),
                code(&subsystem),
                code(&template)
            )
        };
        let shapes = self.report.unclassified.iter().take(MAX_ROWS);
        self.section("Unexplained warnings and errors", UNKNOWN_END, shapes, &mut item);
    }

    fn notes(&mut self) {
        let of_source = |(name, note): (&str, Cow<'_, str>)| match name {
            "" => note.into_owned(),
            name => format!("{}: {note}", self.source_name(name)),
        };
        let problems = problems(self.report).map(|(name, problem)| (name, Cow::from(problem)));
        let own = problems.chain(source_notes(self.report)).map(of_source);
        let notes: Vec<String> = self.report.notes.iter().cloned().chain(own).take(MAX_ROWS).collect();
        let mut item = |page: &mut Self, note: &String| format!("- {}", page.text(note));
        self.section("Notes", NOTES_END, notes.iter(), &mut item);
    }

    /// Adds the list of masked items, so that readers neither take a mask for log text nor rely on it blindly.
    fn ending(&mut self) {
        let Some(masker) = &self.masker else { return };
        let masked: Vec<String> = masker
            .counts()
            .iter()
            .map(|(what, &n)| {
                let (one, many) = what.noun();
                format!("{n} {}", if n == 1 { one } else { many })
            })
            .collect();
        let masked = if masked.is_empty() { "nothing".to_owned() } else { masked.join(", ") };
        self.line(&format!(
            "\nMasked in addition to keys and tokens: {masked}. The folders of the logs are removed. Public host names, and \
             names of people, groups and projects in plain text, may remain: check before you publish."
        ));
    }

    /// Adds a heading and as many of its items as fit.
    fn section<T>(
        &mut self,
        title: &str,
        end: usize,
        items: impl Iterator<Item = T>,
        item: &mut dyn FnMut(&mut Self, T) -> String,
    ) {
        for (index, one) in items.enumerate() {
            let text = item(self, one);
            let heading = if index == 0 { format!("\n#### {title}\n\n") } else { String::new() };
            if !self.fits(&format!("{heading}{text}"), end) {
                return;
            }
        }
    }

    /// Adds lines if the page does not exceed `end` with them; returns true if it did.
    fn fits(&mut self, lines: &str, end: usize) -> bool {
        let fits = self.out.len() + lines.len() < end;
        if fits {
            self.line(lines);
        }
        fits
    }

    fn line(&mut self, line: &str) {
        self.out.push_str(line);
        self.out.push('\n');
    }

    /// Returns some names as code, and the number of the others.
    fn names<'n>(&mut self, names: impl IntoIterator<Item = &'n str>, none: &str) -> String {
        let names: Vec<&str> = names.into_iter().collect();
        let mut shown: Vec<String> = Vec::new();
        for name in names.iter().take(MAX_NAMES) {
            shown.push(code(&self.masked(name)));
        }
        match names.len().checked_sub(MAX_NAMES) {
            _ if names.is_empty() => none.to_owned(),
            Some(more @ 1..) => format!("{} and {more} more", shown.join(", ")),
            _ => shown.join(", "),
        }
    }

    fn text(&mut self, text: &str) -> String {
        plain(&self.masked(text))
    }

    fn masked(&mut self, text: &str) -> String {
        let text = match &mut self.masker {
            Some(masker) => masker.clean(text),
            None => text.to_owned(),
        };
        shortened(&text, MAX_TEXT)
    }

    /// Returns a command or configuration with masked parts replaced by placeholders.
    fn command(&mut self, text: &str) -> String {
        let lines = text.lines().map(|line| placeholders(&self.masked(line)));
        lines.collect::<Vec<String>>().join("\n")
    }

    /// Returns the name of a source, without its folders in a shared report.
    fn source_name(&self, name: &str) -> String {
        match (name, &self.masker) {
            ("-", _) => "standard input".to_owned(),
            (name, Some(_)) => name.rsplit(['/', '\\']).next().unwrap_or(name).to_owned(),
            (name, None) => name.to_owned(),
        }
    }

    fn time(&self, time: Option<Timestamp>) -> String {
        let Some(time) = time else { return "-".to_owned() };
        time.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string()
    }
}

fn formats(source: &SourceInfo) -> Vec<String> {
    let name = |format| serde_json::to_value(format).ok()?.as_str().map(str::to_owned);
    source.formats.iter().filter_map(|count| name(count.format)).collect()
}
