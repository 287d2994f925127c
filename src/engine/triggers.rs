//! Which triggers a record has, and which rules these make worth trying.

use std::collections::HashMap;

use crate::catalogue::{BACKGROUND, Catalogue, MIN_ATOM, Rule, Signature, SignatureKind, TRIGRAMS, trigram};
use crate::hash::ByText;

use super::texts::RecordTexts;

/// Letters outside ASCII that a case-insensitive regular expression takes for `k` and `s`. In a text that has one, atoms
/// prove nothing.
const CAREFUL: [char; 2] = ['\u{212a}', '\u{17f}'];

/// What gives a signature away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Trigger<'c> {
    /// This text, in lower case, in an evidence text.
    Text(&'c str),
    /// This HTTP status, as it is told from bare numbers.
    Status(u16),
    /// A field of this name.
    Field(&'c str),
}

/// Triggers of which one at least is in each record that a signature is in.
type Set<'c> = Vec<Trigger<'c>>;

/// What a record must have for a signature to be in it: a trigger of each set.
fn of_signature<'c>(signature: &'c Signature, catalogue: &'c Catalogue) -> Vec<Set<'c>> {
    match &signature.kind {
        SignatureKind::Shared(name) => {
            let group = catalogue.shared().get(name).map(Vec::as_slice).unwrap_or_default();
            either(group, catalogue).into_iter().collect()
        }
        SignatureKind::HttpStatus(statuses) => {
            vec![statuses.iter().map(|status| Trigger::Status(*status)).collect()]
        }
        SignatureKind::Field(fields) => fields.keys().map(|name| vec![Trigger::Field(name)]).collect(),
        SignatureKind::Literal(_) | SignatureKind::Regex(_) | SignatureKind::ErrorCode(_) => {
            let texts = |set: &'c Vec<String>| set.iter().map(|atom| Trigger::Text(atom)).collect();
            signature.atoms.iter().map(texts).collect()
        }
    }
}

/// Whether something must be in each record that a signature is in.
pub(super) fn is_given_away(signature: &Signature, catalogue: &Catalogue) -> bool {
    !of_signature(signature, catalogue).is_empty()
}

/// The best set of each alternative, together; `None` where one has none, or where there are no alternatives.
fn either<'c>(alternatives: &'c [Signature], catalogue: &'c Catalogue) -> Option<Set<'c>> {
    let best = |signature| of_signature(signature, catalogue).into_iter().min_by_key(cost);
    let sets: Option<Vec<Set<'_>>> = alternatives.iter().map(best).collect();
    let mut set = sets.filter(|sets| !sets.is_empty())?.concat();
    set.sort_unstable();
    set.dedup();
    Some(set)
}

/// How often any of the set stands in a million bytes of a healthy log, about; then how many there are.
fn cost(set: &Set<'_>) -> (u64, usize) {
    let of_trigger = |trigger: &Trigger<'_>| match trigger {
        Trigger::Text(text) => BACKGROUND.commonness(text.as_bytes()),
        Trigger::Status(_) => 200,
        // Nearly every record has a subsystem.
        Trigger::Field(_) => 2000,
    };
    (set.iter().map(of_trigger).sum(), set.len())
}

/// Triggers by their number.
pub(super) type Requirement = Vec<Vec<u32>>;

/// All triggers of a catalogue.
pub(super) struct Triggers {
    atoms: Atoms,
    statuses: Vec<(u16, u32)>,
    fields: Vec<(String, u32)>,
    /// For each trigger: the rules that it makes worth trying.
    owners: Vec<Vec<u32>>,
    /// Rules that nothing gives away.
    always: Vec<usize>,
    count: usize,
}

/// Atoms by their rarest three letters.
struct Atoms {
    /// For 64 trigrams each: those that atoms have, a bit each, and how many others come before.
    buckets: Vec<(u64, u32)>,
    /// Where in `all` those of each trigram begin that atoms have.
    starts: Vec<u32>,
    all: Vec<Atom>,
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
    /// Whether everything is possible.
    pub fn is_all(&self) -> bool {
        matches!(self, Self::All)
    }

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
pub(super) struct Numbering<'c> {
    numbers: HashMap<Trigger<'c>, u32, ByText>,
}

