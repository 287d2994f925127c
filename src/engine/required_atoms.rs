//! Required atoms of a record: which signatures are worth trying on it, and which rules.

use crate::catalogue::{AtomIndex, Catalogue, RequiredAtom, Signature, TRIGRAM_FREQUENCIES};

use super::texts::RecordTexts;

/// Letters outside ASCII that a case-insensitive regular expression treats as `k` and `s`. In a text that holds one, the absence
/// of an atom proves nothing.
const CAREFUL: [char; 2] = ['\u{212a}', '\u{17f}'];

/// The sets of atoms that a signature requires, by number.
pub(super) type Requirement = Vec<Vec<u32>>;

/// Returns true if every record that a signature matches must hold something.
pub(super) fn is_given_away(signature: &Signature, catalogue: &Catalogue) -> bool {
    !catalogue.required(signature, &TRIGRAM_FREQUENCIES).is_empty()
}

/// Returns the requirement of a signature. A set with an atom that the index lacks requires nothing.
pub(super) fn requirement(signature: &Signature, catalogue: &Catalogue) -> Requirement {
    let number = |atom: RequiredAtom<'_>| catalogue.atoms().number(atom);
    let sets = catalogue.required(signature, &TRIGRAM_FREQUENCIES).into_iter();
    sets.filter_map(|set| set.into_iter().map(number).collect()).collect()
}

/// The required atoms of one record.
pub(super) enum Triggered {
    /// No restriction: every signature must be tried.
    All,
    /// The atoms present, as a bit set.
    Some(Vec<u64>),
}

impl Triggered {
    /// Returns the required atoms of a record.
    pub fn of(index: &AtomIndex, record: &RecordTexts<'_>) -> Self {
        let mut bits = vec![0; index.count().div_ceil(64)];
        for text in &record.texts {
            if !text.text.is_ascii() && text.text.contains(CAREFUL) {
                return Self::All;
            }
            index.search(text.lower.as_bytes(), |number| set(&mut bits, number));
        }
        for (number, status) in index.statuses() {
            if record.statuses().contains(&status) {
                set(&mut bits, number);
            }
        }
        for (number, name) in index.fields() {
            if record.record.field(name).is_some() {
                set(&mut bits, number);
            }
        }
        Self::Some(bits)
    }

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

    /// Returns the rules that a record with these atoms can match, in ascending order.
    pub fn candidates(&self, index: &AtomIndex, rules: usize) -> Vec<usize> {
        let Self::Some(bits) = self else {
            return (0..rules).collect();
        };
        let mut candidates = index.always().to_vec();
        for (word, &bits) in bits.iter().enumerate() {
            let mut left = bits;
            while left != 0 {
                let number = word * 64 + left.trailing_zeros() as usize;
                candidates.extend(index.rules_of(number).iter().map(|&rule| rule as usize));
                left &= left - 1;
            }
        }
        candidates.sort_unstable();
        candidates.dedup();
        candidates
    }
}

fn is_set(bits: &[u64], number: u32) -> bool {
    bits.get(number as usize / 64).is_some_and(|word| word >> (number % 64) & 1 == 1)
}

fn set(bits: &mut [u64], number: u32) {
    bits[number as usize / 64] |= 1 << (number % 64);
}
