//! Cross-source merge: joins incidents that continue from one source to the next.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::classify::Component;

use super::correlate::{Correlator, End, Standing, UnmatchedEnd};
use super::incident::{Incident, RootFailure, RunState};
use super::parts::{Span, are_parts_of_one};
use super::source_summary::SourceSummary;
use super::time_limits::{ECHO, within};

/// Number of latest incidents of a gateway's earlier sources with which an incident without ids is compared.
const RECENT: usize = 256;
/// Number of incidents of a gateway's earlier sources that may be duplicates of one in a simultaneous source: the edges
/// of two sources.
const RECENT_BESIDE: usize = 4096;

/// Incidents joined across sources: the number of the absorbed incident, and the number of the incident that absorbed
/// it.
pub(crate) type Joined = Vec<(u64, u64)>;

/// Merges the incidents near the edges of `sources`, which must be in order of time. Incidents that one failure wrote
/// into several sources become one, and consequences of a failure in an earlier source get that failure as their root.
pub(crate) fn merge_sources<'s>(sources: &[&'s SourceSummary]) -> (Vec<MergedIncident<'s>>, Joined) {
    let mut stitcher = SourceMerger::default();
    for parts in sources.chunk_by(|a, b| are_parts_of_one(a, b)) {
        let span = Span::of(parts);
        parts.iter().for_each(|source| stitcher.add(source, span));
    }
    (stitcher.done, stitcher.joined)
}

/// An incident across all sources; most are unchanged from their source.
pub(crate) struct MergedIncident<'s> {
    pub gateway: &'s str,
    told: &'s Incident,
    changed: Option<Box<Incident>>,
}

impl MergedIncident<'_> {
    pub fn incident(&self) -> &Incident {
        self.changed.as_deref().unwrap_or(self.told)
    }

    fn change(&mut self) -> &mut Incident {
        self.changed.get_or_insert_with(|| Box::new(self.told.clone()))
    }
}

#[derive(Default)]
struct SourceMerger<'s> {
    done: Vec<MergedIncident<'s>>,
    places: Vec<IncidentPosition<'s>>,
    joined: Joined,
    /// Incident indices by id. An id has several incidents only if those cannot be joined.
    by_id: HashMap<String, Vec<usize>>,
    gateways: HashMap<&'s str, Gateway>,
}

/// Position of an incident, which restricts the incidents it can be joined with.
#[derive(Clone, Copy)]
struct IncidentPosition<'s> {
    /// Gateway and name of the source, if it was read in parts.
    part_of: Option<(&'s str, &'s str)>,
    /// Only parts of the same source can continue this incident.
    is_inside: bool,
}

impl<'s> IncidentPosition<'s> {
    /// Position in a source that was read as a whole.
    const OUTSIDE: Self = Self { part_of: None, is_inside: false };

    fn new(source: &'s SourceSummary, span: Span, incident: &Incident) -> Self {
        let part_of = source.part.as_ref().map(|_| (source.gateway.as_str(), source.info.name.as_str()));
        Self { part_of, is_inside: part_of.is_some() && span.is_inside(incident) }
    }

    /// Returns true if both are in the same source that was read in parts.
    fn is_beside(self, other: Self) -> bool {
        self.part_of.is_some() && self.part_of == other.part_of
    }

    fn can_join(self, other: Self) -> bool {
        self.is_beside(other) || !(self.is_inside || other.is_inside)
    }
}

/// State of one gateway after its earlier sources.
#[derive(Default)]
struct Gateway {
    standing: Standing,
    /// Indices of the gateway's incidents.
    incidents: Vec<usize>,
    end: Option<Timestamp>,
}

