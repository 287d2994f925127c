//! Everything a report is made of, in a form that adds up: the summary of the whole is the sum of the summaries of its
//! parts, in any order and grouping.
//!
//! Most incidents are settled, that is, counted in the tally of the rule that is their cause. Those near the edges of a
//! source are kept whole, because the next source may go on with them; they are joined each time a report is made.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::catalogue::{Catalogue, Category, Fix, LimitTable, Rule, Severity};

use crate::redact::Redactor;

use super::finding::FindingTally;
use super::incident::Incident;
use super::join::{LooseEnd, Standing};
use super::journal::Journal;
use super::mark::{Mark, began};
use super::matches::Matches;
use super::next_steps::next_steps;
use super::notes::{self, Hint};
use super::parts::{self, Part};
use super::rank::Sort;
use super::shape::Shapes;
use super::status::{LastSeen, Scope, Status, Success, judge};
use super::stitch::{Joined, stitch};
use super::unclassified::cluster;
use super::{CatalogueInfo, Filter, Finding, Report, SCHEMA, SourceInfo, Tool, Totals};

/// Clusters of unexplained records in a report.
const MAX_CLUSTERS: usize = 100;

/// What a report says of a rule, before the facts of the log are filled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RuleText {
    pub id: String,
    pub title: String,
    pub category: Category,
    pub severity: Severity,
    pub causes: Vec<String>,
    pub fixes: Vec<Fix>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<LimitTable>,
    pub references: Vec<String>,
}

impl From<&Rule> for RuleText {
    fn from(rule: &Rule) -> Self {
        Self {
            id: rule.id.clone(),
            title: rule.title.clone(),
            category: rule.category,
            severity: rule.severity,
            causes: rule.causes.clone(),
            fixes: rule.fixes.clone(),
            limits: rule.limits.clone(),
            references: rule.references.clone(),
        }
    }
}

impl RuleText {
    /// Rules come from other people, too, and reports from other machines: nothing in them acts on a terminal.
    fn make_visible(&mut self) {
        let own = [&mut self.id, &mut self.title];
        for text in own.into_iter().chain(&mut self.causes).chain(&mut self.references) {
            *text = Redactor::OPEN.clean_lines(text);
        }
        for Fix { say, run, config } in &mut self.fixes {
            for text in std::iter::once(say).chain(run).chain(config) {
                *text = Redactor::OPEN.clean_lines(text);
            }
        }
    }
}

/// What is kept of one source.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct SourceSummary {
    pub info: SourceInfo,
    /// The folder of the source: sources of one folder are one gateway's.
    pub gateway: String,
    /// Where it stands in its source, if it is a part of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<Part>,
    /// The older file of its rotated set, where that is there and not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread_older: Option<String>,
    /// The last time stamp, for comparing within the gateway.
    pub last_order: Option<Timestamp>,
    /// Incidents near the beginning and the end.
    pub edges: Vec<Incident>,
    /// What was told near the beginning.
    #[serde(default, skip_serializing_if = "Journal::is_empty")]
    pub journal: Journal,
    /// How things stand at the end, for the source that follows.
    #[serde(default)]
    pub standing: Standing,
    /// Good ends near the beginning, of runs that may have failed in the source before.
    pub loose_ends: Vec<LooseEnd>,
    pub successes: Vec<Success>,
    /// The last success before the log names the provider that it uses by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub early_success: Option<Timestamp>,
    /// The provider that was used by default at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_provider: Option<String>,
    pub marks: Vec<Mark>,
    pub hints: Vec<Hint>,
}

impl SourceSummary {
    /// The name without folders.
    pub fn file_name(&self) -> &str {
        self.info.name.rsplit(['/', '\\']).next().unwrap_or(&self.info.name)
    }

    /// Where it begins in its source, if it is a part of it.
    fn start(&self) -> Option<u64> {
        self.part.as_ref()?.start
    }

