//! Patterns of unexplained records: their texts with the variable parts masked, counted in bounded memory.
//!
//! The patterns are the leaves of a prefix tree over subsystem and words. If there are too many, the branches with the
//! most leaves are shortened (see [`super::shorten`]): a flood of unusual texts uses neither the memory nor the
//! patterns of other subsystems, and a frequent pattern becomes more general but is never lost. The result does not
//! depend on the order in which records arrive and parts are added, which the crates for Drain log parsing do not
//! guarantee.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::LazyLock;

use clawsift_catalogue::pattern::Pattern;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::openclaw::{MAX_LABELS, is_label};
use crate::record::Level;
use crate::redact::Cleaner;
use crate::report::incidents::{Sample, earlier};

use super::shorten::{Branch, Leaf, fit};

/// Placeholder for a variable word or part of a word.
pub const MASK: &str = "<*>";
/// Maximum number of patterns.
const MAX_SHAPES: usize = 820;
// Room for one of each subsystem at each level. Otherwise a level, and with it all its subsystems, could be cut off.
const _: () = assert!((MAX_LABELS + 2) * 7 <= MAX_SHAPES);
/// Number of additional patterns that may accumulate before the tree is shortened.
const MAX_WAITING: usize = MAX_SHAPES;
/// Maximum number of words in a pattern.
const MAX_WORDS: usize = 24;
/// Placeholder for the words, or the end of a subsystem's name, that were cut off.
const CUT_OFF: &str = "…";

/// Common properties of the records of one pattern.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct LogTemplate {
    /// `None` for failures without a level.
    pub level: Option<Level>,
    pub subsystem: Option<String>,
    /// The masked words, separated by single spaces.
    pub template: String,
    #[serde(default, skip_serializing_if = "Cut::is_none")]
    cut: Cut,
}

/// Position at which a pattern was cut off.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Cut {
    /// Not cut off.
    #[default]
    None,
    /// After the words that remain.
    Words,
    /// After the first segment of the subsystem.
    Family,
    /// Before a subsystem that is not one of OpenClaw's.
    Foreign,
}

impl Cut {
    fn is_none(&self) -> bool {
        *self == Self::None
    }
}

/// The records of a pattern.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TemplateCount {
    pub records: u64,
    pub first_seen: Option<Timestamp>,
    pub last_seen: Option<Timestamp>,
    /// The first record.
    pub sample: Sample,
}

/// Counts of unexplained records by pattern.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub(crate) struct LogTemplates {
    shapes: BTreeMap<LogTemplate, TemplateCount>,
    /// Number of records of all patterns.
    pub total: u64,
}

/// Serialized form: JSON object keys must be strings.
#[derive(Serialize, Deserialize)]
struct Written {
    shapes: Vec<(LogTemplate, TemplateCount)>,
}

impl From<Written> for LogTemplates {
    fn from(written: Written) -> Self {
        let mut shapes = Self::default();
        for (key, shape) in written.shapes {
            shapes.total += shape.records;
            shapes.insert(key, shape);
        }
        shapes.fit();
        shapes
    }
}

impl From<LogTemplates> for Written {
    fn from(mut shapes: LogTemplates) -> Self {
        shapes.fit();
        Self { shapes: shapes.shapes.into_iter().collect() }
    }
}

impl LogTemplates {
    pub fn add(&mut self, level: Option<Level>, sample: Sample) {
        let (subsystem, template) = (sample.subsystem.clone(), template(&sample.text));
        let key = LogTemplate { level, subsystem, template, cut: Cut::None };
        let shape = TemplateCount { records: 1, first_seen: sample.time, last_seen: sample.time, sample };
        self.total += 1;
        self.insert(key, shape);
    }

    pub fn merge(&mut self, other: &Self) {
        self.total += other.total;
        for (key, shape) in &other.shapes {
            self.insert(key.clone(), shape.clone());
        }
    }

