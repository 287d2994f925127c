//! Expressions over concepts: `CREDENTIAL ~6 (BAD | EXPIRED) not 'context'`.
//!
//! ```text
//! expression := terms condition*
//! terms      := chain ('|' chain)*
//! chain      := term (gap term)*
//! gap        := '~' N         in any order, with at most N words between
//!             | '>' N         in this order
//! term       := NAME          a concept
//!             | 'words'       words of the text, as in a concept
//!             | '(' terms ')'
//! condition  := 'not' term    not in the same clause
//!             | 'with' term   somewhere in the record
//!             | 'without' term  nowhere in the record
//! ```

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Maximum depth of nested terms and of meanings that are said by expressions.
const MAX_DEPTH: usize = 12;
/// Maximum number of words between two terms.
const MAX_GAP: u32 = 30;

/// An expression over concepts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Near {
    /// The expression as it is written.
    pub written: String,
    /// The term that a record must hold.
    pub term: Term,
    /// Further terms, each with its condition.
    pub conditions: Vec<(Condition, Term)>,
}

/// A part of an expression.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Term {
    /// A word or phrase of the concept with this name.
    Concept(String),
    /// These words.
    Words(String),
    /// One of these.
    Any(Vec<Term>),
    /// Two terms in one clause with at most `gap` words between them, in this order or in any.
    Close {
        /// The first term.
        first: Box<Term>,
        /// The other term.
        second: Box<Term>,
        /// Maximum number of words between them.
        gap: u32,
        /// True if `first` must stand before `second`.
        is_ordered: bool,
    },
}

/// Kind of a condition: the records in which an expression counts, by a second term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Condition {
    /// The second term is not in the same clause.
    NotInClause,
    /// The second term is in the record.
    InRecord,
    /// The second term is not in the record.
    NotInRecord,
}

/// A token of a written expression.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Token<'t> {
    Gap { gap: u32, is_ordered: bool },
    Open,
    Close,
    Or,
    Condition(Condition),
    Words(&'t str),
    Name(&'t str),
}

impl Near {
    /// Reads an expression; names in `derived` stand for the expressions that they name.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    pub fn parse(written: &str, derived: &BTreeMap<String, String>) -> Result<Self, String> {
        let tokens = tokens(written)?;
        let mut parser = Parser { tokens: &tokens, derived, depth: 0 };
        let term = parser.terms()?;
        let mut conditions = Vec::new();
        while let Some((Token::Condition(condition), rest)) = parser.tokens.split_first() {
            parser.tokens = rest;
            conditions.push((*condition, parser.term()?));
        }
        match parser.tokens {
            [] => Ok(Self { written: written.to_owned(), term, conditions }),
            [token, ..] => Err(format!("{} is not expected here", token.shown())),
        }
    }

    /// Returns all terms: that of the expression, and those of its conditions.
    pub fn terms(&self) -> impl Iterator<Item = &Term> {
        std::iter::once(&self.term).chain(self.conditions.iter().map(|(_, term)| term))
    }
}

impl Term {
    /// Calls `see` with each concept and each text of words in the term.
    pub fn each<'t>(&'t self, see: &mut impl FnMut(&'t Term)) {
        match self {
            Self::Concept(_) | Self::Words(_) => see(self),
            Self::Any(terms) => terms.iter().for_each(|term| term.each(see)),
            Self::Close { first, second, .. } => {
                first.each(see);
                second.each(see);
            }
        }
    }
}

impl Token<'_> {
    fn shown(&self) -> String {
        match self {
            Self::Gap { gap, is_ordered: false } => format!("`~{gap}`"),
            Self::Gap { gap, is_ordered: true } => format!("`>{gap}`"),
            Self::Open => "`(`".to_owned(),
            Self::Close => "`)`".to_owned(),
            Self::Or => "`|`".to_owned(),
            Self::Condition(Condition::NotInClause) => "`not`".to_owned(),
            Self::Condition(Condition::InRecord) => "`with`".to_owned(),
            Self::Condition(Condition::NotInRecord) => "`without`".to_owned(),
            Self::Words(words) => format!("`'{words}'`"),
            Self::Name(name) => format!("`{name}`"),
        }
    }
}

fn tokens(mut text: &str) -> Result<Vec<Token<'_>>, String> {
    let mut tokens = Vec::new();
    loop {
        text = text.trim_start();
        let Some(first) = text.chars().next() else { return Ok(tokens) };
        let token = match first {
            '(' => Token::Open,
            ')' => Token::Close,
            '|' => Token::Or,
            '~' | '>' => {
                let digits = text[1..].bytes().take_while(u8::is_ascii_digit).count();
                let gap = text[1..=digits].parse().ok().filter(|gap| *gap <= MAX_GAP);
                let gap = gap.ok_or_else(|| format!("`{first}` needs a number of words up to {MAX_GAP}"))?;
                text = &text[digits..];
                Token::Gap { gap, is_ordered: first == '>' }
            }
            '\'' => {
                let end = text[1..].find('\'').ok_or("a `'` is never closed")?;
                let words = &text[1..=end];
                text = &text[end + 1..];
                Token::Words(words)
            }
            _ => {
                let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
                let word = &text[..end];
                let token = match word {
                    "not" => Token::Condition(Condition::NotInClause),
                    "with" => Token::Condition(Condition::InRecord),
                    "without" => Token::Condition(Condition::NotInRecord),
                    _ if is_name(word) => Token::Name(word),
                    _ => return Err(format!("`{first}` begins neither a concept nor words in `'`")),
                };
                text = &text[end..];
                tokens.push(token);
                continue;
            }
        };
        text = &text[1..];
        tokens.push(token);
    }
}

