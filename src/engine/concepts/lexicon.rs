//! The words and phrases of all concepts in one automaton, and the places of a record in which they stand.

use std::collections::HashMap;
use std::ops::Range;

use crate::catalogue::Concepts;
use crate::hash::{ByName, ByText};

use super::words::{At, Reader, Words, is_without_spaces};

/// Maximum length in characters of a word in a script without spaces.
const MAX_UNSPACED: usize = 8;
/// Length in bytes of the beginnings by which words with any ending are found.
const STEM: usize = 3;
/// Maximum number of words between a negation and what it takes back.
const MAX_NEGATED: usize = 3;

/// A word as a phrase asks for it: itself, or all words that begin with it.
type Element = u32;
/// A place in the tree of phrases; the first one is its root.
type Node = u32;

/// A concept, by its number.
pub(super) type Concept = u32;

/// The phrases of all concepts.
#[derive(Default)]
pub(super) struct Lexicon {
    exact: HashMap<String, Element, ByText>,
    /// Words with any ending, by their first bytes.
    open: HashMap<u128, Vec<(String, Element)>, ByName>,
    /// The element that stands for any word, if a phrase holds one.
    any: Option<Element>,
    elements: Element,
    next: HashMap<u128, Node, ByName>,
    /// Per node: the concepts of which a phrase ends there.
    ends: Vec<Vec<Concept>>,
    concepts: HashMap<String, Concept, ByText>,
    names: HashMap<String, String, ByText>,
    negations: [Vec<Element>; 2],
    /// Per concept: a negation takes it back.
    negatable: Vec<bool>,
}

/// A place in a record at which something stands: positions of words within one clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Span {
    pub first: u32,
    pub last: u32,
    pub clause: u32,
    /// Indices of its first and last word.
    pub words: (u32, u32),
}

/// The concepts of a record.
pub(super) struct Hits {
    /// The places of all concepts, sorted.
    all: Vec<(Concept, Span)>,
    /// The concepts that the record holds, as a bit set: most expressions are asked for nothing else.
    present: Vec<u64>,
    /// The texts of the record, each with the bytes of its words.
    ranges: Vec<(usize, Range<usize>)>,
}

/// A word of a record.
struct Found {
    /// Its elements, in `Sequence::elements`.
    elements: Range<usize>,
    at: At,
    text: usize,
}

/// The words of a record, as elements.
struct Sequence<'l> {
    lexicon: &'l Lexicon,
    elements: Vec<Element>,
    words: Vec<Found>,
    text: usize,
}

impl Lexicon {
    pub fn new(concepts: &Concepts) -> Self {
        let mut lexicon = Self { ends: vec![Vec::new()], ..Self::default() };
        let phrases = concepts.words.values().map(Vec::len).sum();
        lexicon.exact.reserve(phrases);
        lexicon.next.reserve(2 * phrases);
        lexicon.names = concepts.names.iter().map(|(name, words)| (name.clone(), words.clone())).collect();
        for (name, phrases) in &concepts.words {
            let concept = lexicon.concept(name);
            for phrase in phrases {
                lexicon.add(concept, phrase);
            }
        }
        for name in &concepts.negatable {
            let concept = lexicon.concept(name);
            lexicon.negatable[concept as usize] = true;
        }
        let [negations, passed_over] = &concepts.negations;
        lexicon.negations =
            [negations, passed_over].map(|words| words.iter().map(|word| lexicon.element(word)).collect());
        lexicon
    }

    /// Returns the number of concepts.
    pub fn count(&self) -> usize {
        self.negatable.len()
    }

    /// Returns the concept with a name.
    pub fn concept(&mut self, name: &str) -> Concept {
        let next = self.negatable.len() as Concept;
        let concept = *self.concepts.entry(name.to_owned()).or_insert(next);
        if concept == next {
            self.negatable.push(false);
        }
        concept
    }

    /// Returns the concept of a text of words alone; `is_whole` if it says everything by itself, so that a negation takes it back.
    pub fn concept_of_words(&mut self, words: &str, is_whole: bool) -> Concept {
        let known = self.negatable.len();
        // No concept has such a name.
        let concept = self.concept(&format!("'{words}' {is_whole}"));
        if concept as usize == known {
            self.negatable[known] = is_whole;
            self.add(concept, words);
        }
        concept
    }

    fn add(&mut self, concept: Concept, phrase: &str) {
        let mut node = 0;
        for word in phrase.split_whitespace() {
            let element = self.element(word);
            let next = self.ends.len() as Node;
            node = *self.next.entry(edge(node, element)).or_insert(next);
            if node == next {
                self.ends.push(Vec::new());
            }
        }
        if node != 0 {
            self.ends[node as usize].push(concept);
        }
    }

    fn element(&mut self, word: &str) -> Element {
        let next = self.elements;
        let element = match word.strip_suffix('*') {
            None => match self.exact.get(word) {
                Some(element) => *element,
                None => {
                    self.exact.insert(word.to_owned(), next);
                    next
                }
            },
            Some("") => *self.any.get_or_insert(next),
            Some(beginning) => {
                let stem = stem(beginning).unwrap_or_default();
                let known = self.open.entry(stem).or_default();
                match known.iter().find(|(other, _)| other == beginning) {
                    Some((_, element)) => *element,
                    None => {
                        known.push((beginning.to_owned(), next));
                        next
                    }
                }
            }
        };
        self.elements += Element::from(element == next);
        element
    }

