//! Warnings and errors that no rule explains, grouped by what is the same in them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::Timestamp;
use regex::Regex;
use serde::{Deserialize, Serialize};

use crate::record::Level;

use super::Sample;

/// More groups than this are counted together, so that a flood of odd records cannot eat the memory.
const MAX_GROUPS: usize = 1000;
/// Groups shown in the report.
const MAX_SHOWN: usize = 10;
/// The part of a text that decides its group, in characters.
const MAX_TEMPLATE: usize = 120;

/// Records that say the same but for ids, numbers and quoted values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unclassified {
    /// What is the same in them, with `<*>` for what differs.
    pub template: String,
    /// Their level.
    pub level: Level,
    /// Their subsystem.
    pub subsystem: Option<String>,
    /// How many.
    pub records: u64,
    /// The first one's time.
    pub first_seen: Option<Timestamp>,
    /// The last one's time.
    pub last_seen: Option<Timestamp>,
    /// The first of them.
    pub sample: Sample,
}

/// Collects unexplained records.
#[derive(Debug, Default)]
pub(super) struct Unknowns {
    groups: BTreeMap<(Level, Option<String>, String), Unclassified>,
    pub total: u64,
}

impl Unknowns {
    pub fn add(&mut self, level: Level, sample: Sample) {
        self.total += 1;
        let template = template(&sample.text);
        let key = (level, sample.subsystem.clone(), template.clone());
        if let Some(group) = self.groups.get_mut(&key) {
            group.records += 1;
            group.first_seen = [group.first_seen, sample.time].into_iter().flatten().min();
            group.last_seen = group.last_seen.max(sample.time);
        } else if self.groups.len() < MAX_GROUPS {
            let group = Unclassified {
                template,
                level,
                subsystem: sample.subsystem.clone(),
                records: 1,
                first_seen: sample.time,
                last_seen: sample.time,
                sample,
            };
            self.groups.insert(key, group);
        }
    }

    /// The most frequent groups, errors before warnings on equal numbers.
    pub fn finish(self) -> Vec<Unclassified> {
        let mut groups: Vec<Unclassified> = self.groups.into_values().collect();
        groups.sort_by(|a, b| {
            (b.records, b.level).cmp(&(a.records, a.level)).then_with(|| a.template.cmp(&b.template))
        });
        groups.truncate(MAX_SHOWN);
        groups
    }
}

static VARYING: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?x)
        "[^"\s]*" | '[^'\s]*' | `[^`\s]*`
      | \{.*\}
      | \b[0-9a-fA-F]{8,}(?:-[0-9a-fA-F]{4,})*\b
      | [~.]?/[^\s:,;)]+
      | \d+(?:[.:]\d+)*
        "#,
    )
    .ok()
});

fn template(text: &str) -> String {
    let masked = match &*VARYING {
        Some(regex) => regex.replace_all(text, "<*>"),
        None => text.into(),
    };
    masked.chars().take(MAX_TEMPLATE).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_that_differ_in_values_are_one_group() {
        let mut unknowns = Unknowns::default();
        let sample = |text: &str| Sample { text: text.to_owned(), ..Sample::default() };
        unknowns.add(Level::Warn, sample(r#"slow disk "a" 17 ms at /var/x"#));
        unknowns.add(Level::Warn, sample(r#"slow disk "b" 4711 ms at /tmp/y"#));
        unknowns.add(Level::Error, sample("other"));
        assert_eq!(unknowns.total, 3);
        let groups = unknowns.finish();
        assert_eq!((groups.len(), groups[0].records), (2, 2));
        assert_eq!(groups[0].template, "slow disk <*> <*> ms at <*>");
    }
}
