//! The facts of an incident by name. A stronger record corrects the facts of a weaker one: after `500, 500, 401` the status is that of
//! the record that shows the cause.

use litemap::LiteMap;
use serde::{Deserialize, Serialize};

use crate::catalogue::Evidence;

/// Strength of the record that a fact comes from, as of the records of an incident.
pub(crate) type Weight = (bool, u8, Evidence);

/// Facts that describe the request and not its failure; the first record has them.
const OF_REQUEST: [&str; 2] = ["provider", "model"];

/// Values by name, each with the strength of its record.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Captures(LiteMap<String, Capture>);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
struct Capture {
    value: String,
    weight: Weight,
}

/// Strength of most records, which is not written. Older reports hold no strength.
const USUAL: Weight = (false, 2, Evidence::Transport);

/// Serialized form.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Value(String),
    Weighted(String, Weight),
}

impl From<Written> for Capture {
    fn from(written: Written) -> Self {
        match written {
            Written::Value(value) => Self { value, weight: USUAL },
            Written::Weighted(value, weight) => Self { value, weight },
        }
    }
}

impl From<Capture> for Written {
    fn from(Capture { value, weight }: Capture) -> Self {
        match weight {
            USUAL => Self::Value(value),
            weight => Self::Weighted(value, weight),
        }
    }
}

impl Captures {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn get(&self, name: &str) -> Option<&String> {
        self.0.get(name).map(|capture| &capture.value)
    }

    /// Returns the names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &String)> {
        self.0.iter().map(|(name, capture)| (name, &capture.value))
    }

    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut String> {
        self.0.iter_mut().map(|(_, capture)| &mut capture.value)
    }

    /// Adds the fact of a later record.
    pub fn add(&mut self, name: &str, value: &str, weight: Weight) {
        self.insert(name.to_owned(), Capture { value: value.to_owned(), weight });
    }

    /// Adds the facts of later records.
    pub fn absorb(&mut self, later: Self) {
        for (name, capture) in later.0 {
            self.insert(name, capture);
        }
    }

    fn insert(&mut self, name: String, later: Capture) {
        match self.0.get_mut(&name) {
            Some(mine) if later.weight > mine.weight && !OF_REQUEST.contains(&name.as_str()) => *mine = later,
            Some(_) => {}
            None => {
                self.0.insert(name, later);
            }
        }
    }

    /// Releases unused capacity.
    pub fn shrink(&mut self) {
        shrink(&mut self.0);
    }
}

/// Releases unused capacity of a map.
pub(super) fn shrink<K: Ord, V>(map: &mut LiteMap<K, V>) {
    let mut entries = std::mem::take(map).into_tuple_vec();
    entries.shrink_to_fit();
    *map = LiteMap::from_sorted_store_unchecked(entries);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strongest_record_has_the_fact() {
        let mut captures = Captures::default();
        captures.add("status", "500", (false, 2, Evidence::Status));
        captures.add("model", "first", (false, 0, Evidence::Reason));
        captures.add("status", "502", (false, 2, Evidence::Status));
        let mut later = Captures::default();
        later.add("status", "401", (false, 2, Evidence::Body));
        later.add("model", "second", (false, 2, Evidence::Body));
        captures.absorb(later);
        let found: Vec<_> = captures.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(found, [("model", "first"), ("status", "401")]);
    }

    #[test]
    fn facts_of_older_reports_can_be_read() {
        let captures: Captures = serde_json::from_str(r#"{"status":"500"}"#).expect("facts");
        assert_eq!(captures.get("status").map(String::as_str), Some("500"));
        let written = serde_json::to_string(&captures).expect("text");
        assert_eq!(serde_json::from_str::<Captures>(&written).expect("facts"), captures);
    }
}
