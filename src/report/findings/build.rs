//! Builds the report from the summary of all sources.

use crate::report::incidents::{Joined, SourceInfo, merge_sources, parts};
use crate::report::tally::{FindingTally, Matches, Summary, Tally, View, settle};

use super::began::began;
use super::finding::{self, Finding};
use super::next_steps::next_steps;
use super::notes;
use super::report::{Report, SCHEMA, Tool, Totals};
use super::status::Health;
use super::unclassified::cluster;

/// Maximum number of clusters of unexplained records in a report.
const MAX_CLUSTERS: usize = 100;

/// Builds the report of a summary; also returns which incidents were joined across sources.
pub(crate) fn report_of(summary: Summary, view: &View) -> (Report, Joined) {
    let in_time = parts::in_time(&summary.sources);
    let (edges, joined) = merge_sources(&in_time);
    let mut tallies = summary.settled.clone();
    let mut outside = summary.outside;
    let mut period = view.filter.period;
    if let Some(end) = summary.sources.iter().filter_map(|source| source.info.last_time).max() {
        period.settle(end);
    }
    for stitched in &edges {
        let incident = stitched.incident();
        if period.covers(incident.first_seen, incident.last_seen) {
            settle(&mut tallies, incident, stitched.gateway);
        } else {
            outside += 1;
        }
    }
    let marks = summary.marks();
    let health = Health::new(&in_time);
    let finding = |rule: usize, tally: &FindingTally| {
        let text = &summary.rules[rule];
        let after = tally.first.as_ref().and_then(|(time, gateway)| began(&marks, gateway, *time));
        finding::finding(tally, text, &summary.rules, health.status(text, tally, &marks), after)
    };
    let mut findings: Vec<Finding> = tallies.iter().map(|(&rule, tally)| finding(rule, tally)).collect();
    // If a failure is proven, quoted text about it adds nothing.
    let only_quoted = summary.quoted.iter().filter(|(rule, _)| !tallies.contains_key(rule));
    findings.extend(only_quoted.map(|(&rule, tally)| finding(rule, tally).into_quoted()));
    let shows = |finding: &Finding| view.filter.shows(finding.severity, finding.category);
    let hidden: u64 = findings.iter().filter(|f| !shows(f)).map(|f| f.incidents).sum();
    findings.retain(shows);
    view.sort.apply(&mut findings);
    let incidents = findings.iter().map(|finding| finding.incidents).sum();
    let worst = findings.iter().map(|finding| finding.severity).max();
    let left_out = view.filter.top.map(|top| findings.len().saturating_sub(top)).filter(|n| *n > 0);
    findings.truncate(view.filter.top.unwrap_or(usize::MAX));

    let mut unclassified = cluster(&summary.shapes);
    unclassified.retain(|cluster| period.covers(cluster.first_seen, cluster.last_seen));
    let shapes = unclassified.len() as u64;
    unclassified.truncate(MAX_CLUSTERS);
    let sum = |of: &dyn Fn(&SourceInfo) -> u64| summary.sources.iter().map(|s| of(&s.info)).sum::<u64>();
    let totals = Totals {
        bytes: sum(&|info| info.bytes),
        lines: sum(&|info| info.lines),
        records: sum(&|info| info.records),
        matched: summary.matched,
        warnings: summary.warnings,
        without_level: summary.without_level,
        unclassified: summary.shapes.total,
        shapes,
        incidents,
    };
    let lines = parts::Lines::new(&summary.sources);
    findings.iter_mut().flat_map(|finding| &mut finding.samples).for_each(|sample| lines.place(sample));
    unclassified.iter_mut().for_each(|cluster| lines.place(&mut cluster.sample));
    let report = Report {
        schema: SCHEMA.to_owned(),
        tool: Tool { name: env!("CARGO_PKG_NAME").to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
        catalogue: summary.catalogue.clone(),
        matches: Matches::default(),
        sources: parts::shown(&summary.sources),
        totals,
        next_steps: next_steps(&findings),
        notes: notes::texts(&in_time, !findings.is_empty()),
        findings,
        unclassified,
        marks,
        left_out,
        budget: None,
        filtered_out: outside + hidden,
        worst,
        mergeable: left_out.is_none().then(|| Box::new(summary)),
    };
    (report, joined)
}

impl Tally<'_> {
    /// Returns the report so far, as if the log ended here. More records can be added afterwards.
    pub fn report(&self) -> Report {
        self.clone().finish()
    }

    /// Closes all incidents and returns the report.
    pub fn finish(self) -> Report {
        let (summary, view, mut matches) = self.close();
        let (mut report, joined) = report_of(summary, &view);
        matches.join(joined);
        report.matches = matches;
        report
    }
}
