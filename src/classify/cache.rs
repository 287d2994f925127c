//! Classification cache: the meanings of records by their cache keys, so that a repeated record costs a look-up instead of parsing.
//!
//! Rules see no ids and durations, so two records whose cache keys differ only in those have the same meaning, except for the run
//! that they name.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use crate::hash::{ByName, KeyedHash};
use crate::record::{CacheKey, Gravity, VariableTokens, trace_ids};

use super::event::{Event, Facts, RunKeys};

/// Maximum length in bytes of a cached cache key. Longer ones are stack traces and dumps, which rarely repeat.
const MAX_KEY: usize = 4096;
/// Maximum number of ids and durations in a cached cache key.
const MAX_OPAQUE: usize = 32;
/// First byte of the key of a text in no known format. Other keys begin with the number of a level.
const LOOSE: u8 = u8::MAX;
/// Marker in a key for a missing part.
const NO_PART: u16 = u16::MAX;
/// Maximum number of cached cache keys; when it is reached, the cache is cleared.
const MAX_KNOWN: usize = 1 << 15;

/// Number of the first meanings among which equal insignificant ones are searched for.
const COMMON_MEANINGS: usize = 64;

/// Cached meaning of the records with one cache key.
#[derive(Debug, Clone)]
pub(crate) struct CachedMeaning {
    pub meaning: Meaning,
    /// The counter to which its records are added.
    pub gravity: Gravity,
    /// True if the bytes are not valid UTF-8.
    pub invalid_utf8: bool,
}

/// The meaning of a record without the parts that differ between records.
#[derive(Debug, Clone)]
pub(crate) enum Meaning {
    /// Nothing to report. May be a warning that a rule explains as benign.
    Nothing,
    /// A failure, without its run and time.
    Match(Arc<Facts>, KeyPattern),
    /// Another event, without its run and time.
    Event(Box<Event>, KeyPattern),
    /// Unexplained by any rule, and its text is needed for the report.
    Unexplained,
    /// Depends on an id; each such record must be parsed.
    Particular,
}

/// The cache shared by all workers.
#[derive(Debug, Default)]
struct Shared {
    namer: KeyedHash,
    known: Mutex<HashMap<u128, CachedMeaning, ByName>>,
}

/// The cache of one worker.
#[derive(Debug, Default)]
pub(crate) struct ClassificationCache {
    /// Index in `meanings` for the hash of a cache key.
    known: HashMap<u128, u32, ByName>,
    meanings: Vec<CachedMeaning>,
    name: u128,
    idle: Idle,
    shared: Arc<Shared>,
    /// Key of the current cache key: its level, its parts with one byte for each id and duration, the positions of these bytes, and
    /// the ends of the parts. So cache keys that differ in anything else have different keys. A part that consists of trace ids
    /// contributes only their bytes, with their number in place of its end.
    key: Vec<u8>,
    /// Positions of the ids and durations in the key, two bytes each.
    marks: Vec<u8>,
    /// The ids and durations of the current cache key.
    opaque: Vec<CacheSlot>,
}

/// Bit set of the insignificant texts of one or two bytes. A log can hold half a million such lines per megabyte.
#[derive(Debug, Default)]
struct Idle(Vec<u64>);

impl Idle {
    const WORDS: usize = (256 + (1 << 16)) / 64;

    fn bit(text: &[u8]) -> Option<(usize, u64)> {
        let index = match *text {
            [first] => usize::from(first),
            [first, second] => 256 + usize::from(u16::from_be_bytes([first, second])),
            _ => return None,
        };
        Some((index / 64, 1 << (index % 64)))
    }
}

/// Position of an id or duration in a cache key.
#[derive(Debug)]
struct CacheSlot {
    part: usize,
    range: Range<usize>,
    /// The first eight bytes of the token, in which most differ.
    opening: u64,
}