impl<'s> SourceMerger<'s> {
    /// Adds a source, or a part of a source with this span.
    fn add(&mut self, source: &'s SourceSummary, span: Span) {
        let name = source.gateway.as_str();
        let mut gateway = self.gateways.remove(name).unwrap_or_default();
        // The file log and the console log of one gateway cover the same time; the files of a rotated set do not.
        let overlaps = source.info.first_time.zip(gateway.end);
        let overlaps = overlaps.is_some_and(|(first, end)| end.duration_since(first) > ECHO);
        let is_told_again = !overlaps && source.part.is_none() && self.tell_again(source, &mut gateway);
        self.join(source, &mut gateway, span, overlaps, is_told_again);
        gateway.end = gateway.end.max(source.info.last_time);
        self.gateways.insert(name, gateway);
    }

    /// Joins a source's incidents with those of earlier sources, except those already handled by the replay of the
    /// journal.
    fn join(
        &mut self,
        source: &'s SourceSummary,
        gateway: &mut Gateway,
        span: Span,
        overlaps: bool,
        is_told_again: bool,
    ) {
        let name = source.gateway.as_str();
        let end = source.journal.end();
        let mut own = Vec::new();
        let is_new =
            |end_of: &&UnmatchedEnd| !is_told_again || (source.journal.is_cut && Some(end_of.order) > end);
        let mut loose_ends = source.loose_ends.iter().filter(is_new).peekable();
        for incident in source.edges.iter().filter(|edge| !(is_told_again && edge.is_in_journal)) {
            while let Some(end) =
                loose_ends.next_if(|end| incident.first_order.is_none_or(|first| end.order <= first))
            {
                self.resolve_success(source, gateway, end);
            }
            let place = IncidentPosition::new(source, span, incident);
            match self.earlier(gateway, place, incident, overlaps) {
                Some(index) => {
                    self.joined.push((incident.number, self.done[index].incident().number));
                    self.done[index].change().absorb(incident.clone());
                    self.places[index].is_inside &= place.is_inside;
                    self.know(index, incident.ids());
                }
                None => {
                    let mut stitched = MergedIncident { gateway: name, told: incident, changed: None };
                    if incident.wants_root() {
                        let root = gateway.standing.roots.of(incident.provider(), incident.first_order);
                        stitched.change().root = root.cloned();
                        gateway.rest_on(stitched.incident());
                    }
                    own.push(self.done.len());
                    self.done.push(stitched);
                    self.places.push(place);
                }
            }
        }
        loose_ends.for_each(|end| self.resolve_success(source, gateway, end));
        self.finish(gateway, own);
        if !is_told_again || source.journal.is_cut {
            gateway.standing.follow(&source.standing);
        }
        gateway.standing.last_event = source.standing.last_event.or(gateway.standing.last_event);
    }

    /// Replays the journal of a source to a correlator that knows the end of the previous source. Returns false, without a
    /// replay, if the journal is empty or no earlier event has a time.
    fn tell_again(&mut self, source: &'s SourceSummary, gateway: &mut Gateway) -> bool {
        let Some(last) = gateway.standing.last_event.filter(|_| !source.journal.is_empty()) else {
            return false;
        };
        let begin = source.journal.begin().unwrap_or(last);
        let is_open = |index: &usize| {
            let incident = self.done[*index].incident();
            self.places[*index].can_join(IncidentPosition::OUTSIDE)
                && incident.last_order.is_some()
                && !incident.is_over(Some(begin))
        };
        let mut known: Vec<usize> =
            gateway.incidents.iter().rev().copied().filter(is_open).take(RECENT).collect();
        known.reverse();
        let copy =
            |(&index, number): (&usize, u64)| Incident { number, ..self.done[index].incident().clone() };
        let open = known.iter().zip(1..).map(copy).collect();
        let mut joiner = Correlator::resume(open, std::mem::take(&mut gateway.standing));
        let told = source.journal.tell(&mut joiner, Some(last));
        let (incidents, standing) = joiner.finish();
        gateway.standing = standing;

        let mut first_of: HashMap<u64, &'s Incident> = HashMap::new();
        for (edge, number) in &told {
            source.edges.get(*edge).into_iter().for_each(|edge| _ = first_of.entry(*number).or_insert(edge));
        }
        let mut index_of: HashMap<u64, usize> = HashMap::new();
        let mut own = Vec::new();
        for incident in incidents {
            let number = incident.number;
            let index = match usize::try_from(number - 1).ok().and_then(|at| known.get(at)) {
                Some(&index) => self.replace(index, incident),
                None => match first_of.get(&number) {
                    Some(told) => self.begin(source, told, incident, &mut own),
                    None => continue,
                },
            };
            index_of.insert(number, index);
        }
        let last_of: HashMap<usize, u64> = told.into_iter().collect();
        for (at, edge) in source.edges.iter().enumerate() {
            if let Some(&index) = last_of.get(&at).and_then(|number| index_of.get(number)) {
                self.go_on(index, edge);
            }
        }
        self.finish(gateway, own);
        true
    }