impl<'c> Numbering<'c> {
    fn number(&mut self, trigger: Trigger<'c>) -> u32 {
        let next = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX);
        *self.numbers.entry(trigger).or_insert(next)
    }

    fn set(&mut self, set: Set<'c>) -> Vec<u32> {
        set.into_iter().map(|trigger| self.number(trigger)).collect()
    }

    /// What a record must have for a signature to be in it.
    pub fn requirement(&mut self, signature: &'c Signature, catalogue: &'c Catalogue) -> Requirement {
        let sets = of_signature(signature, catalogue);
        sets.into_iter().map(|set| self.set(set)).collect()
    }
}

impl Triggers {
    /// Arranges the triggers of all rules for the search.
    pub fn new<'c>(catalogue: &'c Catalogue, mut numbering: Numbering<'c>) -> Self {
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
        let mut atoms = Vec::with_capacity(owners.len());
        let (mut statuses, mut fields) = (Vec::new(), Vec::new());
        for (trigger, number) in numbering.numbers {
            match trigger {
                Trigger::Text(text) => atoms.push(Atom::new(text, number)),
                Trigger::Status(status) => statuses.push((status, number)),
                Trigger::Field(name) => fields.push((name.to_owned(), number)),
            }
        }
        let count = owners.len();
        Self { atoms: Atoms::new(atoms), statuses, fields, owners, always, count }
    }

    /// The triggers that a record has.
    pub fn of(&self, record: &RecordTexts<'_>) -> Triggered {
        let mut bits = vec![0; self.count.div_ceil(64)];
        for text in &record.texts {
            if !text.text.is_ascii() && text.text.contains(CAREFUL) {
                return Triggered::All;
            }
            self.search(text.lower.as_bytes(), &mut bits);
        }
        for (status, number) in &self.statuses {
            if record.statuses().contains(status) {
                set(&mut bits, *number);
            }
        }
        for (name, number) in &self.fields {
            if record.record.field(name).is_some() {
                set(&mut bits, *number);
            }
        }
        Triggered::Some(bits)
    }

    /// Sets the bits of all atoms that stand in a text in lower case.
    fn search(&self, text: &[u8], bits: &mut [u64]) {
        for (at, window) in text.windows(MIN_ATOM).enumerate() {
            for atom in self.atoms.of(trigram([window[0], window[1], window[2]])) {
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

impl Atoms {
    fn new(mut all: Vec<Atom>) -> Self {
        all.sort_unstable_by_key(|atom| (atom.bucket(), atom.number));
        let mut buckets = vec![(0, 0); TRIGRAMS / 64];
        let mut starts = Vec::new();
        let mut before = 0;
        for atoms in all.chunk_by(|a, b| a.bucket() == b.bucket()) {
            let bucket = atoms[0].bucket();
            buckets[bucket / 64].0 |= 1_u64 << (bucket % 64);
            starts.push(before);
            before += atoms.len() as u32;
        }
        starts.push(before);
        let mut count = 0;
        for (bits, others) in &mut buckets {
            *others = count;
            count += bits.count_ones();
        }
        Self { buckets, starts, all }
    }

    /// Those that are kept under a trigram.
    fn of(&self, trigram: usize) -> &[Atom] {
        let (bits, others) = self.buckets[trigram / 64];
        let bit = 1 << (trigram % 64);
        if bits & bit == 0 {
            return &[];
        }
        let index = (others + (bits & (bit - 1)).count_ones()) as usize;
        &self.all[self.starts[index] as usize..self.starts[index + 1] as usize]
    }
}

impl Atom {
    fn new(text: &str, number: u32) -> Self {
        let text: Box<[u8]> = text.as_bytes().into();
        let rarest =
            text.windows(MIN_ATOM).enumerate().min_by_key(|(_, window)| BACKGROUND.commonness(window));
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
fn of_rule<'c>(rule: &'c Rule, catalogue: &'c Catalogue) -> Option<Set<'c>> {
    let all = rule.all.iter().flat_map(|signature| of_signature(signature, catalogue));
    all.chain(either(&rule.any, catalogue)).min_by_key(cost)
}
