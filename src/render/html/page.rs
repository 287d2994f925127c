//! Template data of the page, except the findings.

use std::borrow::Cow;
use std::collections::BTreeMap;

use askama::Template;
use jiff::SignedDuration;

use crate::catalogue::Severity;
use crate::record::{Format, Level};
use crate::render::Style;
use crate::render::words::{
    count, draft_command, left_out, length, names, nothing_found, nothing_read, number, share_explained,
    source_name, source_notes,
};
use crate::report::{NextStep, Report, SourceInfo, Status, Unclassified};

use super::assets::{SCRIPTS, STYLE};
use super::chart::{self, COLUMNS, HEIGHT, Lane, SPARK};
use super::finding::{FindingView, SampleView};
use super::moment::{Clock, Moment};

/// Number of next steps shown before the reader expands the list.
const STEPS: usize = 4;

/// The whole page with all texts formatted.
#[derive(Template)]
#[template(path = "page.html")]
pub(super) struct Page<'a> {
    policy: &'a str,
    style: &'static str,
    scripts: [&'static str; 2],
    data: String,
    headline: String,
    summary: String,
    zone: String,
    report: &'a Report,
    /// Severities of the findings with their incidents, the highest first.
    severities: Vec<(Severity, String)>,
    providers: Vec<(String, String)>,
    models: Vec<(String, String)>,
    /// Sources that could not be read in full, with the reasons.
    problems: Vec<(&'a str, &'a str)>,
    steps: &'a [NextStep],
    more_steps: &'a [NextStep],
    findings: Vec<FindingView<'a>>,
    lanes: Vec<Lane>,
    has_marks: bool,
    /// Resolution of the time line, if it is coarser than one second.
    step: Option<String>,
    span: Option<(Moment, Moment)>,
    left_out: Option<String>,
    explained: String,
    clusters: Vec<ClusterView<'a>>,
    more_clusters: Option<String>,
    notes: Vec<(&'a str, Cow<'a, str>)>,
    sources: Vec<SourceView<'a>>,
}

/// A cluster of unexplained records.
struct ClusterView<'a> {
    cluster: &'a Unclassified,
    level: &'static str,
    records: String,
    first: Option<Moment>,
    last: Option<Moment>,
    sample: SampleView<'a>,
    draft: Option<String>,
}

/// A source and what was read of it.
struct SourceView<'a> {
    name: &'a str,
    formats: String,
    records: String,
    bytes: String,
    first: Option<Moment>,
    last: Option<Moment>,
    is_whole: bool,
}

impl<'a> Page<'a> {
    pub fn new(report: &'a Report, style: &Style, policy: &'a str) -> serde_json::Result<Self> {
        let clock = Clock::new(report, &style.zone);
        let (steps, more_steps) = report.next_steps.split_at(STEPS.min(report.next_steps.len()));
        let left_out = left_out(report);
        let unshown = report.totals.shapes.saturating_sub(report.unclassified.len() as u64);
        Ok(Self {
            policy,
            style: STYLE,
            scripts: SCRIPTS,
            data: chart::data(report, &clock)?,
            headline: headline(report),
            summary: summary(report, &clock),
            zone: clock.zone_name(),
            report,
            severities: severities(report),
            providers: choices(report, "provider"),
            models: choices(report, "model"),
            problems: lines(report, |source| &source.problems).collect(),
            steps,
            more_steps,
            findings: report.findings.iter().map(|finding| FindingView::new(finding, &clock)).collect(),
            lanes: clock.span.map(|span| chart::lanes(&report.findings, span)).unwrap_or_default(),
            has_marks: !report.marks.is_empty(),
            step: step(report),
            span: clock.span.map(|(first, last)| (clock.moment(first), clock.moment(last))),
            left_out: (!left_out.is_empty()).then(|| left_out.join("; ")),
            explained: share_explained(&report.totals),
            clusters: clusters(report, &clock),
            more_clusters: (unshown > 0).then(|| count(unshown, "more pattern")),
            notes: report
                .notes
                .iter()
                .map(|note| ("", note.into()))
                .chain(source_notes(report).map(|(name, note)| (source_name(name), note)))
                .collect(),
            sources: report.sources.iter().map(|source| SourceView::new(source, &clock)).collect(),
        })
    }
}

