//! The signature of a draft: what stays the same as it is, what varies as captures.

use super::pieces::Piece;

/// Words that are looked for; what comes later is likelier to vary.
const MAX_WORDS: usize = 24;
/// More captures than this are of no use to advice.
const MAX_CAPTURES: usize = 6;
/// Letters that must be fixed, so that the signature finds something of its own.
const MIN_LETTERS: usize = 6;

/// A regular expression, and the names of what it captures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DraftedSignature {
    pub regex: String,
    pub captures: Vec<String>,
    /// The words that are looked for, in lower case.
    pub words: Vec<String>,
    /// What is looked for as a person reads it, with dots for what varies.
    pub gist: String,
}

impl DraftedSignature {
    /// The signature of a text in these parts; none where everything varies.
    pub fn new(pieces: &[Piece]) -> Option<Self> {
        let pieces = essential(pieces);
        let words = words(pieces);
        if letters(&words) < MIN_LETTERS {
            return None;
        }
        let gist = pieces.iter().map(gist).collect();
        let (mut regex, mut captures) = (String::new(), Vec::new());
        for piece in pieces {
            match piece {
                Piece::Space => regex.push_str(r"\s+"),
                Piece::Fixed(text) => regex.push_str(&escaped(text)),
                Piece::Varying { name: Some(name), pattern } if captures.len() < MAX_CAPTURES => {
                    let name = unused(name, &captures);
                    regex.push_str(&format!("(?<{name}>{pattern})"));
                    captures.push(name);
                }
                Piece::Varying { pattern, .. } => regex.push_str(pattern),
            }
        }
        Some(Self { regex, captures, words, gist })
    }

    /// How many letters it looks for: of two texts of a record, the one with more says more.
    pub fn letters(&self) -> usize {
        letters(&self.words)
    }
}

/// The first words, without what varies at their ends and tells nothing.
fn essential(pieces: &[Piece]) -> &[Piece] {
    let spaces = pieces.iter().enumerate().filter(|(_, piece)| **piece == Piece::Space);
    let end = spaces.map(|(at, _)| at).nth(MAX_WORDS - 1).unwrap_or(pieces.len());
    let tells_nothing = |piece: &&Piece| matches!(piece, Piece::Space | Piece::Varying { name: None, .. });
    let pieces = &pieces[..end];
    let from = pieces.iter().take_while(tells_nothing).count();
    let to = pieces.len() - pieces.iter().rev().take_while(tells_nothing).count();
    &pieces[from..to.max(from)]
}

fn gist(piece: &Piece) -> &str {
    match piece {
        Piece::Fixed(text) => text,
        Piece::Space => " ",
        Piece::Varying { .. } => "…",
    }
}

fn words(pieces: &[Piece]) -> Vec<String> {
    let fixed = pieces.iter().filter_map(|piece| match piece {
        Piece::Fixed(text) => Some(text),
        _ => None,
    });
    let words = fixed.flat_map(|text| text.split(|c: char| !c.is_alphabetic()));
    words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

fn letters(words: &[String]) -> usize {
    words.iter().map(|word| word.chars().count()).sum()
}

/// A name that no capture has: `number`, `number_2`.
fn unused(name: &str, captures: &[String]) -> String {
    let is_free = |name: &String| !captures.contains(name);
    let numbered = (2..=MAX_CAPTURES).map(|n| format!("{name}_{n}"));
    std::iter::once(name.to_owned()).chain(numbered).find(is_free).unwrap_or_else(|| name.to_owned())
}

/// A text as an expression that finds it. Less is escaped than a library does to be on the safe side, so that it can be read.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if r"\.+*?()|[]{}^$".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