impl ClassificationCache {
    /// Creates a cache for another worker that shares entries with this one.
    pub fn sibling(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), ..Self::default() }
    }

    /// Sets the current cache key; returns false if cache keys of this kind are not cached.
    pub fn take(&mut self, outline: &CacheKey<'_>) -> bool {
        self.key.clear();
        self.marks.clear();
        self.opaque.clear();
        if outline.is_loose() {
            // The form is unknown, so all bytes belong to the key.
            self.key.push(LOOSE);
            outline.parts.iter().flatten().for_each(|part| self.key.extend_from_slice(part));
            self.name = self.shared.namer.name(&self.key);
            return true;
        }
        let length: usize = outline.parts.iter().flatten().map(|part| part.len()).sum();
        if length > MAX_KEY {
            return false;
        }
        self.key.push(outline.level.map_or(0, |level| level as u8 + 1));
        for logger in [outline.label, outline.names].into_iter().filter(|logger| !logger.is_empty()) {
            self.key.extend_from_slice(&self.shared.namer.name(logger).to_le_bytes());
        }
        let mut ends = [NO_PART; 3];
        for (index, part) in outline.parts.iter().enumerate() {
            let Some(part) = part else { continue };
            ends[index] = match trace_ids(part) {
                Some(ids) => {
                    let before = self.opaque.len();
                    for id in ids {
                        if !self.take_opaque(outline, index, part, id) {
                            return false;
                        }
                    }
                    NO_PART - (self.opaque.len() - before) as u16
                }
                None if self.take_part(outline, index, part) => self.key.len() as u16,
                None => return false,
            };
        }
        self.key.extend_from_slice(&self.marks);
        self.key.extend_from_slice(ends.map(u16::to_le_bytes).as_flattened());
        self.key.push(self.opaque.len() as u8);
        self.name = self.shared.namer.name(&self.key);
        true
    }

    /// Adds a part without its ids and durations to the key; returns false if there are too many of them.
    fn take_part(&mut self, outline: &CacheKey<'_>, index: usize, part: &[u8]) -> bool {
        let mut copied = 0;
        for found in VariableTokens::new(part) {
            self.key.extend_from_slice(&part[copied..found.start]);
            copied = found.end;
            self.marks.extend_from_slice(&(self.key.len() as u16).to_le_bytes());
            if !self.take_opaque(outline, index, part, found) {
                return false;
            }
        }
        self.key.extend_from_slice(&part[copied..]);
        true
    }

    /// Adds a byte for an id or duration to the key; returns false if there are too many of them.
    fn take_opaque(
        &mut self,
        outline: &CacheKey<'_>,
        index: usize,
        part: &[u8],
        range: Range<usize>,
    ) -> bool {
        if self.opaque.len() == MAX_OPAQUE {
            return false;
        }
        // Repetition of an earlier token can be significant, so the byte says which token it repeats.
        let text = &part[range.clone()];
        let opening = opening(text);
        let is_same = |other: &CacheSlot| other.opening == opening && other.text(outline) == Some(text);
        let same = self.opaque.iter().position(is_same);
        self.key.push(same.unwrap_or(self.opaque.len()) as u8);
        self.opaque.push(CacheSlot { part: index, range, opening });
        true
    }

    /// Returns the run ids of the current cache key, according to a pattern.
    pub fn keys(&self, pattern: &KeyPattern, outline: &CacheKey<'_>) -> RunKeys {
        let fill = |pieces: &Option<Vec<Piece>>| {
            let pieces = pieces.as_ref()?;
            let mut text = String::new();
            for piece in pieces {
                match piece {
                    Piece::Text(part) => text.push_str(part),
                    Piece::VariableTokens(index) => {
                        let id = self.opaque.get(*index).and_then(|place| place.text(outline))?;
                        text.push_str(std::str::from_utf8(id).ok()?);
                    }
                }
            }
            Some(text)
        };
        RunKeys { run: fill(&pattern.run), trace: fill(&pattern.trace), session: fill(&pattern.session) }
    }

    /// Returns how the run ids of a record are composed of the ids in the current cache key; `None` if they are not.
    pub fn pattern(&self, keys: &RunKeys, outline: &CacheKey<'_>) -> Option<KeyPattern> {
        let of = |value: &Option<String>| {
            let Some(value) = value else { return Some(None) };
            let (mut pieces, mut copied) = (Vec::new(), 0);
            for found in VariableTokens::new(value.as_bytes()) {
                let id = &value.as_bytes()[found.clone()];
                let index = self.opaque.iter().position(|place| place.text(outline) == Some(id))?;
                pieces.push(Piece::Text(value[copied..found.start].to_owned()));
                pieces.push(Piece::VariableTokens(index));
                copied = found.end;
            }
            pieces.push(Piece::Text(value[copied..].to_owned()));
            Some(Some(pieces))
        };
        Some(KeyPattern { run: of(&keys.run)?, trace: of(&keys.trace)?, session: of(&keys.session)? })
    }

    /// Returns the cached meaning of the current cache key.
    pub fn get(&self) -> Option<&CachedMeaning> {
        self.meanings.get(*self.known.get(&self.name)? as usize)
    }

    /// Returns true if this text of one or two bytes is known to be insignificant.
    #[inline]
    pub fn is_idle(&self, text: &[u8]) -> bool {
        Idle::bit(text).is_some_and(|(word, bit)| self.idle.0.get(word).is_some_and(|word| word & bit != 0))
    }

    /// Records that this text is insignificant and is not counted anywhere. Ignores texts of more than two bytes.
    pub fn note_idle(&mut self, text: &[u8]) {
        if let Some((word, bit)) = Idle::bit(text) {
            self.idle.0.resize(Idle::WORDS, 0);
            self.idle.0[word] |= bit;
        }
    }

    /// Copies the meaning of the current cache key from the shared cache, if another worker has stored it.
    pub fn ask(&mut self) {
        let known = self.shared.known.lock().unwrap_or_else(PoisonError::into_inner).get(&self.name).cloned();
        known.into_iter().for_each(|known| self.remember(known));
    }

    /// Stores the meaning of the current cache key for all workers.
    pub fn keep(&mut self, known: CachedMeaning) {
        let mut shared = self.shared.known.lock().unwrap_or_else(PoisonError::into_inner);
        if shared.len() >= MAX_KNOWN {
            shared.clear();
        }
        shared.insert(self.name, known.clone());
        drop(shared);
        self.remember(known);
    }

    fn remember(&mut self, known: CachedMeaning) {
        if self.known.len() >= MAX_KNOWN {
            self.known.clear();
            self.meanings.clear();
        }
        // Insignificant cache keys share one entry.
        let same = self.meanings.iter().take(COMMON_MEANINGS).position(|other| other.is_same_nothing(&known));
        let index = same.unwrap_or(self.meanings.len());
        if same.is_none() {
            self.meanings.push(known);
        }
        self.known.insert(self.name, index as u32);
    }
}

