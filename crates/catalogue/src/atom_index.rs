//! Index of all required atoms of a catalogue, built when the catalogue is: it finds the atoms of a text, and the rules to try
//! because of them, without a look at any rule.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::atoms::MIN_ATOM;
use super::required_atoms::{RequiredAtom, Requirements};
use super::{Rule, Signature};

/// Number of buckets, a power of two.
const BUCKETS: usize = 1 << 15;

/// All required atoms, numbered: first the texts, then the statuses, then the fields.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct AtomIndex {
    /// The atoms that are texts, one after the other, in the order of their buckets.
    text: String,
    atoms: Vec<TextAtom>,
    /// Per 64 buckets: a bit for each one that has atoms, and the number of such buckets before.
    buckets: Vec<(u64, u32)>,
    /// For each bucket that has atoms, the number of its first atom; then the number of all.
    starts: Vec<u32>,
    statuses: Vec<u16>,
    fields: Vec<String>,
    /// For each atom, the end of its rules in `rules`.
    ends: Vec<u32>,
    /// The rules to try if an atom is present, by atom.
    rules: Vec<u32>,
    /// Rules without a required atom.
    always: Vec<usize>,
}

/// A text, indexed by its rarest trigram.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct TextAtom {
    start: u32,
    len: u16,
    /// Offset of the indexed trigram.
    at: u16,
}

impl AtomIndex {
    /// Builds the index for rules and the shared groups that they name.
    pub(super) fn new(rules: &[Rule], requirements: &Requirements<'_>) -> Self {
        let of_rules: Vec<_> = rules.iter().map(|rule| requirements.of_rule(rule)).collect();
        let signatures =
            rules.iter().flat_map(signatures_of).chain(requirements.groups.values().flat_map(|g| g.iter()));
        let mut all: BTreeSet<RequiredAtom<'_>> = of_rules.iter().flatten().flatten().copied().collect();
        all.extend(signatures.flat_map(|signature| requirements.of_signature(signature)).flatten());

        let mut index = Self::default();
        let mut texts = Vec::new();
        for atom in all {
            match atom {
                RequiredAtom::Text(text) => texts.push((rarest(text, requirements), text)),
                RequiredAtom::Status(status) => index.statuses.push(status),
                RequiredAtom::Field(name) => index.fields.push(name.to_owned()),
            }
        }
        texts.sort_by_key(|((at, bucket), text)| (*bucket, *at, *text));
        index.add(&texts);

        let mut owned = vec![Vec::new(); index.count()];
        for (rule, set) in (0..).zip(of_rules) {
            match set {
                // A likely rule has no signatures.
                None if rules[rule as usize].likely => {}
                None => index.always.push(rule as usize),
                Some(set) => {
                    let numbers = set.into_iter().filter_map(|atom| index.number(atom));
                    numbers.for_each(|number| owned[number as usize].push(rule));
                }
            }
        }
        for mut rules in owned {
            index.rules.append(&mut rules);
            index.ends.push(index.rules.len() as u32);
        }
        index
    }

    /// Adds the texts, each with the offset and the bucket of its indexed trigram, in the order of the buckets.
    fn add(&mut self, texts: &[((usize, usize), &str)]) {
        self.buckets = vec![(0, 0); BUCKETS / 64];
        for same in texts.chunk_by(|((_, a), _), ((_, b), _)| a == b) {
            let ((_, bucket), _) = same[0];
            self.buckets[bucket / 64].0 |= 1_u64 << (bucket % 64);
            self.starts.push(self.atoms.len() as u32);
            for ((at, _), text) in same {
                let start = self.text.len() as u32;
                self.atoms.push(TextAtom { start, len: text.len() as u16, at: *at as u16 });
                self.text.push_str(text);
            }
        }
        self.starts.push(self.atoms.len() as u32);
        let mut count = 0;
        for (bits, others) in &mut self.buckets {
            *others = count;
            count += bits.count_ones();
        }
    }

    /// Returns the number of atoms.
    pub fn count(&self) -> usize {
        self.atoms.len() + self.statuses.len() + self.fields.len()
    }