    /// Finds the concepts in the texts of a record, given the HTTP statuses in it.
    pub fn hits<'t>(
        &self,
        texts: impl Iterator<Item = &'t str>,
        statuses: &[u16],
        skips_quoted: bool,
    ) -> Hits {
        let mut sequence = Sequence { lexicon: self, elements: Vec::new(), words: Vec::new(), text: 0 };
        let mut after = (0, 0);
        for (index, text) in texts.enumerate() {
            sequence.text = index;
            after = Reader::new(text, statuses, &mut sequence, after, skips_quoted).read();
        }
        let mut all = Vec::new();
        for start in 0..sequence.words.len() {
            self.phrases(&sequence, start, 0, start, &mut all);
        }
        all.sort_unstable();
        all.dedup();
        let ranges = sequence.words.into_iter().map(|word| (word.text, word.at.range)).collect();
        let mut present = vec![0; self.negatable.len().div_ceil(64)];
        for (concept, _) in &all {
            present[*concept as usize / 64] |= 1 << (concept % 64);
        }
        Hits { all, present, ranges }
    }

    /// Adds the concepts of all phrases that begin at the word `start` and reach `node` before the word `at`.
    fn phrases(
        &self,
        of: &Sequence<'_>,
        start: usize,
        node: Node,
        at: usize,
        all: &mut Vec<(Concept, Span)>,
    ) {
        let Some(word) = of.words.get(at) else { return };
        if at > start {
            let before = &of.words[at - 1].at;
            if word.at.clause != before.clause || word.at.position != before.position + 1 {
                return;
            }
        }
        for element in
            of.elements[word.elements.clone()].iter().copied().chain(self.any.filter(|_| node != 0))
        {
            let Some(&next) = self.next.get(&edge(node, element)) else { continue };
            let first = &of.words[start].at;
            for &concept in &self.ends[next as usize] {
                if self.negatable[concept as usize] && of.is_negated(start) {
                    continue;
                }
                let words = (start as u32, at as u32);
                let span =
                    Span { first: first.position, last: word.at.position, clause: first.clause, words };
                all.push((concept, span));
            }
            self.phrases(of, start, next, at + 1, all);
        }
    }
}

impl Words for Sequence<'_> {
    fn word(&mut self, word: &str, at: At) {
        let start = self.elements.len();
        self.elements.extend(self.lexicon.exact.get(word));
        let open = stem(word).and_then(|stem| self.lexicon.open.get(&stem)).into_iter().flatten();
        let open = open.filter(|(beginning, _)| word.starts_with(beginning.as_str()));
        self.elements.extend(open.map(|(_, element)| element));
        self.words.push(Found { elements: start..self.elements.len(), at, text: self.text });
    }

    fn longest(&self, text: &str) -> usize {
        let chars = text.char_indices().take_while(|(_, c)| is_without_spaces(*c)).take(MAX_UNSPACED);
        let ends: Vec<usize> = chars.map(|(at, c)| at + c.len_utf8()).collect();
        ends.into_iter().rev().find(|&end| self.lexicon.exact.contains_key(&text[..end])).unwrap_or(0)
    }

    fn name(&self, name: &str) -> Option<&str> {
        self.lexicon.names.get(name).map(String::as_str)
    }
}

impl Sequence<'_> {
    /// Returns true if a negation stands shortly before a word, in its clause.
    fn is_negated(&self, word: usize) -> bool {
        let [negations, passed_over] = &self.lexicon.negations;
        let clause = self.words[word].at.clause;
        for before in self.words[..word].iter().rev().take(MAX_NEGATED) {
            let is_one =
                |of: &[Element]| self.elements[before.elements.clone()].iter().any(|e| of.contains(e));
            if before.at.clause != clause {
                return false;
            }
            if is_one(negations) {
                return true;
            }
            if !is_one(passed_over) {
                return false;
            }
        }
        false
    }
}

impl Hits {
    /// Returns the places of a concept, sorted.
    pub fn of(&self, concept: Concept) -> impl Iterator<Item = Span> + Clone {
        let start = self.all.partition_point(|(other, _)| *other < concept);
        self.all[start..].iter().take_while(move |(other, _)| *other == concept).map(|(_, span)| *span)
    }

    /// Returns true if the record holds a concept.
    pub fn has(&self, concept: Concept) -> bool {
        self.present[concept as usize / 64] >> (concept % 64) & 1 == 1
    }

    /// Returns the concepts of the record, each once.
    pub fn concepts(&self) -> impl Iterator<Item = Concept> {
        self.all.chunk_by(|(a, _), (b, _)| a == b).map(|places| places[0].0)
    }

    /// Returns true if the record holds no concept.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Returns the index of the text of a place, and its bytes in it.
    pub fn place(&self, span: Span) -> (usize, Range<usize>) {
        let (first, last) = span.words;
        let (text, start) = &self.ranges[first as usize];
        let (_, end) = &self.ranges[last as usize];
        (*text, start.start..end.end.max(start.end))
    }
}

/// Returns the name of the step from a node by an element, spread over all bits.
fn edge(node: Node, element: Element) -> u128 {
    (u64::from(node) << 32 | u64::from(element)).wrapping_mul(0x9e37_79b9_7f4a_7c15).into()
}

/// Returns the name of the first bytes of a word.
fn stem(word: &str) -> Option<u128> {
    let [a, b, c] = *word.as_bytes().first_chunk::<STEM>()?;
    Some(edge(u32::from(a) << 16 | u32::from(b) << 8 | u32::from(c), 0))
}
