//! Finds lines that one signature matches and another does not, by searching the product of their automata.

use std::cell::{OnceCell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use regex_automata::Anchored;
use regex_automata::hybrid::LazyStateID;
use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::util::start;

use crate::catalogue::SignatureKind;
use clawsift_catalogue::pattern::Pattern;

/// Maximum number of state pairs visited in one search.
const MAX_PAIRS: usize = 1 << 15;
/// Maximum size of an automaton's states, in bytes.
const MAX_AUTOMATON: usize = 4 << 20;

/// Automaton of a signature that looks for a text.
pub(super) struct Sought {
    /// The signature as a regular expression for lower-case text.
    pub pattern: Pattern,
    dfa: DFA,
    cache: RefCell<Cache>,
    shortest: OnceCell<Option<String>>,
}

/// Difference between the sets of lines that two signatures match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Difference {
    /// The other signature matches every line that the first matches.
    None,
    /// A shortest line that only the first signature matches.
    Line(Vec<u8>),
    /// The search exceeded its limits.
    Unknown,
}

/// Cache of automata by pattern.
#[derive(Default)]
pub(super) struct Automata(HashMap<String, Option<Rc<Sought>>>);

impl Automata {
    /// Returns the automaton of a signature; `None` if the signature does not look for a text or the automaton is too
    /// large.
    pub fn of(&mut self, kind: &SignatureKind) -> Option<Rc<Sought>> {
        self.of_pattern(&as_pattern(kind)?)
    }

    /// Returns the automaton of a regular expression; `None` if it is too large.
    pub fn of_pattern(&mut self, pattern: &str) -> Option<Rc<Sought>> {
        self.0.entry(pattern.to_owned()).or_insert_with_key(|pattern| Sought::new(pattern)).clone()
    }
}

/// Returns the regular expression of a signature that looks for a text.
pub(super) fn as_pattern(kind: &SignatureKind) -> Option<String> {
    match kind {
        SignatureKind::Literal(text) => Some(regex_syntax::escape(text)),
        SignatureKind::Regex(pattern) => Some(pattern.clone()),
        _ => None,
    }
}

impl Sought {
    /// Creates the automaton of a regular expression; `None` if it is too large.
    pub fn new(pattern: &str) -> Option<Rc<Self>> {
        let dfa = Pattern::automaton(pattern, MAX_AUTOMATON)?;
        let cache = RefCell::new(dfa.create_cache());
        Some(Rc::new(Self { pattern: Pattern::lower(pattern).ok()?, dfa, cache, shortest: OnceCell::new() }))
    }

    /// Returns a shortest line that the signature matches.
    pub fn shortest(&self) -> Option<&str> {
        let find = || match search(self, None) {
            Ok(Difference::Line(line)) => Some(String::from_utf8_lossy(&line).into_owned()),
            _ => None,
        };
        self.shortest.get_or_init(find).as_deref()
    }

    /// Returns a line that this signature matches and `other` does not.
    pub fn beyond(&self, other: &Self) -> Difference {
        search(self, Some(other)).unwrap_or(Difference::Unknown)
    }

    /// Returns the state before the first byte of a line.
    fn first(&self) -> Result<LazyStateID, TooLarge> {
        let start = start::Config::new().anchored(Anchored::No);
        self.dfa.start_state(&mut self.cache.borrow_mut(), &start).map_err(|_| TooLarge)
    }

    /// Returns the state after a byte.
    fn next(&self, state: LazyStateID, byte: u8) -> Result<LazyStateID, TooLarge> {
        self.dfa.next_state(&mut self.cache.borrow_mut(), state, byte).map_err(|_| TooLarge)
    }

    /// Returns true if a line that ends in this state matches.
    fn ends_in_match(&self, state: LazyStateID) -> Result<bool, TooLarge> {
        let end = self.dfa.next_eoi_state(&mut self.cache.borrow_mut(), state).map_err(|_| TooLarge)?;
        Ok(state.is_match() || end.is_match())
    }
}

/// Error: the states of an automaton exceed the size limit.
struct TooLarge;