/// Returns the headline: the most important result.
fn headline(report: &Report) -> String {
    if !report.findings.is_empty() {
        let kinds = report.findings.len() + report.left_out.unwrap_or(0);
        let kinds =
            if kinds == 1 { "one finding".to_owned() } else { format!("{} findings", number(kinds as u64)) };
        return format!("{} in {kinds}", count(report.totals.incidents, "incident"));
    }
    let text = nothing_read(report).unwrap_or_else(|| nothing_found(report));
    let mut letters = text.trim_end_matches(',').chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

fn summary(report: &Report, clock: &Clock<'_>) -> String {
    let ongoing = report.findings.iter().filter(|finding| finding.status == Status::Ongoing).count() as u64;
    let ongoing = match (ongoing, report.findings.len() as u64) {
        (_, 0) => String::new(),
        (0, _) => "No finding is ongoing at the end of the log. ".to_owned(),
        (1, 1) => "It is ongoing at the end of the log. ".to_owned(),
        (1, _) => "One finding is ongoing at the end of the log. ".to_owned(),
        (n, _) => format!("{} findings are ongoing at the end of the log. ", number(n)),
    };
    let span = clock.span_text().map(|span| format!(", {span}")).unwrap_or_default();
    format!("{ongoing}{} of {}{span}", count(report.totals.records, "record"), names(report))
}

fn severities(report: &Report) -> Vec<(Severity, String)> {
    let mut sums: BTreeMap<Severity, u64> = BTreeMap::new();
    for finding in &report.findings {
        *sums.entry(finding.severity).or_default() += finding.incidents;
    }
    sums.into_iter().rev().map(|(severity, incidents)| (severity, number(incidents))).collect()
}

/// Returns the values of a capture in all findings, with their incidents, the most frequent first.
fn choices(report: &Report, name: &str) -> Vec<(String, String)> {
    let mut sums: BTreeMap<String, u64> = BTreeMap::new();
    for (value, incidents) in report.findings.iter().flat_map(|finding| chart::values(finding, name)) {
        *sums.entry(value).or_default() += incidents;
    }
    let mut sums: Vec<(String, u64)> = sums.into_iter().collect();
    sums.sort_by(|(a, x), (b, y)| y.cmp(x).then_with(|| a.cmp(b)));
    sums.into_iter().map(|(value, incidents)| (value, number(incidents))).collect()
}

/// Returns the lines that `of` selects from each source, with the source's name.
fn lines<'a>(
    report: &'a Report,
    of: impl Fn(&'a SourceInfo) -> &'a Vec<String>,
) -> impl Iterator<Item = (&'a str, &'a str)> {
    report
        .sources
        .iter()
        .flat_map(move |source| of(source).iter().map(|line| (source_name(&source.name), line.as_str())))
}

fn step(report: &Report) -> Option<String> {
    let widest = report.findings.iter().map(|finding| finding.times.bin_seconds).max()?;
    (widest > 1).then(|| length(SignedDuration::from_secs(widest)))
}

fn clusters<'a>(report: &'a Report, clock: &Clock<'_>) -> Vec<ClusterView<'a>> {
    let source = match report.sources.as_slice() {
        [only] if only.name != "-" => Some(only.name.as_str()),
        _ => None,
    };
    report
        .unclassified
        .iter()
        .zip(1..)
        .map(|(cluster, number)| ClusterView {
            cluster,
            level: cluster.level.map_or("no level", Level::name),
            records: count(cluster.records, "record"),
            first: cluster.first_seen.map(|time| clock.moment(time)),
            last: cluster.last_seen.filter(|last| Some(*last) != cluster.first_seen).map(|t| clock.moment(t)),
            sample: SampleView::new(&cluster.sample, clock),
            draft: source.map(|name| draft_command(number, name)),
        })
        .collect()
}

impl<'a> SourceView<'a> {
    fn new(source: &'a SourceInfo, clock: &Clock<'_>) -> Self {
        Self {
            name: source_name(&source.name),
            formats: source
                .formats
                .iter()
                .map(|format| format_name(format.format))
                .collect::<Vec<_>>()
                .join(", "),
            records: number(source.records),
            bytes: bytesize::ByteSize(source.bytes).to_string(),
            first: source.first_time.map(|time| clock.moment(time)),
            last: source.last_time.map(|time| clock.moment(time)),
            is_whole: source.problems.is_empty(),
        }
    }
}

fn format_name(format: Format) -> &'static str {
    match format {
        Format::FileLog => "file log",
        Format::LogsJson => "openclaw logs --json",
        Format::Plain => "openclaw logs",
        Format::Console => "console",
        Format::ConsoleJson => "console JSON",
        Format::Transcript => "transcript",
        Format::Text => "plain text",
    }
}
