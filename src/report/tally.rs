//! The tally: takes events in the order of their sources and positions, and gives the report.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::catalogue::{Catalogue, Category, Severity};
use crate::record::{Format, Level, Stamp};
use crate::source::Kind;

use super::calendar::Calendar;
use super::event::{Event, MAX_SAMPLES};
use super::finding::{Finding, FindingTally, Sample};
use super::incident::{Incident, Incidents, Role};
use super::next_steps::next_steps;
use super::status::judge;
use super::unclassified::Unknowns;
use super::{
    CatalogueInfo, FormatCount, Match, MatchRow, Period, Position, Report, SCHEMA, SourceInfo, Survey, Tool,
    Totals, score,
};

/// Which findings a report shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// The time covered.
    pub period: Period,
    /// Findings below this are left out.
    pub min_severity: Option<Severity>,
    /// Findings of other categories are left out, where there are any named.
    pub categories: Vec<Category>,
    /// At most this many findings.
    pub top: Option<usize>,
}

/// What was read of one source.
#[derive(Debug, Clone)]
pub struct SourceTally {
    name: String,
    kind: Kind,
    gateway: usize,
    formats: BTreeMap<Format, u64>,
    bytes: u64,
    lines: u64,
    records: u64,
    first_time: Option<Timestamp>,
    last_time: Option<Timestamp>,
    last_order: Option<Timestamp>,
    /// A time stamp was seen.
    begun: bool,
    problems: Vec<String>,
    invalid_utf8: u64,
    cut: u64,
    truncated: bool,
    survey: Survey,
}

impl SourceTally {
    /// A source of which nothing was read yet. Sources of one gateway have the same number.
    pub fn new(name: String, kind: Kind, gateway: usize) -> Self {
        Self {
            name,
            kind,
            gateway,
            formats: BTreeMap::new(),
            bytes: 0,
            lines: 0,
            records: 0,
            first_time: None,
            last_time: None,
            last_order: None,
            begun: false,
            problems: Vec::new(),
            invalid_utf8: 0,
            cut: 0,
            truncated: false,
            survey: Survey::default(),
        }
    }
}

/// What one chunk adds to its source.
#[derive(Debug, Default)]
pub struct ChunkTally {
    /// Its bytes, those left out of a long line included.
    pub bytes: u64,
    /// Its physical lines.
    pub lines: u64,
    /// Its records by format.
    pub formats: BTreeMap<Format, u64>,
    /// Stamp of the last record that has one.
    pub last_stamp: Option<Stamp>,
    /// The last time of day without a date.
    pub last_clock: Option<Stamp>,
    /// Parsed records with bytes that are not UTF-8.
    pub invalid_utf8: u64,
    /// Records of which only the beginning was looked at.
    pub cut: u64,
    /// A look at its records, where it is near the beginning of the source.
    pub survey: Survey,
    /// What its records mean, in their order; positions are counted from the chunk's start.
    pub events: Vec<Event>,
}

/// Collects what was found.
pub struct Tally<'c> {
    catalogue: &'c Catalogue,
    filter: Filter,
    keep_matches: bool,
    zone: TimeZone,
    /// The calendar of the current source.
    calendar: Calendar,
    sources: Vec<SourceTally>,
    incidents: Incidents,
    /// Closed incidents, kept while the log's end, and so the period, is not known.
    held: Vec<Incident>,
    findings: BTreeMap<usize, FindingTally>,
    unknowns: Unknowns,
    matched: u64,
    filtered_out: u64,
    /// Last success by gateway and provider; the provider is empty where no record named it.
    successes: HashMap<(usize, String), Timestamp>,
    default_provider: HashMap<usize, String>,
    /// Matches of each rule so far.
    texts_seen: Vec<usize>,
    rows: Vec<(Match, u64)>,
    causes: HashMap<u64, Position>,
}

impl<'c> Tally<'c> {
    /// An empty tally. `zone` is that of times without an offset; `keep_matches` keeps every match for [`Report::matches`].
    pub fn new(catalogue: &'c Catalogue, filter: Filter, zone: TimeZone, keep_matches: bool) -> Self {
        Self {
            catalogue,
            filter,
            keep_matches,
            calendar: Calendar::new(zone.clone()),
            zone,
            sources: Vec::new(),
            incidents: Incidents::default(),
            held: Vec::new(),
            findings: BTreeMap::new(),
            unknowns: Unknowns::default(),
            matched: 0,
            filtered_out: 0,
            successes: HashMap::new(),
            default_provider: HashMap::new(),
            texts_seen: vec![0; catalogue.rules().len()],
            rows: Vec::new(),
            causes: HashMap::new(),
        }
    }

    /// Begins the next source.
    pub fn begin_source(&mut self, source: SourceTally) {
        self.calendar = Calendar::new(self.zone.clone());
        self.sources.push(source);
    }

