//! Mergeable data of a report: the summary of the whole is the sum of the summaries of its parts, in any order and
//! grouping.
//!
//! Most incidents are settled, that is, counted in the tally of the rule that is their cause. Those near the edges of a
//! source are kept as a whole, because the next source may continue them; they are joined each time a report is made.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use crate::catalogue::Catalogue;
use crate::redact::{Cleaner, Redactor};
use crate::report::incidents::{Incident, LifecycleEvent, SourceSummary, parts};

use super::catalogue_info::CatalogueInfo;
use super::finding_tally::FindingTally;
use super::log_template::LogTemplates;
use super::rule_text::RuleText;

/// Mergeable data of a report.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Summary {
    pub(crate) catalogue: CatalogueInfo,
    /// Texts of the rules; other fields refer to them by index.
    pub(crate) rules: Vec<RuleText>,
    pub(crate) sources: Vec<SourceSummary>,
    /// Tallies of settled incidents by rule.
    pub(crate) settled: BTreeMap<usize, FindingTally>,
    /// Tallies of quoted text by rule.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) quoted: BTreeMap<usize, FindingTally>,
    pub(crate) shapes: LogTemplates,
    pub(crate) matched: u64,
    pub(crate) warnings: u64,
    #[serde(default)]
    pub(crate) without_level: u64,
    /// Number of incidents that ended before the period or began after it.
    pub(crate) outside: u64,
}

impl Summary {
    /// Creates an empty summary for a catalogue.
    pub(crate) fn new(catalogue: &Catalogue) -> Self {
        Self {
            catalogue: CatalogueInfo { rules: catalogue.rules().len(), fingerprint: catalogue.fingerprint() },
            rules: Vec::new(),
            sources: Vec::new(),
            settled: BTreeMap::new(),
            quoted: BTreeMap::new(),
            shapes: LogTemplates::default(),
            matched: 0,
            warnings: 0,
            without_level: 0,
            outside: 0,
        }
    }

    /// Sorts the sources, limits the number of patterns, and drops unused rules.
    pub(crate) fn tidy(&mut self) {
        let rules = std::mem::take(&mut self.rules);
        self.tidy_with(rules.len(), |rule| rules[rule].clone());
    }

    /// Does the same for a summary that refers to rules by their index in a catalogue, and adds their texts.
    pub(crate) fn take_texts(&mut self, catalogue: &Catalogue) {
        let rules = catalogue.rules();
        self.tidy_with(rules.len(), |rule| RuleText::from(&*rules[rule]));
    }

    fn tidy_with(&mut self, count: usize, text: impl Fn(usize) -> RuleText) {
        // Most sources are already in order; a stable sort would allocate a copy.
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
        let texts = named.into_iter().filter(|&rule| rule < count).map(|rule| (rule, text(rule)));
        let mut by_id: Vec<(usize, RuleText)> = texts.collect();
        by_id.sort_by(|(_, a), (_, b)| a.id.cmp(&b.id));
        let new: HashMap<usize, usize> =
            by_id.iter().enumerate().map(|(new, (old, _))| (*old, new)).collect();
        self.rules = by_id.into_iter().map(|(_, text)| text).collect();
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
    pub(crate) fn settle(&mut self, incident: &Incident, gateway: &str) {
        settle(&mut self.settled, incident, gateway);
    }

    /// Counts an incident of quoted text.
    pub(crate) fn settle_quoted(&mut self, incident: &Incident, gateway: &str) {
        settle(&mut self.quoted, incident, gateway);
    }

    /// Adds another summary. Call `tidy` after the last one.
    pub(crate) fn merge(&mut self, mut other: Self) {
        // Keeps the text that is later in a fixed order, so that the order of merging makes no difference.
        let mut index: HashMap<String, usize> =
            self.rules.iter().enumerate().map(|(at, rule)| (rule.id.clone(), at)).collect();
        let mut new = Vec::with_capacity(other.rules.len());
        for rule in std::mem::take(&mut other.rules) {
            let at = *index.entry(rule.id.clone()).or_insert(self.rules.len());
            new.push(at);
            match self.rules.get_mut(at) {
                Some(mine) if rule.order() > mine.order() => *mine = rule,
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
        self.without_level += other.without_level;
        self.outside += other.outside;
    }

    /// Returns true if a rule index is out of range or a rule is present twice, as in an edited file.
    pub(crate) fn is_broken(&mut self) -> bool {
        let ids: BTreeSet<&str> = self.rules.iter().map(|rule| rule.id.as_str()).collect();
        let count = self.rules.len();
        let mut broken = ids.len() < count;
        self.renumber(&mut |rule| {
            broken |= rule >= count;
            rule
        });
        broken
    }

    pub(crate) fn redact(&mut self, redactor: Redactor) {
        let cleaner = Cleaner::new(redactor);
        for source in &mut self.sources {
            source.redact_names(redactor);
            source.edges.iter_mut().for_each(|incident| incident.redact(&cleaner));
            source.journal.redact(&cleaner);
        }
        self.settled.values_mut().chain(self.quoted.values_mut()).for_each(|tally| tally.redact(&cleaner));
        self.shapes.redact(&cleaner);
    }

    /// Returns the lifecycle events of all gateways, in order of time.
    pub(crate) fn marks(&self) -> Vec<LifecycleEvent> {
        let mut marks = parts::marks(&self.sources);
        marks.sort();
        marks.dedup();
        marks
    }
}

/// Counts an incident in the tally of the rule that is its cause.
pub(crate) fn settle(tallies: &mut BTreeMap<usize, FindingTally>, incident: &Incident, gateway: &str) {
    match incident.by_cause() {
        Some(parts) => parts.iter().for_each(|part| settle_one(tallies, part, gateway)),
        None => settle_one(tallies, incident, gateway),
    }
}

fn settle_one(tallies: &mut BTreeMap<usize, FindingTally>, incident: &Incident, gateway: &str) {
    if let Some(cause) = incident.cause() {
        tallies.entry(cause.rule).or_default().add(incident, cause, gateway);
    }
}

/// Joins the fingerprints of all catalogues that made the parts.
fn join_fingerprints(a: &str, b: &str) -> String {
    let all: BTreeSet<&str> = a.split('+').chain(b.split('+')).collect();
    all.into_iter().collect::<Vec<_>>().join("+")
}
