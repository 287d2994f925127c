//! The signature of a draft: fixed parts as literal text, variable parts as captures.

use super::pieces::Piece;

/// Maximum number of words in a signature; later words are more likely to vary.
const MAX_WORDS: usize = 24;
/// Maximum number of captures; more are not useful in advice.
const MAX_CAPTURES: usize = 6;
/// Minimum number of fixed letters, so that the signature is specific.
const MIN_LETTERS: usize = 6;

/// A regular expression and the names of its captures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DraftedSignature {
    pub regex: String,
    pub captures: Vec<String>,
    /// The fixed words, in lower case.
    pub words: Vec<String>,
    /// The text for people, with dots for the variable parts.
    pub gist: String,
}

impl DraftedSignature {
    /// Creates the signature of a text given by its parts; `None` if it has too few fixed letters.
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

    /// Returns the number of fixed letters; the text with more is more specific.
    pub fn letters(&self) -> usize {
        letters(&self.words)
    }
}

/// Returns the first words, without unnamed variable parts at their ends.
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

/// Returns a name that no capture has yet: `number`, `number_2`.
fn unused(name: &str, captures: &[String]) -> String {
    let is_free = |name: &String| !captures.contains(name);
    let numbered = (2..=MAX_CAPTURES).map(|n| format!("{name}_{n}"));
    std::iter::once(name.to_owned()).chain(numbered).find(is_free).unwrap_or_else(|| name.to_owned())
}

/// Escapes a text for use in an expression. Escapes less than the library function, so that the result stays readable.
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
