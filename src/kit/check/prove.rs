//! Shadowed rules, proved: whatever line such a rule matches, another rule wins it.
//!
//! A signature is covered by another when the automaton of the one has no way to a match on which the automaton of the
//! other has none: the product of both is searched for such a way.

use std::collections::{HashMap, HashSet, VecDeque};
use std::rc::Rc;

use regex_automata::dfa::{Automaton, dense};
use regex_automata::util::primitives::StateID;
use regex_automata::util::start;

use crate::catalogue::{Problem, ProblemCode, Rule, Signature, SignatureKind};
use crate::pattern::Pattern;

use super::Checked;

/// Pairs of states that are looked at before a proof is given up.
const MAX_PAIRS: usize = 1 << 17;
/// Bytes that an automaton may take.
const MAX_AUTOMATON: usize = 4 << 20;

type Dfa = dense::DFA<Vec<u32>>;

pub(super) fn check(checked: &Checked<'_>, problems: &mut Vec<Problem>) {
    let mut automata = Automata::default();
    for &(index, rule) in &checked.rules {
        if let Some((winner, witness)) = shadow(checked, index, rule, &mut automata) {
            // That it wins none of its examples goes without saying.
            problems.retain(|p| p.code != ProblemCode::ShadowedRule || p.location != rule.location);
            problems.push(Problem::new(
                ProblemCode::ShadowedRule,
                &rule.location,
                format!(
                    "the rule `{}` can never win: `{}` wins each line that it matches, such as {witness:?}",
                    rule.id,
                    checked.engine.rule(winner).id
                ),
                "a signature that the other does not have, or one rule out of the two",
            ));
        }
    }
}

/// The rule that wins whatever this one matches, and a line in which it does.
fn shadow(
    checked: &Checked<'_>,
    index: usize,
    rule: &Rule,
    automata: &mut Automata,
) -> Option<(usize, String)> {
    let evidence = rule.any.iter().chain(&rule.all).map(|signature| signature.evidence).max()?;
    let winners = winners(checked, index);
    let mut covered = |signature: &Signature| {
        winners.iter().find_map(|&(winner, overrides)| {
            let wins = |s: &&Signature| s.evidence > evidence || overrides && s.evidence == evidence;
            let others = checked.engine.rule(winner).any.iter().filter(wins);
            Some((winner, others.into_iter().find_map(|outer| covers(outer, signature, automata))?))
        })
    };
    // A rule matches no line that one of `all:` does not match; of `any:` one is enough.
    if let Some(found) = rule.all.iter().find_map(&mut covered) {
        return Some(found);
    }
    let mut witness = None;
    for signature in &rule.any {
        witness = Some(covered(signature)?);
    }
    witness
}

/// Rules that win wherever one of their signatures is found and proves more than this rule can, and whether they also
/// win on equal evidence.
fn winners(checked: &Checked<'_>, index: usize) -> Vec<(usize, bool)> {
    let rules = checked.engine.catalogue().rules().iter().enumerate();
    let simple = rules.filter(|(at, other)| *at != index && other.all.is_empty() && other.none.is_empty());
    simple.map(|(at, _)| (at, checked.engine.overridden_by(at).contains(&index))).collect()
}

/// Whether each line in which `inner` is found holds `outer`, too; then the shortest such line.
fn covers(outer: &Signature, inner: &Signature, automata: &mut Automata) -> Option<String> {
    match (&outer.kind, &inner.kind) {
        (SignatureKind::ErrorCode(outer), SignatureKind::ErrorCode(inner)) => {
            inner.iter().all(|code| outer.contains(code)).then(|| inner.concat())
        }
        (SignatureKind::HttpStatus(outer), SignatureKind::HttpStatus(inner)) => {
            let first = inner.first()?;
            inner.iter().all(|status| outer.contains(status)).then(|| format!("HTTP {first}"))
        }
        (outer, inner) => {
            let inner = automata.of(inner)?;
            let (outer, line) = (automata.of(outer)?, inner.shortest.clone()?);
            // Most pairs differ on the first line that comes to mind.
            let may_cover = outer.pattern.is_match(&line) && is_within(&inner.dfa, &outer.dfa)?;
            may_cover.then_some(line)
        }
    }
}

/// The automata of the signatures that look for a text, each made once.
#[derive(Default)]
struct Automata(HashMap<String, Option<Rc<Sought>>>);

struct Sought {
    pattern: Pattern,
    dfa: Dfa,
    /// A shortest line in which it is found.
    shortest: Option<String>,
}