/// A pair of states with the index of its predecessor and the byte between.
struct Step {
    inner: Option<LazyStateID>,
    outer: Option<LazyStateID>,
    before: usize,
    byte: u8,
}

/// Returns a shortest line that `inner` matches and `outer`, if any, does not. Searches the pairs of states breadth
/// first.
fn search(inner: &Sought, outer: Option<&Sought>) -> Result<Difference, TooLarge> {
    let start = (Some(inner.first()?), outer.map(Sought::first).transpose()?);
    let alphabet = alphabet(inner, outer);
    let mut seen = HashSet::from([start]);
    let mut steps = vec![Step { inner: start.0, outer: start.1, before: 0, byte: 0 }];
    let mut at = 0;
    while let Some(&Step { inner: inner_state, outer: outer_state, .. }) = steps.get(at) {
        // After a match, the state of `inner` no longer matters and is `None`.
        let has_matched = inner_state.map_or(Ok(true), |state| inner.ends_in_match(state))?;
        let is_matched = match outer.zip(outer_state) {
            Some((outer, state)) => has_matched && outer.ends_in_match(state)?,
            None => false,
        };
        if has_matched && !is_matched {
            return Ok(Difference::Line(way_to(&steps, at)));
        }
        for &byte in &alphabet {
            let next_outer =
                outer.zip(outer_state).map(|(outer, state)| outer.next(state, byte)).transpose()?;
            if next_outer.is_some_and(|state| state.is_match()) {
                continue;
            }
            let next_inner = inner_state.map(|state| inner.next(state, byte)).transpose()?;
            let next_inner = next_inner.filter(|state| !state.is_match());
            if next_inner.is_some_and(|state| state.is_dead()) {
                continue;
            }
            if seen.len() >= MAX_PAIRS {
                return Err(TooLarge);
            }
            if seen.insert((next_inner, next_outer)) {
                steps.push(Step { inner: next_inner, outer: next_outer, before: at, byte });
            }
        }
        at += 1;
    }
    Ok(Difference::None)
}

/// Returns the bytes that lead to a pair of states.
fn way_to(steps: &[Step], mut at: usize) -> Vec<u8> {
    let mut line = Vec::new();
    while at > 0 {
        line.push(steps[at].byte);
        at = steps[at].before;
    }
    line.reverse();
    line
}

/// Returns one byte per byte class that the automata distinguish, readable ones first.
fn alphabet(inner: &Sought, outer: Option<&Sought>) -> Vec<u8> {
    let class = |sought: &Sought, byte| sought.dfa.byte_classes().get(byte);
    let mut seen = HashSet::new();
    let readable = (b'a'..=b'z').chain(b'0'..=b'9').chain(b' '..=b'~');
    readable
        .chain(0..=u8::MAX)
        .filter(|byte| *byte != b'\n')
        .filter(|byte| seen.insert((class(inner, *byte), outer.map(|outer| class(outer, *byte)))))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_narrower_expression_lies_within_a_wider_one() {
        for (inner, outer, only_inner) in [
            ("rate limit exceeded", "rate limit", None),
            ("rate limit", "rate limit exceeded", Some("rate limit")),
            ("Rate[- ]Limit", "rate.limit", None),
            (r"code=\d{3}", r"code=\d+", None),
            (r"code=\d+", r"code=\d{3}", Some("code=0")),
            ("^abc", "abc", None),
            ("abc", "^abc", Some("aabc")),
            (r"\babc\b", "abc", None),
            ("abc", r"\babc\b", Some("aabc")),
            ("abc$", "abc$|abd", None),
            ("(?:ab|ac)d", "a[bc]d", None),
        ] {
            let (inner, outer) = (Sought::new(inner).expect("small"), Sought::new(outer).expect("small"));
            let expected = only_inner.map_or(Difference::None, |line| Difference::Line(line.into()));
            assert_eq!(inner.beyond(&outer), expected);
        }
    }

    #[test]
    fn a_witness_is_a_shortest_line() {
        let sought = Sought::new(r"code=\d+ x|longer than that").expect("small");
        assert_eq!(sought.shortest(), Some("code=0 x"));
    }
}
