//! Which triggers a record has, and which rules these make worth trying.

use std::collections::HashMap;

use crate::catalogue::{Catalogue, Rule, Signature};

use super::atoms::{self, CAREFUL, MIN_LENGTH, Set, Sets, Trigger};
use super::background::{commonness, trigram};
use super::view::View;

/// Triggers by their number.
pub(super) type Requirement = Vec<Vec<u32>>;

/// All triggers of a catalogue.
pub(super) struct Triggers {
    /// Atoms by their rarest three letters: where in `atoms` those of a trigram begin.
    buckets: Vec<u32>,
    atoms: Vec<Atom>,
    statuses: Vec<(u16, u32)>,
    fields: Vec<(String, u32)>,
    /// For each trigger: the rules that it makes worth trying.
    owners: Vec<Vec<u32>>,
    /// Rules that nothing gives away.
    always: Vec<usize>,
    count: usize,
}

struct Atom {
    text: Box<[u8]>,
    /// Where in it the trigram stands under which it is kept.
    at: usize,
    number: u32,
}

/// The triggers of one record.
pub(super) enum Triggered {
    /// Everything is possible.
    All,
    /// These are there, a bit each.
    Some(Vec<u64>),
}

impl Triggered {
    /// Whether a signature with these requirements may be in the record.
    pub fn meets(&self, requirement: &Requirement) -> bool {
        match self {
            Self::All => true,
            Self::Some(bits) => requirement.iter().all(|set| set.iter().any(|&number| is_set(bits, number))),
        }
    }
}

fn is_set(bits: &[u64], number: u32) -> bool {
    bits.get(number as usize / 64).is_some_and(|word| word >> (number % 64) & 1 == 1)
}

/// Gives triggers their numbers.
#[derive(Default)]
pub(super) struct Numbering {
    numbers: HashMap<Trigger, u32>,
}

impl Numbering {
    fn number(&mut self, trigger: Trigger) -> u32 {
        let next = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX);
        *self.numbers.entry(trigger).or_insert(next)
    }

    fn set(&mut self, set: Set) -> Vec<u32> {
        set.into_iter().map(|trigger| self.number(trigger)).collect()
    }

    /// What a record must have for a signature to be in it.
    pub fn requirement(&mut self, signature: &Signature, catalogue: &Catalogue) -> Requirement {
        let sets = atoms::of_signature(signature, catalogue);
        sets.into_iter().map(|set| self.set(set)).collect()
    }
}

impl Triggers {
    /// Arranges the triggers of all rules for the search.
    pub fn new(catalogue: &Catalogue, mut numbering: Numbering) -> Self {
        let mut owned: Vec<(u32, u32)> = Vec::new();
        let mut always = Vec::new();
        for (index, rule) in catalogue.rules().iter().enumerate() {
            match of_rule(rule, catalogue) {
                None => always.push(index),
                Some(set) => {
                    let rule = u32::try_from(index).unwrap_or(u32::MAX);
                    owned.extend(numbering.set(set).into_iter().map(|number| (number, rule)));
                }
            }
        }
        let mut owners = vec![Vec::new(); numbering.numbers.len()];
        for (number, rule) in owned {
            owners[number as usize].push(rule);
        }
        let mut atoms = Vec::new();
        let (mut statuses, mut fields) = (Vec::new(), Vec::new());
        for (trigger, number) in numbering.numbers {
            match trigger {
                Trigger::Text(text) => atoms.push(Atom::new(text, number)),
                Trigger::Status(status) => statuses.push((status, number)),
                Trigger::Field(name) => fields.push((name, number)),
            }
        }
        atoms.sort_unstable_by_key(|atom| (atom.bucket(), atom.number));
        let mut buckets = vec![0_u32; (1 << 15) + 1];
        for atom in &atoms {
            buckets[atom.bucket() + 1] += 1;
        }
        for index in 1..buckets.len() {
            buckets[index] += buckets[index - 1];
        }
        let count = owners.len();
        Self { buckets, atoms, statuses, fields, owners, always, count }
    }

    /// The triggers that a record has.
    pub fn of(&self, view: &View<'_>) -> Triggered {
        let mut bits = vec![0; self.count.div_ceil(64)];
        for text in &view.texts {
            if !text.text.is_ascii() && text.text.contains(CAREFUL) {
                return Triggered::All;
            }
            self.search(text.lower.as_bytes(), &mut bits);
        }
        for (status, number) in &self.statuses {
            if view.statuses().contains(status) {
                set(&mut bits, *number);
            }
        }
        for (name, number) in &self.fields {
            if view.record.field(name).is_some() {
                set(&mut bits, *number);
            }
        }
        Triggered::Some(bits)
    }

    /// Sets the bits of all atoms that stand in a text in lower case.
    fn search(&self, text: &[u8], bits: &mut [u64]) {
        for (at, window) in text.windows(MIN_LENGTH).enumerate() {
            let bucket = trigram([window[0], window[1], window[2]]);
            let range = self.buckets[bucket] as usize..self.buckets[bucket + 1] as usize;
            for atom in &self.atoms[range] {
                if at >= atom.at && text[at - atom.at..].starts_with(&atom.text) {
                    set(bits, atom.number);
                }
            }
        }
    }

    /// The rules that a record with these triggers could match, in ascending order.
    pub fn candidates(&self, triggered: &Triggered, rules: usize) -> Vec<usize> {
        let Triggered::Some(bits) = triggered else {
            return (0..rules).collect();
        };
        let mut candidates = self.always.clone();
        for (word, &bits) in bits.iter().enumerate() {
            let mut left = bits;
            while left != 0 {
                let number = word * 64 + left.trailing_zeros() as usize;
                candidates.extend(self.owners[number].iter().map(|&rule| rule as usize));
                left &= left - 1;
            }
        }
        candidates.sort_unstable();
        candidates.dedup();
        candidates
    }

    /// The rules that are tried on every record that is looked at.
    pub fn always(&self) -> &[usize] {
        &self.always
    }
}

impl Atom {
    fn new(text: String, number: u32) -> Self {
        let text = text.into_bytes().into_boxed_slice();
        let rarest = text.windows(MIN_LENGTH).enumerate().min_by_key(|(_, window)| commonness(window));
        let at = rarest.map_or(0, |(at, _)| at);
        Self { text, at, number }
    }

    fn bucket(&self) -> usize {
        trigram([self.text[self.at], self.text[self.at + 1], self.text[self.at + 2]])
    }
}

fn set(bits: &mut [u64], number: u32) {
    bits[number as usize / 64] |= 1 << (number % 64);
}

/// The triggers of a rule: it matches no record that has none of these. `None` where no such set is known.
fn of_rule(rule: &Rule, catalogue: &Catalogue) -> Option<Set> {
    let all = rule.all.iter().flat_map(|signature| atoms::of_signature(signature, catalogue));
    let any =
        atoms::either(rule.any.iter().map(|signature| -> Sets { atoms::of_signature(signature, catalogue) }));
    all.chain(any).min_by_key(atoms::cost)
}
