//! Joins the incidents that go on from one source to the next.

use std::collections::HashMap;

use super::incident::{Incident, within};
use super::join::Roots;
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
    for source in sources {
        let gateway = source.gateway.as_str();
        let known = roots.entry(gateway).or_default();
        let own = done.len();
        for incident in &source.edges {
            let earlier = done[from..own]
                .iter()
                .rposition(|(of, mine)| goes_on(mine, incident, of == gateway))
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
        known.follow(&source.roots);
        // What came before the last source can only go on with an equal id, and that within reach.
        let end = source.info.last_time;
        from += done[from..].iter().take_while(|(_, incident)| incident.is_over(end)).count();
    }
    (done, joined)
}

/// Whether an incident goes on with another, whose source comes later.
fn goes_on(mine: &Incident, later: &Incident, same_gateway: bool) -> bool {
    if mine.shares_ids(later) {
        return true;
    }
    same_gateway && (mine.takes(&later.first) && later.first.order.is_some() || is_told_twice(mine, later))
}

/// Whether two sources of one gateway tell of the same failure at the same time, as the file log and the console do.
fn is_told_twice(mine: &Incident, later: &Incident) -> bool {
    let begins_within = within(mine.first_order, later.first_order, super::incident::ECHO);
    let same_cause = mine.cause().zip(later.cause()).is_some_and(|(a, b)| a.rule == b.rule);
    begins_within
        && mine.setting == later.setting
        && mine.provider() == later.provider()
        && (same_cause || mine.provider().is_some())
        && !(mine.has_ids() && later.has_ids())
}