/// Returns true for the name of a concept: capitals, digits and underscores.
pub(super) fn is_name(name: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    name.starts_with(|c: char| c.is_ascii_uppercase()) && name.bytes().all(is_part)
}

struct Parser<'t> {
    tokens: &'t [Token<'t>],
    derived: &'t BTreeMap<String, String>,
    depth: usize,
}

impl Parser<'_> {
    fn terms(&mut self) -> Result<Term, String> {
        let mut terms = vec![self.chain()?];
        while let [Token::Or, rest @ ..] = self.tokens {
            self.tokens = rest;
            terms.push(self.chain()?);
        }
        Ok(if terms.len() == 1 { terms.remove(0) } else { Term::Any(terms) })
    }

    fn chain(&mut self) -> Result<Term, String> {
        let mut term = self.term()?;
        while let [Token::Gap { gap, is_ordered }, rest @ ..] = self.tokens {
            self.tokens = rest;
            let (first, second) = (Box::new(term), Box::new(self.term()?));
            term = Term::Close { first, second, gap: *gap, is_ordered: *is_ordered };
        }
        Ok(term)
    }

    fn term(&mut self) -> Result<Term, String> {
        let Some((token, rest)) = self.tokens.split_first() else {
            return Err("a term is missing at the end".to_owned());
        };
        self.tokens = rest;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(format!("terms are nested more than {MAX_DEPTH} deep"));
        }
        let term = match token {
            Token::Name(name) => match self.derived.get(*name) {
                Some(expression) => self.said_by(expression)?,
                None => Term::Concept((*name).to_owned()),
            },
            Token::Words(words) if !words.trim().is_empty() => Term::Words((*words).to_owned()),
            Token::Open => {
                let terms = self.terms()?;
                let [Token::Close, rest @ ..] = self.tokens else {
                    return Err("a `(` is never closed".to_owned());
                };
                self.tokens = rest;
                terms
            }
            other => return Err(format!("a concept or words in `'` are expected, not {}", other.shown())),
        };
        self.depth -= 1;
        Ok(term)
    }

    fn said_by(&self, expression: &str) -> Result<Term, String> {
        let tokens = tokens(expression)?;
        let mut parser = Parser { tokens: &tokens, derived: self.derived, depth: self.depth };
        let term = parser.terms()?;
        match parser.tokens {
            [] => Ok(term),
            [token, ..] => Err(format!("{} is not expected in a derived meaning", token.shown())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(written: &str) -> Result<Near, String> {
        let derived = [("BROKEN", "BAD ~2 'gone'"), ("LOOP", "LOOP | BAD")];
        let derived = derived.into_iter().map(|(name, said)| (name.to_owned(), said.to_owned()));
        Near::parse(written, &derived.collect())
    }

    fn concept(name: &str) -> Box<Term> {
        Box::new(Term::Concept(name.to_owned()))
    }

    #[test]
    fn expressions_are_read() {
        let near = parse("KEY ~6 (BAD | 'x y') not OLD without 'z'").expect("good");
        let second = Box::new(Term::Any(vec![*concept("BAD"), Term::Words("x y".to_owned())]));
        assert_eq!(near.term, Term::Close { first: concept("KEY"), second, gap: 6, is_ordered: false });
        assert_eq!(
            near.conditions,
            [
                (Condition::NotInClause, *concept("OLD")),
                (Condition::NotInRecord, Term::Words("z".to_owned()))
            ]
        );
        let derived = parse("A >1 BROKEN").expect("good");
        let Term::Close { second, is_ordered: true, .. } = derived.term else { panic!() };
        assert!(matches!(*second, Term::Close { gap: 2, is_ordered: false, .. }));
    }

    #[test]
    fn faults_are_told() {
        for (written, fault) in [
            ("", "a term is missing at the end"),
            ("A ~", "`~` needs a number of words up to 30"),
            ("A ~99 B", "`~` needs a number of words up to 30"),
            ("A B", "`B` is not expected here"),
            ("(A | B", "a `(` is never closed"),
            ("A ~2 'b", "a `'` is never closed"),
            ("A | | B", "a concept or words in `'` are expected, not `|`"),
            ("a ~2 B", "`a` begins neither a concept nor words in `'`"),
            ("LOOP", "terms are nested more than 12 deep"),
            ("é", "`é` begins neither a concept nor words in `'`"),
        ] {
            assert_eq!(parse(written).expect_err(written), fault, "{written}");
        }
    }
}
