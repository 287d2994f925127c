//! Joins the incidents that go on from one source to the next.

use std::collections::HashMap;

use jiff::Timestamp;

use super::belonging::{ECHO, within};
use super::incident::Incident;
use super::join::{LooseEnd, Roots};
use super::summary::SourceSummary;

/// Incidents that a join across sources brought together: the number of one that was absorbed, and that of the other.
pub(super) type Joined = Vec<(u64, u64)>;

/// The incidents near the edges of sources, which come in the order of time: those that one failure wrote into several
/// sources are one, and those that only follow from a failure of an earlier source have their root.
pub(super) fn stitch(sources: &[&SourceSummary]) -> (Vec<(String, Incident)>, Joined) {
    let mut done: Vec<(String, Incident)> = Vec::new();
    let mut joined = Vec::new();
    let mut roots: HashMap<&str, Roots> = HashMap::new();
    // Incidents of this index and above may still go on.
    let mut from = 0;
    let mut ends: HashMap<&str, Timestamp> = HashMap::new();
    for source in sources {
        let gateway = source.gateway.as_str();
        let known = roots.entry(gateway).or_default();
        // The file log and the console of one gateway cover the same time, the files of a rotated set do not.
        let overlaps = source.info.first_time.zip(ends.get(gateway).copied());
        let overlaps = overlaps.is_some_and(|(first, end)| end.duration_since(first) > ECHO);
        let own = done.len();
        let mut loose_ends = source.loose_ends.iter().peekable();
        for incident in &source.edges {
            while let Some(end) =
                loose_ends.next_if(|end| incident.first_order.is_none_or(|first| end.order <= first))
            {
                tie_up(&mut done[from..own], end, gateway);
            }
            let earlier = done[from..own]
                .iter()
                .rposition(|(of, mine)| match of == gateway {
                    true => goes_on(mine, incident) || (overlaps && is_told_twice(mine, incident)),
                    false => mine.shares_ids(incident),
                })
                .map(|index| from + index);
            match earlier {
                Some(index) => {
                    joined.push((incident.number, done[index].1.number));
                    done[index].1.absorb(incident.clone());
                }
                None => {
                    let mut incident = incident.clone();
                    if incident.wants_root() {
                        incident.root = known.of(incident.provider(), incident.first_order).cloned();
                    }
                    done.push((gateway.to_owned(), incident));
                }
            }
        }
        loose_ends.for_each(|end| tie_up(&mut done[from..own], end, gateway));
        known.follow(&source.roots);
        // What came before the last source can only go on with an equal id, and that within reach.
        let end = source.info.last_time;
        if let Some(end) = end {
            let latest = ends.entry(gateway).or_insert(end);
            *latest = end.max(*latest);
        }
        from += done[from..].iter().take_while(|(_, incident)| incident.is_over(end)).count();
    }
    (done, joined)
}

/// Lets the run of an earlier source that came to this good end recover.
fn tie_up(earlier: &mut [(String, Incident)], end: &LooseEnd, gateway: &str) {
    let time = Some(end.order);
    let is_known = |incident: &Incident| incident.is_known_by(&end.keys) && !incident.is_over(time);
    let mut of_gateway =
        earlier.iter_mut().filter(|(of, _)| of == gateway).map(|(_, incident)| incident).rev();
    let found = of_gateway.find_map(|incident| match is_known(incident) {
        true => Some((incident, false)),
        false => incident.ends_well(time).map(|by_fallback| (incident, by_fallback)),
    });
    if let Some((incident, by_fallback)) = found {
        incident.succeed(time, by_fallback || end.fallback);
    }
}

/// Whether an incident goes on with another, whose source comes later.
fn goes_on(mine: &Incident, later: &Incident) -> bool {
    mine.shares_ids(later) || (later.first.order.is_some() && mine.takes(&later.first))
}

/// Whether two sources of one gateway tell of the same failure at the same time, as the file log and the console do.
fn is_told_twice(mine: &Incident, later: &Incident) -> bool {
    let begins_within = within(mine.first_order, later.first_order, ECHO);
    let same_cause = mine.cause().zip(later.cause()).is_some_and(|(a, b)| a.rule == b.rule);
    begins_within
        && mine.setting == later.setting
        && mine.provider() == later.provider()
        && (same_cause || mine.provider().is_some())
        && !(mine.has_ids() && later.has_ids())
}
