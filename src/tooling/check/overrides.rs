//! Check of overrides: rules that override each other in a cycle, so that none wins a line that all of them match.
//!
//! Overrides of whole families (`auth/*`) form cycles of rules that never match the same line. Of these, only cycles
//! with two rules that override each other are reported.

use std::collections::VecDeque;

use crate::catalogue::{Problem, ProblemCode};

use super::checked::Checked;

pub(super) fn check(checked: &Checked<'_>, problems: &mut Vec<Problem>) {
    let engine = checked.engine;
    let mut seen = vec![false; engine.catalogue().rules().len()];
    for &(start, rule) in &checked.rules {
        let Some(circle) = circle(checked, start).filter(|circle| circle.iter().all(|&at| !seen[at])) else {
            continue;
        };
        circle.iter().for_each(|&at| seen[at] = true);
        let names: Vec<&str> = circle.iter().chain([&start]).map(|&at| engine.rule(at).id.as_str()).collect();
        if circle == [start] {
            problems.push(Problem::new(
                ProblemCode::OverrideCircle,
                &rule.location,
                format!("the rule `{}` overrides itself", rule.id),
                "the ids of other rules",
            ));
            continue;
        }
        problems.push(Problem::new(
            ProblemCode::OverrideCircle,
            &rule.location,
            format!("these rules override each other in a cycle: {}", names.join(" > ")),
            "an order without a cycle",
        ));
    }
}

/// Returns the rules that this rule overrides by name, and those that also override it.
fn next(checked: &Checked<'_>, at: usize) -> impl Iterator<Item = usize> {
    let engine = checked.engine;
    let named = &engine.rule(at).overrides;
    let losers = engine.catalogue().losers(at).iter().copied();
    losers.filter(move |&loser| {
        engine.catalogue().losers(loser).contains(&at) || named.contains(&engine.rule(loser).id)
    })
}

/// Returns the shortest cycle of overrides through a rule.
fn circle(checked: &Checked<'_>, start: usize) -> Option<Vec<usize>> {
    let mut came_from = vec![None; checked.engine.catalogue().rules().len()];
    let mut queue = VecDeque::from([start]);
    while let Some(at) = queue.pop_front() {
        for next in next(checked, at) {
            if next == start {
                let mut way = vec![at];
                while let Some(before) = way.last().copied().filter(|&last| last != start) {
                    way.extend(came_from[before]);
                }
                way.reverse();
                return Some(way);
            }
            if came_from[next].is_none() {
                came_from[next] = Some(at);
                queue.push_back(next);
            }
        }
    }
    None
}
