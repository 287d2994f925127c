//! Required atoms: finds those of a record, and the rules to try because of them.

use std::collections::HashMap;

use crate::catalogue::{
    Catalogue, MIN_ATOM, Rule, Signature, SignatureKind, TRIGRAM_FREQUENCIES, TRIGRAMS, trigram,
};
use crate::hash::ByText;

use super::texts::RecordTexts;

/// Letters outside ASCII that a case-insensitive regular expression treats as `k` and `s`. In a text that holds one, the absence
/// of an atom proves nothing.
const CAREFUL: [char; 2] = ['\u{212a}', '\u{17f}'];

/// Something that a record must hold for a signature to match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum RequiredAtom<'c> {
    /// A text in lower case, in an evidence text.
    Text(&'c str),
    /// An HTTP status, in a recognized spelling.
    Status(u16),
    /// A field with this name.
    Field(&'c str),
}

/// A set of triggers of which each record that a signature matches holds at least one.
type Set<'c> = Vec<RequiredAtom<'c>>;

/// Returns the sets of triggers that a signature requires, at least one trigger of each set.
fn of_signature<'c>(signature: &'c Signature, catalogue: &'c Catalogue) -> Vec<Set<'c>> {
    match &signature.kind {
        SignatureKind::Shared(name) => {
            let group = catalogue.shared().get(name).map(Vec::as_slice).unwrap_or_default();
            either(group.iter(), catalogue).into_iter().collect()
        }
        SignatureKind::HttpStatus(statuses) => {
            vec![statuses.iter().map(|status| RequiredAtom::Status(*status)).collect()]
        }
        SignatureKind::Field(fields) => fields.keys().map(|name| vec![RequiredAtom::Field(name)]).collect(),
        SignatureKind::Literal(_) | SignatureKind::Regex(_) | SignatureKind::ErrorCode(_) => {
            let texts = |set: &'c Vec<String>| set.iter().map(|atom| RequiredAtom::Text(atom)).collect();
            signature.atoms.iter().map(texts).collect()
        }
    }
}

/// Returns true if every record that a signature matches must hold something.
pub(super) fn is_given_away(signature: &Signature, catalogue: &Catalogue) -> bool {
    !of_signature(signature, catalogue).is_empty()
}

/// Returns the union of the cheapest set of each alternative; `None` if an alternative has no set, or if there are no
/// alternatives.
fn either<'c>(
    alternatives: impl Iterator<Item = &'c Signature>,
    catalogue: &'c Catalogue,
) -> Option<Set<'c>> {
    let best = |signature| cheapest(of_signature(signature, catalogue));
    let sets: Option<Vec<Set<'_>>> = alternatives.map(best).collect();
    let mut set = sets.filter(|sets| !sets.is_empty())?.concat();
    set.sort_unstable();
    set.dedup();
    Some(set)
}

/// Returns the set whose triggers are the rarest.
fn cheapest(mut sets: Vec<Set<'_>>) -> Option<Set<'_>> {
    // Estimating the cost takes most of the time of a start.
    match sets.len() {
        0 | 1 => sets.pop(),
        _ => sets.into_iter().min_by_key(cost),
    }
}

/// Estimates how often a trigger of the set occurs per million bytes of a healthy log; ties are decided by the size of the set.
fn cost(set: &Set<'_>) -> (u64, usize) {
    let of_trigger = |trigger: &RequiredAtom<'_>| match trigger {
        RequiredAtom::Text(text) => TRIGRAM_FREQUENCIES.frequency(text.as_bytes()),
        RequiredAtom::Status(_) => 200,
        // Nearly every record has a subsystem.
        RequiredAtom::Field(_) => 2000,
    };
    (set.iter().map(of_trigger).sum(), set.len())
}

/// The sets of triggers that a signature requires, by number.
pub(super) type Requirement = Vec<Vec<u32>>;

/// All triggers of a catalogue.
pub(super) struct RequiredAtoms {
    atoms: Atoms,
    statuses: Vec<(u16, u32)>,
    fields: Vec<(String, u32)>,
    /// For each trigger, the rules to try.
    owners: Vec<Vec<u32>>,
    /// Rules without a required trigger.
    always: Vec<usize>,
    count: usize,
}