    /// Redacts data that were collected without redaction.
    pub fn redact(&mut self, cleaner: &Cleaner) {
        for (mut key, mut shape) in std::mem::take(&mut self.shapes) {
            let words = key.words().count();
            redact_template(&mut key.template, &mut shape.sample, cleaner);
            cleaner.each(&mut key.subsystem);
            if key.cut == Cut::Words {
                key = key.with_words(words);
            }
            self.insert(key, shape);
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = (&LogTemplate, &TemplateCount)> {
        self.shapes.iter()
    }

    fn join(&mut self, key: LogTemplate, shape: TemplateCount) {
        match self.shapes.entry(key) {
            Entry::Vacant(entry) => {
                entry.insert(shape);
            }
            Entry::Occupied(mut entry) => entry.get_mut().join(shape),
        }
    }

    fn insert(&mut self, key: LogTemplate, shape: TemplateCount) {
        self.join(key, shape);
        if self.shapes.len() > MAX_SHAPES + MAX_WAITING {
            self.fit();
        }
    }

    /// Shortens branches if there are too many patterns.
    pub fn fit(&mut self) {
        if self.shapes.len() <= MAX_SHAPES && self.shapes.keys().all(|key| key.cut.is_none()) {
            return;
        }
        let shapes = std::mem::take(&mut self.shapes);
        let mut leaves: Vec<Leaf<'_, (&LogTemplate, &TemplateCount)>> = shapes.iter().map(leaf).collect();
        leaves.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        for Branch { leaves, depth } in fit(&leaves, MAX_SHAPES) {
            for leaf in leaves {
                let (key, shape) = leaf.value;
                let key = depth.map_or_else(|| key.clone(), |depth| key.cut_at(depth));
                self.join(key, shape.clone());
            }
        }
    }
}

impl TemplateCount {
    /// Adds the records of another part, or of a pattern that became equal after redaction.
    pub fn join(&mut self, other: Self) {
        self.records += other.records;
        self.first_seen = earlier(self.first_seen, other.first_seen);
        self.last_seen = self.last_seen.max(other.last_seen);
        if other.sample.place() < self.sample.place() {
            self.sample = other.sample;
        }
    }
}

/// Group of the failures without a level.
const NO_LEVEL: &str = "-";

/// Group of all subsystems that are not OpenClaw's; their number is unbounded.
const FOREIGN: &str = "…";

impl LogTemplate {
    /// Returns the path in the tree: level, group and name of the subsystem, and the words that were not cut off.
    fn path(&self) -> Vec<&str> {
        let group = match (&self.subsystem, self.cut) {
            (_, Cut::Foreign) => FOREIGN,
            (None, _) => "",
            (Some(name), _) => Some(segment(name)).filter(|segment| is_label(segment)).unwrap_or(FOREIGN),
        };
        let mut path = vec![self.level.map_or(NO_LEVEL, Level::name), group];
        if matches!(self.cut, Cut::None | Cut::Words) {
            path.push(self.subsystem.as_deref().unwrap_or_default());
            path.extend(self.words());
        }
        path
    }

    /// Returns the words that were not cut off.
    fn words(&self) -> impl Iterator<Item = &str> {
        let mut words = self.template.split(' ');
        if self.cut == Cut::Words {
            words.next_back();
        }
        words
    }

    /// Returns the pattern of all keys that share the first `depth` names of this path.
    fn cut_at(&self, depth: usize) -> Self {
        let level = self.level;
        let family = self.subsystem.as_deref().map(segment).filter(|segment| is_label(segment));
        let all = |subsystem, cut| Self { level, subsystem, template: CUT_OFF.to_owned(), cut };
        match (depth.checked_sub(3), family) {
            (Some(words), _) => self.with_words(words),
            (None, Some(family)) => all(Some(format!("{family}/{CUT_OFF}")), Cut::Family),
            (None, None) => all(None, Cut::Foreign),
        }
    }

    /// Returns the pattern of all texts that share the first `count` words.
    fn with_words(&self, count: usize) -> Self {
        let words: Vec<&str> = self.words().take(count).chain([CUT_OFF]).collect();
        Self {
            template: words.join(" "),
            subsystem: self.subsystem.clone(),
            level: self.level,
            cut: Cut::Words,
        }
    }
}

/// Returns the first segment of a subsystem's name.
fn segment(subsystem: &str) -> &str {
    subsystem.split('/').next().unwrap_or_default()
}

fn leaf<'s>(
    (key, shape): (&'s LogTemplate, &'s TemplateCount),
) -> Leaf<'s, (&'s LogTemplate, &'s TemplateCount)> {
    Leaf { path: key.path(), is_shortened: !key.cut.is_none(), value: (key, shape) }
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

/// Returns the words of a text, with quoted texts, objects, addresses, paths, hosts, ids and words with a digit masked.
pub(crate) fn template(text: &str) -> String {
    let masked = match &*VARYING {
        Some(regex) => regex.replace_all(text, |_| MASK.to_owned()),
        None => text.into(),
    };
    let mut words: Vec<&str> = masked.split_whitespace().take(MAX_WORDS + 1).collect();
    if let Some(rest) = words.get_mut(MAX_WORDS) {
        *rest = CUT_OFF;
    }
    words.join(" ")
}

/// Redacts an unexplained record and its template. Words of the template may be parts of a secret that only the full
/// text reveals.
pub(crate) fn redact_template(shape: &mut String, sample: &mut Sample, cleaner: &Cleaner) {
    let before = sample.text.clone();
    sample.redact(cleaner);
    if sample.text != before {
        *shape = template(&sample.text);
    }
    cleaner.text(shape);
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

    /// Counts records, each given by subsystem and text.
    fn counted<'t>(records: impl Iterator<Item = (u64, &'t (Option<&'t str>, String))>) -> LogTemplates {
        let mut shapes = LogTemplates::default();
        for (offset, (subsystem, text)) in records {
            let subsystem = subsystem.map(str::to_owned);
            shapes.add(Some(Level::Warn), Sample { offset, subsystem, ..sample(text) });
        }
        shapes.fit();
        shapes
    }

    fn count_of(records: &[(Option<&str>, String)]) -> LogTemplates {
        counted((0..).zip(records))
    }

    fn records_of(shapes: &LogTemplates, subsystem: Option<&str>, template: &str) -> u64 {
        let found = shapes
            .iter()
            .filter(|(key, _)| (key.subsystem.as_deref(), key.template.as_str()) == (subsystem, template));
        found.map(|(_, shape)| shape.records).sum()
    }

    fn word(n: usize) -> &'static str {
        ["ash", "birch", "cedar", "elm", "fir", "oak", "pine", "yew"][n % 8]
    }

