//! Error codes as whole tokens: `ETIMEDOUT` matches in `code=ETIMEDOUT` and `[ETIMEDOUT]`, not in `ESOCKETETIMEDOUT`.

use super::matchers::LazyFinder;

/// Searches texts for one error code.
pub(super) struct CodeFinder(LazyFinder);

impl CodeFinder {
    pub fn new(code: &str) -> Self {
        Self(LazyFinder::new(code.to_owned()))
    }

    /// Returns the code.
    pub fn code(&self) -> &str {
        &self.0.literal
    }

    /// Returns true if the text holds the code as a whole token.
    pub fn is_in(&self, text: &str) -> bool {
        let bytes = text.as_bytes();
        let length = self.code().len();
        self.0.get().find_iter(bytes).any(|at| {
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
