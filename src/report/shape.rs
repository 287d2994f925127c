//! The shapes of records that no rule explains: their texts with what varies masked, counted in bounded memory.
//!
//! The shapes are the branches of a prefix tree over words. Where they become too many, all branches are cut shorter, so
//! that a flood of odd texts cannot eat the memory, and a frequent shape grows more general but is never lost. Since a
//! shorter branch only joins longer ones, the order in which records come and parts are added makes no difference, which
//! the Drain miners to be had as crates cannot promise.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::pattern::Pattern;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::record::Level;

use super::Sample;
use super::redaction::Cleaner;

/// What stands for a word or a part of one that varies.
pub const MASK: &str = "<*>";
/// Shapes kept.
const MAX_SHAPES: usize = 500;
/// Words of a shape that are kept, step by step fewer when there are too many shapes. In the last step subsystems fall
/// together as well.
const DEPTHS: [usize; 9] = [24, 12, 8, 6, 4, 3, 2, 1, 0];

/// What records of one shape have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct ShapeKey {
    pub level: Level,
    pub subsystem: Option<String>,
    /// The words, masked, with one blank between two.
    pub template: String,
}

/// The records of a shape.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Shape {
    pub records: u64,
    pub first_seen: Option<Timestamp>,
    pub last_seen: Option<Timestamp>,
    /// The first of them.
    pub sample: Sample,
}

/// Counts unexplained records by their shapes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub(super) struct Shapes {
    /// Index into [`DEPTHS`], or one past its end.
    step: usize,
    shapes: BTreeMap<ShapeKey, Shape>,
    /// The records of all shapes.
    pub total: u64,
}

/// As it is written: JSON has no keys but texts.
#[derive(Serialize, Deserialize)]
struct Written {
    step: usize,
    shapes: Vec<(ShapeKey, Shape)>,
}

impl From<Written> for Shapes {
    fn from(written: Written) -> Self {
        let total = written.shapes.iter().map(|(_, shape)| shape.records).sum();
        let mut shapes = Self {
            step: written.step.min(DEPTHS.len()),
            shapes: written.shapes.into_iter().collect(),
            total,
        };
        shapes.keep_bounds();
        shapes
    }
}

impl From<Shapes> for Written {
    fn from(shapes: Shapes) -> Self {
        Self { step: shapes.step, shapes: shapes.shapes.into_iter().collect() }
    }
}

impl Shapes {
    pub fn add(&mut self, level: Level, sample: Sample) {
        let key = ShapeKey { level, subsystem: sample.subsystem.clone(), template: template(&sample.text) };
        let shape = Shape { records: 1, first_seen: sample.time, last_seen: sample.time, sample };
        self.total += 1;
        self.insert(key, shape);
        self.keep_bounds();
    }

    pub fn merge(&mut self, other: &Self) {
        self.total += other.total;
        if other.step > self.step {
            self.step = other.step;
            self.shorten();
        }
        for (key, shape) in &other.shapes {
            self.insert(key.clone(), shape.clone());
        }
        self.keep_bounds();
    }