    /// Returns a text whose first word is unique for each `n`.
    fn odd(n: usize) -> String {
        format!("{}{}{}{} is odd", word(n), word(n / 8), word(n / 64), word(n / 512))
    }

    #[test]
    fn a_noisy_subsystem_does_not_cut_the_shapes_of_others() {
        let noise = (0..900).map(|n| (Some("plugins"), odd(n)));
        let others = (0..40).flat_map(|n| {
            let text = format!("the disk {} is slow", word(n));
            [
                (Some("gateway"), text.clone()),
                (Some("gateway/ws"), text.clone()),
                (Some("acme/x"), text),
                (None, odd(n)),
            ]
        });
        let shapes = count_of(&noise.chain(others).collect::<Vec<_>>());
        assert_eq!(records_of(&shapes, Some("plugins"), "…"), 900);
        for subsystem in ["gateway", "gateway/ws", "acme/x"] {
            assert_eq!(records_of(&shapes, Some(subsystem), "the disk ash is slow"), 5, "{subsystem}");
        }
        assert_eq!(records_of(&shapes, None, &odd(7)), 1);
    }

    #[test]
    fn a_flood_of_texts_shortens_the_branch_in_which_they_are_and_loses_no_record() {
        let texts: Vec<_> = (0..4096)
            .map(|n| format!("tree says {} {} {} {}", word(n), word(n / 8), word(n / 64), word(n / 512)))
            .chain((0..50).map(|_| "the disk is slow".to_owned()))
            .map(|text| (Some("gateway"), text))
            .collect();
        let whole = count_of(&texts);
        assert!(whole.shapes.len() <= MAX_SHAPES);
        assert_eq!(whole.iter().map(|(_, shape)| shape.records).sum::<u64>(), 4146);
        assert_eq!(records_of(&whole, Some("gateway"), "the disk is slow"), 50);
        let text = serde_json::to_string(&whole).expect("json");
        assert_eq!(serde_json::from_str::<LogTemplates>(&text).expect("shapes"), whole);
    }