    /// Replaces an incident by its state after the replay, if it has changed.
    fn replace(&mut self, index: usize, incident: Incident) -> usize {
        let before = self.done[index].incident();
        let has_changed = (before.records, before.course, before.ending, &before.root)
            != (incident.records, incident.course, incident.ending, &incident.root);
        if has_changed {
            let number = before.number;
            self.know(index, incident.ids().collect::<Vec<_>>().into_iter());
            self.done[index].changed = Some(Box::new(Incident { number, ..incident }));
        }
        index
    }

    /// Adds an incident that began in this source; `told` is the source's incident with its first record.
    fn begin(
        &mut self,
        source: &'s SourceSummary,
        told: &'s Incident,
        incident: Incident,
        own: &mut Vec<usize>,
    ) -> usize {
        let incident = Incident { number: told.number, ..incident };
        // A run that continues in another gateway.
        let is_other = |index: &usize| self.done[*index].gateway != source.gateway;
        let other = incident.ids().find_map(|id| self.by_id(&id, IncidentPosition::OUTSIDE)).filter(is_other);
        if let Some(index) = other {
            self.know(index, incident.ids().collect::<Vec<_>>().into_iter());
            self.done[index].change().absorb(incident);
            return index;
        }
        own.push(self.done.len());
        self.done.push(MergedIncident { gateway: &source.gateway, told, changed: Some(Box::new(incident)) });
        self.places.push(IncidentPosition::OUTSIDE);
        self.done.len() - 1
    }

    /// Adds the records of an incident after the end of the source's journal.
    fn go_on(&mut self, index: usize, edge: &Incident) {
        let number = self.done[index].incident().number;
        if edge.number != number {
            self.joined.push((edge.number, number));
        }
        if let Some(rest) = edge.rest.as_deref() {
            let incident = self.done[index].change();
            incident.absorb(rest.clone());
            incident.ending.recovered |= edge.ending.recovered;
            incident.ending.degraded |= edge.ending.degraded;
            incident.course = edge.course;
        }
    }

    /// Registers the incidents that began in this source, so that later sources can be joined with them. Incidents
    /// within the source were separated when it was read.
    fn finish(&mut self, gateway: &mut Gateway, own: Vec<usize>) {
        for index in own {
            let ids: Vec<String> = self.done[index].incident().ids().collect();
            self.know(index, ids.into_iter());
            gateway.incidents.push(index);
        }
    }

    /// Registers the ids of an incident.
    fn know(&mut self, index: usize, ids: impl Iterator<Item = String>) {
        for id in ids {
            let known = self.by_id.entry(id).or_default();
            known.retain(|other| *other != index);
            known.push(index);
        }
    }

    /// Returns the latest incident with this id that can be joined with one at `place`.
    fn by_id(&self, id: &str, place: IncidentPosition<'_>) -> Option<usize> {
        self.by_id.get(id)?.iter().rev().copied().find(|index| self.places[*index].can_join(place))
    }