    /// Says that the current source could not be read, or not whole.
    pub fn problem(&mut self, problem: String) {
        if let Some(source) = self.sources.last_mut() {
            source.problems.push(problem);
        }
    }

    /// Adds the next chunk of the current source.
    pub fn add_chunk(&mut self, chunk: ChunkTally) {
        let index = self.sources.len().saturating_sub(1);
        let Some(source) = self.sources.last_mut() else {
            return;
        };
        let (bytes_before, lines_before, gateway) = (source.bytes, source.lines, source.gateway);
        source.bytes += chunk.bytes;
        source.lines += chunk.lines;
        for (format, records) in chunk.formats {
            *source.formats.entry(format).or_default() += records;
            source.records += records;
        }
        source.invalid_utf8 += chunk.invalid_utf8;
        source.cut += chunk.cut;
        source.survey.extend(&chunk.survey);
        let place = |position: Position| Position {
            source: index,
            line: position.line + lines_before,
            offset: position.offset + bytes_before,
        };
        for event in chunk.events {
            match event {
                Event::Match(mut found) => {
                    found.position = place(found.position);
                    found.when = self.calendar.place(found.stamp);
                    self.add_match(*found, gateway);
                }
                Event::Succeeded { stamp, keys, provider, fallback } => {
                    let time = self.calendar.place(stamp).order;
                    self.incidents.succeed(&keys, time, gateway, fallback);
                    let provider = provider.or_else(|| self.default_provider.get(&gateway).cloned());
                    if let (Some(time), Some(provider)) = (time, provider) {
                        let last = self.successes.entry((gateway, provider)).or_insert(time);
                        *last = time.max(*last);
                    }
                }
                Event::DefaultProvider(provider) => {
                    self.default_provider.insert(gateway, provider);
                }
                Event::First(stamp) => {
                    let source = &mut self.sources[index];
                    if !source.begun {
                        source.begun = true;
                        source.first_time = self.calendar.peek(Some(stamp)).time;
                    }
                }
                Event::Clock(stamp) => {
                    self.calendar.place(Some(stamp));
                }
                Event::LogDate(date) => self.calendar.set_date(date),
                Event::Truncated => self.sources[index].truncated = true,
                Event::Unclassified { position, stamp, level, subsystem, text } => {
                    let time = self.calendar.place(stamp).time;
                    let sample = self.sample(place(position), time, Some(level), subsystem, text);
                    self.unknowns.add(level, sample);
                }
            }
        }
        self.calendar.place(chunk.last_clock);
        if chunk.last_stamp.is_some() {
            let last = self.calendar.peek(chunk.last_stamp);
            let source = &mut self.sources[index];
            source.last_time = last.time;
            source.last_order = last.order;
        }
    }

    fn add_match(&mut self, mut found: Match, gateway: usize) {
        self.matched += 1;
        // Each chunk keeps the first texts of a rule; those of the whole log are among them.
        let seen = &mut self.texts_seen[found.rule];
        found.is_sample = *seen < MAX_SAMPLES;
        *seen += 1;
        let number = self.incidents.add(&found, gateway);
        if self.keep_matches {
            self.rows.push((found, number));
        }
        for incident in self.incidents.close() {
            self.close(incident);
        }
    }

    fn close(&mut self, incident: Incident) {
        if self.filter.period.needs_end() {
            self.held.push(incident);
        } else {
            self.fold(incident);
        }
    }

    fn fold(&mut self, incident: Incident) {
        if !self.filter.period.covers(incident.first_seen, incident.last_seen)
            || !self.shows(incident.cause.rule)
        {
            self.filtered_out += 1;
            return;
        }
        if self.keep_matches {
            self.causes.insert(incident.number, incident.cause.position);
        }
        let sample = incident.sample.as_ref().and_then(|found| {
            let text = found.text.clone()?;
            Some(self.sample(found.position, found.when.time, found.level, found.subsystem.clone(), text))
        });
        self.findings.entry(incident.cause.rule).or_default().add(&incident, sample);
    }

    fn shows(&self, rule: usize) -> bool {
        let rule = &self.catalogue.rules()[rule];
        let categories = &self.filter.categories;
        self.filter.min_severity.is_none_or(|min| rule.severity >= min)
            && (categories.is_empty() || categories.contains(&rule.category))
    }

    fn sample(
        &self,
        position: Position,
        time: Option<Timestamp>,
        level: Option<Level>,
        subsystem: Option<String>,
        text: String,
    ) -> Sample {
        Sample {
            source: self.sources.get(position.source).map(|s| s.name.clone()).unwrap_or_default(),
            line: position.line,
            offset: position.offset,
            time,
            level,
            subsystem,
            text,
        }
    }