    /// Whether both are the same bytes: of that name and place, as many, and of the same times.
    pub fn is_same(&self, other: &Self) -> bool {
        let identity = |source: &'_ Self| {
            let info = &source.info;
            (info.bytes, info.lines, info.records, info.first_time, info.last_time)
        };
        self.info.bytes > 0
            && (&self.gateway, &self.info.name) == (&other.gateway, &other.info.name)
            && self.start() == other.start()
            && identity(self) == identity(other)
    }

    /// The order in which sources are shown: by name. Parts of one source have the same.
    pub fn name_order(&self) -> (&str, &str, Option<u64>, Option<Timestamp>, u64) {
        (&self.gateway, &self.info.name, self.start(), self.info.first_time, self.info.bytes)
    }
}

/// Everything a report is made of.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Summary {
    catalogue: CatalogueInfo,
    /// The rules that the others name by their index.
    pub(super) rules: Vec<RuleText>,
    pub(super) sources: Vec<SourceSummary>,
    /// Tallies of settled incidents by rule.
    pub(super) settled: BTreeMap<usize, FindingTally>,
    /// Of matches that may be somebody's words, by rule.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) quoted: BTreeMap<usize, FindingTally>,
    pub(super) shapes: Shapes,
    pub(super) matched: u64,
    pub(super) warnings: u64,
    /// Incidents that ended before the period, or began after it.
    pub(super) outside: u64,
}

/// What shall be in a report.
#[derive(Debug, Clone, Default)]
pub struct View {
    /// Which findings.
    pub filter: Filter,
    /// In which order.
    pub sort: Sort,
}

/// The successes and log ends of all gateways.
struct Health {
    successes: Vec<Success>,
    log_ends: HashMap<String, Timestamp>,
}

impl Summary {
    /// A summary of nothing, made with a catalogue.
    pub(super) fn new(catalogue: &Catalogue) -> Self {
        Self {
            catalogue: CatalogueInfo { rules: catalogue.rules().len(), fingerprint: catalogue.fingerprint() },
            rules: catalogue.rules().iter().map(RuleText::from).collect(),
            sources: Vec::new(),
            settled: BTreeMap::new(),
            quoted: BTreeMap::new(),
            shapes: Shapes::default(),
            matched: 0,
            warnings: 0,
            outside: 0,
        }
    }

    /// Puts the sources in their order, fits the shapes, and leaves out the rules that nothing names.
    pub(super) fn tidy(&mut self) {
        // Most come in order; a stable sort would take room for a copy.
        self.sources.sort_unstable_by(|a, b| a.name_order().cmp(&b.name_order()));
        if self.sources.iter().any(|source| source.unread_older.is_some()) {
            let read: BTreeSet<(String, String)> =
                self.sources.iter().map(|s| (s.gateway.clone(), s.file_name().to_owned())).collect();
            for source in &mut self.sources {
                source.unread_older.take_if(|older| read.contains(&(source.gateway.clone(), older.clone())));
            }
        }
        self.shapes.fit();
        let mut named: BTreeSet<usize> = BTreeSet::new();
        self.renumber(&mut |rule| {
            named.insert(rule);
            rule
        });
        let mut by_id: Vec<usize> = named.into_iter().filter(|&rule| rule < self.rules.len()).collect();
        by_id.sort_by(|a, b| self.rules[*a].id.cmp(&self.rules[*b].id));
        let new: HashMap<usize, usize> = by_id.iter().enumerate().map(|(new, &old)| (old, new)).collect();
        self.rules = by_id.iter().map(|&old| self.rules[old].clone()).collect();
        self.rules.iter_mut().for_each(RuleText::make_visible);
        self.renumber(&mut |rule| new.get(&rule).copied().unwrap_or(0));
    }

    fn renumber(&mut self, new: &mut impl FnMut(usize) -> usize) {
        for source in &mut self.sources {
            source.edges.iter_mut().for_each(|incident| incident.renumber(new));
            source.journal.renumber(new);
            source.standing.roots.renumber(new);
        }
        for tallies in [&mut self.settled, &mut self.quoted] {
            for (rule, mut tally) in std::mem::take(tallies) {
                tally.renumber(new);
                tallies.insert(new(rule), tally);
            }
        }
    }

    /// Counts a settled incident.
    pub(super) fn settle(&mut self, incident: &Incident, gateway: &str) {
        settle(&mut self.settled, incident, gateway);
    }

