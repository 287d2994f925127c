//! Error codes as whole tokens: `ETIMEDOUT` matches in `code=ETIMEDOUT` and `[ETIMEDOUT]`, not in `ESOCKETETIMEDOUT`.

use std::sync::OnceLock;

use memchr::memmem::Finder;

/// Searches texts for one error code. Built on first use: most of the hundreds of codes are never sought.
pub(super) struct CodeFinder {
    code: String,
    finder: OnceLock<Box<Finder<'static>>>,
}

impl CodeFinder {
    pub fn new(code: &str) -> Self {
        Self { code: code.to_owned(), finder: OnceLock::new() }
    }

    /// Returns the code.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// Returns true if the text holds the code as a whole token.
    pub fn is_in(&self, text: &str) -> bool {
        let bytes = text.as_bytes();
        let length = self.code.len();
        let finder = self.finder.get_or_init(|| Box::new(Finder::new(self.code.as_bytes()).into_owned()));
        finder.find_iter(bytes).any(|at| {
            let before = at.checked_sub(1).and_then(|i| bytes.get(i));
            let after = bytes.get(at + length);
            !before.is_some_and(is_word) && !after.is_some_and(is_word)
        })
    }
}

fn is_word(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || *byte == b'_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_a_token_of_its_own() {
        let code = CodeFinder::new("ETIMEDOUT");
        for text in
            ["connect ETIMEDOUT 1.2.3.4:443", "[ETIMEDOUT]", "causeCode=ETIMEDOUT", "x ESETIMEDOUT ETIMEDOUT"]
        {
            assert!(code.is_in(text), "{text}");
        }
        for text in ["ESOCKETIMEDOUT", "ESETIMEDOUT", "ETIMEDOUTS", "etimedout", ""] {
            assert!(!code.is_in(text), "{text}");
        }
    }
}