    /// Closes all incidents and makes the report.
    pub fn finish(mut self) -> Report {
        let log_end = self.sources.iter().filter_map(|source| source.last_time).max();
        if let Some(end) = log_end {
            self.filter.period.settle(end);
        }
        let mut left = std::mem::take(&mut self.held);
        left.extend(self.incidents.close_all());
        for incident in left {
            self.fold(incident);
        }

        let mut findings = self.finish_findings();
        let incidents = findings.iter().map(|finding| finding.incidents).sum();
        let worst = findings.iter().map(|finding| finding.severity).max();
        let left_out = self.filter.top.map(|top| findings.len().saturating_sub(top)).filter(|n| *n > 0);
        findings.truncate(self.filter.top.unwrap_or(usize::MAX));

        let totals = Totals {
            bytes: self.sources.iter().map(|s| s.bytes).sum(),
            lines: self.sources.iter().map(|s| s.lines).sum(),
            records: self.sources.iter().map(|s| s.records).sum(),
            matched: self.matched,
            unclassified: self.unknowns.total,
            incidents,
        };
        let mut notes: Vec<String> = Vec::new();
        for source in &self.sources {
            for note in source.survey.notes(source.records, source.truncated, !findings.is_empty()) {
                if !notes.contains(&note) {
                    notes.push(note);
                }
            }
        }
        Report {
            schema: SCHEMA.to_owned(),
            tool: Tool {
                name: env!("CARGO_PKG_NAME").to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
            },
            catalogue: CatalogueInfo {
                rules: self.catalogue.rules().len(),
                fingerprint: self.catalogue.fingerprint(),
            },
            matches: self.finish_rows(),
            sources: self.sources.into_iter().map(SourceTally::finish).collect(),
            totals,
            next_steps: next_steps(&findings),
            findings,
            unclassified: self.unknowns.finish(),
            notes,
            left_out,
            filtered_out: self.filtered_out,
            worst,
        }
    }

    /// The findings in the order of their rank.
    fn finish_findings(&mut self) -> Vec<Finding> {
        let rules = self.catalogue.rules();
        let mut log_ends: HashMap<usize, Timestamp> = HashMap::new();
        for source in &self.sources {
            if let Some(time) = source.last_order {
                let end = log_ends.entry(source.gateway).or_insert(time);
                *end = time.max(*end);
            }
        }
        let mut findings: Vec<Finding> = std::mem::take(&mut self.findings)
            .into_iter()
            .map(|(index, tally)| {
                let gateway = tally.last_gateway;
                // A success that nobody attributes says nothing of this provider.
                let success = tally
                    .provider()
                    .and_then(|provider| self.successes.get(&(gateway, provider.to_owned())).copied());
                let log_end = log_ends.get(&gateway).copied();
                let status = judge(tally.ending, tally.last_order, success, log_end);
                tally.finish(&rules[index], rules, status)
            })
            .collect();
        let hurt = |finding: &Finding| score(finding.severity, finding.status, finding.incidents);
        findings.sort_by(|a, b| {
            hurt(b)
                .total_cmp(&hurt(a))
                .then_with(|| b.last_seen.cmp(&a.last_seen))
                .then_with(|| a.rule.cmp(&b.rule))
        });
        for (index, finding) in findings.iter_mut().enumerate() {
            finding.rank = index + 1;
        }
        findings
    }

    fn finish_rows(&mut self) -> Vec<MatchRow> {
        let rules = self.catalogue.rules();
        std::mem::take(&mut self.rows)
            .into_iter()
            .filter_map(|(found, number)| {
                let cause = self.causes.get(&number)?;
                let rule = &rules[found.rule];
                Some(MatchRow {
                    source: self.sources.get(found.position.source)?.name.clone(),
                    line: found.position.line,
                    offset: found.position.offset,
                    time: found.when.time,
                    level: found.level,
                    subsystem: found.subsystem,
                    rule: rule.id.clone(),
                    category: rule.category,
                    severity: rule.severity,
                    role: if *cause == found.position { Role::Cause } else { Role::Symptom },
                    incident: format!("i{number}"),
                    captures: found.captures,
                    text: found.text.unwrap_or_default(),
                })
            })
            .collect()
    }
}

impl SourceTally {
    fn finish(self) -> SourceInfo {
        let mut formats: Vec<FormatCount> =
            self.formats.iter().map(|(&format, &records)| FormatCount { format, records }).collect();
        formats.sort_by_key(|count| std::cmp::Reverse(count.records));
        let mut notes = Vec::new();
        if self.invalid_utf8 > 0 {
            notes.push(format!(
                "records looked at whose bytes are not all UTF-8 (the others are shown as \u{fffd}): {}",
                self.invalid_utf8
            ));
        }
        if self.cut > 0 {
            notes.push(format!(
                "records longer than 16 MiB, of which only the beginning was looked at: {}",
                self.cut
            ));
        }
        if self.records == 0 && self.problems.is_empty() {
            notes.push("it holds no records".to_owned());
        }
        SourceInfo {
            name: self.name,
            kind: self.kind,
            formats,
            bytes: self.bytes,
            lines: self.lines,
            records: self.records,
            first_time: self.first_time,
            last_time: self.last_time,
            problems: self.problems,
            notes,
        }
    }
}