    /// Counts an incident that may be somebody's words.
    pub(super) fn settle_quoted(&mut self, incident: &Incident, gateway: &str) {
        settle(&mut self.quoted, incident, gateway);
    }

    /// Adds another; the sum is to be tidied when all are in.
    pub(super) fn merge(&mut self, mut other: Self) {
        // The newer text of a rule, by any fixed order, so that it makes no difference which comes first.
        let mut index: HashMap<String, usize> =
            self.rules.iter().enumerate().map(|(at, rule)| (rule.id.clone(), at)).collect();
        let mut new = Vec::with_capacity(other.rules.len());
        for rule in std::mem::take(&mut other.rules) {
            let at = *index.entry(rule.id.clone()).or_insert(self.rules.len());
            new.push(at);
            match self.rules.get_mut(at) {
                Some(mine) if text_order(&rule) > text_order(mine) => *mine = rule,
                Some(_) => {}
                None => self.rules.push(rule),
            }
        }
        other.renumber(&mut |rule| new.get(rule).copied().unwrap_or(0));
        self.catalogue = CatalogueInfo {
            rules: self.catalogue.rules.max(other.catalogue.rules),
            fingerprint: join_fingerprints(&self.catalogue.fingerprint, &other.catalogue.fingerprint),
        };
        self.sources.append(&mut other.sources);
        for (rule, tally) in &other.settled {
            self.settled.entry(*rule).or_default().merge(tally);
        }
        for (rule, tally) in &other.quoted {
            self.quoted.entry(*rule).or_default().merge(tally);
        }
        self.shapes.merge(&other.shapes);
        self.matched += other.matched;
        self.warnings += other.warnings;
        self.outside += other.outside;
    }

    /// Whether an index of a rule that the summary holds points nowhere, or a rule stands there twice, as in a file that was
    /// edited.
    pub(super) fn is_broken(&mut self) -> bool {
        let ids: BTreeSet<&str> = self.rules.iter().map(|rule| rule.id.as_str()).collect();
        let count = self.rules.len();
        let mut broken = ids.len() < count;
        self.renumber(&mut |rule| {
            broken |= rule >= count;
            rule
        });
        broken
    }