    /// Returns the incident of an earlier source that `incident` continues or duplicates.
    fn earlier(
        &self,
        gateway: &Gateway,
        place: IncidentPosition<'s>,
        incident: &Incident,
        overlaps: bool,
    ) -> Option<usize> {
        let can_join = |index: &usize| self.places[*index].can_join(place);
        if let Some(index) = incident.ids().find_map(|id| self.by_id(&id, place)) {
            return Some(index);
        }
        let recent = || gateway.incidents.iter().rev().copied().filter(can_join);
        let told_twice = |same_cause: bool| {
            // A single source does not contain the same incident twice.
            let is = |index: &usize| {
                !self.places[*index].is_beside(place)
                    && is_told_twice(self.done[*index].incident(), incident, same_cause)
            };
            let distance = |index: &usize| {
                let first = self.done[*index].incident().first_order.zip(incident.first_order);
                first.map(|(a, b)| b.duration_since(a).abs())
            };
            recent().take(if overlaps { RECENT_BESIDE } else { 0 }).filter(is).min_by_key(distance)
        };
        // Line numbers of two sources are not comparable, so only times decide about closeness.
        let goes_on = |index: &usize| {
            let earlier = self.done[*index].incident();
            earlier.last_order.is_some() && incident.first.order.is_some() && earlier.takes(&incident.first)
        };
        told_twice(true).or_else(|| recent().take(RECENT).find(goes_on)).or_else(|| told_twice(false))
    }

    /// Applies a successful end to the failed run of an earlier source, and closes incidents that the event ends.
    fn resolve_success(&mut self, source: &'s SourceSummary, gateway: &Gateway, end: &UnmatchedEnd) {
        let time = Some(end.order);
        let part = source.part.as_ref();
        let place = IncidentPosition {
            part_of: part.map(|_| (source.gateway.as_str(), source.info.name.as_str())),
            is_inside: part.is_some_and(|part| part.start != Some(0)),
        };
        let can_join = |index: &usize| self.places[*index].can_join(place);
        let recent: Vec<usize> =
            gateway.incidents.iter().rev().copied().filter(can_join).take(RECENT).collect();
        let is_ended = |incident: &Incident| match &end.what {
            // Failed tools belong to the run that has ended.
            End::Success => incident.setting.is_tool() && incident.course == RunState::Open,
            End::ChannelUp(channel) => incident.setting.channel_name() == Some(channel),
            End::Restart => incident.setting == Component::Run,
        };
        for &index in &recent {
            let incident = self.done[index].incident();
            if is_ended(incident) && !incident.is_over(time) {
                self.done[index].change().close(time);
            }
        }
        if end.what != End::Success {
            return;
        }
        let is_known = |incident: &Incident| incident.is_known_by(&end.keys) && !incident.is_over(time);
        let by_id = [&end.keys.run, &end.keys.trace].into_iter().flatten().find_map(|id| {
            let index = self.by_id(id, place)?;
            let found = &self.done[index];
            (found.gateway == source.gateway && is_known(found.incident())).then_some((index, false))
        });
        let found = by_id.or_else(|| {
            recent.iter().find_map(|&index| Some((index, self.done[index].incident().ends_well(time)?)))
        });
        if let Some((index, by_fallback)) = found {
            self.done[index].change().succeed(time, by_fallback || end.fallback);
        }
    }
}

impl Gateway {
    /// A provider that is still skipped is on cooldown for the same reason as before.
    fn rest_on(&mut self, incident: &Incident) {
        if let Some((provider, root)) = incident.provider().zip(incident.root.as_ref())
            && let Some(at) = incident.last_order
        {
            self.standing.roots.note(provider, RootFailure { at, ..root.clone() });
        }
    }
}

/// Returns true if two sources of one gateway contain the same failure at the same time, such as the file log and the
/// console log: with the same cause, or at least with the same provider.
fn is_told_twice(mine: &Incident, later: &Incident, same_cause: bool) -> bool {
    let is_same = match same_cause {
        true => mine.cause().zip(later.cause()).is_some_and(|(a, b)| a.rule == b.rule),
        false => mine.provider().is_some(),
    };
    is_same
        && within(mine.first_order, later.first_order, ECHO)
        && mine.setting == later.setting
        && mine.provider() == later.provider()
        && !(mine.has_ids() && later.has_ids())
}
