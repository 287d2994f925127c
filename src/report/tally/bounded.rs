//! Exact, mergeable counts of values in bounded memory.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

/// Maximum number of distinct values.
const MAX_VALUES: usize = 100;

/// Number of occurrences per value.
///
/// If there are more values than fit, those with the smallest hashes are kept. A value kept in the sum was also kept in
/// every part, so its count is exact and independent of the order in which parts are added. Which values are kept does
/// not depend on their frequency.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "SerializedCounts", into = "SerializedCounts")]
pub(crate) struct ValueCounts {
    counts: BTreeMap<(u64, String), u64>,
    /// `true` if values were dropped.
    pub is_cut: bool,
}

/// Serialized form, without the hashes, which can be recomputed.
#[derive(Serialize, Deserialize)]
struct SerializedCounts {
    counts: Vec<(String, u64)>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    is_cut: bool,
}

impl ValueCounts {
    pub fn add(&mut self, value: &str, count: u64) {
        let hash = xxh3_64(value.as_bytes());
        if self.counts.len() >= MAX_VALUES {
            let last = self.counts.last_key_value().map(|((hash, _), _)| *hash);
            if last.is_some_and(|last| hash > last) {
                self.is_cut = true;
                return;
            }
        }
        *self.counts.entry((hash, value.to_owned())).or_default() += count;
        if self.counts.len() > MAX_VALUES {
            self.is_cut = true;
            self.counts.pop_last();
        }
    }

    pub fn merge(&mut self, other: &Self) {
        for (value, count) in other.iter() {
            self.add(value, count);
        }
        self.is_cut |= other.is_cut;
    }

    /// Returns the counts with each value replaced by `with(value)`.
    pub fn map(&self, with: impl Fn(&str) -> String) -> Self {
        let mut counts = Self { is_cut: self.is_cut, ..Self::default() };
        self.iter().for_each(|(value, count)| counts.add(&with(value), count));
        counts
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        self.counts.iter().map(|((_, value), count)| (value.as_str(), *count))
    }
}

impl From<SerializedCounts> for ValueCounts {
    fn from(kept: SerializedCounts) -> Self {
        let mut counts = Self { is_cut: kept.is_cut, ..Self::default() };
        for (value, count) in kept.counts {
            counts.add(&value, count);
        }
        counts
    }
}

impl From<ValueCounts> for SerializedCounts {
    fn from(counts: ValueCounts) -> Self {
        let is_cut = counts.is_cut;
        Self { counts: counts.counts.into_iter().map(|((_, value), count)| (value, count)).collect(), is_cut }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(values: impl Iterator<Item = u64>) -> ValueCounts {
        let mut counts = ValueCounts::default();
        values.for_each(|value| counts.add(&value.to_string(), 1));
        counts
    }

    #[test]
    fn a_flood_of_values_is_cut_the_same_in_whatever_order_it_comes() {
        let whole = counted((0..1000).chain(0..1000));
        assert!(whole.is_cut);
        assert_eq!(whole.iter().count(), MAX_VALUES);
        assert!(whole.iter().all(|(_, count)| count == 2));

        let (a, b, c) =
            (counted(0..400), counted(300..1000), counted((0..1000).filter(|v| !(300..400).contains(v))));
        let mut left = a.clone();
        left.merge(&b);
        left.merge(&c);
        let mut right = c;
        right.merge(&b);
        right.merge(&a);
        assert_eq!(left, right);
        assert_eq!(left, whole);
    }

    #[test]
    fn it_reads_back_what_it_wrote() {
        let counts = counted(0..300);
        let text = serde_json::to_string(&counts).expect("json");
        assert_eq!(serde_json::from_str::<ValueCounts>(&text).expect("counts"), counts);
    }
}