    /// The report, and which incidents were joined across sources.
    pub(super) fn report(self, view: &View) -> (Report, Joined) {
        let in_time = parts::in_time(&self.sources);
        let (edges, joined) = stitch(&in_time);
        let mut tallies = self.settled.clone();
        let mut outside = self.outside;
        let mut period = view.filter.period;
        if let Some(end) = self.sources.iter().filter_map(|source| source.info.last_time).max() {
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
        let marks = self.marks();
        let health = Health::new(&in_time);
        let finding = |rule: usize, tally: &FindingTally| {
            let text = &self.rules[rule];
            let after = tally.first.as_ref().and_then(|(time, gateway)| began(&marks, gateway, *time));
            tally.finish(text, &self.rules, health.status(text, tally, &marks), after)
        };
        let mut findings: Vec<Finding> = tallies.iter().map(|(&rule, tally)| finding(rule, tally)).collect();
        // Where a failure is proven, what somebody says of it adds nothing.
        let only_quoted = self.quoted.iter().filter(|(rule, _)| !tallies.contains_key(rule));
        findings.extend(only_quoted.map(|(&rule, tally)| finding(rule, tally).into_quoted()));
        let shows = |finding: &Finding| view.filter.shows(finding.severity, finding.category);
        let hidden: u64 = findings.iter().filter(|f| !shows(f)).map(|f| f.incidents).sum();
        findings.retain(shows);
        view.sort.apply(&mut findings);
        let incidents = findings.iter().map(|finding| finding.incidents).sum();
        let worst = findings.iter().map(|finding| finding.severity).max();
        let left_out = view.filter.top.map(|top| findings.len().saturating_sub(top)).filter(|n| *n > 0);
        findings.truncate(view.filter.top.unwrap_or(usize::MAX));

        let mut unclassified = cluster(&self.shapes);
        unclassified.retain(|cluster| period.covers(cluster.first_seen, cluster.last_seen));
        let shapes = unclassified.len() as u64;
        unclassified.truncate(MAX_CLUSTERS);
        let sum = |of: &dyn Fn(&SourceInfo) -> u64| self.sources.iter().map(|s| of(&s.info)).sum::<u64>();
        let totals = Totals {
            bytes: sum(&|info| info.bytes),
            lines: sum(&|info| info.lines),
            records: sum(&|info| info.records),
            matched: self.matched,
            warnings: self.warnings,
            unclassified: self.shapes.total,
            shapes,
            incidents,
        };
        let lines = parts::Lines::new(&self.sources);
        findings.iter_mut().flat_map(|finding| &mut finding.samples).for_each(|sample| lines.place(sample));
        unclassified.iter_mut().for_each(|cluster| lines.place(&mut cluster.sample));
        let report = Report {
            schema: SCHEMA.to_owned(),
            tool: Tool {
                name: env!("CARGO_PKG_NAME").to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
            },
            catalogue: self.catalogue.clone(),
            matches: Matches::default(),
            sources: parts::shown(&self.sources),
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
            mergeable: left_out.is_none().then(|| Box::new(self)),
        };
        (report, joined)
    }

    /// The marks of all gateways, in the order of time.
    fn marks(&self) -> Vec<Mark> {
        let mut marks = parts::marks(&self.sources);
        marks.sort();
        marks.dedup();
        marks
    }
}

impl Health {
    /// Of sources in the order of time.
    fn new(sources: &[&SourceSummary]) -> Self {
        let mut successes = Vec::new();
        let mut log_ends: HashMap<String, Timestamp> = HashMap::new();
        let mut defaults: HashMap<&str, &String> = HashMap::new();
        for source in sources {
            successes.extend(source.successes.iter().cloned());
            // What succeeded before the log names a provider did so with that of the source before.
            if let Some((order, provider)) = source.early_success.zip(defaults.get(source.gateway.as_str())) {
                let (gateway, provider) = (source.gateway.clone(), Some((*provider).clone()));
                successes.push(Success {
                    order,
                    scope: Scope { gateway, provider, ..Scope::default() },
                    is_fallback: false,
                });
            }
            if let Some(provider) = &source.default_provider {
                defaults.insert(&source.gateway, provider);
            }
            if let Some(order) = source.last_order {
                let end = log_ends.entry(source.gateway.clone()).or_insert(order);
                *end = order.max(*end);
            }
        }
        Self { successes, log_ends }
    }

    /// The worst status of the scopes in which a failure was seen.
    fn status(&self, rule: &RuleText, tally: &FindingTally, marks: &[Mark]) -> Status {
        let of_scope = |last: &LastSeen| {
            let success = self
                .successes
                .iter()
                .filter(|success| success.cures(&last.scope, rule.category))
                .map(|success| success.order)
                .max();
            let restart = restart_after(rule, &last.scope, marks);
            judge(last, success.max(restart), self.log_ends.get(&last.scope.gateway).copied())
        };
        tally.scopes.iter().map(of_scope).min().unwrap_or(Status::Ongoing)
    }
}

/// The last start of the gateway, where that shows that what kept it from starting is mended.
fn restart_after(rule: &RuleText, scope: &Scope, marks: &[Mark]) -> Option<Timestamp> {
    let keeps_from_starting = rule.severity == Severity::Critical
        && matches!(rule.category, Category::Gateway | Category::Config | Category::Storage);
    let starts = marks.iter().filter(|mark| mark.gateway == scope.gateway && mark.is_start());
    starts.map(|mark| mark.time).max().filter(|_| keeps_from_starting)
}

fn settle(tallies: &mut BTreeMap<usize, FindingTally>, incident: &Incident, gateway: &str) {
    if let Some(cause) = incident.cause() {
        tallies.entry(cause.rule).or_default().add(incident, cause, gateway);
    }
}

fn text_order(rule: &RuleText) -> String {
    serde_json::to_string(rule).unwrap_or_default()
}

/// The fingerprints of all catalogues with which the parts were made.
fn join_fingerprints(a: &str, b: &str) -> String {
    let all: BTreeSet<&str> = a.split('+').chain(b.split('+')).collect();
    all.into_iter().collect::<Vec<_>>().join("+")
}