    /// Redacts what was collected elsewhere.
    pub fn redact(&mut self, cleaner: &Cleaner) {
        for (mut key, mut shape) in std::mem::take(&mut self.shapes) {
            cleaner.unexplained(&mut key.template, &mut shape.sample);
            cleaner.each(&mut key.subsystem);
            self.insert(key, shape);
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = (&ShapeKey, &Shape)> {
        self.shapes.iter()
    }

    fn insert(&mut self, key: ShapeKey, shape: Shape) {
        match self.shapes.entry(shortened(key, self.step)) {
            std::collections::btree_map::Entry::Vacant(entry) => {
                entry.insert(shape);
            }
            std::collections::btree_map::Entry::Occupied(mut entry) => entry.get_mut().join(shape),
        }
    }

    fn keep_bounds(&mut self) {
        while self.shapes.len() > MAX_SHAPES && self.step < DEPTHS.len() {
            self.step += 1;
            self.shorten();
        }
    }

    fn shorten(&mut self) {
        for (key, shape) in std::mem::take(&mut self.shapes) {
            self.insert(key, shape);
        }
    }
}

impl Shape {
    /// Adds the records of another part, or of a shape that is the same but for what is masked.
    pub fn join(&mut self, other: Self) {
        self.records += other.records;
        self.first_seen = earlier(self.first_seen, other.first_seen);
        self.last_seen = self.last_seen.max(other.last_seen);
        if other.sample.place() < self.sample.place() {
            self.sample = other.sample;
        }
    }
}

/// The earlier of two times, of which one may not be known.
pub(super) fn earlier(a: Option<Timestamp>, b: Option<Timestamp>) -> Option<Timestamp> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

fn shortened(key: ShapeKey, step: usize) -> ShapeKey {
    let Some(&depth) = DEPTHS.get(step) else {
        return ShapeKey { subsystem: None, template: "…".to_owned(), ..key };
    };
    // A text that was cut once already ends with the dots, which are no word.
    let words: Vec<&str> = key.template.split(' ').filter(|word| *word != "…").take(depth + 1).collect();
    if words.len() <= depth {
        return key;
    }
    let template = words[..depth].iter().copied().chain(["…"]).collect::<Vec<_>>().join(" ");
    ShapeKey { template, ..key }
}

static VARYING: LazyLock<Option<Pattern>> = LazyLock::new(|| {
    Pattern::new(
        r#"(?x)
        "[^"]*" | '[^']*' | `[^`]*`
      | [\{\[].*[\}\]]
      | \b[a-z][a-z0-9+.-]*://[^\s,;)"']+
      | \b[0-9a-fA-F]{8,}(?:-[0-9a-fA-F]{4,})*\b
      | [~.]?/[^\s:,;)]+
      | \b(?:[A-Za-z0-9-]+\.){2,}[A-Za-z0-9-]+(?::\d+)?\b
      | [^\s=(\[,:]*\d[^\s,;:)\]]*
        "#,
    )
    .ok()
});

/// The words of a text, with quoted texts, objects, addresses, paths, hosts, ids and everything with a digit masked.
pub(crate) fn template(text: &str) -> String {
    let masked = match &*VARYING {
        Some(regex) => regex.replace_all(text, |_| MASK.to_owned()),
        None => text.into(),
    };
    masked.split_whitespace().take(DEPTHS[0] + 1).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(text: &str) -> Sample {
        Sample { text: text.to_owned(), ..Sample::default() }
    }

    #[test]
    fn what_varies_is_masked() {
        for (text, masked) in [
            (r#"slow disk "a b" 17 ms at /var/x"#, "slow disk <*> <*> ms at <*>"),
            ("worker 3f2a9c1d-77aa-4b1c exited code=137", "worker <*> exited code=<*>"),
            ("cannot reach https://a.example:8443/v1?x, giving up", "cannot reach <*>, giving up"),
            ("peer db-7.internal.example:5432 went away", "peer <*> went away"),
            ("state {\"a\":1} is odd", "state <*> is odd"),
        ] {
            assert_eq!(template(text), masked);
        }
    }

    #[test]
    fn a_flood_of_texts_shortens_the_shapes_and_loses_no_record() {
        let word = |n: usize| ["ash", "birch", "cedar", "elm", "fir", "oak", "pine", "yew"][n % 8];
        let texts: Vec<String> = (0..4096)
            .map(|n| format!("tree says {} {} {} {}", word(n), word(n / 8), word(n / 64), word(n / 512)))
            .chain((0..50).map(|_| "the disk is slow".to_owned()))
            .collect();
        let count = |range: std::ops::Range<usize>| {
            let mut shapes = Shapes::default();
            for at in range {
                shapes.add(Level::Warn, Sample { offset: at as u64, ..sample(&texts[at]) });
            }
            shapes
        };
        let whole = count(0..texts.len());
        assert!(whole.shapes.len() <= MAX_SHAPES);
        assert_eq!(whole.iter().map(|(_, shape)| shape.records).sum::<u64>(), 4146);
        assert!(whole.iter().any(|(key, shape)| key.template == "the disk is slow" && shape.records == 50));

        let (mut a, b) = (count(0..1000), count(1000..texts.len()));
        let mut other_way = b.clone();
        other_way.merge(&a);
        a.merge(&b);
        assert_eq!(a, whole);
        assert_eq!(other_way, whole);
        let text = serde_json::to_string(&whole).expect("json");
        assert_eq!(serde_json::from_str::<Shapes>(&text).expect("shapes"), whole);
    }

    #[test]
    fn a_flood_of_subsystems_ends_in_one_shape_a_level() {
        let mut shapes = Shapes::default();
        for n in 0..2000 {
            shapes.add(Level::Error, Sample { subsystem: Some(format!("s{n}")), ..sample("odd") });
        }
        assert_eq!((shapes.shapes.len(), shapes.total), (1, 2000));
    }
}