/// Atoms, indexed by their rarest trigram.
struct Atoms {
    /// Per 64 trigrams: a bit for each trigram that has atoms, and the number of such trigrams before.
    buckets: Vec<(u64, u32)>,
    /// For each trigram that has atoms, the index of its first atom in `all`.
    starts: Vec<u32>,
    all: Vec<Atom>,
}

struct Atom {
    text: Box<[u8]>,
    /// Offset of the indexed trigram in the text.
    at: usize,
    /// The indexed trigram.
    bucket: usize,
    number: u32,
}

/// The triggers of one record.
pub(super) enum Triggered {
    /// No restriction: every signature must be tried.
    All,
    /// The triggers present, as a bit set.
    Some(Vec<u64>),
}

impl Triggered {
    /// Returns true if there is no restriction.
    pub fn is_all(&self) -> bool {
        matches!(self, Self::All)
    }

    /// Returns true if a signature with these requirements may match the record.
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

/// Assigns numbers to triggers.
#[derive(Default)]
pub(super) struct Numbering<'c> {
    numbers: HashMap<RequiredAtom<'c>, u32, ByText>,
}

impl<'c> Numbering<'c> {
    fn number(&mut self, trigger: RequiredAtom<'c>) -> u32 {
        let next = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX);
        *self.numbers.entry(trigger).or_insert(next)
    }

    fn set(&mut self, set: Set<'c>) -> Vec<u32> {
        set.into_iter().map(|trigger| self.number(trigger)).collect()
    }

    /// Returns the requirement of a signature.
    pub fn requirement(&mut self, signature: &'c Signature, catalogue: &'c Catalogue) -> Requirement {
        let sets = of_signature(signature, catalogue);
        sets.into_iter().map(|set| self.set(set)).collect()
    }
}

impl RequiredAtoms {
    /// Builds the search structure for the triggers of all rules.
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
                RequiredAtom::Text(text) => atoms.push(Atom::new(text, number)),
                RequiredAtom::Status(status) => statuses.push((status, number)),
                RequiredAtom::Field(name) => fields.push((name.to_owned(), number)),
            }
        }
        let count = owners.len();
        Self { atoms: Atoms::new(atoms), statuses, fields, owners, always, count }
    }

    /// Returns the triggers of a record.
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

    /// Sets the bits of all atoms in a lower-case text.
    fn search(&self, text: &[u8], bits: &mut [u64]) {
        for (at, window) in text.windows(MIN_ATOM).enumerate() {
            for atom in self.atoms.of(trigram([window[0], window[1], window[2]])) {
                if at >= atom.at && text[at - atom.at..].starts_with(&atom.text) {
                    set(bits, atom.number);
                }
            }
        }
    }

    /// Returns the rules that a record with these triggers can match, in ascending order.
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

    /// Returns the rules that are tried on every record.
    pub fn always(&self) -> &[usize] {
        &self.always
    }
}

impl Atoms {
    fn new(mut all: Vec<Atom>) -> Self {
        all.sort_unstable_by_key(|atom| (atom.bucket, atom.number));
        let mut buckets = vec![(0, 0); TRIGRAMS / 64];
        let mut starts = Vec::new();
        let mut before = 0;
        for atoms in all.chunk_by(|a, b| a.bucket == b.bucket) {
            let bucket = atoms[0].bucket;
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

    /// Returns the atoms that are indexed by a trigram.
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
        let rarest = text
            .windows(MIN_ATOM)
            .enumerate()
            .min_by_key(|(_, window)| TRIGRAM_FREQUENCIES.frequency(window));
        let at = rarest.map_or(0, |(at, _)| at);
        let bucket = trigram([text[at], text[at + 1], text[at + 2]]);
        Self { text, at, bucket, number }
    }
}

fn set(bits: &mut [u64], number: u32) {
    bits[number as usize / 64] |= 1 << (number % 64);
}

/// Returns a set of triggers of which every record that the rule matches holds at least one; `None` if no such set is known.
fn of_rule<'c>(rule: &'c Rule, catalogue: &'c Catalogue) -> Option<Set<'c>> {
    let all = rule.all.iter().flat_map(|signature| of_signature(signature, catalogue));
    let codes = rule.codes.iter().map(|code| &code.signature);
    cheapest(all.chain(either(rule.any.iter().chain(codes), catalogue)).collect())
}