    /// Returns the number of an atom; `None` if no signature of the catalogue requires it.
    pub fn number(&self, atom: RequiredAtom<'_>) -> Option<u32> {
        let found = match atom {
            RequiredAtom::Text(text) => return self.number_of_text(text.as_bytes()),
            RequiredAtom::Status(status) => {
                self.atoms.len() + self.statuses.iter().position(|known| *known == status)?
            }
            RequiredAtom::Field(name) => {
                let at = self.fields.iter().position(|known| known == name)?;
                self.atoms.len() + self.statuses.len() + at
            }
        };
        Some(found as u32)
    }

    fn number_of_text(&self, text: &[u8]) -> Option<u32> {
        text.windows(MIN_ATOM).enumerate().find_map(|(at, window)| {
            let (first, atoms) = self.of_trigram(window);
            let is_it = |atom: &TextAtom| usize::from(atom.at) == at && self.bytes(atom) == text;
            Some(first + atoms.iter().position(is_it)? as u32)
        })
    }

    /// Calls `found` with the number of each atom that is in a text in lower case, as often as it is there.
    pub fn search(&self, text: &[u8], mut found: impl FnMut(u32)) {
        for (at, window) in text.windows(MIN_ATOM).enumerate() {
            let (first, atoms) = self.of_trigram(window);
            for (number, atom) in (first..).zip(atoms) {
                let before = usize::from(atom.at);
                if at >= before && text[at - before..].starts_with(self.bytes(atom)) {
                    found(number);
                }
            }
        }
    }

    /// Returns the number of the first atom in the bucket of a trigram, and all atoms in it.
    fn of_trigram(&self, window: &[u8]) -> (u32, &[TextAtom]) {
        let bucket = bucket(window);
        // An index without atoms has no buckets.
        let (bits, others) = self.buckets.get(bucket / 64).copied().unwrap_or_default();
        let bit = 1 << (bucket % 64);
        if bits & bit == 0 {
            return (0, &[]);
        }
        let index = (others + (bits & (bit - 1)).count_ones()) as usize;
        let (first, end) = (self.starts[index], self.starts[index + 1]);
        (first, &self.atoms[first as usize..end as usize])
    }

    fn bytes(&self, atom: &TextAtom) -> &[u8] {
        let start = atom.start as usize;
        &self.text.as_bytes()[start..start + usize::from(atom.len)]
    }

    /// Returns the statuses that signatures require, with their numbers.
    pub fn statuses(&self) -> impl Iterator<Item = (u32, u16)> {
        (self.atoms.len() as u32..).zip(self.statuses.iter().copied())
    }

    /// Returns the names of the fields that signatures require, with their numbers.
    pub fn fields(&self) -> impl Iterator<Item = (u32, &str)> {
        let first = self.atoms.len() + self.statuses.len();
        (first as u32..).zip(self.fields.iter().map(String::as_str))
    }

    /// Returns the indices of the rules to try if an atom is present.
    pub fn rules_of(&self, number: usize) -> &[u32] {
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.rules[start as usize..self.ends[number] as usize]
    }

    /// Returns the indices of the rules without a required atom, which are tried on every record.
    pub fn always(&self) -> &[usize] {
        &self.always
    }
}

fn signatures_of(rule: &Rule) -> impl Iterator<Item = &Signature> {
    let codes = rule.codes.iter().map(|code| &code.signature);
    rule.any.iter().chain(&rule.all).chain(&rule.none).chain(codes)
}

/// Returns the bucket of a trigram. Numbers are spread as well, of which some tables hold hundreds.
fn bucket(trigram: &[u8]) -> usize {
    let number = u32::from(trigram[0]) << 16 | u32::from(trigram[1]) << 8 | u32::from(trigram[2]);
    (number.wrapping_mul(0x9e37_79b1) >> (u32::BITS - BUCKETS.trailing_zeros())) as usize
}

/// Returns the offset and the bucket of the rarest trigram of a text.
fn rarest(text: &str, requirements: &Requirements<'_>) -> (usize, usize) {
    let windows = text.as_bytes().windows(MIN_ATOM).enumerate();
    let rarest = windows.min_by_key(|(_, window)| requirements.background.frequency(window));
    rarest.map_or((0, 0), |(at, window)| (at, bucket(window)))
}
