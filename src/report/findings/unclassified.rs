//! Warnings, errors and failures without a level that no rule explains, in clusters of similar text.

use jiff::Timestamp;
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::record::Level;
use crate::redact::Cleaner;
use crate::report::incidents::Sample;
use crate::report::tally::{LogTemplates, MASK, TemplateCount, redact_template};

/// Minimum number of equal words out of ten for two texts of equal word count to form one cluster.
const ALIKE_OF_TEN: usize = 7;
/// Minimum number of words for clustering. In shorter texts a different word changes the meaning.
const MIN_WORDS: usize = 4;

/// Unexplained records with the same text except for ids, numbers, names and quoted values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[non_exhaustive]
pub struct Unclassified {
    /// The common text, with `<*>` for the parts that differ.
    pub template: String,
    /// Level of the records; `null` if they have none and read like failures.
    pub level: Option<Level>,
    /// Subsystem of the records.
    pub subsystem: Option<String>,
    /// Number of records.
    pub records: u64,
    /// Time of the first record.
    pub first_seen: Option<Timestamp>,
    /// Time of the last record.
    pub last_seen: Option<Timestamp>,
    /// The first record.
    pub sample: Sample,
}

impl Unclassified {
    pub(crate) fn redact(&mut self, cleaner: &Cleaner) {
        redact_template(&mut self.template, &mut self.sample, cleaner);
        cleaner.each(&mut self.subsystem);
    }
}

struct Cluster<'s> {
    level: Option<Level>,
    subsystem: Option<&'s str>,
    words: Vec<&'s str>,
    shape: TemplateCount,
}

/// Returns the clusters, the most frequent first, on equal counts errors before warnings before failures without a level.
///
/// This is the last step of the Drain log parsing algorithm: a text in a branch of its tree (here level, subsystem and
/// number of words) joins the first cluster with which enough words agree, and the words that differ are masked.
pub(crate) fn cluster(shapes: &LogTemplates) -> Vec<Unclassified> {
    let mut by_frequency: Vec<_> = shapes.iter().collect();
    by_frequency.sort_by(|(a, x), (b, y)| y.records.cmp(&x.records).then_with(|| a.cmp(b)));
    let mut clusters: Vec<Cluster<'_>> = Vec::new();
    for (key, shape) in by_frequency {
        let words: Vec<&str> = key.template.split(' ').collect();
        let subsystem = key.subsystem.as_deref();
        let like = clusters
            .iter_mut()
            .find(|c| c.level == key.level && c.subsystem == subsystem && are_alike(&c.words, &words));
        match like {
            Some(cluster) => {
                for (mine, other) in cluster.words.iter_mut().zip(&words) {
                    if mine != other {
                        *mine = MASK;
                    }
                }
                cluster.shape.join(shape.clone());
            }
            None => clusters.push(Cluster { level: key.level, subsystem, words, shape: shape.clone() }),
        }
    }
    let mut found: Vec<Unclassified> = clusters
        .into_iter()
        .map(|cluster| Unclassified {
            template: cluster.words.join(" "),
            level: cluster.level,
            subsystem: cluster.subsystem.map(str::to_owned),
            records: cluster.shape.records,
            first_seen: cluster.shape.first_seen,
            last_seen: cluster.shape.last_seen,
            sample: cluster.shape.sample,
        })
        .collect();
    found.sort_by(|a, b| {
        (b.records, b.level)
            .cmp(&(a.records, a.level))
            .then_with(|| (&a.subsystem, &a.template).cmp(&(&b.subsystem, &b.template)))
    });
    found
}

fn are_alike(a: &[&str], b: &[&str]) -> bool {
    let agreeing = a.iter().zip(b).filter(|(a, b)| a == b).count();
    a.len() == b.len() && a.len() >= MIN_WORDS && agreeing * 10 >= a.len() * ALIKE_OF_TEN
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn like_texts_are_one_cluster() {
        let mut shapes = LogTemplates::default();
        for text in [
            "cannot open the file of user anna today",
            "cannot open the file of user bert today",
            r#"slow disk "a" 17 ms at /var/x"#,
            r#"slow disk "b" 4711 ms at /tmp/y"#,
            r#"slow disk "c" 1 ms at /tmp/z"#,
            "quite another thing",
        ] {
            shapes.add(Some(Level::Warn), Sample { text: text.to_owned(), ..Sample::default() });
        }
        shapes
            .add(Some(Level::Error), Sample { text: "quite another thing".to_owned(), ..Sample::default() });
        let found: Vec<(u64, Option<Level>, String)> =
            cluster(&shapes).into_iter().map(|c| (c.records, c.level, c.template)).collect();
        let expected = [
            (3, Level::Warn, "slow disk <*> <*> ms at <*>"),
            (2, Level::Warn, "cannot open the file of user <*> today"),
            (1, Level::Error, "quite another thing"),
            (1, Level::Warn, "quite another thing"),
        ];
        assert_eq!(found, expected.map(|(n, level, text)| (n, Some(level), text.to_owned())));
    }
}