impl Automata {
    fn of(&mut self, kind: &SignatureKind) -> Option<Rc<Sought>> {
        let text = match kind {
            SignatureKind::Literal(text) => regex_syntax::escape(text),
            SignatureKind::Regex(pattern) => pattern.clone(),
            _ => return None,
        };
        let make = |text: &String| {
            let (pattern, dfa) = (Pattern::lower(text).ok()?, Pattern::automaton(text, MAX_AUTOMATON)?);
            let shortest = shortest(&dfa);
            Some(Rc::new(Sought { pattern, dfa, shortest }))
        };
        self.0.entry(text).or_insert_with_key(make).clone()
    }
}

/// The state before the first byte of a line.
fn first(dfa: &Dfa) -> Option<StateID> {
    dfa.start_state(&start::Config::new().anchored(regex_automata::Anchored::No)).ok()
}

/// Whether a line may end in this state with a match.
fn ends_in_match(dfa: &Dfa, state: StateID) -> bool {
    dfa.is_match_state(state) || dfa.is_match_state(dfa.next_eoi_state(state))
}

/// Whether each line that `inner` matches is one that `outer` matches; `None` where that takes too long to find out.
fn is_within(inner: &Dfa, outer: &Dfa) -> Option<bool> {
    let alphabet = alphabet(&[inner, outer]);
    // The state of the inner one is forgotten once it has matched.
    let start = (Some(first(inner)?), first(outer)?);
    let mut seen = HashSet::from([start]);
    let mut queue = VecDeque::from([start]);
    while let Some((inner_state, outer_state)) = queue.pop_front() {
        let has_matched = inner_state.is_none_or(|state| ends_in_match(inner, state));
        if has_matched && !ends_in_match(outer, outer_state) {
            return Some(false);
        }
        for &byte in &alphabet {
            let next_outer = outer.next_state(outer_state, byte);
            if outer.is_match_state(next_outer) {
                continue;
            }
            let next_inner = inner_state.map(|state| inner.next_state(state, byte));
            let next_inner = next_inner.filter(|state| !inner.is_match_state(*state));
            if next_inner.is_some_and(|state| inner.is_dead_state(state)) {
                continue;
            }
            if seen.len() >= MAX_PAIRS {
                return None;
            }
            if seen.insert((next_inner, next_outer)) {
                queue.push_back((next_inner, next_outer));
            }
        }
    }
    Some(true)
}

/// A shortest line that an automaton matches.
fn shortest(dfa: &Dfa) -> Option<String> {
    let alphabet = alphabet(&[dfa]);
    let start = first(dfa)?;
    let mut seen = HashSet::from([start]);
    let mut queue = VecDeque::from([(start, Vec::new())]);
    while let Some((state, line)) = queue.pop_front() {
        if ends_in_match(dfa, state) {
            return Some(String::from_utf8_lossy(&line).into_owned());
        }
        for &byte in &alphabet {
            let next = dfa.next_state(state, byte);
            if !dfa.is_dead_state(next) && seen.len() < MAX_PAIRS && seen.insert(next) {
                queue.push_back((next, [line.as_slice(), &[byte]].concat()));
            }
        }
    }
    None
}

/// A byte of each kind that the automata tell apart, readable ones first.
fn alphabet(automata: &[&Dfa]) -> Vec<u8> {
    let mut seen = HashSet::new();
    let readable = (b'a'..=b'z').chain(b'0'..=b'9').chain(b' '..=b'~');
    readable
        .chain(0..=u8::MAX)
        .filter(|byte| *byte != b'\n')
        .filter(|byte| {
            seen.insert(automata.iter().map(|dfa| dfa.byte_classes().get(*byte)).collect::<Vec<_>>())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn within(inner: &str, outer: &str) -> Option<bool> {
        let automaton = |pattern| Pattern::automaton(pattern, MAX_AUTOMATON).expect("an automaton");
        is_within(&automaton(inner), &automaton(outer))
    }

    #[test]
    fn a_narrower_expression_lies_within_a_wider_one() {
        for (inner, outer, is_in) in [
            ("rate limit exceeded", "rate limit", true),
            ("rate limit", "rate limit exceeded", false),
            ("Rate[- ]Limit", "rate.limit", true),
            (r"code=\d{3}", r"code=\d+", true),
            (r"code=\d+", r"code=\d{3}", false),
            ("^abc", "abc", true),
            ("abc", "^abc", false),
            (r"\babc\b", "abc", true),
            ("abc", r"\babc\b", false),
            ("abc$", "abc$|abd", true),
            ("(?:ab|ac)d", "a[bc]d", true),
        ] {
            assert_eq!(within(inner, outer), Some(is_in), "{inner} in {outer}");
        }
    }

    #[test]
    fn a_witness_is_a_shortest_line() {
        let dfa = Pattern::automaton(r"code=\d+ x|longer than that", MAX_AUTOMATON).expect("an automaton");
        assert_eq!(shortest(&dfa).as_deref(), Some("code=0 x"));
    }
}