    #[test]
    fn a_flood_of_subsystems_ends_in_one_shape_and_leaves_those_of_openclaw() {
        let names: Vec<String> = (0..2000).map(|n| format!("s{n}")).collect();
        let members: Vec<String> = (0..2000).map(|n| format!("hooks/{n}")).collect();
        let foreign = names.iter().map(|name| (Some(name.as_str()), "odd".to_owned()));
        let family = members.iter().map(|name| (Some(name.as_str()), "odd".to_owned()));
        let own = (0..8).map(|n| (Some("gateway/ws"), format!("the disk {} is slow", word(n))));
        let shapes = count_of(&foreign.chain(family).chain(own).collect::<Vec<_>>());
        assert_eq!((shapes.shapes.len(), shapes.total), (10, 4008));
        assert_eq!(records_of(&shapes, None, "…"), 2000);
        assert_eq!(records_of(&shapes, Some("hooks/…"), "…"), 2000);
        assert_eq!(records_of(&shapes, Some("gateway/ws"), "the disk elm is slow"), 1);
    }

    /// In any order and grouping, and with any cuts in the parts.
    #[test]
    fn parts_add_up_to_the_whole_in_any_order_and_grouping() {
        const SUBSYSTEMS: [Option<&str>; 8] = [
            None,
            Some("gateway"),
            Some("gateway/ws"),
            Some("agent/embedded"),
            Some("acme"),
            Some("acme/a"),
            Some("hooks/b"),
            Some("…"),
        ];
        for seed in 0..24 {
            let mut random = fastrand::Rng::with_seed(seed);
            let (spread, longest, noise) = (random.usize(1..8), random.usize(1..8), random.usize(..700));
            let mut texts: Vec<_> = (0..random.usize(1..4000))
                .map(|_| {
                    let words: Vec<_> = (0..random.usize(0..=longest))
                        .map(|_| if random.u8(..8) == 0 { "…" } else { word(random.usize(..=spread)) })
                        .collect();
                    let subsystem =
                        SUBSYSTEMS[random.usize(..SUBSYSTEMS.len()).min(random.usize(..SUBSYSTEMS.len()))];
                    (subsystem, words.join(" "))
                })
                .chain((0..noise).map(|n| (Some("plugins"), odd(n))))
                .collect();
            random.shuffle(&mut texts);
            let whole = count_of(&texts);
            assert!(whole.shapes.len() <= MAX_SHAPES, "seed {seed}");
            let records: Vec<_> = (0..).zip(&texts).collect();
            let mut parts: Vec<LogTemplates> =
                records.chunks(random.usize(1..2000)).map(|part| counted(part.iter().copied())).collect();
            random.shuffle(&mut parts);
            while parts.len() > 1 {
                let other = parts.swap_remove(random.usize(..parts.len()));
                let at = random.usize(..parts.len());
                parts[at].merge(&other);
                if random.bool() {
                    parts[at].fit();
                }
            }
            parts[0].fit();
            assert!(parts[0] == whole, "seed {seed}");
        }
    }
}
