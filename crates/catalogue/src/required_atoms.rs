//! What a record must hold for a signature to match: sets of atoms, of which each such record holds at least one per set.

use std::collections::BTreeMap;

use super::encoded::Encoded;
use super::{Rule, Signature, SignatureKind, TrigramFrequencies};

/// Something that a record must hold for a signature to match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RequiredAtom<'c> {
    /// A text in lower case, in an evidence text.
    Text(&'c str),
    /// An HTTP status, in a recognized spelling.
    Status(u16),
    /// A field with this name.
    Field(&'c str),
}

/// A set of atoms of which each record that a signature matches holds at least one.
type Set<'c> = Vec<RequiredAtom<'c>>;

/// The shared groups of a catalogue.
pub(super) type Groups = BTreeMap<String, Encoded<Vec<Signature>>>;

/// Finds the required atoms of signatures that may name these groups.
pub(super) struct Requirements<'c> {
    pub groups: &'c Groups,
    pub background: &'c TrigramFrequencies,
}

impl<'c> Requirements<'c> {
    /// Returns the sets of atoms that a signature requires, at least one atom of each set.
    pub fn of_signature(&self, signature: &'c Signature) -> Vec<Set<'c>> {
        match &signature.kind {
            SignatureKind::Shared(name) => {
                let group = self.groups.get(name).map(|group| group.as_slice()).unwrap_or_default();
                self.either(group.iter()).into_iter().collect()
            }
            SignatureKind::HttpStatus(statuses) => {
                vec![statuses.iter().map(|status| RequiredAtom::Status(*status)).collect()]
            }
            SignatureKind::Field(fields) => {
                fields.keys().map(|name| vec![RequiredAtom::Field(name)]).collect()
            }
            SignatureKind::Literal(_) | SignatureKind::Regex(_) | SignatureKind::ErrorCode(_) => {
                let texts = |set: &'c Vec<String>| set.iter().map(|atom| RequiredAtom::Text(atom)).collect();
                signature.atoms.iter().map(texts).collect()
            }
        }
    }

    /// Returns a set of atoms of which every record that the rule matches holds at least one; `None` if no such set is known.
    pub fn of_rule(&self, rule: &'c Rule) -> Option<Set<'c>> {
        let all = rule.all.iter().flat_map(|signature| self.of_signature(signature));
        let codes = rule.codes.iter().map(|code| &code.signature);
        self.cheapest(all.chain(self.either(rule.any.iter().chain(codes))).collect())
    }

    /// Returns the union of the cheapest set of each alternative; `None` if an alternative has no set, or if there are no
    /// alternatives.
    fn either(&self, alternatives: impl Iterator<Item = &'c Signature>) -> Option<Set<'c>> {
        let best = |signature| self.cheapest(self.of_signature(signature));
        let sets: Option<Vec<Set<'_>>> = alternatives.map(best).collect();
        let mut set = sets.filter(|sets| !sets.is_empty())?.concat();
        set.sort_unstable();
        set.dedup();
        Some(set)
    }

    /// Returns the set whose atoms are the rarest.
    fn cheapest(&self, mut sets: Vec<Set<'c>>) -> Option<Set<'c>> {
        // Most signatures have one set, whose cost nobody asks.
        match sets.len() {
            0 | 1 => sets.pop(),
            _ => sets.into_iter().min_by_key(|set| self.cost(set)),
        }
    }

    /// Estimates how often an atom of the set occurs per million bytes of a healthy log; ties are decided by the size of the set.
    fn cost(&self, set: &Set<'_>) -> (u64, usize) {
        let of_atom = |atom: &RequiredAtom<'_>| match atom {
            RequiredAtom::Text(text) => self.background.frequency(text.as_bytes()),
            RequiredAtom::Status(_) => 200,
            // Nearly every record has a subsystem.
            RequiredAtom::Field(_) => 2000,
        };
        (set.iter().map(of_atom).sum(), set.len())
    }
}
