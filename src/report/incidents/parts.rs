//! Parts of one source that were read separately and are shown as one source.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;

use crate::classify::LifecycleKind;

use super::incident::Incident;
use super::lifecycle::{LifecycleEvent, MAX_MARKS};
use super::part::{EMPTY, Oddities};
use super::sample::Sample;
use super::source_info::{FormatCount, SourceInfo};
use super::source_summary::SourceSummary;
use super::time_limits::REACH;

/// Returns the sources as a report shows them: consecutive parts of one source are combined.
pub(crate) fn shown(sources: &[SourceSummary]) -> Vec<SourceInfo> {
    let mut shown = Vec::with_capacity(sources.len());
    shown.extend(sources.chunk_by(are_parts_of_one).map(whole));
    shown
}

/// Returns true if both are parts of the same source.
pub(crate) fn are_parts_of_one(a: &SourceSummary, b: &SourceSummary) -> bool {
    a.part.is_some() && b.part.is_some() && (&a.gateway, &a.info.name) == (&b.gateway, &b.info.name)
}

/// Returns the sources in the order in which they were written; the parts of one source stay together.
pub(crate) fn in_time(sources: &[SourceSummary]) -> Vec<&SourceSummary> {
    let mut in_time = Vec::with_capacity(sources.len());
    for parts in sources.chunk_by(are_parts_of_one) {
        let first = parts.iter().find_map(|part| part.info.first_time);
        in_time.extend(parts.iter().map(|part| (first, part)));
    }
    in_time.sort_by_key(|(first, source)| (first.is_none(), *first, source.name_order()));
    in_time.into_iter().map(|(_, source)| source).collect()
}

/// Time span of a source.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Span {
    first: Option<Timestamp>,
    last: Option<Timestamp>,
}

impl Span {
    /// Returns the span of a source that consists of these parts.
    pub fn of(parts: &[&SourceSummary]) -> Self {
        Self {
            first: parts.iter().find_map(|part| part.info.first_time),
            last: parts.iter().rev().find_map(|part| part.last_order),
        }
    }

    /// Returns true if an incident is so far from both ends that no other source can continue it. It would have been
    /// settled if the source had been read as a whole.
    pub fn is_inside(self, incident: &Incident) -> bool {
        let is_far = |edge: Option<Timestamp>, time: Option<Timestamp>| {
            edge.zip(time).is_some_and(|(edge, time)| edge.duration_since(time).abs() > REACH)
        };
        is_far(self.first, incident.first_order) && is_far(self.last, incident.last_order)
    }
}

fn whole(parts: &[SourceSummary]) -> SourceInfo {
    let mut whole = parts[0].info.clone();
    if parts.len() == 1 {
        return whole;
    }
    let infos = || parts.iter().map(|part| &part.info);
    let sum = |of: fn(&SourceInfo) -> u64| infos().map(of).sum();
    (whole.bytes, whole.lines, whole.records) = (sum(|i| i.bytes), sum(|i| i.lines), sum(|i| i.records));
    let mut formats: BTreeMap<_, u64> = BTreeMap::new();
    infos().flat_map(|info| &info.formats).for_each(|c| *formats.entry(c.format).or_default() += c.records);
    whole.formats = formats.into_iter().map(|(format, records)| FormatCount { format, records }).collect();
    whole.formats.sort_by_key(|count| std::cmp::Reverse(count.records));
    whole.first_time = infos().find_map(|info| info.first_time);
    whole.last_time = infos().rev().find_map(|info| info.last_time);
    whole.runtimes = union(infos().map(|info| &info.runtimes));
    whole.hosts = union(infos().map(|info| &info.hosts));
    let mut problems: Vec<String> = Vec::new();
    for problem in infos().flat_map(|info| &info.problems) {
        if !problems.contains(problem) {
            problems.push(problem.clone());
        }
    }
    let mut oddities = Oddities::default();
    parts.iter().filter_map(|part| part.part.as_ref()).for_each(|part| oddities.add(part.oddities));
    whole.notes = oddities.notes();
    if whole.records == 0 && problems.is_empty() {
        whole.notes.push(EMPTY.to_owned());
    }
    let missing = gaps(parts);
    if missing > 0 {
        whole.notes.push(format!("parts of this source that are missing from the report: {missing}"));
    }
    whole.problems = problems;
    whole
}

fn union<'s>(names: impl Iterator<Item = &'s Vec<String>>) -> Vec<String> {
    let all: BTreeSet<&String> = names.flatten().collect();
    all.into_iter().cloned().collect()
}

/// Returns the number of places, the beginning included, at which bytes between the parts are missing.
fn gaps(parts: &[SourceSummary]) -> usize {
    let read = || parts.iter().filter(|part| part.info.bytes > 0);
    let starts = read().filter_map(|part| part.part.as_ref()?.start);
    let ends = read().filter_map(|part| Some(part.part.as_ref()?.start? + part.info.bytes));
    std::iter::once(0).chain(ends).zip(starts).filter(|(end, start)| end != start).count()
}

/// Start offsets of the parts of sources, for computing line numbers in the whole source.
pub(crate) struct Lines<'s> {
    /// By source: offset of each part, and number of lines before it.
    before: HashMap<&'s str, Vec<(u64, u64)>>,
}

impl<'s> Lines<'s> {
    /// Builds the table from sources in report order.
    pub fn new(sources: &'s [SourceSummary]) -> Self {
        let mut before = HashMap::new();
        for parts in sources.chunk_by(are_parts_of_one) {
            // If parts are missing, the number of lines before a part is unknown.
            if parts.len() < 2 || gaps(parts) > 0 {
                continue;
            }
            let mut lines = 0;
            let starts = parts.iter().filter_map(|part| {
                let start = part.part.as_ref()?.start?;
                let before = lines;
                lines += part.info.lines;
                Some((start, before))
            });
            before.insert(parts[0].info.name.as_str(), starts.collect());
        }
        Self { before }
    }

    /// Changes a sample's line from a number within its part to a number within its source.
    pub fn place(&self, sample: &mut Sample) {
        let Some(parts) = self.before.get(sample.source.as_str()) else { return };
        let next = parts.partition_point(|(start, _)| *start <= sample.offset);
        sample.line += next.checked_sub(1).map_or(0, |at| parts[at].1);
    }
}

/// Returns the lifecycle events of all sources. For a source that was read in parts, events are removed that a scan of
/// the whole source would not have: a repeated version, and all but the latest events.
pub(crate) fn marks(sources: &[SourceSummary]) -> Vec<LifecycleEvent> {
    let mut all = Vec::new();
    for parts in sources.chunk_by(are_parts_of_one) {
        let mut marks: Vec<&LifecycleEvent> = Vec::new();
        let mut version = None;
        for mark in parts.iter().flat_map(|part| &part.marks) {
            let is_version = matches!(mark.what, LifecycleKind::Version(_));
            if !is_version || version.replace(&mark.what) != Some(&mark.what) {
                marks.push(mark);
            }
        }
        all.extend(marks.iter().skip(marks.len().saturating_sub(MAX_MARKS)).map(|mark| (*mark).clone()));
    }
    all
}
