//! Joins the incidents that go on from one source to the next.

use std::collections::HashMap;

use jiff::Timestamp;

use super::belonging::{ECHO, within};
use super::incident::Incident;
use super::join::{LooseEnd, Roots};
use super::summary::SourceSummary;

/// Incidents of a gateway's earlier sources with which one without ids is compared: the latest.
const RECENT: usize = 256;

/// Incidents that a join across sources brought together: the number of one that was absorbed, and that of the other.
pub(super) type Joined = Vec<(u64, u64)>;

/// The incidents near the edges of sources, which come in the order of time: those that one failure wrote into several
/// sources are one, and those that only follow from a failure of an earlier source have their root.
pub(super) fn stitch(sources: &[&SourceSummary]) -> (Vec<(String, Incident)>, Joined) {
    let mut stitcher = Stitcher::default();
    for source in sources {
        stitcher.add(source);
    }
    (stitcher.done, stitcher.joined)
}

#[derive(Default)]
struct Stitcher<'s> {
    /// With the gateway of each.
    done: Vec<(String, Incident)>,
    joined: Joined,
    by_id: HashMap<String, usize>,
    gateways: HashMap<&'s str, Gateway>,
}

/// What the earlier sources of one gateway have told.
#[derive(Default)]
struct Gateway {
    roots: Roots,
    /// Indices of its incidents.
    incidents: Vec<usize>,
    end: Option<Timestamp>,
}

impl<'s> Stitcher<'s> {
    fn add(&mut self, source: &'s SourceSummary) {
        let name = source.gateway.as_str();
        let mut gateway = self.gateways.remove(name).unwrap_or_default();
        // The file log and the console of one gateway cover the same time, the files of a rotated set do not.
        let overlaps = source.info.first_time.zip(gateway.end);
        let overlaps = overlaps.is_some_and(|(first, end)| end.duration_since(first) > ECHO);
        let mut own = Vec::new();
        let mut loose_ends = source.loose_ends.iter().peekable();
        for incident in &source.edges {
            while let Some(end) =
                loose_ends.next_if(|end| incident.first_order.is_none_or(|first| end.order <= first))
            {
                self.tie_up(&gateway, end);
            }
            match self.earlier(&gateway, incident, overlaps) {
                Some(index) => {
                    self.joined.push((incident.number, self.done[index].1.number));
                    self.done[index].1.absorb(incident.clone());
                    self.by_id.extend(incident.ids().map(|id| (id, index)));
                }
                None => {
                    let mut incident = incident.clone();
                    if incident.wants_root() {
                        incident.root = gateway.roots.of(incident.provider(), incident.first_order).cloned();
                    }
                    own.push(self.done.len());
                    self.done.push((name.to_owned(), incident));
                }
            }
        }
        loose_ends.for_each(|end| self.tie_up(&gateway, end));
        // The incidents of one source were told apart when it was read.
        for index in own {
            self.by_id.extend(self.done[index].1.ids().map(|id| (id, index)));
            gateway.incidents.push(index);
        }
        gateway.roots.follow(&source.roots);
        gateway.end = gateway.end.max(source.info.last_time);
        self.gateways.insert(name, gateway);
    }

    /// The incident of an earlier source with which this one goes on, or that tells of the same.
    fn earlier(&self, gateway: &Gateway, incident: &Incident, overlaps: bool) -> Option<usize> {
        if let Some(index) = incident.ids().find_map(|id| self.by_id.get(&id)) {
            return Some(*index);
        }
        let recent = || gateway.incidents.iter().rev().copied();
        let told_twice = |same_cause: bool| {
            let is = |index: &usize| is_told_twice(&self.done[*index].1, incident, same_cause);
            let distance = |index: &usize| {
                let first = self.done[*index].1.first_order.zip(incident.first_order);
                first.map(|(a, b)| b.duration_since(a).abs())
            };
            recent().filter(|_| overlaps).filter(is).min_by_key(distance)
        };
        let goes_on =
            |index: &usize| incident.first.order.is_some() && self.done[*index].1.takes(&incident.first);
        told_twice(true).or_else(|| recent().take(RECENT).find(goes_on)).or_else(|| told_twice(false))
    }

    /// Lets the run of an earlier source that came to this good end recover.
    fn tie_up(&mut self, gateway: &Gateway, end: &LooseEnd) {
        let time = Some(end.order);
        let is_known = |incident: &Incident| incident.is_known_by(&end.keys) && !incident.is_over(time);
        let found = gateway.incidents.iter().rev().take(RECENT).find_map(|&index| {
            let incident = &self.done[index].1;
            match is_known(incident) {
                true => Some((index, false)),
                false => incident.ends_well(time).map(|by_fallback| (index, by_fallback)),
            }
        });
        if let Some((index, by_fallback)) = found {
            self.done[index].1.succeed(time, by_fallback || end.fallback);
        }
    }
}

/// Whether two sources of one gateway tell of the same failure at the same time, as the file log and the console do: of the
/// same cause, or at least of the same provider.
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