impl CachedMeaning {
    fn is_same_nothing(&self, other: &Self) -> bool {
        matches!((&self.meaning, &other.meaning), (Meaning::Nothing, Meaning::Nothing))
            && (self.gravity, self.invalid_utf8) == (other.gravity, other.invalid_utf8)
    }
}

/// How the run ids of a record are composed of the ids in its cache key.
#[derive(Debug, Clone)]
pub(crate) struct KeyPattern {
    run: Option<Vec<Piece>>,
    trace: Option<Vec<Piece>>,
    session: Option<Vec<Piece>>,
}

#[derive(Debug, Clone)]
enum Piece {
    Text(String),
    /// The id with this index in the cache key.
    VariableTokens(usize),
}

impl CacheSlot {
    fn text<'o>(&self, outline: &'o CacheKey<'_>) -> Option<&'o [u8]> {
        outline.parts[self.part].as_ref()?.get(self.range.clone())
    }
}

/// Returns the first eight bytes of a text as one number; of a shorter text, all of them.
fn opening(text: &[u8]) -> u64 {
    match text.first_chunk() {
        Some(bytes) => u64::from_le_bytes(*bytes),
        None => text.iter().fold(0, |opening, byte| opening << 8 | u64::from(*byte)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::record::{EnvelopeReader, LineTemplates, Lines, Message, RawRecord, Triage};

    fn outline_of<'a>(raw: &RawRecord<'a>) -> Option<CacheKey<'a>> {
        match Triage::of(raw, &mut EnvelopeReader::default(), &|_: Message<'_>| true) {
            Triage::CacheKey(outline) => Some(outline),
            Triage::Nothing | Triage::Known | Triage::Unusual => None,
        }
    }

    fn key(memo: &mut ClassificationCache, line: &str) -> Option<Vec<u8>> {
        let raw = Lines::new(line.as_bytes(), 0).next()?;
        let outline = outline_of(&raw)?;
        memo.take(&outline).then(|| memo.key.clone())
    }

    #[test]
    fn records_that_differ_in_ids_and_durations_alone_have_one_outline() {
        let mut memo = ClassificationCache::default();
        let line = |time: &str, run: &str, trace: &str, span: u32| {
            format!(
                "2026-11-22T{time}Z [agent/embedded] run done: runId={run} trace={trace} durationMs={span}"
            )
        };
        let (a, b) = ("cab52cbb-7144-44d8-b45b-c113863dfdcb", "deadbeef-7144-44d8-b45b-c113863dfdcb");
        let first =
            key(&mut memo, &line("09:00:00", a, "960325a1d17653299a8e098d9f829c2f", 7)).expect("a key");
        let second = key(&mut memo, &line("10:11:12", b, "000025a1d17653299a8e098d9f829c2f", 1234));
        assert_eq!(second, Some(first.clone()));
        // A repeated id and two different ids have different keys.
        assert_ne!(key(&mut memo, &line("09:00:00", a, a, 7)), Some(first.clone()));
        let other = line("09:00:00", a, "960325a1d17653299a8e098d9f829c2f", 7).replace("done", "gone");
        assert_ne!(key(&mut memo, &other), Some(first));
    }

    #[test]
    fn a_text_of_two_bytes_that_means_nothing_is_known_again() {
        let mut memo = ClassificationCache::default();
        assert!(!memo.is_idle(b"{"));
        ["{", "ab", "\u{7f}", "abc", ""].iter().for_each(|text| memo.note_idle(text.as_bytes()));
        assert_eq!(["{", "ab", "\u{7f}"].map(|text| memo.is_idle(text.as_bytes())), [true; 3]);
        assert_eq!(["[", "ba", "a", "b", "abc", ""].map(|text| memo.is_idle(text.as_bytes())), [false; 6]);
        assert!([0_u8, 0xff].iter().all(|byte| !memo.is_idle(&[*byte]) && !memo.is_idle(&[*byte, *byte])));
    }

    #[test]
    fn keys_are_filled_in_from_the_ids_of_each_record() {
        let mut memo = ClassificationCache::default();
        let line = |run: &str| format!("2026-11-22T09:00:00Z [x] lane=session:agent:main:{run} runId={run}");
        let keys = |run: &str| RunKeys {
            run: Some(run.to_owned()),
            trace: None,
            session: Some(format!("agent:main:{run}")),
        };
        let (a, b) = ("cab52cbb-7144-44d8-b45b-c113863dfdcb", "deadbeef-7144-44d8-b45b-c113863dfdcb");
        let mut of = |run: &str, pattern: Option<&KeyPattern>| {
            let text = line(run);
            let raw = Lines::new(text.as_bytes(), 0).next().expect("a record");
            let outline = outline_of(&raw).expect("an outline");
            assert!(memo.take(&outline));
            match pattern {
                None => (memo.pattern(&keys(run), &outline), None),
                Some(pattern) => (None, Some(memo.keys(pattern, &outline))),
            }
        };
        let (pattern, _) = of(a, None);
        let (_, filled) = of(b, Some(&pattern.expect("a pattern")));
        assert_eq!(filled, Some(keys(b)));
    }

    /// Returns true if the second of two lines has the template of the first, which is learned from a log.
    fn has_template(line: &str, other: &str) -> bool {
        let (mut templates, mut envelopes) = (LineTemplates::default(), EnvelopeReader::default());
        let log = format!("{line}\n{line}\n{line}\n{other}\n{line}\n");
        let mut lines = Lines::new(log.as_bytes(), 0);
        let mut is_known = Vec::new();
        while let Some((raw, glance)) =
            Triage::next(&mut lines, &mut envelopes, &mut templates, None, &|_: Message<'_>| true)
        {
            is_known.push(matches!(glance, Triage::Known));
            if is_known.len() < 4 && templates.is_wanted() {
                templates.learn(&raw, Gravity::Nothing, false);
            }
        }
        is_known.get(3) == Some(&true)
    }

    proptest! {
        #[test]
        fn a_line_of_a_template_has_the_same_key(
            parts in prop::collection::vec(prop_oneof![
                6 => "( |[a-z]{1,6}=|=|:|-|_|Ms=|\"[a-z]{1,3}Ms\":|req_|call_|chatcmpl-|[a-zA-Z]{1,9}|[0-9]{1,5}|é|\\\\)",
                1 => "[0-9]{1,13}|[0-9a-f]{14,18}|[0-9a-f]{32}|[a-zA-Z0-9]{11,14}",
                1 => "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
            ], 1..30),
            others in prop::collection::vec((0..30_usize, "[0-9]{1,4}|[0-9a-f]{1,3}|[a-zA-Z]"), 0..4),
            repeated in (0..30_usize, 0..30_usize),
            opening in "\\[ws\\] |\\[agent/embedded\\] |warn gateway ",
        ) {
            let mut changed = parts.clone();
            let count = parts.len();
            // Other bytes of the same classes at the start of some parts.
            for (at, text) in &others {
                let part = &mut changed[at % count];
                let length = part.char_indices().nth(text.len()).map_or(part.len(), |(at, _)| at);
                part.replace_range(..length, text);
            }
            changed[repeated.0 % count] = changed[repeated.1 % count].clone();
            let line = |parts: &[String]| format!("2026-11-22T09:00:00Z {opening}{}, and more", parts.concat());
            let (line, other) = (line(&parts), line(&changed));
            let mut memo = ClassificationCache::default();
            let keys = [key(&mut memo, &line), key(&mut memo, &other)];
            if has_template(&line, &other) {
                prop_assert_eq!(&keys[0], &keys[1], "{} has the template of {}", other, line);
            }
        }
    }

    #[test]
    fn lines_that_differ_in_ids_alone_have_one_template() {
        let line =
            |id: &str| format!("2026-11-22T09:00:00Z [ws] closed: id={id} durationMs=5, and some more words");
        let id = "cab52cbb-7144-44d8-b45b-c113863dfdcb";
        assert!(has_template(&line(id), &line("deadbeef-7144-44d8-b45b-c113863dfdcb")));
        assert!(!has_template(&line(id), &line("x")));
    }
}
